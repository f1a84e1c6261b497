package printer

import (
	"strconv"

	"github.com/OpenPrinting/goipp"
)

// mediaAttributes asks for size, margins, source and type of the media together, in
// media-col or by the keyword media, never in both. Margins, a source or a type never
// go without the size that they are of, and only media-col has room for them: a printer
// that lists them takes it.
func (w *wish) mediaAttributes() (goipp.Attributes, error) {
	m := w.media
	if m.asked && m.size.PPD != "" {
		return w.sizeOfPPD()
	}
	more := m.set && !w.usualInset() || m.source != "" || m.kind != ""
	byName := m.endless() && w.caps.takes("media") || !w.caps.takes("media-col")
	switch {
	case !m.asked && !m.set && !more, !m.asked && byName && !more:
		return nil, nil
	case more || !byName:
		return goipp.Attributes{goipp.MakeAttribute("media-col", goipp.TagBeginCollection, m.collection())}, nil
	case !w.caps.takes("media"):
		return nil, refuse("The printer's media size cannot be chosen.")
	}
	return goipp.Attributes{keyword("media", m.name())}, nil
}

// sizeOfPPD asks for a size that IPP does not know by the PPD's keyword.
func (w *wish) sizeOfPPD() (goipp.Attributes, error) {
	m := w.media
	if m.set && !w.usualInset() {
		return nil, refuse("The printer's margins cannot be chosen%s.", w.onSheet())
	}
	out := goipp.Attributes{keyword("PageSize", m.size.PPD)}
	if m.source != "" || m.kind != "" {
		m.size, m.set = Media{}, false
		out.Add(goipp.MakeAttribute("media-col", goipp.TagBeginCollection, m.collection()))
	}
	return out, nil
}

// usualInset reports whether the printer has the wanted margins anyway.
func (w *wish) usualInset() bool {
	u, in := w.usualMargins(), w.media.inset
	return u != nil && in == Inset{hundredths(u.TopMicrons), hundredths(u.RightMicrons), hundredths(u.BottomMicrons), hundredths(u.LeftMicrons)}
}

// collection makes media-col (PWG 5100.7, 6.3.1).
func (m mediaWish) collection() goipp.Collection {
	var col goipp.Collection
	if x, y := m.size.X, m.length(); x > 0 && y > 0 {
		size := goipp.Collection{integer("x-dimension", goipp.TagInteger, x), integer("y-dimension", goipp.TagInteger, y)}
		col.Add(goipp.MakeAttribute("media-size", goipp.TagBeginCollection, size))
	}
	if m.source != "" {
		col.Add(keyword("media-source", m.source))
	}
	if m.kind != "" {
		col.Add(keyword("media-type", m.kind))
	}
	if m.set {
		for _, side := range []struct {
			name string
			size int
		}{{"bottom", m.inset.Bottom}, {"left", m.inset.Left}, {"right", m.inset.Right}, {"top", m.inset.Top}} {
			col.Add(integer("media-"+side.name+"-margin", goipp.TagInteger, side.size))
		}
	}
	return col
}

// endless reports whether the media is a roll that the ticket gives no length of, and
// that the printer has a name for.
func (m mediaWish) endless() bool { return m.size.Y == 0 && m.size.Keyword != "" }

// length is the size along the feed. A roll of which the ticket does not say how much
// is asked for a square label: the longest would waste the roll, and IPP has no value
// for the length of the page.
func (m mediaWish) length() int {
	if m.size.Y > 0 {
		return m.size.Y
	}
	y := max(m.size.X, m.size.Least)
	if m.size.Most > 0 {
		y = min(y, m.size.Most)
	}
	return y
}

// name returns the PWG 5101.1 name of the size, made from its measures where the
// printer has none.
func (m mediaWish) name() string {
	if m.size.Keyword != "" || m.size.X == 0 || m.size.Y == 0 {
		return m.size.Keyword
	}
	size := millimetres(m.size.X*micron) + "x" + millimetres(m.size.Y*micron) + "mm"
	return "custom_" + size + "_" + size
}

// onSheet names the size at the end of a sentence, "" if it is not known.
func (w *wish) onSheet() string {
	if w.media.sheet.Width == 0 || w.media.sheet.Height == 0 {
		return ""
	}
	return " on " + millimetres(w.media.sheet.Width) + " × " + millimetres(w.media.sheet.Height) + " mm"
}

func millimetres(microns int) string { return strconv.FormatFloat(float64(microns)/1000, 'f', -1, 64) }
