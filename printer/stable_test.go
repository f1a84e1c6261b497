package printer_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"platen/printer"
)

// The same answer gives the same CDD and hash: /update is sent for changes alone.
func TestStable(t *testing.T) {
	for _, s := range shots(t) {
		var first []byte
		hash := ""
		for range 100 {
			p, err := printer.FromIPP(s.attrs, printer.Origin{Source: s.src, URI: "ipp://host/ipp/print", Render: true})
			if err != nil {
				t.Fatal(err)
			}
			b, err := json.Marshal(p.CDD)
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first, hash = b, p.CapsHash
			}
			if !bytes.Equal(b, first) || p.CapsHash != hash {
				t.Fatalf("%s: the CDD changes: %s and %s", s.name, b, first)
			}
		}
	}
}

// State and levels are no part of what a printer can do.
func TestStateKeepsHash(t *testing.T) {
	a, b := translate(t, "xerox-b210"), translate(t, "xerox-b210-stopped-toner-empty")
	// The two captures differ in the name of the toner cartridge, which holds its
	// serial number.
	a.CDD.Printer.Marker, b.CDD.Printer.Marker = nil, nil
	x, errX := json.Marshal(a.CDD)
	y, errY := json.Marshal(b.CDD)
	if errX != nil || errY != nil || !bytes.Equal(x, y) {
		t.Errorf("%s\nand %s", x, y)
	}
}

// A translation takes at most 5 ms for the largest captured printer: measured with
// room for a busy machine, BenchmarkFromIPP has the figure.
func TestQuick(t *testing.T) {
	for _, s := range shots(t) {
		best := time.Hour
		for range 20 {
			begin := time.Now()
			if _, err := printer.FromIPP(s.attrs, printer.Origin{Source: s.src, Render: true}); err != nil {
				t.Fatal(err)
			}
			best = min(best, time.Since(begin))
		}
		if best > 5*time.Millisecond {
			t.Errorf("%s takes %v", s.name, best)
		}
	}
}

func BenchmarkFromIPP(b *testing.B) {
	for _, s := range shots(b) {
		b.Run(s.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := printer.FromIPP(s.attrs, printer.Origin{Source: s.src, Render: true}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
