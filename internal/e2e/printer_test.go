package e2e

import (
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"platen/internal/lab"
)

// verb runs a verb of platen and returns all that it printed, and whether it
// succeeded.
func verb(t *testing.T, s *lab.Site, bin string, args ...string) (string, bool) {
	t.Helper()
	args = append([]string{"--config", filepath.Join(s.Dir, "platen.toml")}, args...)
	out, err := exec.CommandContext(t.Context(), filepath.Join(bin, "platen"), args...).CombinedOutput()
	return string(out), err == nil
}

// TestPrinterVerbs adds, tests, removes and adds again a printer by its address,
// with the cloud there and away.
func TestPrinterVerbs(t *testing.T) {
	bin := lab.Build(t)
	eve := lab.IPPEve(t, lab.EveOptions{})
	s := lab.NewSite(t, lab.SiteOptions{Bin: bin})
	s.Start()
	expect := func(ok bool, words string, args ...string) {
		t.Helper()
		if out, succeeded := verb(t, s, bin, args...); succeeded != ok || !strings.Contains(out, words) {
			t.Errorf("platen %s: %v\n%swant %v and %q", strings.Join(args, " "), succeeded, out, ok, words)
		}
	}
	expect(true, "added desk", "printer", "add", eve.URI, "--name", "desk")
	id := s.Printer("desk")
	expect(true, "desk is known already, by this address: nothing changed", "printer", "add", eve.URI)
	expect(false, "added already, as desk", "printer", "add", eve.URI, "--name", "other")
	other := strings.Replace(eve.URI, "localhost", "127.0.0.1", 1) // the same printer at another address
	expect(true, "desk is known already: its address is now "+other, "printer", "add", other)
	expect(true, other, "printer", "list", "--json")
	if again := s.Printer("desk"); again != id {
		t.Errorf("added again, %s became %s", id, again)
	}
	expect(false, "platen printer list", "printer", "test", "nope")
	expect(true, "sent to desk", "printer", "test", "desk")
	lab.Until(t, 30*time.Second, "the test page", func() bool { return len(eve.Documents()) == 1 })

	expect(true, "removed desk", "printer", "remove", "desk")
	lab.Until(t, 10*time.Second, "a list without it", func() bool {
		out, ok := verb(t, s, bin, "printer", "list")
		return ok && !strings.Contains(out, "desk")
	})
	expect(false, "desk", "printer", "remove", "desk")

	s.StopCloud()
	expect(true, "the cloud does not have it yet", "printer", "add", eve.URI, "--name", "desk")
	s.StartCloud()
	s.Printer("desk")
}

// A connector starts without its cloud, answers the command line, and stops when
// it is told to.
func TestStartsWithoutTheCloud(t *testing.T) {
	bin := lab.Build(t)
	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddRaw("raw", "")
	s := lab.NewSite(t, lab.SiteOptions{Bin: bin, CUPS: []string{cups.Socket}})
	s.StartCloud()
	s.Pair()
	s.StopCloud()
	s.StartConnector()
	lab.Until(t, 30*time.Second, "the queue in the list", func() bool {
		out, ok := verb(t, s, bin, "printer", "list")
		return ok && strings.Contains(out, "raw")
	})
	if out, ok := verb(t, s, bin, "printer", "test", "raw"); !ok {
		t.Errorf("a test page without the cloud: %s", out)
	}
	if out, ok := verb(t, s, bin, "status"); !ok || !strings.Contains(out, s.Base) {
		t.Errorf("status: %s", out)
	}
	s.SignalConnector(syscall.SIGTERM)
	lab.Until(t, 5*time.Second, "the connector's end", s.ConnectorEnded)
}
