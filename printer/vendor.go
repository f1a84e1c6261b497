package printer

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/internal/impose"
)

// vendorCapabilities lists the choices that have no section of their own. The id of
// each is the name of an attribute, and its values are keywords or enum numbers, so
// that a ticket can be turned back without the CDD.
func vendorCapabilities(p papers, caps Capabilities) []gcp.VendorCapability {
	m := p.m
	var out []gcp.VendorCapability
	out = append(out, numbersUp(m, caps)...)
	out = append(out, numbered(m, qualityID)...)
	out = append(out, bins(m)...)
	out = append(out, sourceChoice(p)...)
	out = append(out, kindChoice(p)...)
	for _, id := range []string{
		"print-content-optimize", "print-rendering-intent", directionID, "job-sheets", "job-hold-until", "imposition-template",
	} {
		out = append(out, choice(id, m.texts(id+"-supported"), m.text(id+"-default"))...)
	}
	out = append(out, finishings(m)...)
	if caps.takes("finishings-col") {
		out = append(out, templates(m)...)
	}
	return append(out, typedCapabilities(m, caps)...)
}

// selection makes a choice of one value. The default is the printer's, else the first.
func selection(id string, options []gcp.SelectCapOption) gcp.VendorCapability {
	gcp.OneDefault(options, func(o *gcp.SelectCapOption) *bool { return &o.IsDefault })
	return gcp.VendorCapability{
		ID: id, DisplayName: attributeText(id), Type: gcp.VendorSelect, SelectCap: &gcp.SelectCap{Option: options},
	}
}

// choice makes a choice of keywords, in the printer's order.
func choice(id string, keywords []string, def string) []gcp.VendorCapability {
	var options []gcp.SelectCapOption
	for _, k := range unique(first(keywords)) {
		options = append(options, gcp.SelectCapOption{Value: gcp.Text(k), DisplayName: valueText(id, k), IsDefault: k == valid(def)})
	}
	if options == nil {
		return nil
	}
	return []gcp.VendorCapability{selection(id, options)}
}

// numbered makes a choice of enums or integers.
func numbered(m attributes, id string) []gcp.VendorCapability {
	return numberChoice(id, enums(m, id+"-supported"), m.number(id+"-default", 0))
}

func numberChoice(id string, values []int, def int) []gcp.VendorCapability {
	var options []gcp.SelectCapOption
	for _, n := range values {
		v := strconv.Itoa(n)
		options = append(options, gcp.SelectCapOption{Value: gcp.Text(v), DisplayName: valueText(id, v), IsDefault: n == def})
	}
	if options == nil {
		return nil
	}
	return []gcp.VendorCapability{selection(id, options)}
}

// numbersUp lists how many pages fit on a side: what the printer lists, and of a range
// what is usual. Where the renderer does it, what that can.
func numbersUp(m attributes, caps Capabilities) []gcp.VendorCapability {
	usual := impose.NumbersUp()
	var have []int
	for _, v := range first(m["number-up-supported"]) {
		switch n := v.V.(type) {
		case goipp.Integer:
			have = append(have, int(n))
		case goipp.Range:
			for _, u := range usual {
				if u >= n.Lower && u <= n.Upper {
					have = append(have, u)
				}
			}
		}
	}
	if caps.Rendered.NumberUp {
		have = usual
	}
	slices.Sort(have)
	have = slices.DeleteFunc(slices.Compact(have), func(n int) bool { return n < 1 })
	return numberChoice(numberUpID, have, m.number("number-up-default", 1))
}

// bins lists the output bins, with the printer's own names for them.
func bins(m attributes) []gcp.VendorCapability {
	list := choice("output-bin", m.texts("output-bin-supported"), m.text("output-bin-default"))
	ownNames(list, m, "output-bin-supported", "printer-output-tray")
	return list
}

// sourceChoice lists the sources of media.
func sourceChoice(p papers) []gcp.VendorCapability {
	list := choice(sourceID, p.sources(), p.ready(p.m.text("media-source-default"), func(e mediaEntry) string { return e.source }))
	ownNames(list, p.m, "media-source-supported", "printer-input-tray")
	return list
}

// kindChoice lists the types of media.
func kindChoice(p papers) []gcp.VendorCapability {
	return choice(typeID, p.kinds(), p.ready(p.m.text("media-type-default"), func(e mediaEntry) string { return e.kind }))
}

// ready returns a member of media-col-default, else what the printer says in an
// attribute of its own, else a member of what is loaded.
func (p papers) ready(own string, member func(mediaEntry) string) string {
	def := cmp.Or(member(p.usual), own)
	for _, e := range p.loaded {
		def = cmp.Or(def, member(e))
	}
	return def
}

// ownNames gives options the names that are written on the device.
func ownNames(list []gcp.VendorCapability, m attributes, keywords, trays string) {
	names := trayNames(m, keywords, trays)
	for _, c := range list {
		for i, o := range c.SelectCap.Option {
			c.SelectCap.Option[i].DisplayName = cmp.Or(names[string(o.Value)], o.DisplayName)
		}
	}
}
