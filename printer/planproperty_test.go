package printer_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/printer"
)

// attributesOf returns what is asked for of a document that the printer takes as it
// is, and in which it does everything by itself.
func attributesOf(p printer.Printer, ticket gcp.CJT) (goipp.Attributes, error) {
	p.Capabilities.Rendered = printer.Items{}
	p.Capabilities.Formats = []string{pdf}
	plan, err := printer.PlanJob(p, ticket, pdf)
	return plan.Attributes, err
}

// ask plans a ticket of a document that the printer takes.
func ask(t *testing.T, s subject, ticket gcp.PrintTicketSection) (goipp.Attributes, bool) {
	t.Helper()
	attrs, err := attributesOf(s.Printer, gcp.CJT{Version: "1.0", Print: ticket})
	if err != nil {
		t.Errorf("%s: %v of %+v", s.name, err, ticket)
		return nil, false
	}
	a := answerOf(s.attrs)
	for _, x := range attrs {
		if err := a.lists(x, s.Source == printer.SourceCUPS); err != nil && !s.rendered(x.Name) {
			t.Errorf("%s: %v of %+v", s.name, err, ticket)
		}
	}
	return attrs, true
}

// rendered reports whether an attribute stands for what the renderer does, and is
// therefore not for the printer.
func (s subject) rendered(name string) bool {
	r := s.Capabilities.Rendered
	return map[string]bool{
		"copies": r.Copies, "multiple-document-handling": r.Collate || r.Copies, "page-ranges": r.Pages, "page-delivery": r.Reverse,
		"number-up": r.NumberUp, "orientation-requested": r.Orientation, "print-scaling": len(r.Fit) > 0,
	}[name]
}

// only checks that a ticket with one item becomes one attribute with one value.
func only(t *testing.T, s subject, ticket gcp.PrintTicketSection, name, value string) {
	t.Helper()
	attrs, ok := ask(t, s, ticket)
	if !ok {
		return
	}
	if len(attrs) != 1 || attrs[0].Name != name || len(attrs[0].Values) != 1 || attrs[0].Values[0].V.String() != value {
		t.Errorf("%s: %+v became %v, want %s=%s", s.name, ticket, attrs, name, value)
	}
}

// Every option of a CDD, chosen in a ticket, is the attribute and the value that it
// comes from. Where that is, its vendor_id says, and the protocol's tables.
func TestEveryOptionComesBack(t *testing.T) {
	for _, s := range subjects(t) {
		can := s.CDD.Printer
		if can.Color != nil {
			for _, o := range can.Color.Option {
				if name, value, ok := strings.Cut(o.VendorID, ":"); ok {
					only(t, s, gcp.PrintTicketSection{Color: &gcp.ColorTicketItem{Type: o.Type, VendorID: o.VendorID}}, name, value)
					only(t, s, gcp.PrintTicketSection{Color: &gcp.ColorTicketItem{VendorID: o.VendorID}}, name, value)
				}
			}
		}
		if can.Duplex != nil {
			for _, o := range can.Duplex.Option {
				only(t, s, gcp.PrintTicketSection{Duplex: &gcp.DuplexTicketItem{Type: o.Type}}, "sides", map[gcp.DuplexType]string{
					gcp.DuplexNone: "one-sided", gcp.DuplexLongEdge: "two-sided-long-edge", gcp.DuplexShortEdge: "two-sided-short-edge",
				}[o.Type])
			}
		}
		if can.PageOrientation != nil {
			for _, o := range can.PageOrientation.Option {
				item := gcp.PrintTicketSection{PageOrientation: &gcp.OrientationTicketItem{Type: o.Type}}
				if n := map[gcp.OrientationType]string{gcp.OrientationPortrait: "3", gcp.OrientationLandscape: "4"}[o.Type]; n != "" {
					only(t, s, item, "orientation-requested", n)
				} else if attrs, _ := ask(t, s, item); len(attrs) > 0 {
					t.Errorf("%s: AUTO became %v", s.name, attrs)
				}
			}
		}
		if can.FitToPage != nil {
			for _, o := range can.FitToPage.Option {
				only(t, s, gcp.PrintTicketSection{FitToPage: &gcp.FitToPageTicketItem{Type: o.Type}}, "print-scaling", map[gcp.FitToPageType]string{
					gcp.FitNone: "none", gcp.FitPage: "fit", gcp.FitGrow: "fit", gcp.FitFill: "fill", gcp.FitShrink: "auto-fit",
				}[o.Type])
			}
		}
		if can.DPI != nil {
			for _, o := range can.DPI.Option {
				attrs, _ := ask(t, s, gcp.PrintTicketSection{DPI: &gcp.DPITicketItem{HorizontalDPI: o.HorizontalDPI, VerticalDPI: o.VerticalDPI, VendorID: o.VendorID}})
				if len(attrs) != 1 || attrs[0].Name != "printer-resolution" {
					t.Errorf("%s: %+v became %v", s.name, o, attrs)
				}
			}
		}
		everyNumber(t, s)
		everySize(t, s)
		everyMargins(t, s)
		for _, c := range can.VendorCapability {
			everyValue(t, s, c)
		}
	}
}

// everyNumber asks for copies, their order, pages and the reverse order.
func everyNumber(t *testing.T, s subject) {
	can := s.CDD.Printer
	if c := can.Copies; c != nil {
		for _, n := range slices.Compact([]int{1, min(2, c.Max), c.Max}) {
			item := gcp.PrintTicketSection{Copies: &gcp.CopiesTicketItem{Copies: n}}
			if n > 1 || c.Default > 1 {
				only(t, s, item, "copies", strconv.Itoa(n))
			} else if attrs, _ := ask(t, s, item); len(attrs) > 0 {
				t.Errorf("%s: one copy became %v", s.name, attrs)
			}
		}
		if can.Collate != nil && c.Max > 1 {
			for yes, value := range map[bool]string{true: "separate-documents-collated-copies", false: "separate-documents-uncollated-copies"} {
				attrs, _ := ask(t, s, gcp.PrintTicketSection{Copies: &gcp.CopiesTicketItem{Copies: 2}, Collate: &gcp.CollateTicketItem{Collate: yes}})
				if !slices.ContainsFunc(attrs, func(a goipp.Attribute) bool {
					return a.Name == "multiple-document-handling" && a.Values[0].V.String() == value
				}) {
					t.Errorf("%s: collate %v became %v", s.name, yes, attrs)
				}
			}
		}
	}
	if can.PageRange != nil {
		only(t, s, gcp.PrintTicketSection{PageRange: &gcp.PageRangeTicketItem{Interval: []gcp.PageInterval{{Start: 2, End: 3}}}}, "page-ranges", "2-3")
	}
	if can.ReverseOrder != nil {
		only(t, s, gcp.PrintTicketSection{ReverseOrder: &gcp.ReverseTicketItem{ReverseOrder: true}}, "page-delivery", "reverse-order")
	}
}

// everySize asks for each size by its name and measures, and with each set of margins
// that it has.
func everySize(t *testing.T, s subject) {
	if s.CDD.Printer.MediaSize == nil {
		return
	}
	for i, o := range s.CDD.Printer.MediaSize.Option {
		md := s.Capabilities.Media[i]
		item := gcp.MediaSizeTicketItem{WidthMicrons: o.WidthMicrons, HeightMicrons: o.HeightMicrons, VendorID: o.VendorID, IsContinuousFeed: o.IsContinuousFeed}
		attrs, ok := ask(t, s, gcp.PrintTicketSection{MediaSize: &item})
		if !ok {
			continue
		}
		if len(attrs) != 1 || attrs[0].Name != "media-col" && attrs[0].Name != "media" {
			t.Errorf("%s: %+v became %v", s.name, o, attrs)
			continue
		}
		if attrs[0].Name == "media" && attrs[0].Values[0].V.String() != strings.TrimPrefix(o.VendorID, "media:") {
			t.Errorf("%s: %+v became %v", s.name, o, attrs)
		}
		if c := members(attrs)["media-size"]; c != nil && !o.IsContinuousFeed {
			got := answerOf(goipp.Attributes(c[0].V.(goipp.Collection)))
			if !got.covers("x-dimension", md.X) || !got.covers("y-dimension", md.Y) {
				t.Errorf("%s: %+v became %v, but the printer calls it %dx%d", s.name, o, attrs, md.X, md.Y)
			}
		}
	}
}

// everyMargins asks for each set of margins, on a size that has it. The usual margins
// are asked for by asking for nothing.
func everyMargins(t *testing.T, s subject) {
	can := s.CDD.Printer
	if can.Margins == nil || can.MediaSize == nil {
		return
	}
	for _, o := range can.Margins.Option {
		want := printer.Inset{Top: o.TopMicrons / 10, Right: o.RightMicrons / 10, Bottom: o.BottomMicrons / 10, Left: o.LeftMicrons / 10}
		i := slices.IndexFunc(s.Capabilities.Media, func(m printer.Media) bool { return slices.Contains(m.Margins, want) })
		if i < 0 {
			if o.Type == gcp.MarginsBorderless {
				t.Errorf("%s: no size is borderless, but the margins say so", s.name)
			}
			continue
		}
		size := can.MediaSize.Option[i]
		attrs, ok := ask(t, s, gcp.PrintTicketSection{
			MediaSize: &gcp.MediaSizeTicketItem{WidthMicrons: size.WidthMicrons, HeightMicrons: size.HeightMicrons, VendorID: size.VendorID},
			Margins:   &gcp.MarginsTicketItem{TopMicrons: o.TopMicrons, RightMicrons: o.RightMicrons, BottomMicrons: o.BottomMicrons, LeftMicrons: o.LeftMicrons},
		})
		if !ok || o.IsDefault {
			continue
		}
		c := members(attrs)
		for side, n := range map[string]int{"top": want.Top, "right": want.Right, "bottom": want.Bottom, "left": want.Left} {
			if !c.covers("media-"+side+"-margin", n) || len(c["media-size"]) == 0 {
				t.Errorf("%s: %+v became %v", s.name, o, attrs)
			}
		}
	}
}

// everyValue asks for each value of a vendor capability.
func everyValue(t *testing.T, s subject, c gcp.VendorCapability) {
	var values []gcp.Text
	switch {
	case c.SelectCap != nil:
		for _, o := range c.SelectCap.Option {
			values = append(values, o.Value)
		}
	case c.RangeCap != nil:
		values = []gcp.Text{c.RangeCap.Min, c.RangeCap.Max}
	default:
		values = []gcp.Text{"1234"}
	}
	for _, v := range values {
		attrs, ok := ask(t, s, gcp.PrintTicketSection{VendorTicketItem: []gcp.VendorTicketItem{{ID: c.ID, Value: v}}})
		if !ok {
			continue
		}
		group, _, _ := strings.Cut(c.ID, "/")
		name, member := map[string]string{"media-source": "media-col", "media-type": "media-col", "finishing-template": "finishings-col"}[c.ID], c.ID
		if name == "" {
			name, member = group, ""
		}
		if name == "number-up" && v == "1" && s.rendered(name) {
			continue // happens anyway
		}
		if usual := answerOf(s.attrs)["finishings-default"]; name == "finishings" && v == "3" && len(usual) == 1 && usual[0].V != goipp.Integer(3) {
			continue // none of this group, and what the printer does anyway of another
		}
		if err := holds(attrs, name, member, string(v)); err != nil {
			t.Errorf("%s: %s=%s became %v: %v", s.name, c.ID, v, attrs, err)
		}
	}
}

// holds reports whether attrs have an attribute with a value, in a member or itself.
func holds(attrs goipp.Attributes, name, member, value string) error {
	i := slices.IndexFunc(attrs, func(a goipp.Attribute) bool { return a.Name == name })
	if i < 0 {
		return errors.New("it is not there")
	}
	a := answerOf(attrs)
	if member != "" {
		a, name = answerOf(goipp.Attributes(attrs[i].Values[0].V.(goipp.Collection))), member
	}
	if strings.HasSuffix(name, "-password") {
		return nil // octets, which the package encrypts
	}
	if !a.has(name, value) {
		return fmt.Errorf("its value is %v", a[name])
	}
	return nil
}

// Random tickets never ask for what the printer does not list, and nothing is lost
// or done twice.
func TestRandomTickets(t *testing.T) {
	formats := []string{"application/pdf", "image/jpeg", "image/gif", "text/plain", "image/pwg-raster", "application/octet-stream"}
	planned, refused := 0, 0
	for i, s := range subjects(t) {
		a := answerOf(s.attrs)
		for n := range 40 {
			d := newDice(uint64(i*1000 + n))
			ticket, format := randomTicket(d, s.CDD.Printer), one(d, formats...)
			plan, err := printer.PlanJob(s.Printer, ticket, format)
			if err != nil {
				_, isTicket := errors.AsType[*printer.ErrTicket](err)
				_, isFormat := errors.AsType[*printer.ErrFormat](err)
				if !isTicket && !isFormat {
					t.Errorf("%s: %v", s.name, err)
				}
				if isTicket {
					refused++
				}
				continue
			}
			planned++
			names := map[string]bool{}
			for _, x := range plan.Attributes {
				if names[x.Name] {
					t.Errorf("%s: %s twice", s.name, x.Name)
				}
				names[x.Name] = true
				if err := a.lists(x, s.Source == printer.SourceCUPS); err != nil {
					t.Errorf("%s, rendered %+v: %v, of %+v", s.name, s.Capabilities.Rendered, err, ticket.Print)
				}
			}
			if names["media"] && names["media-col"] {
				t.Errorf("%s: media and media-col", s.name)
			}
			onePlace(t, s, ticket.Print, plan)
		}
	}
	t.Logf("%d planned, %d refused", planned, refused)
	if planned < refused {
		t.Errorf("%d planned, %d refused: the tickets are too wild", planned, refused)
	}
}
