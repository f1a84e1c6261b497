package raster

import (
	"math"

	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/structs"

	"platen/internal/impose"
)

// pixels is how a pixel is kept while it is drawn.
type pixels int

// The kinds of pixels.
const (
	gray   pixels = iota // a byte, 255 is white
	colour               // blue, green, red: with a fourth byte PDFium is a third slower
	crisp                // gray without smooth edges, for printers that know only black
)

// bytes is how long one is.
func (p pixels) bytes() int {
	if p == colour {
		return 3
	}
	return 1
}

func (p pixels) format() enums.FPDF_BITMAP_FORMAT {
	if p == colour {
		return enums.FPDF_BITMAP_FORMAT_BGR
	}
	return enums.FPDF_BITMAP_FORMAT_GRAY
}

// flags has annotations and the fields of forms drawn as they print.
func (p pixels) flags() enums.FPDF_RENDER_FLAG {
	f := enums.FPDF_RENDER_FLAG_ANNOT | enums.FPDF_RENDER_FLAG_PRINTING | enums.FPDF_RENDER_FLAG_RENDER_LIMITEDIMAGECACHE
	if p == crisp {
		f |= enums.FPDF_RENDER_FLAG_RENDER_NO_SMOOTHTEXT | enums.FPDF_RENDER_FLAG_RENDER_NO_SMOOTHPATH
	}
	return f
}

// direction is the order in which bands are drawn.
type direction int

// The directions.
const (
	down direction = iota
	up             // from the bottom to the top
)

// canvas is what a side is drawn on.
type canvas struct {
	width, height int     // pixels
	x, y          float64 // pixels of a point
	kind          pixels
	order         direction
}

// maxPixels is a sheet of A0 at 600 dpi, and as much again.
const maxPixels = 1 << 30

// newCanvas is for a side at so many dots per inch.
func newCanvas(s impose.Side, dpiX, dpiY int, kind pixels) (canvas, error) {
	c := canvas{x: float64(dpiX) / 72, y: float64(dpiY) / 72, kind: kind}
	w, h := math.Floor(s.Width*c.x+1e-3), math.Floor(s.Height*c.y+1e-3)
	if !(w*h <= maxPixels) || w > maxWidth {
		return c, &impose.Error{Cause: impose.CauseTooBig, Text: "A page of the document is too large to be drawn."}
	}
	c.width, c.height = max(int(w), 1), max(int(h), 1)
	return c, nil
}

// maxWidth keeps some lines of a canvas within a band.
const maxWidth = 1 << 17

// matrix carries points (x, y) to (a*x+c*y+e, b*x+d*y+f).
type matrix struct{ a, b, c, d, e, f float64 }

// then is m followed by n.
func (m matrix) then(n matrix) matrix {
	return matrix{
		a: n.a*m.a + n.c*m.b, b: n.b*m.a + n.d*m.b,
		c: n.a*m.c + n.c*m.d, d: n.b*m.c + n.d*m.d,
		e: n.a*m.e + n.c*m.f + n.e, f: n.b*m.e + n.d*m.f + n.f,
	}
}

// frame is a rectangle of pixels; x1 and y1 are outside.
type frame struct{ x0, y0, x1, y1 int }

func (f frame) empty() bool { return f.x0 >= f.x1 || f.y0 >= f.y1 }

func (f frame) and(g frame) frame {
	return frame{max(f.x0, g.x0), max(f.y0, g.y0), min(f.x1, g.x1), min(f.y1, g.y1)}
}

// bounds is the frame around a rectangle that m carries to pixels.
func (m matrix) bounds(r impose.Rect) frame {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range [4][2]float64{{r.X, r.Y}, {r.X + r.Width, r.Y}, {r.X, r.Y + r.Height}, {r.X + r.Width, r.Y + r.Height}} {
		x, y := m.a*p[0]+m.c*p[1]+m.e, m.b*p[0]+m.d*p[1]+m.f
		x0, x1, y0, y1 = min(x0, x), max(x1, x), min(y0, y), max(y1, y)
	}
	return frame{pixel(math.Floor(x0 + slack)), pixel(math.Floor(y0 + slack)), pixel(math.Ceil(x1 - slack)), pixel(math.Ceil(y1 - slack))}
}

// slack is how far an edge may lie in a pixel that is not taken for its.
const slack = 1e-3

// pixel is a coordinate within what a bitmap can have.
func pixel(v float64) int { return int(max(-1<<24, min(v, 1<<24))) }

// placed is a part of a side, in pixels of the canvas.
type placed struct {
	page   int
	matrix matrix // from what PDFium makes of the page
	frame  frame
}

// place computes where the parts of a side come.
func (d *document) place(s impose.Side, c canvas) []placed {
	device := matrix{a: c.x, d: -c.y, f: s.Height * c.y}
	all := frame{0, 0, c.width, c.height}
	parts := make([]placed, 0, len(s.Parts))
	for _, p := range s.Parts {
		page := d.pages[p.Page]
		to := matrix{p.A, p.B, p.C, p.D, p.E, p.F}.then(device)
		f := to.bounds(impose.Rect{Width: page.Width, Height: page.Height}).and(all)
		if p.Clip != (impose.Rect{}) {
			f = f.and(device.bounds(p.Clip))
		}
		// Before it applies our matrix, PDFium lays the page into a box of whole
		// points, the fraction cut off, with the origin at the top.
		w, h := math.Floor(page.Width), math.Floor(page.Height)
		if f.empty() || w < 1 || h < 1 {
			continue
		}
		box := matrix{a: page.Width / w, d: -page.Height / h, f: page.Height}
		parts = append(parts, placed{p.Page, box.then(to), f})
	}
	return parts
}

// pdfium is a matrix as PDFium takes it, for a bitmap whose first line is line y.
func (m matrix) pdfium(y int) structs.FPDF_FS_MATRIX {
	return structs.FPDF_FS_MATRIX{
		A: float32(m.a), B: float32(m.b), C: float32(m.c), D: float32(m.d), E: float32(m.e), F: float32(m.f - float64(y)),
	}
}

// pdfium is a frame as PDFium takes it, for a bitmap whose first line is line y.
func (f frame) pdfium(y int) structs.FPDF_FS_RECTF {
	return structs.FPDF_FS_RECTF{Left: float32(f.x0), Top: float32(f.y0 - y), Right: float32(f.x1), Bottom: float32(f.y1 - y)}
}
