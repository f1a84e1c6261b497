package printer_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"unicode/utf8"

	"github.com/OpenPrinting/goipp"

	"platen/printer"
)

// No answer of a printer, however broken, does harm: what comes of it is a whole CDD.
func FuzzFromIPP(f *testing.F) {
	for seed := range uint64(20) {
		m := goipp.NewResponse(goipp.DefaultVersion, goipp.StatusOk, 1)
		m.Printer = wildPrinter(rand.New(rand.NewPCG(seed, 5)))
		if b, err := m.EncodeBytes(); err == nil {
			f.Add(b, uint8(seed))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, how uint8) {
		if len(b) > 1<<16 { // package cups guards against size and depth
			return
		}
		var m goipp.Message
		if m.DecodeBytesEx(b, goipp.DecoderOptions{EnableWorkarounds: true}) != nil {
			return
		}
		o := printer.Origin{Source: printer.SourceDirect, Render: how&1 != 0, Raw: how&2 != 0}
		if how&4 != 0 {
			o.Source = printer.SourceCUPS
		}
		p, err := printer.FromIPP(m.Printer, o)
		if err != nil {
			return
		}
		text, err := json.Marshal(p.CDD)
		if err != nil || !utf8.Valid(text) {
			t.Fatalf("%q, %v", text, err)
		}
		s := p.CDD.Printer
		checkDefaults(t, p)
		if s.MediaSize != nil && len(s.MediaSize.Option) != len(p.Capabilities.Media) {
			t.Errorf("%d sizes, and %d of the printer's own", len(s.MediaSize.Option), len(p.Capabilities.Media))
		}
		seen := map[string]bool{}
		for _, c := range s.VendorCapability {
			if seen[c.ID] || c.DisplayName == "" {
				t.Errorf("%+v", c)
			}
			seen[c.ID] = true
		}
	})
}
