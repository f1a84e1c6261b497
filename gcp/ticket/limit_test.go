package ticket

import (
	"strconv"
	"strings"
	"testing"

	"platen/gcp"
)

// A ticket of megabytes is refused before anybody walks its lists twice.
func TestEndlessTickets(t *testing.T) {
	var options, pages gcp.CJT
	pages.Print.PageRange = &gcp.PageRangeTicketItem{}
	for i := range maxList + 1 {
		options.Print.VendorTicketItem = append(options.Print.VendorTicketItem, gcp.VendorTicketItem{ID: strconv.Itoa(i), Value: "1"})
		pages.Print.PageRange.Interval = append(pages.Print.PageRange.Interval, gcp.PageInterval{Start: 2*i + 1, End: 2*i + 1})
	}
	can := gcp.CDD{Printer: gcp.PrinterDescriptionSection{PageRange: &gcp.PageRange{}}}
	for name, c := range map[string]*gcp.CJT{"options": &options, "pages": &pages} {
		if _, err := Check(can, *c); err == nil {
			t.Errorf("%d %s were taken", maxList+1, name)
		}
	}
	options.Print.VendorTicketItem = options.Print.VendorTicketItem[1:]
	if notes, err := Check(can, options); err != nil || len(notes) != maxList {
		t.Errorf("%d notes, %v; want one for each option", len(notes), err)
	}
}

// Who offers to fit pages offers to make them larger too.
func TestGrow(t *testing.T) {
	can := gcp.CDD{Printer: gcp.PrinterDescriptionSection{FitToPage: &gcp.FitToPage{Option: []gcp.FitToPageOption{{Type: gcp.FitPage}}}}}
	grow := gcp.CJT{Print: gcp.PrintTicketSection{FitToPage: &gcp.FitToPageTicketItem{Type: gcp.FitGrow}}}
	if _, err := Check(can, grow); err != nil {
		t.Errorf("GROW_TO_PAGE: %v", err)
	}
	can.Printer.FitToPage.Option[0].Type = gcp.FitShrink
	if _, err := Check(can, grow); err == nil {
		t.Error("GROW_TO_PAGE was taken for SHRINK_TO_PAGE")
	}
}

// A password that was said twice is in no sentence.
func TestSecretsAreNotSaid(t *testing.T) {
	can := gcp.CDD{Printer: gcp.PrinterDescriptionSection{VendorCapability: []gcp.VendorCapability{
		{ID: "job-password", Type: gcp.VendorTypedValue, TypedValueCap: &gcp.TypedValueCap{ValueType: gcp.ValueString}},
	}}}
	two := gcp.CJT{Print: gcp.PrintTicketSection{VendorTicketItem: []gcp.VendorTicketItem{
		{ID: "job-password", Value: "4711"}, {ID: "job-password", Value: "0815"},
	}}}
	if _, err := Check(can, two); err == nil || strings.Contains(err.Error(), "4711") || strings.Contains(err.Error(), "0815") {
		t.Errorf("two passwords: %v", err)
	}
}
