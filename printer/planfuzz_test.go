package printer_test

import (
	"errors"
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/printer"
)

// Whatever a ticket says, a plan comes of it or a sentence, and nothing grows beyond
// what it says.
func FuzzTicket(f *testing.F) {
	var all []printer.Printer
	for seed := range uint64(6) {
		p, err := printer.FromIPP(generated(newDice(seed)), printer.Origin{Name: "p", Source: printer.SourceDirect, URI: "ipp://host/ipp/print", Render: seed%2 == 0, Raw: seed%3 == 0})
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, p)
	}
	all = append(all, spooler(), modest(), drawn(true))
	for _, s := range []string{
		`{}`, `{"copies":{"copies":2},"collate":{"collate":false}}`, `{` + twoPages + `}`,
		`{"media_size":{"width_microns":210000,"height_microns":297000},"margins":{}}`,
		`{"vendor_ticket_item":[{"id":"finishings/staple","value":"20"},{"id":"media-source","value":"tray-1"},{"id":"job-password","value":"1234"}]}`,
		`{"color":{"type":"STANDARD_MONOCHROME"},"duplex":{"type":"LONG_EDGE"},"dpi":{"horizontal_dpi":600,"vertical_dpi":600},"fit_to_page":{"type":"GROW_TO_PAGE"}}`,
	} {
		f.Add([]byte(`{"version":"1.0","print":`+s+`}`), uint8(0), "application/pdf")
	}
	f.Fuzz(func(t *testing.T, data []byte, which uint8, format string) {
		var ticket gcp.CJT
		if gcp.DecodeLenient(data, &ticket) != nil {
			return
		}
		plan, err := printer.PlanJob(all[int(which)%len(all)], ticket, format)
		if err != nil {
			_, isTicket := errors.AsType[*printer.ErrTicket](err)
			_, isFormat := errors.AsType[*printer.ErrFormat](err)
			if !isTicket && !isFormat {
				t.Errorf("%v", err)
			}
			return
		}
		m := goipp.NewRequest(goipp.DefaultVersion, goipp.OpCreateJob, 1)
		m.Job = plan.Attributes
		b, err := m.EncodeBytes()
		if err != nil {
			t.Errorf("%v cannot be sent: %v", plan.Attributes, err)
		}
		size := len(b)
		for _, n := range plan.Notes {
			size += len(n)
		}
		if limit := 10_000 + 40*len(data); size > limit || len(plan.Work.Layout.Pages) > len(data) {
			t.Errorf("%d bytes became %d", len(data), size)
		}
	})
}
