package printer_test

import (
	"bytes"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/internal/lab"
	"platen/printer"
)

// askReal asks a real printer or queue for all that it has to say.
func askReal(t *testing.T, addr, path string) goipp.Attributes {
	t.Helper()
	m := goipp.NewRequest(goipp.DefaultVersion, goipp.OpGetPrinterAttributes, 1)
	for _, a := range []struct {
		name  string
		tag   goipp.Tag
		value string
	}{
		{"attributes-charset", goipp.TagCharset, "utf-8"},
		{"attributes-natural-language", goipp.TagLanguage, "en"},
		{"printer-uri", goipp.TagURI, "ipp://localhost" + path},
	} {
		m.Operation.Add(goipp.MakeAttribute(a.name, a.tag, goipp.String(a.value)))
	}
	m.Operation.Add(kw("requested-attributes", "all", "media-col-database"))
	b, err := m.EncodeBytes()
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+addr+path, bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/ipp")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	b, err = io.ReadAll(io.LimitReader(answer.Body, 1<<22))
	var got goipp.Message
	if err != nil || got.DecodeBytes(b) != nil || len(got.Printer) == 0 {
		t.Fatalf("%v: %q", err, b)
	}
	return got.Printer
}

// What real software says is described as it is: ippeveprinter with several kinds of
// printers, a queue of CUPS with a PPD, and one without a driver.
func TestDescriptionOfRealPrinters(t *testing.T) {
	eve := lab.IPPEve(t, lab.EveOptions{})
	t.Run("eve", func(t *testing.T) { checkLive(t, askReal(t, eve.Addr, "/ipp/print"), printer.SourceDirect) })
	for _, name := range []string{"copier", "labels", "airprint"} {
		t.Run(name, func(t *testing.T) {
			path, err := filepath.Abs(filepath.Join("testdata", "ippeve", name+".conf"))
			if err != nil {
				t.Fatal(err)
			}
			e := lab.IPPEve(t, lab.EveOptions{Attributes: path})
			attrs := askReal(t, e.Addr, "/ipp/print")
			checkLive(t, attrs, printer.SourceDirect)
			if name != "labels" {
				return
			}
			s := describe(t, printer.Origin{}, attrs...).CDD.Printer
			if r := s.MediaSize.Option[1]; !r.IsContinuousFeed || r.WidthMicrons != 62000 || r.VendorID != "media:roll_label-62_62x0mm" {
				t.Errorf("the roll is %+v", r)
			}
			if d := s.DPI.Option; len(d) != 1 || d[0].HorizontalDPI != 203 || d[0].VendorID != "printer-resolution:80x80dpcm" {
				t.Errorf("resolution %+v", d)
			}
		})
	}
	c := lab.CUPS(t, lab.CUPSOptions{})
	c.AddPPD("ppd", "")
	c.AddEverywhere("driverless", eve.URI)
	c.AddRaw("raw", "")
	for _, queue := range []string{"ppd", "driverless"} {
		t.Run(queue, func(t *testing.T) { checkLive(t, askReal(t, c.Addr, "/printers/"+queue), printer.SourceCUPS) })
	}
	t.Run("raw", func(t *testing.T) {
		attrs := askReal(t, c.Addr, "/printers/raw")
		p := describe(t, printer.Origin{Source: printer.SourceCUPS, Raw: true, Render: true}, attrs...)
		if s := p.CDD.Printer; p.Kind != printer.KindRaw || offered(s) != "" || s.MediaSize != nil || len(s.SupportedContentType) != 1 {
			t.Errorf("%s: %+v", p.Kind, s)
		}
	})
}

func checkLive(t *testing.T, attrs goipp.Attributes, from printer.Source) {
	t.Helper()
	p, err := printer.FromIPP(attrs, printer.Origin{Source: from, URI: "ipp://localhost/ipp/print", Render: true})
	if err != nil {
		t.Fatal(err)
	}
	checkDescription(t, attrs, p)
	if got := offered(p.CDD.Printer); !strings.Contains(got, "pages reverse copies ") || !strings.Contains(got, "fit NO_FITTING FIT_TO_PAGE FILL_PAGE SHRINK_TO_PAGE") {
		t.Errorf("offered %q", got)
	}
	if from == printer.SourceCUPS && p.Capabilities.Rendered.Reverse {
		t.Error("CUPS lists page-delivery, and is not asked for it")
	}
}
