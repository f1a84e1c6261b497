package printer_test

import (
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/printer"
)

// What a printer lists as a name goes back as a name, also within media-col; HP lists
// all its types of media so.
func TestNamesStayNames(t *testing.T) {
	p := translate(t, "hp-color-laserjet-mfp-m477fdw")
	plan, err := printer.PlanJob(p, gcp.CJT{Print: gcp.PrintTicketSection{VendorTicketItem: []gcp.VendorTicketItem{
		{ID: "media-type", Value: "HPMatte90gsm"}, {ID: "media-source", Value: "tray-2"},
	}}}, "application/pdf")
	attrs := plan.Attributes
	if err != nil || len(attrs) != 1 || attrs[0].Name != "media-col" {
		t.Fatalf("%v, %v", attrs, err)
	}
	want := map[string]goipp.Tag{"media-type": goipp.TagName, "media-source": goipp.TagKeyword}
	col, _ := attrs[0].Values[0].V.(goipp.Collection)
	for _, a := range col {
		if tag, ok := want[a.Name]; ok && a.Values[0].T != tag {
			t.Errorf("%s is a %s, want a %s", a.Name, a.Values[0].T, tag)
		}
		delete(want, a.Name)
	}
	if len(want) != 0 {
		t.Errorf("%v are not in %v", want, col)
	}
}

// An answer that was captured without its state shows what the printer can do.
func TestNoState(t *testing.T) {
	p, err := printer.FromIPP(goipp.Attributes{kw("document-format-supported", "application/pdf")}, printer.Origin{Source: printer.SourceDirect})
	if err != nil || p.State.Printer == nil || p.State.Printer.State != gcp.PrinterIdle || len(p.CDD.Printer.SupportedContentType) != 1 {
		t.Errorf("%+v, %v", p, err)
	}
}
