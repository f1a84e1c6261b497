package raster

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"os"
	"strings"
	"testing"

	"platen/gcp"
	"platen/internal/impose"
)

// FuzzImages gives all readers of images anything at all. They make a PDF of it, or
// say what is wrong.
func FuzzImages(f *testing.F) {
	rgb := flag(image.NewRGBA(flagSize))
	few := flag(image.NewPaletted(flagSize, color.Palette{color.White, red, green, blue}))
	cmyk, err := os.ReadFile("testdata/cmyk.jpg")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range [][]byte{
		cmyk,
		withSegment(jpegOf(f, rgb), jpegAPP1, exifTurned(6)),
		withPHYs(pngOf(f, rgb)),
		pngOf(f, few),
		pngOf(f, image.NewNRGBA(flagSize)),
		encoded(f, func(b *bytes.Buffer) error { return gif.Encode(b, few, nil) }),
		tiffPages(f, rgb, few),
	} {
		f.Add(file)
	}
	readers := map[string]imageReader{"JPEG": readJPEG, "PNG": readPNG, "GIF": readGIF, "TIFF": readTIFF}
	f.Fuzz(func(t *testing.T, file []byte) {
		for name, read := range readers {
			var out bytes.Buffer
			err := pagesOf(bytes.NewReader(file), read, &out)
			var e *impose.Error
			switch {
			case err == nil:
				wantPDF(t, name, out.Bytes())
			case !errors.As(err, &e) || e.Text == "":
				t.Errorf("%s: got %T %v", name, err, err)
			case e.Cause == impose.CauseFailed:
				t.Errorf("%s: a document's fault is called ours: %v", name, e.Err)
			}
		}
	})
}

// wantPDF checks the frame of a PDF: its table is where its end says.
func wantPDF(t *testing.T, name string, pdf []byte) {
	t.Helper()
	var table int
	end := pdf[max(bytes.LastIndex(pdf, []byte("startxref\n")), 0):]
	_, err := fmt.Sscanf(string(end), "startxref\n%d\n%%%%EOF\n", &table)
	if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF-1.5\n")) || table >= len(pdf) || !bytes.HasPrefix(pdf[table:], []byte("xref\n0 ")) {
		t.Errorf("%s: no PDF of %d bytes: %v", name, len(pdf), err)
	}
}

// FuzzText sets any text on any paper: nothing of it but spaces is lost.
func FuzzText(f *testing.F) {
	f.Add([]byte("one\ttwo\r\nthree\f\x00"), 210_000, 297_000, false)
	f.Add([]byte("\xff\xfeh\x00\xe9\x00"), 50_000, 0, true)
	f.Add([]byte("caf\xe9 日本語"), 0, 0, true)
	f.Fuzz(func(t *testing.T, text []byte, width, height int, wide bool) {
		l := impose.Layout{Media: impose.Media{Width: width % 2_000_000, Height: height % 2_000_000}}
		if wide {
			l.Turn = gcp.OrientationLandscape
		}
		decoded := decodeText(text)
		var out bytes.Buffer
		if err := setText(decoded, l, &out); err != nil {
			t.Fatal(err)
		}
		wantPDF(t, "text", out.Bytes())
		squeeze := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		for line := range strings.SplitSeq(decoded, "\n") {
			whole := expand(line)
			var parts strings.Builder
			for _, p := range wrap(whole, textPageFor(l).columns) {
				parts.WriteString(string(p))
			}
			if squeeze(parts.String()) != squeeze(string(whole)) {
				t.Fatalf("%q became %q", string(whole), parts.String())
			}
		}
	})
}
