package printer

import (
	"slices"

	"platen/gcp"
)

// option returns the margins as the protocol has them.
func (in Inset) option(t gcp.MarginsType) gcp.MarginsOption {
	return gcp.MarginsOption{
		Type: t, TopMicrons: in.Top * micron, RightMicrons: in.Right * micron,
		BottomMicrons: in.Bottom * micron, LeftMicrons: in.Left * micron,
	}
}

// margins lists the usual margins, and none at all where some size has that. The
// default are those of media-col-default.
func (p papers) margins() *gcp.Margins {
	var s gcp.Margins
	if in := p.standard(); in != (Inset{}) {
		s.Option = append(s.Option, in.option(gcp.MarginsStandard))
	}
	if p.borderless() {
		o := Inset{}.option(gcp.MarginsBorderless)
		o.IsDefault = p.usual.complete() && p.usual.inset == Inset{}
		s.Option = append(s.Option, o)
	}
	if s.Option == nil {
		return nil
	}
	gcp.OneDefault(s.Option, func(o *gcp.MarginsOption) *bool { return &o.IsDefault })
	return &s
}

// standard returns the margins of the default media, else the most frequent ones,
// else the first of each side; zero where the printer has none.
func (p papers) standard() Inset {
	if in := p.usual.inset; p.usual.complete() && in != (Inset{}) {
		return in
	}
	var common Inset
	count := map[Inset]int{}
	for _, e := range append(slices.Clone(p.database), p.loaded...) {
		if !e.complete() || e.inset == (Inset{}) {
			continue
		}
		if count[e.inset]++; count[e.inset] > count[common] {
			common = e.inset
		}
	}
	if common != (Inset{}) {
		return common
	}
	side := func(name string) int {
		for _, n := range p.m.numbers(name) {
			if n > 0 && n < 1e7 {
				return n
			}
		}
		return 0
	}
	return Inset{
		Top: side("media-top-margin-supported"), Right: side("media-right-margin-supported"),
		Bottom: side("media-bottom-margin-supported"), Left: side("media-left-margin-supported"),
	}
}

// borderless reports whether some media can be printed on without margins. Only a
// printer without a database is believed by its lists of margins alone.
func (p papers) borderless() bool {
	none := func(e mediaEntry) bool { return e.complete() && e.inset == Inset{} }
	if none(p.usual) || slices.ContainsFunc(p.database, none) || slices.ContainsFunc(p.loaded, none) {
		return true
	}
	if len(p.database) > 0 {
		return false
	}
	for _, side := range []string{"top", "right", "bottom", "left"} {
		if !slices.Contains(p.m.numbers("media-"+side+"-margin-supported"), 0) {
			return false
		}
	}
	return true
}

// marginsOfAll are the sets of margins of a size that the database says nothing of:
// the usual ones, and none at all where that is possible and nothing says for which
// sizes.
func (p papers) marginsOfAll() []Inset {
	var out []Inset
	if in := p.standard(); in != (Inset{}) {
		out = append(out, in)
	}
	if len(p.database) == 0 && p.borderless() {
		out = append(out, Inset{})
	}
	return out
}
