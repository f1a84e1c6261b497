package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"platen/internal/lab"
)

// A document at which the connector panics, whatever it does with it, stops it
// twice and then ends with that cause; its neighbours print once. The test is the
// supervisor that starts the connector again.
func TestPoisonedDocument(t *testing.T) {
	t.Parallel()
	cups := lab.CUPS(t, lab.CUPSOptions{DebianPolicy: true})
	cups.AddRaw("raw", "")
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t, "faults"), CUPS: []string{cups.Socket}})
	s.Start()
	printer := s.Printer("raw")
	s.StopConnector()

	for hop, doing := range map[string]string{
		"download": "it was being downloaded",
		"create":   "it was being prepared for the printer",
		"send":     "it was being sent to the printer",
	} {
		jobs := offer(t, s, printer, hop, 4) // the second is the poisoned one
		deaths := 0
		ended := func() bool {
			for _, j := range jobs {
				if got, err := s.Job(j.id); err != nil || !got.Ended() {
					return false
				}
			}
			return true
		}
		for !ended() && deaths < 6 {
			s.LaunchConnector("PLATEN_POISON=" + hop + ":" + jobs[1].title)
			lab.Until(t, time.Minute, "the jobs to end, or the connector to die", func() bool { return s.ConnectorEnded() || ended() })
			if s.ConnectorEnded() {
				deaths++
			}
		}
		if deaths != 2 {
			t.Errorf("%s: the document stopped the connector %d times, want 2", hop, deaths)
		}
		s.StopConnector()
		for i, j := range jobs {
			got, err := s.Job(j.id)
			whole, broken := count(received(t, cups), j.doc)
			switch {
			case err != nil:
				t.Error(err)
			case i == 1:
				want := "this document stopped the connector twice while " + doing + ": it is not tried again"
				if got.State() != "ABORTED" || got.SemanticSt8.State.DeviceAction.ErrorCode != "PRINT_FAILURE" || got.Message != want {
					t.Errorf("%s: the poisoned job is %+v, want ABORTED, PRINT_FAILURE, %q", hop, got, want)
				}
				if whole+broken > 0 {
					t.Errorf("%s: the poisoned job was printed", hop)
				}
			case got.State() != "DONE" || whole != 1 || broken != 0:
				t.Errorf("%s: neighbour %s is %s %q, printed %d times, in part %d", hop, j.title, got.State(), got.Message, whole, broken)
			}
		}
	}
	left, err := os.ReadFile(filepath.Join(s.Dir, "connector", "crash-last.log"))
	if err != nil || !strings.Contains(string(left), "panic: poisoned at") {
		t.Errorf("what the last crash left: %.200q, %v", left, err)
	}
}

// What a watchdog kills (SIGABRT, as systemd does) leaves proof; what is killed
// without a farewell leaves none.
func TestDeathLeavesProof(t *testing.T) {
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t)})
	s.StartCloud()
	s.Pair()
	crash := filepath.Join(s.Dir, "connector", "crash.log")
	for sig, proof := range map[syscall.Signal]bool{syscall.SIGABRT: true, syscall.SIGKILL: false} {
		s.StartConnector()
		s.SignalConnector(sig)
		lab.Until(t, 20*time.Second, "the connector to die", s.ConnectorEnded)
		b, err := os.ReadFile(crash)
		if err != nil || (len(b) > 0) != proof {
			t.Errorf("%v left %.200q, %v", sig, b, err)
		}
	}
}
