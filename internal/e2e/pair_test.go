package e2e

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
)

// TestPairAgain pairs one connector with its cloud again, with another one, and
// back. A printer has one id at each cloud, whatever happens in between.
func TestPairAgain(t *testing.T) {
	bin := lab.Build(t)
	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddRaw("raw", "")
	home := lab.NewSite(t, lab.SiteOptions{Bin: bin, CUPS: []string{cups.Socket}})
	home.StartCloud()
	away := lab.NewSite(t, lab.SiteOptions{Bin: bin})
	away.StartCloud()
	home.Pair()
	home.StartConnector()
	id := home.Printer("raw")

	pair := func(s *lab.Site) {
		t.Helper()
		home.StopConnector()
		home.Platen("pair", s.Base, "--replace", "--token", s.PairKey)
		home.StartConnector()
	}
	printsOnce := func(s *lab.Site, printer string) {
		t.Helper()
		doc := document("again", 10<<10)
		if j := s.Await(submit(t, s, printer, "again", doc), time.Minute, lab.Job.Ended); j.State() != "DONE" {
			t.Errorf("the job ended %+v", j)
		}
		if n, _ := count(received(t, cups), doc); n != 1 {
			t.Errorf("printed %d times", n)
		}
	}

	out, err := exec.Command(filepath.Join(bin, "platen"), "--config", filepath.Join(home.Dir, "platen.toml"),
		"pair", away.Base, "--replace", "--token", away.PairKey).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "stop the running connector first") {
		t.Errorf("pairing beside a running connector: %v\n%s", err, out)
	}
	pair(home)
	if again := home.Printer("raw"); again != id {
		t.Errorf("paired again, %s became %s", id, again)
	}
	printsOnce(home, id)
	pair(away)
	printsOnce(away, away.Printer("raw"))
	pair(home)
	if again := home.Printer("raw"); again != id {
		t.Errorf("paired with another cloud and back, %s became %s", id, again)
	}
	printsOnce(home, id)
}
