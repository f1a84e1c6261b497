package printer

import (
	"cmp"
	"slices"
	"strings"

	"platen/gcp"
	"platen/internal/impose"
)

// work returns what is done to the document before it is sent.
func (w *wish) work(r route) (impose.Work, error) {
	if r.to == "" {
		return impose.Work{}, nil
	}
	out := impose.Work{To: r.to}
	l := &out.Layout
	if r.pages {
		l.Pages = w.pages
	}
	l.Reverse = r.reverse && w.reverse
	if r.copies {
		l.Copies = w.manyCopies()
		l.Uncollated = w.collate != nil && !*w.collate
	}
	l.TwoSided = (r.copies || r.reverse) && cmp.Or(w.duplex, w.usualDuplex()).TwoSided()
	if r.layout {
		if err := w.layOut(l); err != nil {
			return impose.Work{}, err
		}
	}
	if r.text && !r.layout {
		l.Media, l.Fit = w.sheet(), gcp.FitNone // the pages that text becomes; the printer scales them
	}
	if r.raster != nil {
		out.Raster = w.raster(*r.raster)
	}
	return out, nil
}

// layOut says how the pages lie on the sheets, with the printer's defaults for what
// the ticket leaves out.
func (w *wish) layOut(l *impose.Layout) error {
	l.NumberUp = w.numberUp
	if l.NumberUp == 0 && w.caps.Native.NumberUp {
		l.NumberUp = w.usualNumberUp()
	}
	if l.NumberUp == 1 {
		l.NumberUp = 0
	}
	if !slices.Contains(impose.NumbersUp(), max(l.NumberUp, 1)) {
		return refuse("%d pages on a side cannot be laid out for this printer.", l.NumberUp)
	}
	if l.Fit = w.fit; l.Fit == "" && w.can.FitToPage != nil {
		if o := find(w.can.FitToPage.Option, func(o gcp.FitToPageOption) bool { return o.IsDefault }); o != nil {
			l.Fit = o.Type
		}
	}
	if l.Turn = w.orientation; l.Turn == "" && w.can.PageOrientation != nil && w.asked.PageOrientation == nil {
		o := find(w.can.PageOrientation.Option, func(o gcp.OrientationOption) bool { return o.IsDefault })
		// Nearly all printers say portrait, and turn pages that lie on their side all the
		// same; landscape is somebody's decision.
		if o != nil && o.Type == gcp.OrientationLandscape {
			l.Turn = o.Type
		}
	}
	l.Media = w.sheet()
	return nil
}

// sheet is the paper with the part of it that is printed on.
func (w *wish) sheet() impose.Media {
	s := w.media.sheet
	s.Name = w.media.name()
	in := w.media.inset
	if !w.media.set {
		in = w.usualInsetOf(w.media.size)
	}
	s.Margin = impose.Margin{Top: in.Top * micron, Right: in.Right * micron, Bottom: in.Bottom * micron, Left: in.Left * micron}
	return s
}

// usualInsetOf returns the margins that a size has where none are asked for: the
// printer's usual ones, else the first that are not borderless.
func (w *wish) usualInsetOf(md Media) Inset {
	var usual Inset
	if u := w.usualMargins(); u != nil {
		usual = Inset{hundredths(u.TopMicrons), hundredths(u.RightMicrons), hundredths(u.BottomMicrons), hundredths(u.LeftMicrons)}
	}
	if len(md.Margins) == 0 || slices.Contains(md.Margins, usual) {
		return usual
	}
	if i := slices.IndexFunc(md.Margins, func(in Inset) bool { return in != Inset{} }); i >= 0 {
		return md.Margins[i]
	}
	return md.Margins[0]
}

// usualDuplex is the way to print on sheets that the printer has by itself.
func (w *wish) usualDuplex() gcp.DuplexType {
	if w.can.Duplex != nil {
		if o := find(w.can.Duplex.Option, func(o gcp.DuplexOption) bool { return o.IsDefault }); o != nil {
			return o.Type
		}
	}
	return gcp.DuplexNone
}

// raster says how pages are drawn for a printer.
func (w *wish) raster(how Raster) impose.Raster {
	r := impose.Raster{
		Type: w.pixels(how.Types), Source: w.media.source, MediaType: w.media.kind, Quality: w.vendor.quality,
	}
	res := impose.NearestResolution(how.Resolutions, w.resolution())
	r.DPIX, r.DPIY = res.CrossFeedDir, res.FeedDir
	if d := cmp.Or(w.duplex, w.usualDuplex()); d.TwoSided() && how.TwoSided {
		r.Duplex, r.SheetBack = d, cmp.Or(how.SheetBack, gcp.SheetBackRotated)
	}
	return r
}

// pixels chooses the kind of pixels by the colour mode, which is the printer's usual
// one unless the ticket asks for another.
func (w *wish) pixels(types []gcp.PWGType) gcp.PWGType {
	mode := w.mode
	if mode == nil && w.can.Color != nil {
		mode = find(w.can.Color.Option, func(o gcp.ColorOption) bool { return o.IsDefault })
	}
	if mode == nil {
		return types[0]
	}
	gray := mode.Type == gcp.ColorMonochrome || mode.Type == gcp.ColorCustomMonochrome
	if strings.HasSuffix(mode.VendorID, "bi-level") {
		if t := find(types, func(t gcp.PWGType) bool { return strings.HasSuffix(string(t), "_1") }); t != nil {
			return *t
		}
	}
	if t := find(types, func(t gcp.PWGType) bool { return isGray(t) == gray }); t != nil {
		return *t
	}
	return types[0]
}

func isGray(t gcp.PWGType) bool {
	return strings.HasPrefix(string(t), "SGRAY") || strings.HasPrefix(string(t), "BLACK")
}

// resolution is the ticket's, or the printer's usual one.
func (w *wish) resolution() gcp.PWGResolution {
	want := gcp.DPIOption{HorizontalDPI: 300, VerticalDPI: 300} // of a printer that does not tell
	if w.can.DPI != nil {
		if o := find(w.can.DPI.Option, func(o gcp.DPIOption) bool { return o.IsDefault }); o != nil {
			want = *o
		}
	}
	if w.dpi != nil {
		want = *w.dpi
	}
	return gcp.PWGResolution{CrossFeedDir: want.HorizontalDPI, FeedDir: want.VerticalDPI}
}
