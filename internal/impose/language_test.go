package impose

import "testing"

// The names are those that CUPS, browsers' mime.types and makers' drivers use.
func TestLanguage(t *testing.T) {
	for format, want := range map[string]string{
		"application/octet-stream": OctetStream, "binary/octet-stream": OctetStream, "application/vnd.cups-raw": OctetStream,
		"application/zpl": ZPL, "application/x-zpl": ZPL, "x-application/zpl": ZPL, "text/zpl": ZPL,
		"application/vnd.zebra.zpl": ZPL, "application/vnd.zebra-zpl": ZPL,
		"application/epl": EPL, "application/x-epl": EPL, "x-application/epl": EPL, "application/vnd.eltron-epl": EPL,
		"application/escpos": ESCPOS, "application/vnd.epson.escpos": ESCPOS, "application/vnd.escpos": ESCPOS,
		"application/vnd.hp-pcl": PCL, "application/x-pcl": PCL, "application/vnd.cups-pcl": PCL,
		"application/vnd.hp-pclxl": PCLXL, "application/x-pclxl": PCLXL,
		"application/postscript": PostScript, "application/x-postscript": PostScript,
		"application/x-tspl": "application/x-tspl", "application/vnd.star-line": "application/vnd.star-line",

		"": "", "application/pdf": "", "application/pclm": "", "application/oxps": "", "text/plain": "", "image/pwg-raster": "",
		"application/vnd.cups-raster": "", "application/vnd.cups-pdf": "", "image/x-canon-raw": "", "application/rtf": "",
	} {
		if got := Language(format); got != want {
			t.Errorf("Language(%q) = %q, want %q", format, got, want)
		}
	}
}
