package raster

import (
	"fmt"
	"io"

	"platen/internal/impose"
)

// rasterWriter writes sides as PWG or Apple raster.
type rasterWriter struct {
	d     *document
	w     impose.Work
	depth depth
	out   io.Writer
	total int
	coder *coder // of the last side's width

	file   *output         // out, if what is written can be read
	copies map[string]span // of sides that come more than once
}

// span is where a side lies in the file.
type span struct{ from, to int64 }

// writeRaster draws sides and writes them as PWG or Apple raster.
func writeRaster(d *document, sides []impose.Side, w impose.Work, out io.Writer) error {
	depth, ok := depths(w.Raster.Type)
	if !ok {
		return unsupported(fmt.Sprintf("Nothing here draws pixels of the type %s.", w.Raster.Type))
	}
	if w.Raster.DPIX <= 0 || w.Raster.DPIX > maxDPI || w.Raster.DPIY <= 0 || w.Raster.DPIY > maxDPI {
		return unsupported("Raster needs a resolution.")
	}
	if w.To == impose.URF && (w.Raster.DPIX != w.Raster.DPIY || depth.space.urf == noURF) {
		return unsupported("Apple raster has neither two resolutions nor black and white.")
	}
	r := &rasterWriter{d: d, w: w, depth: depth, out: out, total: len(sides)}
	if o, ok := out.(*output); ok && w.Layout.Copies > 1 {
		r.file, r.copies = o, map[string]span{}
	}
	start := []byte(pwgSync)
	if w.To == impose.URF {
		start = urfStart(len(sides))
	}
	if _, err := out.Write(start); err != nil {
		return unwritten(err)
	}
	for i, s := range sides {
		if err := r.once(i, s); err != nil {
			return err
		}
	}
	return nil
}

// maxDPI is more than any printer has.
const maxDPI = 4800

// once writes the side number i; if it was written before, from there.
func (r *rasterWriter) once(i int, s impose.Side) error {
	if r.file == nil {
		return r.side(i, s)
	}
	key := fmt.Sprint(s, turnOf(i, r.w.Raster))
	if before, ok := r.copies[key]; ok {
		if err := r.file.again(before.from, before.to); err != nil {
			return unwritten(err)
		}
		return nil
	}
	from := r.file.at
	if err := r.side(i, s); err != nil {
		return err
	}
	r.copies[key] = span{from, r.file.at}
	return nil
}

// side writes the side number i.
func (r *rasterWriter) side(i int, s impose.Side) error {
	c, err := newCanvas(s, r.w.Raster.DPIX, r.w.Raster.DPIY, r.depth.kind)
	if err != nil {
		return err
	}
	t := turnOf(i, r.w.Raster)
	c.order = t.order()
	l := leaf{side: s, canvas: c, depth: r.depth, turn: t, total: r.total}
	header := pwgHeader(l, r.w)
	if r.w.To == impose.URF {
		header = urfHeader(l, r.w)
	}
	if _, err := r.out.Write(header); err != nil {
		return unwritten(err)
	}
	if r.coder == nil || r.coder.width != c.width {
		r.coder = newCoder(r.out, r.depth, c.width)
	}
	r.coder.begin(c.order, t.mirror())
	if s.Blank {
		return r.coder.take(band{lines: c.height})
	}
	return r.d.paint(s, c, r.coder.take)
}
