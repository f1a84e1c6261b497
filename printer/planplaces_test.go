package printer_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/printer"
)

// onePlace checks that each item of a ticket is in exactly one of the attributes, the
// work and the notes. One that asks for what happens anyway is in none.
func onePlace(t *testing.T, s subject, asked gcp.PrintTicketSection, plan printer.Plan) {
	t.Helper()
	can, l := s.CDD.Printer, plan.Work.Layout
	in := func(name string) bool {
		return slices.ContainsFunc(plan.Attributes, func(a goipp.Attribute) bool { return a.Name == name })
	}
	noted := func(words string) bool {
		return slices.ContainsFunc(plan.Notes, func(n string) bool { return strings.Contains(n, words) })
	}
	check := func(what string, places ...bool) {
		t.Helper()
		n := 0
		for _, p := range places {
			if p {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s: %s of %+v is in %d places %v of %+v; native %+v", s.name, what, asked, n, places, plan, s.Capabilities.Native)
		}
	}
	copies := 1
	if asked.Copies != nil {
		copies = asked.Copies.Copies
	}
	if copies > 1 {
		check("copies", in("copies"), l.Copies == copies, noted("number of copies"))
		if asked.Collate != nil {
			anyway := plan.Attributes != nil && s.Capabilities.Rendered.Collate && l.Copies == 0 // finished copies
			check("collate", in("multiple-document-handling") || anyway && !in("multiple-document-handling"), l.Copies > 1, noted("order of the copies"))
		}
	}
	if r := asked.PageRange; r != nil {
		all := slices.ContainsFunc(r.Interval, func(i gcp.PageInterval) bool { return i.End == 0 && i.Start <= 1+r.Interval[1].End })
		if !all || can.PageRange == nil {
			check("pages", in("page-ranges"), len(l.Pages) > 0, noted("page range"))
		}
	}
	if asked.ReverseOrder != nil && asked.ReverseOrder.ReverseOrder {
		check("reverse", in("page-delivery"), l.Reverse, noted("reverse order"))
	}
	if o := asked.PageOrientation; o != nil && o.Type != gcp.OrientationAuto {
		check("orientation", in("orientation-requested"), l.Turn == o.Type, noted("the orientation"))
	}
	if f := asked.FitToPage; f != nil {
		laid := l.Fit == f.Type || f.Type == gcp.FitGrow && l.Fit == gcp.FitPage
		said := in("print-scaling") && (l.Fit == "" || l.Fit == gcp.FitNone && !laid) // text has the size of its sheet
		check("scaling", said, laid, noted("the scaling"))
	}
	if c := asked.Color; c != nil && !plainColor(can.Color, *c) {
		check("colour", in("print-color-mode") || in("output-mode"), noted("colour mode"), plan.Work.Raster.Type != "" && c.VendorID == "" && !in("print-color-mode"))
	}
	if d := asked.Duplex; d != nil && (d.Type != gcp.DuplexNone || can.Duplex != nil) {
		check("duplex", in("sides"), noted("two-sided"))
	}
	if asked.MediaSize != nil {
		check("size", in("media") || len(members(plan.Attributes)["media-size"]) > 0, noted("media size"))
	}
	if asked.DPI != nil {
		check("resolution", in("printer-resolution"), noted("resolution"))
	}
	for _, item := range asked.VendorTicketItem {
		if item.ID == "number-up" && item.Value == "1" {
			continue // happens anyway, or must be said
		}
		if item.ID == "presentation-direction-number-up" && l.NumberUp <= 1 && plan.Work.To != "" {
			continue // there is one page on a side
		}
		name, _, _ := strings.Cut(item.ID, "/")
		member := len(members(plan.Attributes)[name]) > 0
		laid := l.NumberUp > 1 && (name == "number-up" || item.Value == "toright-tobottom")
		check(item.ID, in(name) && !laid || name == "finishing-template" && in("finishings-col"), member, laid, noted(`"`+item.ID+`"`))
	}
}

// plainColor reports whether a colour is what the printer has anyway, and has no
// attribute for.
func plainColor(can *gcp.Color, c gcp.ColorTicketItem) bool {
	return can != nil && slices.ContainsFunc(can.Option, func(o gcp.ColorOption) bool {
		return o.VendorID == "" && o.IsDefault && o.Type == c.Type
	})
}
