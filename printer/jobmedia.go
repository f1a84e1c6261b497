package printer

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
)

// media asks for size and margins together: margins mean nothing without a size.
func (w *wish) media() error {
	md, asked, err := w.size()
	if err != nil {
		return err
	}
	in, set, err := w.margins(md)
	if err != nil || !asked && !set {
		return err
	}
	if !w.caps.takes("media-col") {
		if set {
			return refuse("the printer cannot change its margins")
		}
		return w.mediaKeyword(md)
	}
	size := goipp.Collection{
		goipp.MakeAttribute("x-dimension", goipp.TagInteger, goipp.Integer(md.X)),
		goipp.MakeAttribute("y-dimension", goipp.TagInteger, goipp.Integer(md.Y)),
	}
	col := goipp.Collection{goipp.MakeAttribute("media-size", goipp.TagBeginCollection, size)}
	if set {
		for _, m := range []struct {
			side string
			size int
		}{{"bottom", in.Bottom}, {"left", in.Left}, {"right", in.Right}, {"top", in.Top}} {
			col.Add(goipp.MakeAttribute("media-"+m.side+"-margin", goipp.TagInteger, goipp.Integer(m.size)))
		}
	}
	w.add("media-col", goipp.TagBeginCollection, col)
	return nil
}

func (w *wish) mediaKeyword(md Media) error {
	if !w.caps.takes("media") {
		return refuse("the printer's media size cannot be chosen")
	}
	name := md.Keyword
	if name == "" {
		mm := func(n int) string { return strconv.FormatFloat(float64(n)/100, 'f', -1, 64) }
		size := mm(md.X) + "x" + mm(md.Y) + "mm"
		name = "custom_" + size + "_" + size
	}
	w.keyword("media", name)
	return nil
}

// size returns the wanted size, or the default one with asked false.
func (w *wish) size() (md Media, asked bool, err error) {
	t := w.want.MediaSize
	if t == nil || t.WidthMicrons == 0 && t.HeightMicrons == 0 && t.VendorID == "" {
		return w.defaultSize(), false, nil
	}
	if i := w.findSize(*t); i >= 0 {
		return w.caps.Media[i], true, nil
	}
	if s := w.can.MediaSize; s != nil && !t.IsContinuousFeed &&
		within(t.WidthMicrons, s.MinWidthMicrons, s.MaxWidthMicrons) &&
		within(t.HeightMicrons, s.MinHeightMicrons, s.MaxHeightMicrons) {
		return Media{X: t.WidthMicrons / micron, Y: t.HeightMicrons / micron}, true, nil
	}
	if t.WidthMicrons == 0 {
		return Media{}, false, refuse("the printer has no media size %s", t.VendorID)
	}
	return Media{}, false, refuse("the printer has no media size of %s x %s mm", millimetres(t.WidthMicrons), millimetres(t.HeightMicrons))
}

// findSize returns the place of a size in the CDD and in Capabilities.Media. The
// option's own name counts first, then its measures.
func (w *wish) findSize(t gcp.MediaSizeTicketItem) int {
	if w.can.MediaSize == nil || len(w.caps.Media) != len(w.can.MediaSize.Option) {
		return -1
	}
	x, y := t.WidthMicrons/micron, t.HeightMicrons/micron
	if t.VendorID != "" {
		i := slices.IndexFunc(w.can.MediaSize.Option, func(o gcp.MediaSizeOption) bool { return o.VendorID == t.VendorID })
		if i >= 0 && (x == 0 && y == 0 || w.caps.Media[i].is(x, y)) {
			return i
		}
	}
	return slices.IndexFunc(w.caps.Media, func(md Media) bool { return md.is(x, y) })
}

func (w *wish) defaultSize() Media {
	if w.can.MediaSize == nil || len(w.caps.Media) != len(w.can.MediaSize.Option) {
		return Media{}
	}
	i := slices.IndexFunc(w.can.MediaSize.Option, func(o gcp.MediaSizeOption) bool { return o.IsDefault })
	if i < 0 {
		return Media{}
	}
	return w.caps.Media[i]
}

// margins returns the set of margins of this size that is nearest to the wanted
// one without being larger; set is false where the printer's usual do.
func (w *wish) margins(md Media) (in Inset, set bool, err error) {
	t := w.want.Margins
	if t == nil || w.usual(*t) {
		return Inset{}, false, nil
	}
	asked := Inset{t.TopMicrons / micron, t.RightMicrons / micron, t.BottomMicrons / micron, t.LeftMicrons / micron}
	best, found := Inset{}, false
	for _, have := range md.Margins {
		fits := have.Top <= asked.Top && have.Right <= asked.Right && have.Bottom <= asked.Bottom && have.Left <= asked.Left
		if fits && (!found || have.sum() > best.sum()) {
			best, found = have, true
		}
	}
	if found {
		return best, true, nil
	}
	if asked == (Inset{}) {
		return Inset{}, false, refuse("the printer cannot print %swithout margins", describeSize(md))
	}
	return Inset{}, false, refuse("the printer's margins are wider than the ticket asks%s", trailing(md))
}

func (in Inset) sum() int { return in.Top + in.Right + in.Bottom + in.Left }

// usual reports whether these are the margins that the printer has anyway.
func (w *wish) usual(t gcp.MarginsTicketItem) bool {
	if w.can.Margins == nil {
		return false
	}
	for _, o := range w.can.Margins.Option {
		if o.IsDefault {
			return t == gcp.MarginsTicketItem{
				TopMicrons: o.TopMicrons, RightMicrons: o.RightMicrons,
				BottomMicrons: o.BottomMicrons, LeftMicrons: o.LeftMicrons,
			}
		}
	}
	return false
}

func within(n, lo, hi int) bool { return hi > 0 && n >= lo && n <= hi }

func millimetres(n int) string { return strconv.FormatFloat(float64(n)/1000, 'f', -1, 64) }

func describeSize(md Media) string {
	if md.X == 0 {
		return ""
	}
	return fmt.Sprintf("%s x %s mm ", millimetres(md.X*micron), millimetres(md.Y*micron))
}

func trailing(md Media) string {
	if md.X == 0 {
		return ""
	}
	return fmt.Sprintf(" on %s x %s mm", millimetres(md.X*micron), millimetres(md.Y*micron))
}
