package web

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"platen/cloud"
	"platen/internal/smallpdf"
)

// layoutPrinter is a queue of CUPS: it lays out by itself.
const layoutPrinter = `{"version":"1.0","printer":{"supported_content_type":[{"content_type":"application/pdf"}],
 "page_range":{},"page_orientation":{"option":[{"type":"AUTO","is_default":true},{"type":"PORTRAIT"},{"type":"LANDSCAPE"}]},
 "fit_to_page":{"option":[{"type":"SHRINK_TO_PAGE","is_default":true},{"type":"FIT_TO_PAGE"},{"type":"FILL_PAGE"},{"type":"NO_FITTING"}]},
 "vendor_capability":[{"id":"number-up","type":"SELECT","select_cap":{"option":[{"value":"1","is_default":true},{"value":"2"},{"value":"4"},{"value":"6"},{"value":"9"},{"value":"16"}]}}],
 "media_size":{"option":[{"name":"ISO_A4","width_microns":210000,"height_microns":297000,"is_default":true}]}}}`

// cornered is a PDF of pages with a mark of its own colour in each corner, and a bar
// that grows from page to page.
func cornered(pages, width, height int) string {
	sheets := make([]smallpdf.Sheet, pages)
	for i := range sheets {
		draw := fmt.Sprintf("1 0 0 rg 0 0 60 60 re f 0 1 0 rg %d 0 60 60 re f 0 0 1 rg 0 %d 60 60 re f 0 0 0 rg 80 %d %d 50 re f",
			width-60, height-60, height/2, (i+1)*(width-100)/pages)
		sheets[i] = smallpdf.Sheet{Width: float64(width), Height: float64(height), Content: draw}
	}
	return string(smallpdf.Pages(sheets...))
}

// byCUPS is the first side as pdftopdf lays it out and poppler draws it, without the
// margins that are a driver's.
func byCUPS(t *testing.T, doc, options string) image.Image {
	t.Helper()
	in := filepath.Join(t.TempDir(), "in.pdf")
	if err := os.WriteFile(in, []byte(doc), 0o600); err != nil {
		t.Fatal(err)
	}
	options += " PageSize=A4 page-left=0 page-right=0 page-top=0 page-bottom=0"
	var said bytes.Buffer
	laid := exec.CommandContext(t.Context(), "/usr/lib/cups/filter/pdftopdf", "1", "user", "title", "1", options, in)
	laid.Stderr = &said
	out, err := laid.Output()
	if err != nil {
		t.Fatalf("pdftopdf: %v: %s", err, said.String())
	}
	draw := exec.CommandContext(t.Context(), "pdftoppm", "-r", "96", "-png", "-singlefile", "-f", "1", "-")
	draw.Stdin = bytes.NewReader(out)
	picture, err := draw.Output()
	if err != nil {
		t.Fatalf("pdftoppm: %v", err)
	}
	m, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// cell is how many dots wide a square is whose mean colour is compared: 2 mm.
const cell = 8

// mean is the mean colour of a square.
func mean(m image.Image, x, y int) [3]int {
	var sum [3]int
	for i := range cell {
		for j := range cell {
			r, g, b, _ := m.At(x*cell+i, y*cell+j).RGBA()
			sum[0], sum[1], sum[2] = sum[0]+int(r>>8), sum[1]+int(g>>8), sum[2]+int(b>>8)
		}
	}
	for i := range sum {
		sum[i] /= cell * cell
	}
	return sum
}

// turned is a picture a quarter clockwise.
func turned(m image.Image) image.Image {
	width, height := m.Bounds().Dx(), m.Bounds().Dy()
	out := image.NewRGBA(image.Rect(0, 0, height, width))
	for y := range height {
		for x := range width {
			out.Set(height-1-y, x, m.At(x, y))
		}
	}
	return out
}

// unlike is the share of squares, in thousandths, whose colours differ by a quarter.
func unlike(a, b image.Image) int {
	width, height := min(a.Bounds().Dx(), b.Bounds().Dx())/cell, min(a.Bounds().Dy(), b.Bounds().Dy())/cell
	count := 0
	for y := range height {
		for x := range width {
			one, two := mean(a, x, y), mean(b, x, y)
			if max(one[0]-two[0], two[0]-one[0], one[1]-two[1], two[1]-one[1], one[2]-two[2], two[2]-one[2]) > 64 {
				count++
			}
		}
	}
	return 1000 * count / (width * height)
}

// Where CUPS lays out the sheets, the preview shows what pdftopdf makes: at most one of
// a hundred squares of 2 mm differs.
func TestPreviewIsWhatCUPSMakes(t *testing.T) {
	if _, err := os.Stat("/usr/lib/cups/filter/pdftopdf"); err != nil {
		t.Skip("cups-filters is not installed")
	}
	w, _ := startDrawing(t)
	name, proxy := "laid", "px"
	p, err := w.service.Register(t.Context(), w.caller(), cloud.PrinterFields{Name: &name, Proxy: &proxy, Capabilities: []byte(layoutPrinter)})
	if err != nil {
		t.Fatal(err)
	}
	a4, tall, wide, large := cornered(20, 595, 842), cornered(20, 420, 595), cornered(20, 595, 420), cornered(3, 900, 1300)
	for _, c := range []struct {
		what, doc, choices, options string
		headDown                    bool // as CUPS feeds the sheet
	}{
		{"as it is", tall, "", "", false},
		{"some pages", tall, "range=3-4", "page-ranges=3-4", false},
		{"two on a side", a4, "v:number-up=2", "number-up=2", false},
		{"four on a side", a4, "v:number-up=4", "number-up=4", false},
		{"six on a side", a4, "v:number-up=6", "number-up=6", false},
		{"nine on a side", a4, "v:number-up=9", "number-up=9", false},
		{"sixteen on a side", a4, "v:number-up=16", "number-up=16", false},
		{"two on a side, of some pages", a4, "v:number-up=2&range=5-9", "number-up=2 page-ranges=5-9", false},
		{"two small ones on a side", tall, "v:number-up=2", "number-up=2 print-scaling=fit", false},
		{"four small ones on a side", tall, "v:number-up=4", "number-up=4 print-scaling=fit", false},
		{"wide", wide, "", "", false},
		{"two wide ones on a side", wide, "v:number-up=2", "number-up=2 print-scaling=fit", true},
		{"four wide ones on a side", wide, "v:number-up=4", "number-up=4 print-scaling=fit", false},
		{"fitted", tall, "fit=FIT_TO_PAGE", "print-scaling=fit", false},
		{"filled", tall, "fit=FILL_PAGE", "print-scaling=fill", false},
		{"not scaled", tall, "fit=NO_FITTING", "print-scaling=none", false},
		{"too large", large, "", "", false},
		{"too large, fitted", large, "fit=FIT_TO_PAGE", "print-scaling=fit", false},
		{"too large, not scaled", large, "fit=NO_FITTING", "print-scaling=none", false},
	} {
		choices, err := url.ParseQuery(c.choices)
		if err != nil {
			t.Fatal(err)
		}
		text, resp := w.get("/drafts/" + w.drafted(p.ID, paper{"a.pdf", c.doc}) + "/page/1.png?" + choices.Encode())
		if resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s", c.what, text)
		}
		ours, err := png.Decode(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		theirs := byCUPS(t, c.doc, c.options)
		if ours.Bounds().Dx() > ours.Bounds().Dy() != (theirs.Bounds().Dx() > theirs.Bounds().Dy()) {
			theirs = turned(theirs) // the preview is upright
		}
		if c.headDown {
			theirs = turned(turned(theirs))
		}
		a, b := ours.Bounds().Size(), theirs.Bounds().Size()
		if max(a.X-b.X, b.X-a.X, a.Y-b.Y, b.Y-a.Y) > 2 {
			t.Errorf("%s: %v dots, CUPS has %v", c.what, a, b)
		} else if n := unlike(ours, theirs); n > 10 {
			t.Errorf("%s: %d of 1000 squares differ from what CUPS makes", c.what, n)
		}
	}
}
