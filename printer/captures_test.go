package printer_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/printer"
)

// folder is where the captures are: PLATEN_PRINTERS, or beside the module.
func folder() string {
	if dir := os.Getenv("PLATEN_PRINTERS"); dir != "" {
		return dir
	}
	return filepath.Join("..", "..", "shared", "printers")
}

// captured reads a printer's answer from the shared captures, or skips.
func captured(t *testing.T, name string) *goipp.Message {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(folder(), name+".ipp"))
	if err != nil {
		t.Skipf("no captured printers: set PLATEN_PRINTERS (%v)", err)
	}
	var m goipp.Message
	if err := m.DecodeBytesEx(b, goipp.DecoderOptions{EnableWorkarounds: true}); err != nil {
		t.Fatalf("decoding %s: %v", name, err)
	}
	return &m
}

func translate(t *testing.T, name string) printer.Printer {
	t.Helper()
	p, err := printer.FromIPP(captured(t, name).Printer, printer.Origin{Name: "p", Source: printer.SourceDirect, URI: "ipp://host/ipp/print"})
	if err != nil {
		t.Fatalf("FromIPP(%s): %v", name, err)
	}
	return p
}

// The expected values are those of the printers' data sheets and of their own
// IPP answers, read by hand.
func TestCapturedPrinters(t *testing.T) {
	for _, c := range []struct {
		file, maker, model string
		color, duplex      int
		maxCopies          int
		size               gcp.MediaSizeName // the default
		first              string            // preferred content type
	}{
		{"hp-color-laserjet-mfp-m477fdw", "Hewlett-Packard", "HP Color LaserJet MFP M477fdw", 4, 3, 999, "ISO_A4", "application/pdf"},
		{"xerox-b210-stopped-toner-empty", "Xerox", "B210 Printer", 3, 3, 255, "ISO_A4", "application/postscript"},
	} {
		t.Run(c.file, func(t *testing.T) {
			p := translate(t, c.file)
			s := p.CDD.Printer
			if p.Manufacturer != c.maker || p.Model != c.model {
				t.Errorf("it is a %q %q, want %q %q", p.Manufacturer, p.Model, c.maker, c.model)
			}
			if len(s.Color.Option) != c.color || len(s.Duplex.Option) != c.duplex || s.Copies.Max != c.maxCopies {
				t.Errorf("%d colour modes, %d duplex, %d copies; want %d, %d, %d",
					len(s.Color.Option), len(s.Duplex.Option), s.Copies.Max, c.color, c.duplex, c.maxCopies)
			}
			for _, o := range s.MediaSize.Option {
				if o.IsDefault && o.Name != c.size {
					t.Errorf("the default size is %s, want %s", o.Name, c.size)
				}
			}
			if got := s.SupportedContentType[0].ContentType; got != c.first {
				t.Errorf("it prefers %s, want %s", got, c.first)
			}
		})
	}
}

// Every capture translates, has at most one default a list, keeps its hash, and
// takes a ticket of its own defaults.
func TestAllCaptures(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(folder(), "*.ipp"))
	if err != nil || len(files) == 0 {
		t.Skipf("no captured printers in %s: set PLATEN_PRINTERS", folder())
	}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".ipp")
		t.Run(name, func(t *testing.T) {
			src := printer.SourceDirect
			if strings.HasPrefix(name, "cups") {
				src = printer.SourceCUPS
			}
			for i, g := range captured(t, name).Groups {
				if g.Tag != goipp.TagPrinterGroup || name == "cups-get-printers" && i > 50 {
					continue
				}
				o := printer.Origin{Source: src, URI: "ipp://host/ipp/print"}
				p, err := printer.FromIPP(g.Attrs, o)
				again, err2 := printer.FromIPP(g.Attrs, o)
				if err != nil || err2 != nil {
					t.Fatalf("FromIPP: %v, %v", err, err2)
				}
				if p.CapsHash != again.CapsHash || len(p.CapsHash) != 64 || p.UUID == "" {
					t.Errorf("hash %q and %q, uuid %q", p.CapsHash, again.CapsHash, p.UUID)
				}
				checkDefaults(t, p)
				checkSizes(t, p)
			}
		})
	}
}

func checkDefaults(t *testing.T, p printer.Printer) {
	t.Helper()
	count := func(what string, flags []bool) {
		n := 0
		for _, f := range flags {
			if f {
				n++
			}
		}
		if len(flags) > 0 && n != 1 {
			t.Errorf("%s has %d defaults", what, n)
		}
	}
	s := p.CDD.Printer
	var c, d, m, r []bool
	if s.Color != nil {
		for _, o := range s.Color.Option {
			c = append(c, o.IsDefault)
		}
	}
	if s.Duplex != nil {
		for _, o := range s.Duplex.Option {
			d = append(d, o.IsDefault)
		}
	}
	if s.MediaSize != nil {
		for _, o := range s.MediaSize.Option {
			m = append(m, o.IsDefault)
		}
	}
	if s.DPI != nil {
		for _, o := range s.DPI.Option {
			r = append(r, o.IsDefault)
		}
	}
	count("color", c)
	count("duplex", d)
	count("media_size", m)
	count("dpi", r)
}

// checkSizes asks for each size in turn: it must be sent, never left to the
// printer's default.
func checkSizes(t *testing.T, p printer.Printer) {
	t.Helper()
	if p.CDD.Printer.MediaSize == nil {
		return
	}
	for _, o := range p.CDD.Printer.MediaSize.Option {
		for _, item := range []gcp.MediaSizeTicketItem{
			{WidthMicrons: o.WidthMicrons, HeightMicrons: o.HeightMicrons},
			{WidthMicrons: o.WidthMicrons, HeightMicrons: o.HeightMicrons, VendorID: o.VendorID},
			{VendorID: o.VendorID},
		} {
			attrs, err := attributesOf(p, gcp.CJT{Print: gcp.PrintTicketSection{MediaSize: &item}})
			if err != nil || len(attrs) != 1 || attrs[0].Name != "media-col" && attrs[0].Name != "media" {
				t.Errorf("%+v of %s: %v, %v", item, p.Model, attrs, err)
			}
		}
	}
	wild := gcp.MediaSizeTicketItem{WidthMicrons: 5_000_000, HeightMicrons: 1000}
	_, err := attributesOf(p, gcp.CJT{Print: gcp.PrintTicketSection{MediaSize: &wild}})
	var ticket *printer.ErrTicket
	if !errors.As(err, &ticket) || !strings.Contains(ticket.Reason, "5000 × 1 mm") {
		t.Errorf("an impossible size: %v", err)
	}
}

func TestTonerEmptyStops(t *testing.T) {
	p := translate(t, "xerox-b210-stopped-toner-empty")
	s := p.State.Printer
	if s.State != gcp.PrinterStopped || s.MarkerState.Item[0].State != gcp.UnitExhausted {
		t.Errorf("state %+v", s)
	}
	if s.VendorState == nil || s.VendorState.Item[0].State != gcp.VendorError {
		t.Errorf("in words: %+v", s.VendorState)
	}
}
