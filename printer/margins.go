package printer

import "platen/gcp"

// inset reads the margins of a media collection.
func inset(c attributes) Inset {
	return Inset{
		Top: c.number("media-top-margin", 0), Right: c.number("media-right-margin", 0),
		Bottom: c.number("media-bottom-margin", 0), Left: c.number("media-left-margin", 0),
	}
}

// option returns the margins as the protocol has them.
func (in Inset) option(t gcp.MarginsType) gcp.MarginsOption {
	return gcp.MarginsOption{
		Type: t, TopMicrons: in.Top * micron, RightMicrons: in.Right * micron,
		BottomMicrons: in.Bottom * micron, LeftMicrons: in.Left * micron,
	}
}

// margins lists the usual margins, and none at all where some size has that.
func margins(m attributes) *gcp.Margins {
	var common Inset
	count := map[Inset]int{}
	borderless := false
	for _, c := range m.collections("media-col-database") {
		if !c.has("media-top-margin") || !c.has("media-left-margin") {
			continue
		}
		in := inset(c)
		if in == (Inset{}) {
			borderless = true
			continue
		}
		if count[in]++; count[in] > count[common] {
			common = in
		}
	}
	if def := m.collection("media-col-default"); def.has("media-top-margin") {
		if in := inset(def); in != (Inset{}) {
			common = in
		}
	}
	var s gcp.Margins
	if common != (Inset{}) {
		s.Option = append(s.Option, common.option(gcp.MarginsStandard))
	}
	if borderless {
		s.Option = append(s.Option, Inset{}.option(gcp.MarginsBorderless))
	}
	if s.Option == nil {
		return nil
	}
	s.Option[0].IsDefault = true
	return &s
}
