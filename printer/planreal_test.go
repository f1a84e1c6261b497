package printer_test

import (
	"bytes"
	"net/http"
	"testing"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/internal/lab"
	"platen/printer"
)

// exchange asks an IPP printer something.
func exchange(t *testing.T, e *lab.Eve, m *goipp.Message) *goipp.Message {
	t.Helper()
	b, err := m.EncodeBytes()
	if err != nil {
		t.Fatal(err)
	}
	c := http.Client{Timeout: 10 * time.Second}
	resp, err := c.Post("http://"+e.Addr+"/ipp/print", goipp.ContentType, bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var out goipp.Message
	if err := out.Decode(resp.Body); err != nil {
		t.Fatal(err)
	}
	return &out
}

func request(e *lab.Eve, op goipp.Op) *goipp.Message {
	m := goipp.NewRequest(goipp.DefaultVersion, op, 1)
	m.Operation.Add(goipp.MakeAttribute("attributes-charset", goipp.TagCharset, goipp.String("utf-8")))
	m.Operation.Add(goipp.MakeAttribute("attributes-natural-language", goipp.TagLanguage, goipp.String("en")))
	m.Operation.Add(goipp.MakeAttribute("printer-uri", goipp.TagURI, goipp.String(e.URI)))
	return m
}

// A real printer takes all that plans of its own choices ask for: it calls nothing
// unsupported.
func TestPrinterTakesWhatIsPlanned(t *testing.T) {
	e := lab.IPPEve(t, lab.EveOptions{})
	get := request(e, goipp.OpGetPrinterAttributes)
	wanted := goipp.Attribute{Name: "requested-attributes"}
	wanted.Values.Add(goipp.TagKeyword, goipp.String("all"))
	wanted.Values.Add(goipp.TagKeyword, goipp.String("media-col-database"))
	get.Operation.Add(wanted)
	answer := exchange(t, e, get)
	p, err := printer.FromIPP(answer.Printer, printer.Origin{Name: "eve", Source: printer.SourceDirect, URI: e.URI, Render: true})
	if err != nil {
		t.Fatal(err)
	}
	asked, refused := 0, 0
	for n := range uint64(150) {
		ticket := randomTicket(newDice(n), p.CDD.Printer)
		ticket.Print.VendorTicketItem = append(ticket.Print.VendorTicketItem, gcp.VendorTicketItem{ID: "unheard-of", Value: "x"})
		plan, err := printer.PlanJob(p, ticket, pdf)
		if err != nil {
			refused++
			continue
		}
		asked++
		m := request(e, goipp.OpValidateJob)
		m.Operation.Add(goipp.MakeAttribute("document-format", goipp.TagMimeType, goipp.String(plan.Format)))
		for _, a := range plan.Attributes {
			if printer.ForOperation(a.Name) {
				m.Operation.Add(a)
			} else {
				m.Job.Add(a)
			}
		}
		if got := exchange(t, e, m); goipp.Status(got.Code) != goipp.StatusOk || len(got.Unsupported) > 0 {
			t.Errorf("%s, without %v, for %v", goipp.Status(got.Code), got.Unsupported, plan.Attributes)
		}
	}
	m := request(e, goipp.OpValidateJob)
	m.Job.Add(kw("sides", "three-sided"))
	if got := exchange(t, e, m); len(got.Unsupported) == 0 {
		t.Error("it takes everything, and this test says nothing")
	}
	if asked < 50 {
		t.Errorf("%d plans and %d refusals", asked, refused)
	}
}
