package legacy

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"platen/gcp"
	"platen/gcp/ticket"
)

// Choose puts a choice, as an old client names it, into a ticket. What has no
// section of its own becomes a vendor item.
func (d *Description) Choose(t *gcp.PrintTicketSection, c Choice) {
	if id, ok := keyOf(d.colors, c); ok {
		t.Color = &gcp.ColorTicketItem{VendorID: id, Type: d.colorType(id)}
		return
	}
	if id, ok := keyOf(d.dpi, c); ok {
		t.DPI = &gcp.DPITicketItem{VendorID: id}
		for _, o := range d.CDD.Printer.DPI.Option {
			if o.VendorID == id {
				t.DPI.HorizontalDPI, t.DPI.VerticalDPI = o.HorizontalDPI, o.VerticalDPI
			}
		}
		return
	}
	if id, ok := keyOf(d.sizes, c); ok {
		m := d.media[c]
		t.MediaSize = &gcp.MediaSizeTicketItem{VendorID: id, WidthMicrons: m.width, HeightMicrons: m.height}
		return
	}
	if side, ok := keyOf(d.sides, c); ok {
		t.Duplex = &gcp.DuplexTicketItem{Type: side}
		return
	}
	if turn, ok := keyOf(d.turns, c); ok {
		t.PageOrientation = &gcp.OrientationTicketItem{Type: turn}
		return
	}
	if yes, ok := keyOf(d.collated, c); ok {
		t.Collate = &gcp.CollateTicketItem{Collate: yes}
		return
	}
	if n, err := strconv.Atoi(c.Option); err == nil && c.Feature == d.copies {
		t.Copies = &gcp.CopiesTicketItem{Copies: n}
		return
	}
	t.VendorTicketItem = append(t.VendorTicketItem, gcp.VendorTicketItem{ID: c.Feature, Value: gcp.Text(d.value(c))})
}

// value is a choice as the CDD has it: a PPD's True is a boolean's true.
func (d *Description) value(c Choice) string {
	for _, v := range d.CDD.Printer.VendorCapability {
		if v.ID == c.Feature && v.TypedValueCap != nil && v.TypedValueCap.ValueType == gcp.ValueBoolean {
			return strings.ToLower(c.Option)
		}
	}
	return c.Option
}

func (d *Description) colorType(id string) gcp.ColorType {
	for _, o := range d.CDD.Printer.Color.Option {
		if o.VendorID == id {
			return o.Type
		}
	}
	return ""
}

func keyOf[K comparable](m map[K]Choice, c Choice) (key K, ok bool) {
	for k, v := range m {
		if v == c {
			return k, true
		}
	}
	return key, false
}

// Choices returns the choices that a CJT means, and the number of copies; 0 is not
// said. It is the reverse of Choose.
func (d *Description) Choices(t gcp.CJT) (choices []Choice, copies int) {
	p := t.Print
	add := func(c Choice, ok bool) {
		if ok {
			choices = append(choices, c)
		}
	}
	add(d.color(p.Color))
	add(d.size(p.MediaSize))
	add(d.resolution(p.DPI))
	if p.Duplex != nil {
		c, ok := d.sides[p.Duplex.Type]
		add(c, ok)
	}
	if p.PageOrientation != nil {
		c, ok := d.turns[p.PageOrientation.Type]
		add(c, ok)
	}
	if p.Collate != nil {
		c, ok := d.collated[p.Collate.Collate]
		add(c, ok)
	}
	for _, item := range p.VendorTicketItem {
		choices = append(choices, d.vendor(item)...)
	}
	if p.Copies != nil {
		copies = p.Copies.Copies
	}
	return choices, copies
}

// color finds the first option of the type where the ticket has no vendor_id.
func (d *Description) color(w *gcp.ColorTicketItem) (Choice, bool) {
	if w == nil {
		return Choice{}, false
	}
	if c, ok := d.colors[w.VendorID]; ok || d.CDD.Printer.Color == nil {
		return c, ok
	}
	if feature, option, ok := strings.Cut(w.VendorID, ":"); ok {
		return Choice{feature, option}, true
	}
	for _, o := range d.CDD.Printer.Color.Option {
		if c, ok := d.colors[o.VendorID]; ok && o.Type == w.Type {
			return c, true
		}
	}
	return Choice{}, false
}

func (d *Description) resolution(w *gcp.DPITicketItem) (Choice, bool) {
	if w == nil || d.CDD.Printer.DPI == nil {
		return Choice{}, false
	}
	for _, o := range d.CDD.Printer.DPI.Option {
		if o.HorizontalDPI == w.HorizontalDPI && o.VerticalDPI == w.VerticalDPI || w.VendorID != "" && w.VendorID == o.VendorID {
			c, ok := d.dpi[o.VendorID]
			return c, ok
		}
	}
	return Choice{}, false
}

func (d *Description) size(w *gcp.MediaSizeTicketItem) (Choice, bool) {
	if w == nil || d.CDD.Printer.MediaSize == nil {
		return Choice{}, false
	}
	if c, ok := d.sizes[w.VendorID]; ok {
		return c, true
	}
	for _, o := range d.CDD.Printer.MediaSize.Option {
		if ticket.SameMedia(o, *w) {
			c, ok := d.sizes[o.VendorID]
			return c, ok
		}
	}
	if d.format == PPD && w.WidthMicrons > 0 && w.HeightMicrons > 0 {
		points := func(microns int) int { return int(math.Round(float64(microns) * 72 / 25400)) }
		return Choice{d.paper, fmt.Sprintf("Custom.%dx%d", points(w.WidthMicrons), points(w.HeightMicrons))}, true
	}
	return Choice{}, false
}

// vendor turns an item into the choices that it stands for: the id A:B/C means that
// A is B and that C is the value.
func (d *Description) vendor(item gcp.VendorTicketItem) []Choice {
	if d.format == XPS {
		return []Choice{{item.ID, string(item.Value)}}
	}
	first, second, both := strings.Cut(item.ID, "/")
	feature, option, fixed := strings.Cut(first, ":")
	if both && fixed {
		return []Choice{{feature, option}, {second, string(item.Value)}}
	}
	for _, v := range d.CDD.Printer.VendorCapability {
		if v.ID == item.ID && v.TypedValueCap != nil && v.TypedValueCap.ValueType == gcp.ValueBoolean {
			if yes, err := strconv.ParseBool(string(item.Value)); err == nil && yes {
				return []Choice{{item.ID, "True"}}
			}
			return []Choice{{item.ID, "False"}}
		}
	}
	return []Choice{{item.ID, string(item.Value)}}
}

// Flat is a ticket as connectors of PPD printers read it: options and their values.
func (d *Description) Flat(t gcp.CJT) map[string]string {
	choices, copies := d.Choices(t)
	flat := map[string]string{}
	for _, c := range choices {
		flat[c.Feature] = c.Option
	}
	if copies > 0 {
		flat["copies"] = strconv.Itoa(copies)
	}
	return flat
}

// prefixes returns the prefixes of XPS names that choices use, sorted.
func prefixes(choices []Choice) []string {
	set := map[string]bool{}
	for _, c := range choices {
		for _, name := range []string{c.Feature, c.Option} {
			if prefix, _, ok := strings.Cut(name, ":"); ok {
				set[prefix] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(set))
}
