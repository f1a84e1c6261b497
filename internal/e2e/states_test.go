package e2e

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
)

// TestStatesReachTheCloud takes a queue and a printer through faults, and looks at
// what people see of them.
func TestStatesReachTheCloud(t *testing.T) {
	t.Parallel()
	cups := lab.CUPS(t, lab.CUPSOptions{DebianPolicy: true})
	cups.AddRaw("raw", "pages=3")
	eve := lab.IPPEve(t, lab.EveOptions{})
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t), CUPS: []string{cups.Socket}})
	s.Start()
	s.Platen("printer", "add", eve.URI, "--name", "direct")
	raw, direct := s.Printer("raw"), s.Printer("direct")
	until := func(id string, within time.Duration, words ...string) {
		t.Helper()
		var got string
		began := time.Now()
		ok := lab.Eventually(within, func() bool {
			a, err := s.Call("printer", url.Values{"printerid": {id}})
			if err != nil || len(a.Printers) != 1 {
				return false
			}
			var b bytes.Buffer
			if json.Compact(&b, a.Printers[0].SemanticState.Printer) != nil {
				return false
			}
			got = b.String()
			for _, w := range words {
				if !strings.Contains(got, w) {
					return false
				}
			}
			return true
		})
		if !ok {
			t.Fatalf("after %v the printer's state is %s, want %q", time.Since(began), got, words)
		}
		t.Logf("%v: %s", time.Since(began), got)
	}

	eve.Kill()
	cups.SetFault("media-empty-error")
	job := submit(t, s, raw, "paper.pdf", document("paper", 10<<10))
	got := s.Await(job, 30*time.Second, func(j lab.Job) bool { return j.State() == "STOPPED" })
	if c := got.SemanticSt8.State.DeviceState.ErrorCode; c != "INPUT_TRAY" || !strings.Contains(got.Message, "Out of paper") {
		t.Errorf("without paper the job is %s %s %q", got.State(), c, got.Message)
	}
	until(raw, 10*time.Second, "Out of paper", `"EMPTY"`)
	until(direct, 30*time.Second, `"STOPPED"`, "The printer is offline")

	cups.SetFault("")
	eve.Start()
	got = s.Await(job, 30*time.Second, lab.Job.Ended)
	if got.State() != "DONE" || got.SemanticSt8.Pages != 3 {
		t.Errorf("with paper the job is %s with %d pages, want DONE with 3", got.State(), got.SemanticSt8.Pages)
	}
	until(raw, 10*time.Second, `{"state":"IDLE"}`)
	until(direct, 30*time.Second, `"state":"IDLE"`)

	cups.Run("cupsdisable", "raw")
	until(raw, 10*time.Second, `"STOPPED"`, "Paused")
	cups.Run("cupsenable", "raw")
	until(raw, 10*time.Second, `{"state":"IDLE"}`)
}
