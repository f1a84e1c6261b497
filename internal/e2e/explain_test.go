package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"platen/internal/lab"
)

// A live printer is explained by the daemon, or without one: a queue of CUPS, one that
// was added, and one at an address that was not. The ticket becomes attributes.
func TestExplainLivePrinters(t *testing.T) {
	bin := lab.Build(t)
	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddPPD("ppd", "")
	eve := lab.IPPEve(t, lab.EveOptions{})
	s := lab.NewSite(t, lab.SiteOptions{Bin: bin, CUPS: []string{cups.Socket}})
	s.StartCloud()
	s.Pair()
	ticket := filepath.Join(t.TempDir(), "ticket.json")
	if err := os.WriteFile(ticket, []byte(`{"version":"1.0","print":{"copies":{"copies":2}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, daemon := range []bool{false, true} {
		if daemon {
			s.StartConnector()
		}
		for _, name := range []string{"ppd", eve.URI} {
			var e struct {
				CDD           struct{ Printer map[string]json.RawMessage }
				JobAttributes []struct {
					Name   string
					Values []string
				} `json:"job_attributes"`
			}
			out := s.Platen("printer", "explain", name, "--ticket", ticket, "--json")
			if err := json.Unmarshal([]byte(out), &e); err != nil {
				t.Fatalf("%s: %v\n%s", name, err, out)
			}
			copies := ""
			for _, a := range e.JobAttributes {
				if a.Name == "copies" {
					copies = strings.Join(a.Values, " ")
				}
			}
			if copies != "2" || e.CDD.Printer["media_size"] == nil {
				t.Errorf("daemon %v, %s: %+v", daemon, name, e.JobAttributes)
			}
		}
		kept := filepath.Join(t.TempDir(), "answer.ipp")
		s.Platen("printer", "explain", "ppd", "--save", kept)
		if out := s.Platen("printer", "explain", "--from", kept); !strings.Contains(out, "copies") || !strings.Contains(out, "print-quality") {
			t.Errorf("daemon %v, what was kept: %s", daemon, out)
		}
		for name, want := range map[string]string{"nothing": "platen printer list", "ipp://127.0.0.1:1/ipp/print": "is the printer on"} {
			if out, ok := verb(t, s, bin, "printer", "explain", name); ok || !strings.Contains(out, want) {
				t.Errorf("daemon %v, %s: %v\n%s", daemon, name, ok, out)
			}
		}
	}
}
