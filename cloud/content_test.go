package cloud_test

import (
	"testing"

	"platen/cloud"
)

// The beginnings are those of the formats' own specifications.
func TestCheckContent(t *testing.T) {
	good := []struct{ typ, head string }{
		{"application/pdf", "%PDF-1.7"},
		{"application/x-pdf", "\r\n junk before %PDF-1.3"},
		{"image/jpeg", "\xff\xd8\xff\xe0\x00\x10JFIF"},
		{"image/png; x=y", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"},
		{"image/gif", "GIF89a"},
		{"image/tiff", "II*\x00"},
		{"image/tiff", "MM\x00*"},
		{"application/postscript", "%!PS-Adobe-3.0"},
		{"image/pwg-raster", "RaS2PwgRaster"},
		{"image/urf", "UNIRAST\x00\x00\x00\x00\x01"},
		{"application/PCLm", "%PDF-1.7\n%PCLm 1.0"},
		{"application/oxps", "PK\x03\x04\x14\x00"},
		{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "PK\x03\x04\x14\x00"},
		{"application/vnd.oasis.opendocument.text", "PK\x03\x04\x14\x00"},
		{"application/vnd.oasis.opendocument.text-flat-xml", "<?xml"},
		{"application/vnd.ms-excel", "a;b;c"}, // Windows calls CSV so
		{"application/x-eps", "%!PS-Adobe-3.0 EPSF-3.0"},
		{"application/zpl", "^XA"},
		{"application/octet-stream", "\x1b@"},
		{"application/x-unknown", "anything"},
		{"text/csv", "^XA"},
		{"text/plain", "anything"},
		{"", "anything"},
	}
	for _, tt := range good {
		if err := cloud.CheckContent(tt.typ, []byte(tt.head)); err != nil {
			t.Errorf("%s %q: %v", tt.typ, tt.head, err)
		}
	}
	for _, head := range []string{"\x1b@ESC/POS %PDF-1.7", "^XA^FDZPL^XZ %PDF-1.7", "\x1b%-12345X@PJL %PDF-1.7", "N\nA1 %PDF-1.7", "%!PS %PDF-1.7"} {
		if err := cloud.CheckContent("application/pdf", []byte(head)); cloud.KindOf(err) != cloud.KindUnsupported {
			t.Errorf("commands before a PDF are taken: %q: %v", head, err)
		}
	}
	for _, typ := range []string{
		"application/oxps", "application/openxps", "application/vnd.ms-xpsdocument", "application/PCLm", "application/msword",
		"application/vnd.ms-excel", "application/x-unknown", "application/vnd.oasis.opendocument.text", "image/heic",
	} {
		for _, head := range []string{"\x1bE\x1b&l1X", "\x1b%-12345X@PJL\n", "^XA^FDZPL^XZ", "\x1b@", "%!PS-Adobe-3.0"} {
			if err := cloud.CheckContent(typ, []byte(head)); cloud.KindOf(err) != cloud.KindUnsupported {
				t.Errorf("%s accepted commands %q: %v", typ, head, err)
			}
		}
	}
	for _, typ := range []string{
		"application/pdf", "APPLICATION/PDF", "image/jpeg", "image/jpg", "image/png; x=y", "image/gif", "image/tiff",
		"application/postscript", "image/pwg-raster", "image/urf", "application/pclm", "application/oxps",
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	} {
		if err := cloud.CheckContent(typ, []byte("<html>")); cloud.KindOf(err) != cloud.KindUnsupported {
			t.Errorf("%s accepted HTML: %v", typ, err)
		}
	}
}
