package e2e

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
)

// A connector whose tokens were taken back says so, keeps what it has in hand and
// follows what the printer has. Paired again while it runs, it goes on with the
// same printers, and each job comes out once.
func TestRevokedConnector(t *testing.T) {
	t.Parallel()
	bin := lab.Build(t)
	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddRaw("raw", "")
	cups.AddRaw("shut", "")
	s := lab.NewSite(t, lab.SiteOptions{Bin: bin, CUPS: []string{cups.Socket}})
	s.Start()
	raw, shut := s.Printer("raw"), s.Printer("shut")
	cups.Run("cupsdisable", "raw") // takes jobs and prints none
	cups.Run("cupsreject", "shut") // takes none
	printing, waiting, queued := document("printing", 20<<10), document("waiting", 20<<10), document("queued", 20<<10)
	sentJob := submit(t, s, raw, "printing", printing)
	held := submit(t, s, shut, "waiting", waiting)
	state := filepath.Join(s.Dir, "connector")
	lab.Until(t, 30*time.Second, "one job at the printer, one in hand", func() bool {
		var jobs []struct{ ID, Stage string }
		stages := map[string]string{}
		if json.Unmarshal([]byte(s.Platen("job", "list", "--json")), &jobs) != nil {
			return false
		}
		for _, j := range jobs {
			stages[j.ID] = j.Stage
		}
		return stages[sentJob] == "sent" && stages[held] == "saved"
	})

	resp, err := http.PostForm(s.Base+"/o/oauth2/revoke", url.Values{"token": {string(refreshToken(t, state))}})
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("revoke: %v, %+v", err, resp)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	queuedJob := submit(t, s, raw, "queued", queued)
	want := "revoked: run platen pair " + s.Base + " --replace"
	lab.Until(t, 30*time.Second, "the connector to say that it was revoked", func() bool {
		out, code := status(t, s, bin)
		return code == 1 && strings.Contains(out, want)
	})
	var told struct {
		Jobs  int
		Cloud struct{ Refused bool }
	}
	out, code := status(t, s, bin, "--json")
	if err := json.NewDecoder(strings.NewReader(out)).Decode(&told); err != nil || code != 1 || !told.Cloud.Refused || told.Jobs != 2 {
		t.Errorf("status --json: %v, exit code %d: %s", err, code, out)
	}
	cups.Run("cupsenable", "raw")
	defer func() {
		if t.Failed() {
			t.Log(s.Platen("job", "list", "--json"))
			s.Logs()
		}
	}()
	lab.Until(t, 30*time.Second, "the printer's job to be followed to its end", func() bool {
		return strings.Contains(s.Platen("job", "list", "--json"), `"DONE"`)
	})
	cups.Run("cupsaccept", "shut")

	s.Platen("pair", s.Base, "--replace", "--token", s.PairKey) // the connector runs on
	for what, job := range map[string]string{"at the printer": sentJob, "in hand": held, "at the cloud": queuedJob} {
		if j := s.Await(job, time.Minute, lab.Job.Ended); j.State() != "DONE" {
			t.Errorf("the job %s ended %+v", what, j)
		}
	}
	docs := received(t, cups)
	for what, doc := range map[string][]byte{"at the printer": printing, "in hand": waiting, "at the cloud": queued} {
		if n, broken := count(docs, doc); n != 1 || broken != 0 {
			t.Errorf("the job %s was printed %d times, in part %d", what, n, broken)
		}
	}
	if again := [2]string{s.Printer("raw"), s.Printer("shut")}; again != [2]string{raw, shut} {
		t.Errorf("the printers are %v, were %s and %s", again, raw, shut)
	}
	if _, code := status(t, s, bin); code != 0 {
		t.Errorf("platen status fails with %d after the pairing", code)
	}
	if s.ConnectorEnded() {
		t.Error("the connector ended")
	}
}

// status runs platen status and returns what it printed and its exit code.
func status(t *testing.T, s *lab.Site, bin string, args ...string) (string, int) {
	t.Helper()
	cmd := exec.Command(filepath.Join(bin, "platen"), append([]string{"--config", filepath.Join(s.Dir, "platen.toml"), "status"}, args...)...)
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return string(out), exit.ExitCode()
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(out), 0
}
