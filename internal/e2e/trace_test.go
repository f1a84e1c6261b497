package e2e

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
)

// What became of a job can be asked for after it ended, too.
func TestTraceOfAnEndedJob(t *testing.T) {
	eve := lab.IPPEve(t, lab.EveOptions{})
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t)})
	s.Start()
	s.Platen("printer", "add", eve.URI, "--name", "direct")
	job := submit(t, s, s.Printer("direct"), "traced.pdf", document("traced", 10<<10))
	if got := s.Await(job, time.Minute, lab.Job.Ended); got.State() != "DONE" {
		t.Fatalf("job ended %+v", got)
	}
	lab.Until(t, time.Minute, "the connector forgets the job", func() bool {
		return !strings.Contains(s.Platen("job", "list"), job)
	})
	if list := s.Platen("job", "list", "--all"); !strings.Contains(list, job) || !strings.Contains(list, "DONE") {
		t.Errorf("job list --all says\n%s", list)
	}
	var trace struct{ Hops map[string]int64 }
	if err := json.Unmarshal([]byte(s.Platen("job", "trace", job, "--json")), &trace); err != nil || len(trace.Hops) < 8 {
		t.Errorf("the trace has %d hops: %v", len(trace.Hops), err)
	}
}
