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
		{"text/plain", "anything"},
		{"", "anything"},
	}
	for _, tt := range good {
		if err := cloud.CheckContent(tt.typ, []byte(tt.head)); err != nil {
			t.Errorf("%s %q: %v", tt.typ, tt.head, err)
		}
	}
	for _, typ := range []string{
		"application/pdf", "APPLICATION/PDF", "image/jpeg", "image/jpg", "image/png; x=y", "image/gif", "image/tiff",
		"application/postscript", "image/pwg-raster", "image/urf",
	} {
		if err := cloud.CheckContent(typ, []byte("<html>")); cloud.KindOf(err) != cloud.KindUnsupported {
			t.Errorf("%s accepted HTML: %v", typ, err)
		}
	}
}
