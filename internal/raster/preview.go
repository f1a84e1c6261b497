package raster

import (
	"fmt"

	"platen/gcp"
	"platen/internal/impose"
)

// previewDPI is the resolution of a preview that none is asked for: a page fills a
// window.
const previewDPI = 96

// maxPreview is how many pixels a preview may have: A4 at 600 dpi has fewer.
const maxPreview = 40 << 20

// writePNG draws one side of a document, or a block of them, each into a picture of
// its own; say hears of each as soon as it can be read.
func writePNG(d *document, sides []impose.Side, r impose.Raster, out *output, say func(reply)) error {
	list := r.InBlock(len(sides))
	if len(list) == 0 {
		return &impose.Error{Cause: impose.CauseEmpty, Text: fmt.Sprintf("There is no side %d: the last is %d.", max(r.Side, 1), len(sides))}
	}
	for _, number := range list {
		p := impose.Picture{Side: number, From: out.at, Pages: len(d.pages), Sides: len(sides)}
		if err := writeSide(d, sides[number-1], r, out); err != nil {
			return err
		}
		if err := out.buffer.Flush(); err != nil {
			return unwritten(err)
		}
		p.To = out.at
		say(reply{Drawn: &p})
	}
	return nil
}

// writeSide draws one side as people read it: one whose pages lie turned on the sheet
// is shown upright.
func writeSide(d *document, side impose.Side, r impose.Raster, out *output) error {
	side = upright(side)
	kind, err := previewKind(r.Type)
	if err != nil {
		return err
	}
	x, y := or(r.DPIX, previewDPI), or(r.DPIY, or(r.DPIX, previewDPI))
	if x < 0 || x > maxDPI || y < 0 || y > maxDPI {
		return unsupported("A preview has a resolution like that of a printer.")
	}
	c, err := newCanvas(side, x, y, kind)
	if err != nil {
		return err
	}
	if c.width*c.height > maxPreview {
		return &impose.Error{Cause: impose.CauseTooBig, Text: "The preview would become too large: ask for fewer dots per inch."}
	}
	p, err := newPNG(out, c, x, y)
	if err != nil {
		return unwritten(err)
	}
	if side.Blank {
		err = p.take(band{lines: c.height})
	} else {
		err = d.paint(side, c, p.take)
	}
	if err != nil {
		return err
	}
	if err := p.close(); err != nil {
		return unwritten(err)
	}
	return nil
}

// previewKind is how pixels of a type look: gray if it has no colour.
func previewKind(t gcp.PWGType) (pixels, error) {
	depth, ok := depths(t)
	switch {
	case !ok:
		return 0, unsupported(fmt.Sprintf("Nothing here draws pixels of the type %s.", t))
	case depth.colors == 1:
		return gray, nil
	default:
		return colour, nil
	}
}

// upright turns a side so that it reads.
func upright(s impose.Side) impose.Side {
	if !s.Turned {
		return s
	}
	// A quarter clockwise: what was the lower right becomes the lower left.
	quarter := matrix{b: -1, c: 1, f: s.Width}
	turned := impose.Side{Width: s.Height, Height: s.Width, Blank: s.Blank, Parts: make([]impose.Part, 0, len(s.Parts))}
	for _, p := range s.Parts {
		m := matrix{p.A, p.B, p.C, p.D, p.E, p.F}.then(quarter)
		q := impose.Part{Page: p.Page, A: m.a, B: m.b, C: m.c, D: m.d, E: m.e, F: m.f}
		if p.Clip != (impose.Rect{}) {
			q.Clip = impose.Rect{X: p.Clip.Y, Y: s.Width - p.Clip.X - p.Clip.Width, Width: p.Clip.Height, Height: p.Clip.Width}
		}
		turned.Parts = append(turned.Parts, q)
	}
	return turned
}
