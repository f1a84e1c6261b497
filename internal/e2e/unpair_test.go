package e2e

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
)

// Unpairing gives the credentials back, keeps printers unless they are to go, does
// not lose jobs in silence, and works without the cloud.
func TestUnpair(t *testing.T) {
	bin := lab.Build(t)
	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddRaw("raw", "")
	s := lab.NewSite(t, lab.SiteOptions{Bin: bin, CUPS: []string{cups.Socket}})
	s.StartCloud()
	m := newMachine(t, s, bin, "desk", cups)
	m.run("pair", s.Base, "--token", s.PairKey)
	m.start()
	id := m.awaitRaw()
	refuses := func(sentence, hint string, args ...string) {
		t.Helper()
		if out, err := m.try(append([]string{"unpair"}, args...)...); err == nil || !strings.Contains(out, sentence) || !strings.Contains(out, hint) {
			t.Errorf("unpair: %v\n%s\nwant %q and %q", err, out, sentence, hint)
		}
	}
	refuses("another platen process is using it", "stop the running connector first")
	cups.Run("cupsreject", "raw")
	doc := document("in hand", 10<<10)
	job := submit(t, s, id, "in hand", doc)
	// A job that the cloud has not granted yet would stay there, and be printed later.
	s.Await(job, 30*time.Second, func(j lab.Job) bool { return j.State() == "IN_PROGRESS" })
	lab.Until(t, 30*time.Second, "the job to be in hand", func() bool { return strings.Contains(m.run("job", "list", "--json"), job) })
	m.stop()
	refuses("1 job is in hand, and would be lost", "give them up with --force")
	cups.Run("cupsaccept", "raw")

	old := refreshToken(t, m.state())
	var done struct {
		Dropped int `json:"dropped_jobs"`
		Left    []string
	}
	if err := json.Unmarshal([]byte(m.run("unpair", "--force", "--json")), &done); err != nil || done.Dropped != 1 || len(done.Left) != 0 {
		t.Errorf("unpair --force --json: %v, %+v", err, done)
	}
	if a, err := s.Call("job", url.Values{"jobid": {job}}); err != nil || a.Job.State() != "ABORTED" || !strings.Contains(a.Job.Message, "unpaired before it printed") {
		t.Errorf("the job that was given up: %v, %+v", err, a.Job)
	}
	refuses("not paired with a cloud yet", "nothing to do")
	for path, b := range readTree(t, m.state()) {
		if strings.Contains(string(b), string(old)) {
			t.Errorf("%s still holds the refresh token", path)
		}
		if strings.Contains(string(b), "%PDF") {
			t.Errorf("%s still holds the document", path)
		}
	}
	if r := form(t, s.Base, "/o/oauth2/token", "grant_type=refresh_token&client_id=platen&refresh_token="+q(string(old))); r.status != 400 {
		t.Errorf("the cloud still takes the refresh token: HTTP %d", r.status)
	}

	// Pairing again goes on with the printer; what was given up is not printed.
	m.run("pair", s.Base, "--token", s.PairKey)
	m.start()
	s.Printer("raw")
	next := document("next", 10<<10)
	if j := s.Await(submit(t, s, id, "next", next), 2*time.Minute, lab.Job.Ended); j.State() != "DONE" {
		t.Errorf("after pairing again the job ended %+v", j)
	}
	if n, _ := count(received(t, cups), doc); n != 0 {
		t.Errorf("the job that was given up was printed %d times", n)
	}
	lab.Until(t, 20*time.Second, "the connector to be done with it", func() bool {
		return strings.TrimSpace(m.run("job", "list", "--json")) == "[]"
	})
	m.stop()

	// With its printers.
	if out := m.run("unpair", "--delete-printers"); !strings.Contains(out, "1 printers were deleted there") {
		t.Errorf("unpair --delete-printers says %s", out)
	}
	if a, err := s.Call("printer", url.Values{"printerid": {id}}); err != nil || a.Success {
		t.Errorf("the printer is still there: %v, %+v", err, a)
	}

	// Without the cloud.
	m.run("pair", s.Base, "--token", s.PairKey)
	s.StopCloud()
	proxy := proxyOf(t, m.state())
	if out := m.run("unpair"); !strings.Contains(out, "left to do: the cloud was not told") || !strings.Contains(out, "revoke the connector "+proxy+" at "+s.Base) {
		t.Errorf("unpair without the cloud says %s", out)
	}
	if b, err := os.ReadFile(filepath.Join(m.state(), "credentials.json")); err != nil || strings.Contains(string(b), `"refresh_token": "1`) {
		t.Errorf("credentials: %v\n%s", err, b)
	}
	refuses("not paired with a cloud yet", "nothing to do")
}
