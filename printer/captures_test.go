package printer_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/printer"
)

// captured reads a printer's answer from the shared captures, or skips.
func captured(t *testing.T, name string) *goipp.Message {
	t.Helper()
	dir := os.Getenv("PLATEN_PRINTERS")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "printers")
	}
	b, err := os.ReadFile(filepath.Join(dir, name+".ipp"))
	if err != nil {
		t.Skipf("no captured printers: set PLATEN_PRINTERS (%v)", err)
	}
	var m goipp.Message
	if err := m.DecodeBytesEx(b, goipp.DecoderOptions{EnableWorkarounds: true}); err != nil {
		t.Fatalf("decoding %s: %v", name, err)
	}
	return &m
}

func translate(t *testing.T, name string, src printer.Source) printer.Printer {
	t.Helper()
	p, err := printer.FromIPP(captured(t, name).Printer, printer.Origin{Name: "p", Source: src, URI: "ipp://host/ipp/print"})
	if err != nil {
		t.Fatalf("FromIPP(%s): %v", name, err)
	}
	return p
}

func TestExplainOne(t *testing.T) {
	if os.Getenv("DUMP") == "" {
		t.Skip("set DUMP to a capture's name")
	}
	p := translate(t, os.Getenv("DUMP"), printer.SourceDirect)
	b, err := json.MarshalIndent(p, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	t.Log(string(b))
	_ = gcp.CJT{}
}
