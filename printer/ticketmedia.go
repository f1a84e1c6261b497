package printer

import (
	"math"

	"platen/gcp"
	"platen/internal/impose"
)

// mediaWish is the paper that a job is printed on.
type mediaWish struct {
	size   Media        // asked for, or the usual one; zero: unknown
	sheet  impose.Media // the same in microns, without margins
	asked  bool         // the ticket asks for the size
	inset  Inset        // margins, where set
	set    bool         // the ticket asks for other margins than the usual ones
	source string       // media-source keyword, "" if not asked for
	kind   string       // media-type keyword, "" if not asked for
}

// readMedia reads size and margins. The check has found the size among the options
// or between the limits.
func (w *wish) readMedia() error {
	if t := w.asked.MediaSize; t != nil && w.can.MediaSize != nil && (t.WidthMicrons != 0 || t.HeightMicrons != 0 || t.VendorID != "") &&
		(len(w.can.MediaSize.Option) > 0 || w.can.MediaSize.MaxWidthMicrons > 0) {
		if err := w.readSize(*t); err != nil {
			return err
		}
	} else if i := w.usualSize(); i >= 0 {
		w.takeSize(i, gcp.MediaSizeTicketItem{})
	}
	return w.readMargins()
}

func (w *wish) readSize(t gcp.MediaSizeTicketItem) error {
	w.media.asked = true
	if i := w.nearestSize(t); i >= 0 {
		w.takeSize(i, t)
		return w.cutRoll()
	}
	s := w.can.MediaSize
	x, y := t.WidthMicrons, t.HeightMicrons
	if x <= 0 || y <= 0 || s.MaxWidthMicrons <= 0 || s.MaxHeightMicrons <= 0 {
		return refuse("The printer does not offer the media size %q.", t.VendorID)
	}
	// The check allows for rounding at the limits; the printer does not.
	x = min(max(x, s.MinWidthMicrons), s.MaxWidthMicrons)
	y = min(max(y, s.MinHeightMicrons), s.MaxHeightMicrons)
	w.media.size = Media{X: hundredths(x), Y: hundredths(y)}
	w.media.sheet = impose.Media{Width: x, Height: y}
	return nil
}

// hundredths turns microns into 1/100 mm.
func hundredths(microns int) int { return (microns + micron/2) / micron }

// cutRoll refuses a length that the printer does not cut a roll to.
func (w *wish) cutRoll() error {
	m := &w.media.size
	if w.media.sheet.Height == 0 || m.Least == 0 && m.Most == 0 {
		return nil
	}
	if m.Y < m.Least-near || m.Most > 0 && m.Y > m.Most+near {
		return refuse("The printer cuts this roll to lengths of %s to %s mm, not %s mm.",
			millimetres(m.Least*micron), millimetres(m.Most*micron), millimetres(m.Y*micron))
	}
	m.Y = max(m.Y, m.Least)
	if m.Most > 0 {
		m.Y = min(m.Y, m.Most)
	}
	return nil
}

// takeSize takes the size at a place of the CDD. The length of a roll is the job's
// own.
func (w *wish) takeSize(i int, t gcp.MediaSizeTicketItem) {
	o := w.can.MediaSize.Option[i]
	w.media.size = w.caps.Media[i]
	w.media.sheet = impose.Media{Width: o.WidthMicrons, Height: o.HeightMicrons}
	if o.IsContinuousFeed {
		w.media.sheet.Height = t.HeightMicrons
		if t.HeightMicrons > 0 {
			w.media.size.Y = hundredths(t.HeightMicrons)
		}
	}
}

// nearestSize returns the place of the size in the CDD and in Capabilities.Media:
// the option of that name if its measures fit too, else the one with the nearest
// measures; -1 if there is none.
func (w *wish) nearestSize(t gcp.MediaSizeTicketItem) int {
	if len(w.caps.Media) != len(w.can.MediaSize.Option) {
		return -1
	}
	best, least := -1, math.MaxInt
	for i, o := range w.can.MediaSize.Option {
		off, ok := offBy(o, t)
		if ok && t.VendorID != "" && o.VendorID == t.VendorID {
			return i
		}
		if ok && off < least {
			best, least = i, off
		}
	}
	return best
}

// offBy returns by how many microns an option's measures differ from the ticket's;
// ok is false if it is another size. A ticket without measures goes by the name.
func offBy(o gcp.MediaSizeOption, t gcp.MediaSizeTicketItem) (off int, ok bool) {
	if t.WidthMicrons == 0 && t.HeightMicrons == 0 {
		return 0, o.VendorID == t.VendorID
	}
	if t.WidthMicrons < 0 || t.HeightMicrons < 0 {
		return 0, false
	}
	x, y := abs(o.WidthMicrons-t.WidthMicrons), abs(o.HeightMicrons-t.HeightMicrons)
	if o.IsContinuousFeed {
		y = 0
		if !t.IsContinuousFeed {
			x, y = x+near*micron, y+near*micron // a sheet of just that size comes first
			return x + y, x <= 2*near*micron
		}
	}
	return x + y, x <= near*micron && y <= near*micron
}

// usualSize returns the place of the size that the printer takes by itself, or -1.
func (w *wish) usualSize() int {
	if w.can.MediaSize == nil || len(w.caps.Media) != len(w.can.MediaSize.Option) {
		return -1
	}
	for i, o := range w.can.MediaSize.Option {
		if o.IsDefault {
			return i
		}
	}
	return -1
}

// readMargins chooses the set of margins of this size that is nearest to the wanted
// one without being larger; none where the printer's usual ones are meant.
func (w *wish) readMargins() error {
	t, can := w.asked.Margins, w.can.Margins
	if t == nil || can == nil || len(can.Option) == 0 {
		return nil
	}
	usual := w.usualMargins()
	if usual != nil && *t == (gcp.MarginsTicketItem{
		TopMicrons: usual.TopMicrons, RightMicrons: usual.RightMicrons,
		BottomMicrons: usual.BottomMicrons, LeftMicrons: usual.LeftMicrons,
	}) {
		return nil
	}
	off := near * micron // as the check allows, for rounding
	if *t == (gcp.MarginsTicketItem{}) {
		off = 0 // no margins are none
	}
	best, found := w.nearestInset(*t, off)
	switch {
	case found:
		w.media.inset, w.media.set = best, true
		return nil
	case *t == gcp.MarginsTicketItem{}:
		return refuse("The printer cannot print without margins%s.", w.onSheet())
	}
	return refuse("The printer cannot print as near to the edges as the ticket asks%s.", w.onSheet())
}

// nearestInset returns the largest set of margins of the size that is within those of
// the ticket, but for some microns.
func (w *wish) nearestInset(t gcp.MarginsTicketItem, off int) (best Inset, found bool) {
	for _, have := range w.insets() {
		if have.within(t, off) && (!found || have.sum() > best.sum()) {
			best, found = have, true
		}
	}
	return best, found
}

// insets are the sets of margins that the size comes with. A custom size has those
// of the printer, but for none at all.
func (w *wish) insets() []Inset {
	if len(w.media.size.Margins) > 0 {
		return w.media.size.Margins
	}
	var out []Inset
	for _, o := range w.can.Margins.Option {
		if o.Type != gcp.MarginsBorderless {
			out = append(out, Inset{hundredths(o.TopMicrons), hundredths(o.RightMicrons), hundredths(o.BottomMicrons), hundredths(o.LeftMicrons)})
		}
	}
	return out
}

// within reports whether these margins are nowhere larger than the ticket's, but for
// some microns. A member that is 0 beside others that are not was not said.
func (in Inset) within(t gcp.MarginsTicketItem, off int) bool {
	all := t == gcp.MarginsTicketItem{}
	for _, m := range [][2]int{
		{in.Top, t.TopMicrons}, {in.Right, t.RightMicrons}, {in.Bottom, t.BottomMicrons}, {in.Left, t.LeftMicrons},
	} {
		if (m[1] != 0 || all) && m[0]*micron > m[1]+off {
			return false
		}
	}
	return true
}

func (in Inset) sum() int { return in.Top + in.Right + in.Bottom + in.Left }

// usualMargins are those that the printer has anyway.
func (w *wish) usualMargins() *gcp.MarginsOption {
	if w.can.Margins == nil {
		return nil
	}
	return find(w.can.Margins.Option, func(o gcp.MarginsOption) bool { return o.IsDefault })
}
