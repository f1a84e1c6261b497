package impose

import (
	"slices"
	"strings"
)

// The names of printers' own languages. IANA has registered those of PCL and
// PostScript only; the others are what other print software calls them.
const (
	OctetStream = "application/octet-stream" // bytes that only the printer can read
	ZPL         = "application/vnd.zebra-zpl"
	EPL         = "application/vnd.eltron-epl"
	ESCPOS      = "application/vnd.epson.escpos"
	PCL         = "application/vnd.hp-pcl"
	PCLXL       = "application/vnd.hp-pclxl"
	PostScript  = "application/postscript"
)

// Language returns the name under which a printer's own language is known here: of
// many names for one, always the same. It is "" for the MIME types of documents that
// others can read too. format is in lower case and without parameters.
func Language(format string) string {
	kind, name, _ := strings.Cut(format, "/")
	switch {
	case format == PostScript, name == "x-postscript":
		return PostScript
	case name == "octet-stream":
		return OctetStream
	case kind == "image" || kind == "audio" || kind == "video": // a camera's raw is a picture
		return ""
	}
	words := strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune(".-+_", r) })
	for _, l := range languages() {
		if slices.ContainsFunc(words, func(word string) bool { return slices.Contains(l.words, word) }) {
			if l.name == "" {
				return format
			}
			return l.name
		}
	}
	return ""
}

// language is one of those that printers have.
type language struct {
	name  string // "" for those that keep the name that they come with
	words []string
}

// languages are the words by which the MIME types of printers' languages are known:
// application/vnd.zebra.zpl, application/x-escpos, application/vnd.hp-PCL and so on.
func languages() []language {
	return []language{
		{ZPL, []string{"zpl", "zpl2"}},
		{EPL, []string{"epl", "epl2"}},
		{ESCPOS, []string{"escpos"}},
		{PCLXL, []string{"pclxl", "pclx", "pcl6"}},
		{PCL, []string{"pcl", "pcl5", "pcl5e", "pcl5c"}},
		{"", []string{
			"cpcl", "tspl", "tspl2", "dpl", "ipl", "sbpl", "ezpl", "escp", "escp2", "escpr", "escpl",
			"pcl3gui", "pjl", "hpgl", "hpgl2", "starprnt", "star", "pos",
		}},
		{OctetStream, []string{"raw", "prn"}},
	}
}
