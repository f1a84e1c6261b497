package printer

import (
	"fmt"
	"maps"
	"slices"

	"platen/gcp"
)

// Defaults are choices that stand where a job makes none, in place of the printer's
// own. The zero value chooses nothing.
type Defaults struct {
	Color   gcp.ColorType     // "" leaves the printer's
	Duplex  gcp.DuplexType    // likewise
	Media   string            // a size by its name of PWG 5101.1, such as iso_a4_210x297mm
	Options map[string]string // values of vendor capabilities with a choice, by the capability's id
}

// None reports whether nothing is chosen.
func (d Defaults) None() bool {
	return d.Color == "" && d.Duplex == "" && d.Media == "" && len(d.Options) == 0
}

// ReadMediaName reports whether a text is the name of a media size.
func ReadMediaName(name string) bool {
	k, ok := readKeyword(name)
	return ok && k.kind == plainSize
}

// Describe returns can with the chosen defaults in place of the printer's own, and a
// sentence for each that the printer does not offer. can is not changed.
func (d Defaults) Describe(can gcp.CDD) (gcp.CDD, []string) {
	p := &can.Printer
	var notes []string
	if d.Color != "" {
		c := gcp.Color{}
		if p.Color != nil {
			c.Option = slices.Clone(p.Color.Option)
		}
		if choose(c.Option, d.isColor, func(o *gcp.ColorOption) *bool { return &o.IsDefault }) {
			p.Color = &c
		} else {
			notes = append(notes, fmt.Sprintf("it does not offer the colour mode %s", d.Color))
		}
	}
	if d.Duplex != "" {
		x := gcp.Duplex{}
		if p.Duplex != nil {
			x.Option = slices.Clone(p.Duplex.Option)
		}
		if choose(x.Option, d.isDuplex, func(o *gcp.DuplexOption) *bool { return &o.IsDefault }) {
			p.Duplex = &x
		} else if d.Duplex != gcp.DuplexNone {
			notes = append(notes, "it does not print on both sides")
		}
	}
	if d.Media != "" {
		m := gcp.MediaSize{}
		if p.MediaSize != nil {
			m = *p.MediaSize
			m.Option = slices.Clone(m.Option)
		}
		if choose(m.Option, d.isMedia(m.Option), func(o *gcp.MediaSizeOption) *bool { return &o.IsDefault }) {
			p.MediaSize = &m
		} else {
			notes = append(notes, "it does not offer the paper "+d.Media)
		}
	}
	p.VendorCapability = slices.Clone(p.VendorCapability)
	for _, id := range slices.Sorted(maps.Keys(d.Options)) {
		if !d.chooseOption(p.VendorCapability, id) {
			notes = append(notes, fmt.Sprintf("it does not offer %s for %s", d.Options[id], id))
		}
	}
	return can, notes
}

// chooseOption makes the chosen value of a vendor capability its default.
func (d Defaults) chooseOption(caps []gcp.VendorCapability, id string) bool {
	for i, c := range caps {
		if c.ID != id || c.SelectCap == nil {
			continue
		}
		s := gcp.SelectCap{Option: slices.Clone(c.SelectCap.Option)}
		is := func(o gcp.SelectCapOption) bool { return string(o.Value) == d.Options[id] }
		if choose(s.Option, is, func(o *gcp.SelectCapOption) *bool { return &o.IsDefault }) {
			caps[i].SelectCap = &s
			return true
		}
	}
	return false
}

// choose makes the first option that is wanted the only default, if there is one.
func choose[T any](list []T, is func(T) bool, flag func(*T) *bool) bool {
	at := slices.IndexFunc(list, is)
	if at < 0 {
		return false
	}
	for i := range list {
		*flag(&list[i]) = i == at
	}
	return true
}

// Fill returns a ticket with the chosen defaults where it says nothing, as far as the
// printer, which can do what can says, offers them. The ticket given is not changed.
func (d Defaults) Fill(can gcp.CDD, t gcp.CJT) gcp.CJT {
	p, ask := can.Printer, &t.Print
	if ask.Color == nil && d.Color != "" && p.Color != nil {
		if o := find(p.Color.Option, d.isColor); o != nil {
			ask.Color = &gcp.ColorTicketItem{VendorID: o.VendorID, Type: o.Type}
		}
	}
	if ask.Duplex == nil && d.Duplex != "" && p.Duplex != nil {
		if o := find(p.Duplex.Option, d.isDuplex); o != nil {
			ask.Duplex = &gcp.DuplexTicketItem{Type: d.Duplex}
		}
	}
	if ask.MediaSize == nil && d.Media != "" && p.MediaSize != nil {
		if o := find(p.MediaSize.Option, d.isMedia(p.MediaSize.Option)); o != nil {
			ask.MediaSize = &gcp.MediaSizeTicketItem{WidthMicrons: o.WidthMicrons, HeightMicrons: o.HeightMicrons, VendorID: o.VendorID}
		}
	}
	caps := slices.Clone(p.VendorCapability)
	for _, id := range slices.Sorted(maps.Keys(d.Options)) {
		asked := slices.ContainsFunc(ask.VendorTicketItem, func(v gcp.VendorTicketItem) bool { return v.ID == id })
		if !asked && d.chooseOption(caps, id) {
			ask.VendorTicketItem = append(slices.Clip(ask.VendorTicketItem), gcp.VendorTicketItem{ID: id, Value: gcp.Text(d.Options[id])})
		}
	}
	return t
}

func (d Defaults) isColor(o gcp.ColorOption) bool { return o.Type == d.Color }

func (d Defaults) isDuplex(o gcp.DuplexOption) bool {
	return o.Type == d.Duplex || o.Type == "" && d.Duplex == gcp.DuplexNone
}

// isMedia compares names if one of the options has the wanted one, else measures, to
// half a millimetre: with another margin a paper has another name.
func (d Defaults) isMedia(options []gcp.MediaSizeOption) func(gcp.MediaSizeOption) bool {
	named := func(o gcp.MediaSizeOption) bool { return o.VendorID == mediaPrefix+d.Media }
	if slices.ContainsFunc(options, named) {
		return named
	}
	k, ok := readKeyword(d.Media)
	const near = 500
	return func(o gcp.MediaSizeOption) bool {
		return ok && !o.IsContinuousFeed && abs(k.width-o.WidthMicrons) <= near && abs(k.height-o.HeightMicrons) <= near
	}
}

// mediaPrefix begins the vendor id of a paper that has a name.
const mediaPrefix = "media:"
