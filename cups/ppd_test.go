package cups_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"platen/cups"
	"platen/gcp"
	"platen/internal/lab"
	"platen/printer"
)

// officePPD returns the path of a PPD with options that IPP knows nothing of.
func officePPD(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../internal/ppd/testdata/office.ppd")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// What CUPS does not tell over IPP is offered, and arrives at the filters.
func TestVendorOptionsOfPPD(t *testing.T) {
	c := lab.CUPS(t, lab.CUPSOptions{DebianPolicy: true})
	c.AddPPDFile("office", "", officePPD(t))
	s := onCUPS(t, c)
	p := list(t, s)["office"]
	var ids []string
	for _, v := range p.CDD.Printer.VendorCapability {
		if strings.HasPrefix(v.ID, "ppd:") {
			ids = append(ids, v.ID)
		}
	}
	want := []string{
		"ppd:TonerSave", "ppd:Smoothing", "ppd:Watermark", "ppd:JobType",
		"ppd:JobType:LockedPrint/LockedPrintPassword",
	}
	if !slices.Equal(ids, want) {
		t.Errorf("the options of the PPD are %v, want %v", ids, want)
	}
	doc := pdf(2_000)
	j := newJob("office", doc)
	plan, err := printer.PlanJob(p, vendorTicket(
		"ppd:TonerSave", "true", "ppd:Smoothing", "Extra.Fine", "ppd:JobType:LockedPrint/LockedPrintPassword", "0815",
	), "application/pdf")
	if err != nil {
		t.Fatal(err)
	}
	j.Attributes = plan.Attributes
	l := begin(t, s, j, doc)
	wantState(t, finish(t, s, l), gcp.StateOf(gcp.JobDone))
	args := c.Arguments("office", l.ID)
	t.Log(args)
	for _, o := range []string{"TonerSave=True", "Smoothing=Extra.Fine", "JobType=LockedPrint", "LockedPrintPassword=Custom.0815"} {
		if !strings.Contains(args, o) {
			t.Errorf("the filters were not told %q", o)
		}
	}
	for _, impossible := range []gcp.CJT{
		vendorTicket("ppd:Watermark", "Company"), // excluded by what is installed
		vendorTicket("ppd:Smoothing", "Finest"),
		vendorTicket("ppd:TonerSave", "maybe"),
		vendorTicket("ppd:JobType:LockedPrint/LockedPrintPassword", "123"),
		vendorTicket("ppd:JobType:LockedPrint/LockedPrintPassword", "123456789"),
		vendorTicket("ppd:JobType:LockedPrint/LockedPrintPassword", "12a4"),
	} {
		_, err := printer.PlanJob(p, impossible, "application/pdf")
		var refused *printer.ErrTicket
		if !errors.As(err, &refused) {
			t.Errorf("%+v: %v, want a refusal", impossible.Print.VendorTicketItem, err)
		}
	}
}

func vendorTicket(pairs ...string) gcp.CJT {
	t := gcp.CJT{Version: "1.0"}
	for i := 0; i+1 < len(pairs); i += 2 {
		t.Print.VendorTicketItem = append(t.Print.VendorTicketItem, gcp.VendorTicketItem{ID: pairs[i], Value: gcp.Text(pairs[i+1])})
	}
	return t
}

// A queue whose PPD cannot be read keeps what IPP tells.
func TestBrokenPPD(t *testing.T) {
	c := lab.CUPS(t, lab.CUPSOptions{})
	c.AddPPDFile("office", "", officePPD(t))
	if err := os.WriteFile(filepath.Join(c.Dir, "etc/ppd/office.ppd"), []byte("*PPD-Adobe: \"4.3"), 0o644); err != nil {
		t.Fatal(err)
	}
	p := list(t, onCUPS(t, c))["office"]
	if p.CDD.Printer.MediaSize == nil {
		t.Error("the sizes are gone")
	}
}

// CUPS made the PPD of an everywhere queue of what the printer told over IPP.
func TestEverywhereQueueHasNoVendorOptions(t *testing.T) {
	e := lab.IPPEve(t, lab.EveOptions{})
	c := lab.CUPS(t, lab.CUPSOptions{})
	c.AddEverywhere("every", e.URI)
	for _, v := range list(t, onCUPS(t, c))["every"].CDD.Printer.VendorCapability {
		if strings.HasPrefix(v.ID, "ppd:") {
			t.Errorf("%s is offered", v.ID)
		}
	}
}

// The samples are a label and a receipt, with zeros.
const (
	zplSample    = "^XA^FO50,50^A0N,50,50^FDPlaten^FS^FO50,120^GFB,8,8,1,\x00\xff\x81\x81\x81\x81\xff\x00^FS^XZ\r\n"
	escposSample = "\x1b@\x1b!\x30Platen\x1b!\x00\nTotal 1,00\n\x1dv0\x00\x01\x00\x02\x00\x00\x00\x1dV\x00"
)

// Documents in a printer's own language come out of a raw queue, and of one with a
// PPD whose owner allowed it, as they went in.
func TestRawDocumentsByteForByte(t *testing.T) {
	c := lab.CUPS(t, lab.CUPSOptions{DebianPolicy: true})
	c.AddRaw("raw", "")
	c.AddPPD("ppd", "")
	s := open(t, cups.Config{Servers: []cups.Server{{Address: c.Socket}}, Raw: func(printer.Name) bool { return true }})
	for name, p := range list(t, s) {
		if !takes(p, "application/octet-stream") {
			t.Errorf("%s does not take documents in its own language", name)
		}
		for _, doc := range []string{zplSample, escposSample, "%!PS\nshowpage\n", "plain text\n", "\x00"} {
			plan, err := printer.PlanJob(p, gcp.CJT{Version: "1.0"}, "application/octet-stream")
			if err != nil {
				t.Fatal(err)
			}
			j := newJob(name, []byte(doc))
			j.Format, j.Attributes = plan.Format, plan.Attributes
			l := begin(t, s, j, []byte(doc))
			wantState(t, finish(t, s, l), gcp.StateOf(gcp.JobDone))
			if got, ok := c.Output(string(name), l.ID); !ok || !bytes.Equal(got, []byte(doc)) {
				t.Errorf("%s: %.30q came out as %.30q", name, doc, got)
			}
		}
	}
	for _, p := range list(t, onCUPS(t, c)) {
		if takes(p, "application/octet-stream") {
			t.Errorf("%s takes raw documents although nobody allowed it", p.Name)
		}
		var format *printer.ErrFormat
		if _, err := printer.PlanJob(p, gcp.CJT{Version: "1.0"}, "application/octet-stream"); !errors.As(err, &format) {
			t.Errorf("%s plans a raw document: %v", p.Name, err)
		}
	}
}

func takes(p printer.Printer, format string) bool {
	return slices.ContainsFunc(p.CDD.Printer.SupportedContentType, func(c gcp.SupportedContentType) bool { return c.ContentType == format })
}

// The device behind a raw queue is asked what it can do; CUPS does not know.
func TestRawQueueAsksItsDevice(t *testing.T) {
	e := lab.IPPEve(t, lab.EveOptions{})
	c := lab.CUPS(t, lab.CUPSOptions{})
	c.AddRawTo("raw", e.URI)
	c.AddRawTo("off", "ipp://127.0.0.1:9/ipp/print")
	c.AddRaw("lab", "")
	s := onCUPS(t, c)
	all := list(t, s)
	p := all["raw"]
	if p.Kind != printer.KindRaw || p.Source != printer.SourceCUPS {
		t.Errorf("the queue became a %q of %q", p.Kind, p.Source)
	}
	d := p.CDD.Printer
	if d.MediaSize == nil || len(d.MediaSize.Option) < 5 || d.Duplex == nil || len(d.Duplex.Option) != 3 {
		t.Errorf("the device's abilities are not the queue's: %+v", d)
	}
	if d.Copies != nil || d.PageRange != nil || d.FitToPage != nil || d.ReverseOrder != nil || d.Collate != nil || d.PageOrientation != nil {
		t.Errorf("there is a choice that nobody carries out: %+v", d)
	}
	for _, name := range []printer.Name{"off", "lab"} {
		if d := all[name].CDD.Printer; d.MediaSize != nil || d.Duplex != nil {
			t.Errorf("%s has options: %+v", name, d)
		}
	}
	doc := pdf(5_000)
	plan, err := printer.PlanJob(p, gcp.CJT{Print: gcp.PrintTicketSection{
		Duplex: &gcp.DuplexTicketItem{Type: gcp.DuplexShortEdge},
	}}, "application/pdf")
	if err != nil {
		t.Fatal(err)
	}
	j := newJob("raw", doc)
	j.Attributes = plan.Attributes
	l := begin(t, s, j, doc)
	wantState(t, finish(t, s, l), gcp.StateOf(gcp.JobDone))
	if docs := e.Documents(); len(docs) != 1 || !bytes.Equal(docs[0], doc) {
		t.Errorf("the device got %d documents, or another one", len(docs))
	}
	if asked := e.Environment(1); !slices.Contains(asked, "IPP_SIDES=two-sided-short-edge") {
		t.Errorf("the device was asked for %v", asked)
	}
}
