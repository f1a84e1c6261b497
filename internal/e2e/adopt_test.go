package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
)

// proxyOf returns the name that a connector was paired under.
func proxyOf(t *testing.T, state string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(state, "credentials.json"))
	if err != nil {
		t.Fatal(err)
	}
	var c struct{ Proxy string }
	if err := json.Unmarshal(b, &c); err != nil || c.Proxy == "" {
		t.Fatalf("no proxy: %v", err)
	}
	return c.Proxy
}

// A new machine takes the place of the old one: its printers keep their ids. It
// cannot while the old one runs, and nobody else can at all.
func TestNewMachineTakesThePlaceOfTheOld(t *testing.T) {
	t.Parallel()
	bin := lab.Build(t)
	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddRaw("raw", "")
	s := lab.NewSite(t, lab.SiteOptions{Bin: bin, CUPS: []string{cups.Socket}})
	s.Cloud("user", "add", "ben@example.com", "--password-stdin")
	s.Start()
	id := s.Printer("raw")
	proxy := proxyOf(t, filepath.Join(s.Dir, "connector"))

	fresh := newMachine(t, s, bin, "fresh", cups)
	if out, err := fresh.pair(lab.Owner, "--adopt", proxy); err == nil || !strings.Contains(out, "is running: stop it first") {
		t.Errorf("taking the place of a running connector: %v\n%s", err, out)
	}
	s.StopConnector()
	if out, err := fresh.pair(lab.Owner, "--adopt", "nobody"); err == nil || !strings.Contains(out, "no such connector") || !strings.Contains(out, proxy) {
		t.Errorf("taking nobody's place: %v\n%s", err, out)
	}
	if out, err := fresh.try("pair", s.Base, "--adopt", proxy, "--token", s.PairKey); err == nil {
		t.Errorf("a key of scope pair took a connector's place:\n%s", out)
	}
	host, _, _ := strings.Cut(proxy[:strings.LastIndex(proxy, "-")], ".")
	lab.Until(t, 30*time.Second, "the cloud to see that the connector is gone", func() bool {
		out, err := fresh.pair(lab.Owner, "--adopt", host)
		if err != nil && !strings.Contains(out, "is running") {
			t.Fatalf("%v\n%s", err, out)
		}
		return err == nil
	})
	if got := proxyOf(t, fresh.state()); got != proxy {
		t.Errorf("paired as %s, want %s", got, proxy)
	}
	fresh.start()
	if got := fresh.awaitRaw(); got != id {
		t.Errorf("on the new machine the printer is %s, want %s", got, id)
	}
	doc := document("new machine", 10<<10)
	if j := s.Await(submit(t, s, id, "new machine", doc), 2*time.Minute, lab.Job.Ended); j.State() != "DONE" {
		t.Errorf("the job ended %+v", j)
	}

	// Another account with the same name of a connector gets none of its printers.
	thief := newMachine(t, s, bin, "thief", cups)
	if out, err := thief.pair("ben@example.com", "--adopt", proxy); err == nil || !strings.Contains(out, "no such connector") {
		t.Errorf("another account took the connector's place: %v\n%s", err, out)
	}
	if err := os.MkdirAll(thief.state(), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(thief.state(), "credentials.json"), []byte(`{"proxy":"`+proxy+`"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := thief.pair("ben@example.com"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	thief.start()
	if got := thief.awaitRaw(); got == id {
		t.Error("another account that names the same proxy got the printer")
	}
	doc = document("still mine", 10<<10)
	if j := s.Await(submit(t, s, id, "still mine", doc), time.Minute, lab.Job.Ended); j.State() != "DONE" {
		t.Errorf("the job ended %+v", j)
	}
	if n, _ := count(received(t, cups), doc); n != 1 {
		t.Errorf("printed %d times", n)
	}
}

// A copy of an installation that is paired anew has printers of its own, and
// leaves the jobs in hand to the original.
func TestCopyIsPairedAnew(t *testing.T) {
	bin := lab.Build(t)
	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddRaw("raw", "")
	s := lab.NewSite(t, lab.SiteOptions{Bin: bin, CUPS: []string{cups.Socket}})
	s.Start()
	id := s.Printer("raw")
	cups.Run("cupsreject", "raw") // the printer takes no jobs: they wait in hand
	doc := document("in hand", 10<<10)
	job := submit(t, s, id, "in hand", doc)
	s.Await(job, time.Minute, func(j lab.Job) bool { return j.State() == "IN_PROGRESS" || j.State() == "STOPPED" })
	s.KillConnector()

	clone := newMachine(t, s, bin, "clone", cups)
	if err := os.CopyFS(clone.state(), os.DirFS(filepath.Join(s.Dir, "connector"))); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(clone.state(), 0o700); err != nil {
		t.Fatal(err)
	}
	out, err := clone.pair(lab.Owner, "--new")
	if err != nil || !strings.Contains(out, "jobs in hand left to the installation that this one is a copy of: 1") {
		t.Fatalf("pair --new: %v\n%s", err, out)
	}
	cups.Run("cupsaccept", "raw")
	clone.start()
	own := clone.awaitRaw()
	if own == id {
		t.Error("the copy goes on with the original's printer")
	}
	mine := document("of the copy", 10<<10)
	if j := s.Await(submit(t, s, own, "of the copy", mine), time.Minute, lab.Job.Ended); j.State() != "DONE" {
		t.Errorf("the copy's job ended %+v", j)
	}
	if n, _ := count(received(t, cups), doc); n != 0 {
		t.Errorf("the copy printed the original's job")
	}
	s.StartConnector()
	if j := s.Await(job, time.Minute, lab.Job.Ended); j.State() != "DONE" {
		t.Errorf("the original's job ended %+v", j)
	}
	docs := received(t, cups)
	for what, d := range map[string][]byte{"the original's": doc, "the copy's": mine} {
		if n, broken := count(docs, d); n != 1 || broken != 0 {
			t.Errorf("%s document came out %d times, %d in part", what, n, broken)
		}
	}
}
