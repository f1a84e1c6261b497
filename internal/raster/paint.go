package raster

import (
	"fmt"

	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"

	"platen/internal/impose"
)

// bandBytes is about the memory of a band: sides are drawn in bands, so that the
// memory does not grow with the sheet. Two are in use, one drawn and one written.
const bandBytes = 8 << 20

// band is some lines of a side, from the top to the bottom.
type band struct {
	lines  int
	stride int    // bytes from a line to the next
	pix    []byte // nil: all white
}

// line is one of them.
func (b band) line(i, bytes int) []byte { return b.pix[i*b.stride:][:bytes] }

// bitmap is memory in the guest that PDFium draws on.
type bitmap struct {
	ref    references.FPDF_BITMAP
	stride int
}

// easel holds two bitmaps, for canvases of one width and kind.
type easel struct {
	width, lines int
	kind         pixels
	bitmaps      [2]bitmap
}

// easel returns bitmaps for a canvas: those of the last one, if they fit.
func (d *document) easel(c canvas) (*easel, error) {
	lines := min(c.height, max(bandBytes/(c.width*c.kind.bytes()), 16))
	if e := d.on; e != nil && e.width == c.width && e.kind == c.kind && e.lines >= lines {
		return e, nil
	}
	if d.on != nil {
		for _, b := range d.on.bitmaps {
			_, _ = d.pdf.FPDFBitmap_Destroy(&requests.FPDFBitmap_Destroy{Bitmap: b.ref}) // at worst it stays
		}
		d.on = nil
	}
	e := &easel{width: c.width, lines: lines, kind: c.kind}
	for i := range e.bitmaps {
		b, err := d.pdf.FPDFBitmap_CreateEx(&requests.FPDFBitmap_CreateEx{Width: c.width, Height: lines, Format: c.kind.format(), Pointer: uint64(0)})
		if err != nil {
			return nil, tooBig(err)
		}
		stride, err := d.pdf.FPDFBitmap_GetStride(&requests.FPDFBitmap_GetStride{Bitmap: b.Bitmap})
		if err != nil || stride.Stride < c.width*c.kind.bytes() {
			return nil, tooBig(fmt.Errorf("no bitmap of %d by %d pixels: %w", c.width, lines, err))
		}
		e.bitmaps[i] = bitmap{b.Bitmap, stride.Stride}
	}
	d.on = e
	return e, nil
}

// paint draws a side in bands, and hands them to take in the order of the canvas.
// take works beside the drawing of the next band, in another goroutine; the band is
// its own until it returns.
func (d *document) paint(s impose.Side, c canvas, take func(band) error) error {
	if d.poppler != "" {
		return d.poppled(s, c, take)
	}
	e, err := d.easel(c)
	if err != nil {
		return err
	}
	parts := d.place(s, c)
	bands := make(chan band) // unbuffered: when one is taken, the one before is done with
	done := make(chan error, 1)
	go func() {
		var err error
		for b := range bands {
			if err == nil {
				err = take(b)
			}
		}
		done <- err
	}()
	err = d.bands(e, c, parts, bands)
	close(bands)
	if taken := <-done; err == nil {
		err = taken
	}
	return err
}

// bands draws the bands of a canvas.
func (d *document) bands(e *easel, c canvas, parts []placed, to chan<- band) error {
	count := (c.height + e.lines - 1) / e.lines
	for i := range count {
		y := i * e.lines
		if c.order == up {
			y = (count - 1 - i) * e.lines
		}
		b, err := d.band(e, frame{0, y, c.width, min(y+e.lines, c.height)}, parts, e.bitmaps[i%2])
		if err != nil {
			return err
		}
		to <- b
	}
	return nil
}

// band draws the parts that lie in a frame.
func (d *document) band(e *easel, f frame, parts []placed, on bitmap) (band, error) {
	b := band{lines: f.y1 - f.y0, stride: on.stride}
	drawn := false
	for _, p := range parts {
		clip := p.frame.and(f)
		if clip.empty() {
			continue
		}
		page, err := d.show(p.page)
		if err != nil {
			return b, err
		}
		if !drawn {
			if err := d.blank(on, b.lines); err != nil {
				return b, err
			}
			drawn = true
		}
		if _, err := d.pdf.FPDF_RenderPageBitmapWithMatrix(&requests.FPDF_RenderPageBitmapWithMatrix{
			Bitmap: on.ref, Page: page, Matrix: p.matrix.pdfium(f.y0), Clipping: clip.pdfium(f.y0), Flags: e.kind.flags(),
		}); err != nil {
			return b, damaged(fmt.Errorf("page %d: %w", p.page+1, err))
		}
	}
	if !drawn {
		return b, nil
	}
	var err error
	b.pix, err = d.memory(on)
	return b, err
}

// memory is the guest's memory of a bitmap. It is to be asked for again after each
// call: what the guest's memory is may change.
func (d *document) memory(on bitmap) ([]byte, error) {
	buffer, err := d.pdf.FPDFBitmap_GetBuffer(&requests.FPDFBitmap_GetBuffer{Bitmap: on.ref})
	if err != nil {
		return nil, damaged(err)
	}
	return buffer.Buffer, nil
}

// cacheful is as much as is copied fast.
const cacheful = 64 << 10

// blank makes the first lines of a bitmap white. PDFium's own way takes a sixth of
// the time of drawing.
func (d *document) blank(on bitmap, lines int) error {
	pix, err := d.memory(on)
	if err != nil {
		return err
	}
	pix = pix[:lines*on.stride]
	pix[0] = 255
	for n := 1; n < len(pix); n += min(n, cacheful) {
		copy(pix[n:], pix[:min(n, cacheful)])
	}
	return nil
}
