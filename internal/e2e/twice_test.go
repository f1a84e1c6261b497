package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
)

// The state of a connector is copied while it has jobs in hand, and both run: no
// job prints twice, each has an end, and both sides say that there are two.
func TestCopiedStateNeverPrintsTwice(t *testing.T) {
	const before, after = 60, 140
	bin := lab.Build(t)
	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddRaw("raw", "delay=0.05")
	s := lab.NewSite(t, lab.SiteOptions{Bin: bin, CUPS: []string{cups.Socket}})
	s.Start()
	printer := s.Printer("raw")
	docs := map[string][]byte{}
	send := func(n int, label string) (last string) {
		for i := range n {
			title := fmt.Sprintf("%s-%d", label, i)
			doc := document(title, 4<<10)
			last = submit(t, s, printer, title, doc)
			docs[last] = doc
		}
		return last
	}
	send(before-1, "before")
	last := send(1, "in hand")
	s.Await(last, time.Minute, func(j lab.Job) bool { return j.State() == "IN_PROGRESS" || j.Ended() })
	s.KillConnector()
	clone := newMachine(t, s, bin, "clone", cups)
	if err := os.CopyFS(clone.state(), os.DirFS(filepath.Join(s.Dir, "connector"))); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(clone.state(), 0o700); err != nil {
		t.Fatal(err)
	}
	inHand, err := os.ReadFile(filepath.Join(clone.state(), "spool", "journal"))
	if err != nil || !strings.Contains(string(inHand), last) {
		t.Fatalf("the copied journal does not have the last job in hand: %v", err)
	}
	clone.start()
	s.StartConnector()
	send(after, "after")

	unconfirmed := 0
	for id, doc := range docs {
		j := s.Await(id, 3*time.Minute, lab.Job.Ended)
		n, broken := count(received(t, cups), doc)
		switch {
		case n > 1 || broken > 0:
			t.Errorf("%s came out %d times, %d in part", j.Title, n, broken)
		case j.State() == "DONE" && n != 1:
			t.Errorf("%s is DONE and came out %d times", j.Title, n)
		case j.Unconfirmed():
			unconfirmed++
		case j.State() != "DONE":
			t.Errorf("%s ended %s %q", j.Title, j.State(), j.Message)
		}
	}
	t.Logf("%d jobs, %d unconfirmed", len(docs), unconfirmed)
	if unconfirmed > before {
		t.Errorf("%d jobs are unconfirmed, %d were in hand at most", unconfirmed, before)
	}
	twins := func() (a, b int) {
		return twinsOf(t, s.Platen("status", "--json")), twinsOf(t, clone.run("status", "--json"))
	}
	lab.Until(t, 2*time.Minute, "both name both", func() bool { a, b := twins(); return a == 2 && b == 2 })
	if n := installations(t, s); n != 2 {
		t.Errorf("/connectors names %d installations, want 2", n)
	}
}

func twinsOf(t *testing.T, status string) int {
	t.Helper()
	var a struct {
		Cloud struct {
			Twins []struct{ Host string } `json:"twins"`
		} `json:"cloud"`
		Twins []struct{ Host string } `json:"twins"`
	}
	if err := json.Unmarshal([]byte(status), &a); err != nil {
		t.Fatalf("status: %v: %s", err, status)
	}
	return max(len(a.Twins), len(a.Cloud.Twins))
}

// installations returns how many /connectors names of the first connector.
func installations(t *testing.T, s *lab.Site) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Base+"/cloudprint/connectors", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.PairKey)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }() // read whole below
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		t.Fatal(err)
	}
	var a struct {
		Connectors []struct {
			Installations []json.RawMessage `json:"installations"`
		} `json:"connectors"`
	}
	if err := json.Unmarshal(b, &a); err != nil || len(a.Connectors) == 0 {
		t.Fatalf("/connectors: %v: %s", err, b)
	}
	return len(a.Connectors[0].Installations)
}

// Two connectors with credentials of their own share one queue. Each has a
// printer of its own at the cloud, and each job prints once.
func TestSharedQueue(t *testing.T) {
	bin := lab.Build(t)
	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddRaw("raw", "delay=0.02")
	s := lab.NewSite(t, lab.SiteOptions{Bin: bin, CUPS: []string{cups.Socket}})
	s.Start()
	one := s.Printer("raw")
	m := newMachine(t, s, bin, "second", cups)
	m.run("pair", s.Base, "--token", s.PairKey)
	m.start()
	two := m.awaitRaw()
	if one == two {
		t.Fatalf("both connectors have printer %s", one)
	}
	docs := map[string][]byte{}
	for i := range 60 {
		title := fmt.Sprintf("shared-%d", i)
		doc := document(title, 4<<10)
		docs[submit(t, s, []string{one, two}[i%2], title, doc)] = doc
		switch i {
		case 20: // either may die with jobs in hand
			s.KillConnector()
			s.StartConnector()
		case 40:
			_ = m.cmd.Process.Kill() // it is running
			<-m.done
			m.start()
		}
	}
	for id, doc := range docs {
		j := s.Await(id, time.Minute, lab.Job.Ended)
		if n, broken := count(received(t, cups), doc); j.State() != "DONE" || n != 1 || broken != 0 {
			t.Errorf("%s is %s and came out %d times, %d in part", j.Title, j.State(), n, broken)
		}
	}
}
