package cloud_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"platen/cloud"
	"platen/gcp"
)

const choosy = `{"version":"1.0","printer":{"supported_content_type":[{"content_type":"application/pdf"}],
	"copies":{"default":1,"max":9}, "our_own":{"x":1},
	"color":{"option":[{"type":"STANDARD_COLOR","is_default":true,"vendor_id":"c"},{"type":"STANDARD_MONOCHROME","vendor_id":"m"}]},
	"duplex":{"option":[{"type":"NO_DUPLEX","is_default":true},{"type":"LONG_EDGE"}]},
	"collate":{"default":true},
	"vendor_capability":[{"id":"tray","type":"SELECT","display_name":"Tray","select_cap":{"option":[
		{"value":"auto","is_default":true},{"value":"two"}]}}]}}`

// A manager's choices are the defaults that people are told, and what is printed where
// a ticket leaves an item out. The connector sees what it registered.
func TestChoices(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.manager()
	_, err := w.UpdatePrinter(ctx, w.robot, w.printer, cloud.PrinterFields{Capabilities: []byte(choosy)})
	must(t, err)
	set := func(c cloud.Caller, text string) ([]cloud.Objection, error) {
		return w.SetChoices(ctx, c, w.printer, []byte(text))
	}
	const wish = `{"version":"1.0","print":{"color":{"type":"STANDARD_MONOCHROME","vendor_id":"m"},"duplex":{"type":"LONG_EDGE"},
		"collate":{"collate":false},"page_range":{"interval":[{"start":1,"end":1}]},
		"vendor_ticket_item":[{"id":"tray","value":"two"}]}}`
	_, err = set(w.eve, wish)
	refusedAs(t, "a stranger", err, cloud.KindNotFound)
	_, err = set(w.robot, wish)
	refusedAs(t, "the connector", err, cloud.KindCredentials)
	if wrong, err := set(w.bob, `{"print":{"duplex":{"type":"SHORT_EDGE"}}}`); err != nil || len(wrong) != 1 {
		t.Errorf("what the printer cannot do: %v, %v", wrong, err)
	}
	if wrong, err := set(w.bob, wish); err != nil || len(wrong) != 0 {
		t.Fatalf("a manager's: %v, %v", wrong, err)
	}
	for name, tt := range map[string]struct{ sent, want string }{
		"nothing": {`{}`, `{"print":{"color":{"type":"STANDARD_MONOCHROME","vendor_id":"m"},"duplex":{"type":"LONG_EDGE"},
			"collate":{"collate":false},"vendor_ticket_item":[{"id":"tray","value":"two"}]}}`},
		"what stands there stays": {
			`{"version":"1.0","more":7,"print":{"color":{"type":"STANDARD_COLOR","vendor_id":"c"},"duplex":{"type":"NO_DUPLEX"},
				"vendor_ticket_item":[{"id":"tray","value":"auto"}]}}`,
			`{"version":"1.0","more":7,"print":{"color":{"type":"STANDARD_COLOR","vendor_id":"c"},"duplex":{"type":"NO_DUPLEX"},
				"vendor_ticket_item":[{"id":"tray","value":"auto"}],"collate":{"collate":false}}}`,
		},
	} {
		j, err := w.Submit(ctx, w.alice, cloud.Submission{
			Printer: w.printer, Title: "t", ContentType: "application/pdf", Document: w.document(), Ticket: []byte(tt.sent), Key: name,
		})
		must(t, err)
		sameJSON(t, name, j.Ticket, tt.want)
	}
	defaults := func(c cloud.Caller) (d struct {
		Version string
		Printer struct {
			OurOwn json.RawMessage `json:"our_own"`
			gcp.PrinterDescriptionSection
		}
	},
	) {
		t.Helper()
		p, err := w.Printer(ctx, c, w.printer)
		must(t, err)
		must(t, json.Unmarshal(p.Capabilities, &d))
		return d
	}
	d := defaults(w.bob)
	if o := d.Printer.Color.Option; o[0].IsDefault || !o[1].IsDefault || !d.Printer.Duplex.Option[1].IsDefault || string(d.Printer.OurOwn) != `{"x":1}` {
		t.Errorf("people are told %+v", d.Printer)
	}
	if o := defaults(w.robot).Printer.Color.Option; !o[0].IsDefault || o[1].IsDefault {
		t.Errorf("the connector is told %+v", o)
	}
	o, err := w.Offer(ctx, w.alice, w.printer)
	must(t, err)
	if !o.Own.Printer.Color.Option[0].IsDefault || !o.CDD.Printer.Color.Option[1].IsDefault || *o.CDD.Printer.Collate.Default ||
		!o.CDD.Printer.VendorCapability[0].SelectCap.Option[1].IsDefault {
		t.Errorf("the dialog offers %+v", o.CDD.Printer)
	}

	// The same submission is the same job, also after the choices have changed.
	again := cloud.Submission{
		Printer: w.printer, Title: "t", ContentType: "application/pdf", Document: w.document(), Ticket: []byte(`{}`), Key: "nothing",
	}
	_, err = set(w.alice, `{}`)
	must(t, err)
	if j, err := w.Submit(ctx, w.alice, again); err != nil || len(j.Ticket) < 10 {
		t.Errorf("submitted again: %s, %v", j.Ticket, err)
	}
	again.Key, again.Document = "plain", w.document()
	j, err := w.Submit(ctx, w.alice, again)
	must(t, err)
	sameJSON(t, "the printer's own choices", j.Ticket, `{}`)
}

// A choice that the printer cannot do any more is as if it had not been made.
func TestChoicesOfAnotherPrinter(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	_, err := w.UpdatePrinter(ctx, w.robot, w.printer, cloud.PrinterFields{Capabilities: []byte(choosy)})
	must(t, err)
	_, err = w.SetChoices(ctx, w.alice, w.printer, []byte(`{"print":{"duplex":{"type":"LONG_EDGE"},"color":{"vendor_id":"m","type":"STANDARD_MONOCHROME"}}}`))
	must(t, err)
	_, err = w.UpdatePrinter(ctx, w.robot, w.printer, cloud.PrinterFields{Capabilities: []byte(
		`{"version":"1.0","printer":{"duplex":{"option":[{"type":"NO_DUPLEX","is_default":true}]},
			"color":{"option":[{"type":"STANDARD_MONOCHROME","vendor_id":"m"}]}}}`)})
	must(t, err)
	sameJSON(t, "the ticket", w.submit(w.alice).Ticket, `{"print":{"color":{"vendor_id":"m","type":"STANDARD_MONOCHROME"}}}`)
}

// A choice about what the printer has nothing of any more is in no ticket; what the
// sender asks for is told of as ever.
func TestChoicesOfWhatIsGone(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	_, err := w.UpdatePrinter(ctx, w.robot, w.printer, cloud.PrinterFields{Capabilities: []byte(choosy)})
	must(t, err)
	_, err = w.SetChoices(ctx, w.alice, w.printer, []byte(`{"print":{"duplex":{"type":"LONG_EDGE"},"color":{"vendor_id":"m","type":"STANDARD_MONOCHROME"},
		"collate":{"collate":false},"copies":{"copies":2},"vendor_ticket_item":[{"id":"tray","value":"two"}]}}`))
	must(t, err)
	_, err = w.UpdatePrinter(ctx, w.robot, w.printer, cloud.PrinterFields{Capabilities: []byte(
		`{"version":"1.0","printer":{"duplex":{"option":[{"type":"NO_DUPLEX","is_default":true},{"type":"LONG_EDGE"}]}}}`)})
	must(t, err)
	j := w.submit(w.alice)
	sameJSON(t, "the ticket", j.Ticket, `{"print":{"duplex":{"type":"LONG_EDGE"}}}`)
	if len(j.Notes) > 0 {
		t.Errorf("notes %q", j.Notes)
	}
	j, err = w.Submit(ctx, w.alice, cloud.Submission{
		Printer: w.printer, Title: "t", ContentType: "application/pdf", Document: w.document(),
		Ticket: []byte(`{"print":{"color":{"type":"STANDARD_MONOCHROME"}}}`),
	})
	must(t, err)
	sameJSON(t, "with what it has not", j.Ticket, `{"print":{"color":{"type":"STANDARD_MONOCHROME"},"duplex":{"type":"LONG_EDGE"}}}`)
	if len(j.Notes) != 1 {
		t.Errorf("notes %q", j.Notes)
	}
}

// Connectors of others may write null for what a printer has not.
func TestChoicesBesideNull(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	_, err := w.UpdatePrinter(ctx, w.robot, w.printer, cloud.PrinterFields{Capabilities: []byte(choosy)})
	must(t, err)
	_, err = w.SetChoices(ctx, w.alice, w.printer, []byte(`{"print":{"duplex":{"type":"LONG_EDGE"},"color":{"vendor_id":"m","type":"STANDARD_MONOCHROME"},
		"collate":{"collate":false},"vendor_ticket_item":[{"id":"tray","value":"two"}]}}`))
	must(t, err)
	const nulls = `{"version":"1.0","printer":{"color":null,"duplex":{"option":[null,{"type":"LONG_EDGE"}]},"collate":null,
		"vendor_capability":[null,{"id":"tray","type":"SELECT","select_cap":{"option":[{"value":"two"}]},"range_cap":null}]}}`
	_, err = w.UpdatePrinter(ctx, w.robot, w.printer, cloud.PrinterFields{Capabilities: []byte(nulls)})
	must(t, err)
	p, err := w.Printer(ctx, w.alice, w.printer)
	must(t, err)
	sameJSON(t, "the capabilities", p.Capabilities, `{"version":"1.0","printer":{"color":null,
		"duplex":{"option":[null,{"type":"LONG_EDGE","is_default":true}]},"collate":null,
		"vendor_capability":[null,{"id":"tray","type":"SELECT","select_cap":{"option":[{"value":"two","is_default":true}]},"range_cap":null}]}}`)
	w.submit(w.alice)
}

func sameJSON(t *testing.T, what string, got []byte, want string) {
	t.Helper()
	var g, v any
	must(t, json.Unmarshal(got, &g))
	must(t, json.Unmarshal([]byte(want), &v))
	if diff := cmp.Diff(v, g); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
