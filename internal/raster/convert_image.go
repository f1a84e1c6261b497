package raster

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"io"
	"math"
	"os"

	"platen/internal/impose"
)

// picture is an image that becomes a page.
type picture struct {
	width, height int     // pixels, as they are in the file
	dpiX, dpiY    float64 // 0: not said
	turn          int     // orientation of EXIF and TIFF, 1 to 8; 0 is 1
}

// The most pixels that an image may have. Decoding takes up to eight bytes for each.
// What is passed on is left to PDFium, which needs three, and seven for progressive
// JPEG: were it to need more than it has, it would leave the image out without a word.
const (
	maxDecoded     = 32 << 20
	maxPassed      = 100 << 20
	maxProgressive = 40 << 20
)

// imageDPI is the resolution of images that say none: that of CSS.
const imageDPI = 96

// maxPoints is how long a page may be, ISO 32000-1, annex C.
const maxPoints = 14400

// check refuses an image that is too large to be decoded.
func (p picture) check(most int) error {
	if p.width <= 0 || p.height <= 0 {
		return damagedImage(fmt.Errorf("%d by %d pixels", p.width, p.height))
	}
	if p.width > most/p.height {
		return &impose.Error{Cause: impose.CauseTooBig, Text: fmt.Sprintf("The image has %d by %d pixels, which are too many.", p.width, p.height)}
	}
	return nil
}

// size is that of the page in points: the image's own, by its dots per inch.
func (p picture) size() (width, height float64) {
	x, y := p.dpiX, p.dpiY
	if !(x >= 1 && x <= maxDPI && y >= 1 && y <= maxDPI) {
		x, y = imageDPI, imageDPI
	}
	width, height = float64(p.width)/x*72, float64(p.height)/y*72
	if k := maxPoints / max(width, height); k < 1 {
		width, height = width*k, height*k
	}
	// Less than a point is no page.
	return max(width, 1), max(height, 1)
}

// turned is the size of the page, and the matrix that carries the unit square of the
// image to it: EXIF 2.3, 4.6.4 A, and TIFF 6.0, section 8, say where the first line
// and the first column are.
func (p picture) turned() (width, height float64, m matrix) {
	w, h := p.size()
	switch p.turn {
	case 2: // the first line at the top, the first column at the right
		return w, h, matrix{a: -w, d: h, e: w}
	case 3: // bottom, right
		return w, h, matrix{a: -w, d: -h, e: w, f: h}
	case 4: // bottom, left
		return w, h, matrix{a: w, d: -h, f: h}
	case 5: // left, top
		return h, w, matrix{b: -w, c: -h, e: h, f: w}
	case 6: // right, top
		return h, w, matrix{b: -w, c: h, f: w}
	case 7: // right, bottom
		return h, w, matrix{b: w, c: h}
	case 8: // left, bottom
		return h, w, matrix{b: w, c: -h, e: h}
	}
	return w, h, matrix{a: w, d: h}
}

// place makes a page of an image object.
func (p picture) place(f *pdfFile, object int) error {
	w, h, m := p.turned()
	return f.page(w, h, fmt.Sprintf("/XObject<</I %d 0 R>>", object),
		fmt.Sprintf("q %.4f %.4f %.4f %.4f %.4f %.4f cm /I Do Q", m.a, m.b, m.c, m.d, m.e, m.f))
}

// stripLines is how many lines of a decoded image are made ready at once.
const stripLines = 64

// draw makes a page of a decoded image, on white where it is transparent.
func (p picture) draw(f *pdfFile, m image.Image) error {
	space, colours := "RGB", 3
	switch m.ColorModel() {
	case color.GrayModel, color.Gray16Model:
		space, colours = "Gray", 1
	}
	object := f.reserve()
	dict := fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/Device%s", p.width, p.height, space)
	err := f.packed(object, dict, func(out io.Writer) error {
		strip := image.NewRGBA(image.Rect(0, 0, p.width, min(p.height, stripLines)))
		packed := make([]byte, 0, len(strip.Pix))
		for y := 0; y < p.height; y += stripLines {
			draw.Draw(strip, strip.Rect, image.White, image.Point{}, draw.Src)
			draw.Draw(strip, strip.Rect, m, image.Pt(0, y), draw.Over)
			lines := min(stripLines, p.height-y)
			packed = packed[:0]
			for i := 0; i < lines*strip.Stride; i += 4 {
				packed = append(packed, strip.Pix[i:i+colours]...)
			}
			if _, err := out.Write(packed); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return unwritten(err)
	}
	return p.place(f, object)
}

// damagedImage is an image that cannot be read.
func damagedImage(err error) error {
	return &impose.Error{Cause: impose.CauseDamaged, Text: "The image is damaged: it cannot be read.", Err: err}
}

// imageReader reads an image and writes its pages to a PDF.
type imageReader func(in source, f *pdfFile) error

// source is a file, or something like it.
type source interface {
	io.ReadSeeker
	io.ReaderAt
}

// fromImage makes a converter of it.
func fromImage(read imageReader) converter {
	return func(_ context.Context, in *os.File, _ impose.Work, out io.Writer) error {
		return pagesOf(in, read, out)
	}
}

// pagesOf writes a PDF with the pages of an image.
func pagesOf(in source, read imageReader, out io.Writer) error {
	buffered := bufio.NewWriterSize(out, 64<<10)
	f := newPDF(buffered)
	if err := read(in, f); err != nil {
		var e *impose.Error
		switch {
		case errors.As(err, &e):
			return err
		case f.err != nil:
			return unwritten(f.err)
		default:
			return damagedImage(err)
		}
	}
	if err := f.close(); err != nil {
		return unwritten(err)
	}
	if err := buffered.Flush(); err != nil {
		return unwritten(err)
	}
	return nil
}

// perInch is a resolution that is given by the metre. That has no fractions: 72 dpi
// are written as 2835 and come back as 72.009.
func perInch(perMetre uint32) float64 {
	v := float64(perMetre) * 0.0254
	if whole := math.Round(v); math.Abs(v-whole) < 0.0254/2 {
		return whole
	}
	return v
}
