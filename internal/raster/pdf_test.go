package raster

import (
	"fmt"
	"image"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"platen/gcp"
	"platen/internal/impose"
)

// sixByEight is a sheet of 432 × 576 points.
var sixByEight = impose.Media{Width: 25_400 * 6, Height: 25_400 * 8}

func toPDF(l impose.Layout) impose.Work { return impose.Work{To: impose.PDF, Layout: l} }

// texts are the words on the pages of a PDF, as poppler reads them.
func texts(t *testing.T, path string) string {
	t.Helper()
	pages := strings.Split(strings.TrimSuffix(tool(t, "pdftotext", path, "-"), "\f"), "\f")
	for i, p := range pages {
		pages[i] = strings.Join(strings.Fields(p), " ")
	}
	return strings.Join(pages, "|")
}

func numbered(n, w, h int) []byte {
	pages := make([]sample, 0, n)
	for i := range n {
		pages = append(pages, sample{w, h, "", corners(w, h, fmt.Sprintf("page%d", i+1))})
	}
	return samplePDF("", pages...)
}

func TestPDFOrder(t *testing.T) {
	in := written(t, numbered(5, 200, 300))
	for _, c := range []struct {
		l     impose.Layout
		want  string
		sides int
	}{
		{impose.Layout{}, "page1|page2|page3|page4|page5", 5},
		{impose.Layout{Pages: []gcp.PageInterval{{Start: 2, End: 3}}}, "page2|page3", 2},
		{impose.Layout{Pages: []gcp.PageInterval{{Start: 4}}, Reverse: true}, "page5|page4", 2},
		{impose.Layout{Pages: []gcp.PageInterval{{Start: 1, End: 2}}, Copies: 2}, "page1|page2|page1|page2", 4},
		{impose.Layout{Pages: []gcp.PageInterval{{Start: 1, End: 2}}, Copies: 2, Uncollated: true}, "page1|page1|page2|page2", 4},
		{impose.Layout{Pages: []gcp.PageInterval{{Start: 3, End: 5}}, Copies: 2, TwoSided: true}, "page3|page4|page5||page3|page4|page5", 7},
		{impose.Layout{Pages: []gcp.PageInterval{{Start: 3, End: 5}}, Reverse: true, TwoSided: true, Media: sixByEight}, "page5||page3|page4", 4},
		{impose.Layout{NumberUp: 2, Media: sixByEight}, "page1 page2|page3 page4|page5", 3},
		{impose.Layout{NumberUp: 4, Media: sixByEight, Copies: 2}, "page1 page2 page3 page4|page5|page1 page2 page3 page4|page5", 4},
	} {
		out, result := mustMake(t, in, impose.PDF, toPDF(c.l))
		if got := texts(t, out); got != c.want {
			t.Errorf("%+v: got %s, want %s", c.l, got, c.want)
		}
		if want := (impose.Result{Format: impose.PDF, Pages: 5, Sides: c.sides}); result != want {
			t.Errorf("%+v: got %+v, want %+v", c.l, result, want)
		}
		if got := tool(t, "pdfinfo", out); !strings.Contains(got, fmt.Sprintf("Pages:           %d\n", c.sides)) {
			t.Errorf("%+v: pdfinfo says %s", c.l, got)
		}
	}
}

// Where things come, in pixels from the upper left, on sheets of 432 × 576.
func TestPDFPlacement(t *testing.T) {
	portrait, wide := corners(432, 576, "x"), corners(576, 432, "x")
	for name, c := range map[string]struct {
		in               sample
		l                impose.Layout
		red, green, blue image.Rectangle
	}{
		"as it is": {
			sample{432, 576, "", portrait},
			impose.Layout{Media: sixByEight},
			image.Rect(0, 526, 50, 576), image.Rect(382, 526, 432, 576), image.Rect(0, 0, 50, 50),
		},
		"centred": {
			sample{232, 276, "", corners(232, 276, "x")},
			impose.Layout{Media: sixByEight, Fit: gcp.FitNone},
			image.Rect(100, 376, 150, 426), image.Rect(282, 376, 332, 426), image.Rect(100, 150, 150, 200),
		},
		"turned": { // the lower left of the page at the lower right of the sheet
			sample{576, 432, "", wide},
			impose.Layout{Media: sixByEight},
			image.Rect(382, 526, 432, 576), image.Rect(382, 0, 432, 50), image.Rect(0, 526, 50, 576),
		},
		// PDF turns clockwise by /Rotate: the lower left is seen at the upper left.
		"rotated by 90": {
			sample{576, 432, "/Rotate 90", wide},
			impose.Layout{Media: impose.Media{Width: 25_400 * 3, Height: 25_400 * 4}}, // half as large
			image.Rect(0, 0, 25, 25), image.Rect(0, 263, 25, 288), image.Rect(191, 0, 216, 25),
		},
		"rotated by 180": {
			sample{432, 576, "/Rotate 180", portrait},
			impose.Layout{Media: impose.Media{Width: 25_400 * 3, Height: 25_400 * 4}},
			image.Rect(191, 0, 216, 25), image.Rect(0, 0, 25, 25), image.Rect(191, 263, 216, 288),
		},
		"rotated by 270": {
			sample{576, 432, "/Rotate 270", wide},
			impose.Layout{Media: impose.Media{Width: 25_400 * 3, Height: 25_400 * 4}},
			image.Rect(191, 263, 216, 288), image.Rect(191, 0, 216, 25), image.Rect(0, 263, 25, 288),
		},
		"two on a side": { // two thirds, the sheet turned; one page: at its left, seen upright
			sample{432, 576, "", portrait},
			impose.Layout{Media: sixByEight, NumberUp: 2},
			image.Rect(375, 543, 408, 576), image.Rect(375, 288, 408, 321), image.Rect(24, 543, 57, 576),
		},
		"a cell filled": { // a page of 100 × 100 covers 216 × 288: 2.88 times, 36 off at each side
			sample{100, 100, "", "1 0 0 rg 0 0 50 50 re f 0 0 1 rg 50 50 50 50 re f"},
			impose.Layout{Media: sixByEight, NumberUp: 4, Fit: gcp.FitFill},
			image.Rect(0, 144, 108, 288),
			image.Rectangle{},
			image.Rect(108, 0, 216, 144),
		},
		"a cell filled by a rotated page": { // red is seen at the upper left, blue at the lower right
			sample{100, 100, "/Rotate 90", "1 0 0 rg 0 0 50 50 re f 0 0 1 rg 50 50 50 50 re f"},
			impose.Layout{Media: sixByEight, NumberUp: 4, Fit: gcp.FitFill},
			image.Rect(0, 0, 108, 144),
			image.Rectangle{},
			image.Rect(108, 144, 216, 288),
		},
	} {
		out, _ := mustMake(t, written(t, samplePDF("", c.in)), impose.PDF, toPDF(c.l))
		pages := pictures(t, out)
		if len(pages) != 1 {
			t.Errorf("%s: %d pages", name, len(pages))
			continue
		}
		wantPatch(t, name, pages[0], red, c.red)
		wantPatch(t, name, pages[0], green, c.green)
		wantPatch(t, name, pages[0], blue, c.blue)
	}
}

// A crop box moves the page: 25 points are off at the left and below.
func TestPDFCropBox(t *testing.T) {
	in := samplePDF("", sample{432, 576, "/CropBox[25 25 432 576]", corners(432, 576, "x")})
	out, _ := mustMake(t, written(t, in), impose.PDF, toPDF(impose.Layout{Media: sixByEight, Fit: gcp.FitNone}))
	page := pictures(t, out)[0]
	// The page is 407 × 551, and lies at 12.5, 12.5 of the sheet.
	wantPatch(t, "crop box", page, red, image.Rect(13, 538, 38, 564))
	wantPatch(t, "crop box", page, blue, image.Rect(13, 12, 38, 62))
}

// What several pages use, and what copies repeat, is in the result once.
func TestPDFShares(t *testing.T) {
	noise := make([]byte, 100_000)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	shared := fmt.Sprintf("<</Type/XObject/Subtype/Image/Width 1000/Height 100/BitsPerComponent 8/ColorSpace/DeviceGray/Length %d>>stream\n%s\nendstream", len(noise), noise)
	page := sample{432, 576, "", "q 100 0 0 100 100 100 cm /X Do Q"}
	in := samplePDF(shared, page, page, page, page, page, page, page, page, page)
	for name, l := range map[string]impose.Layout{
		"copies":           {Copies: 20},
		"copies laid out":  {Copies: 20, Media: impose.Media{Width: 100_000, Height: 100_000}},
		"four on a side":   {Copies: 20, NumberUp: 4},
		"reversed, padded": {Copies: 20, Reverse: true, TwoSided: true},
	} {
		out, _ := mustMake(t, written(t, in), impose.PDF, toPDF(l))
		info, err := os.Stat(out)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > 200_000 {
			t.Errorf("%s: %d bytes from %d", name, info.Size(), len(in))
		}
	}
}

// Annotations that print are there, as part of the page; others are not.
func TestPDFAnnotations(t *testing.T) {
	stamp := "<</Type/XObject/Subtype/Form/BBox[0 0 50 50]/Length 23>>stream\n1 0 0 rg 0 0 50 50 re f\nendstream"
	in := samplePDF(stamp, sample{432, 576, "/Annots[<</Type/Annot/Subtype/Stamp/F 4/Rect[100 100 150 150]/AP<</N 3 0 R>>>><</Type/Annot/Subtype/Stamp/F 2/Rect[300 300 350 350]/AP<</N 3 0 R>>>>]", "0 g"})
	for name, l := range map[string]impose.Layout{
		"plain": {Copies: 2},
		"laid":  {Media: impose.Media{Width: 25_400 * 6, Height: 25_400 * 10}, Fit: gcp.FitNone},
	} {
		out, _ := mustMake(t, written(t, in), impose.PDF, toPDF(l))
		page := pictures(t, out)[0]
		h := page.Bounds().Dy()
		up := (h - 576) / 2
		wantPatch(t, name, page, red, image.Rect(100, h-150-up, 150, h-100-up))
	}
}

// testdata/owner-password.pdf is Ghostscript's: it opens without a password, and is
// encrypted. What comes out is not, for printers do not all read such files.
func TestPDFEncrypted(t *testing.T) {
	for want, l := range map[string]impose.Layout{
		"1|2|3|4": {},
		"2|3":     {Pages: []gcp.PageInterval{{Start: 2, End: 3}}},
		"1 2|3 4": {NumberUp: 2},
	} {
		out, _ := mustMake(t, "testdata/owner-password.pdf", impose.PDF, toPDF(l))
		if got := texts(t, out); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if info := tool(t, "pdfinfo", out); !strings.Contains(info, "Encrypted:       no\n") {
			t.Error(info)
		}
	}
}
