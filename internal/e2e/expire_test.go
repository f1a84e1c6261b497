package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
)

// A job that waited for longer than its sender wanted does not come out when its
// printer is there again, also if the print system has had it all the time.
func TestExpiredNeverPrints(t *testing.T) {
	t.Parallel()
	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddRaw("raw", "")
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t), CUPS: []string{cups.Socket}})
	s.Start()
	id := s.Printer("raw")
	cups.Run("cupsdisable", "raw") // takes jobs and prints none
	late := document("late", 20<<10)
	file, key := filepath.Join(t.TempDir(), "late.pdf"), filepath.Join(t.TempDir(), "key")
	for name, b := range map[string][]byte{file: late, key: []byte(s.Key + "\n")} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.Cloud("send", file, "--printer", id, "--url", s.Base, "--key-file", key, "--expire-after", "1m")
	lab.Until(t, 30*time.Second, "the job to be at the printer", func() bool {
		return strings.Contains(s.Platen("job", "list", "--json"), `"stage": "sent"`)
	})
	a, err := s.Call("jobs", nil)
	if err != nil || len(a.Jobs) != 1 {
		t.Fatalf("%v, %+v", err, a)
	}
	job := s.Await(a.Jobs[0].ID, 90*time.Second, lab.Job.Ended)
	if got := job.SemanticSt8.State.ServiceAction.ErrorCode; job.State() != "ABORTED" || got != "EXPIRATION" {
		t.Errorf("the job ended %s %s %q", job.State(), got, job.Message)
	}
	cups.Run("cupsenable", "raw")
	next := document("next", 20<<10)
	s.Await(submit(t, s, id, "next", next), time.Minute, func(j lab.Job) bool { return j.State() == "DONE" })
	docs := received(t, cups)
	if n, _ := count(docs, next); n != 1 {
		t.Errorf("the next job came out %d times", n)
	}
	if n, broken := count(docs, late); n != 0 || broken != 0 {
		t.Errorf("the late job came out %d times, and in part %d times", n, broken)
	}
}
