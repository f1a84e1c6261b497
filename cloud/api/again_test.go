package api

import (
	"testing"

	"platen/gcp"
)

// A program that repeats /printagain with its key, because it heard no answer,
// prints once. A key that was used for something else is refused.
func TestPrintAgainOnce(t *testing.T) {
	b := newBench(t, nil)
	id := b.send(b.register("q"), "a.pdf")
	if a := b.post("printagain", b.ann, "jobid", string(id)); a.Success {
		t.Errorf("a job that waits was printed again: %s", a.raw)
	}
	b.must(b.post("control", b.robot, "jobid", string(id), "status", "DONE"))
	again := func(pairs ...string) answer {
		return b.post("printagain", b.ann, append([]string{"jobid", string(id)}, pairs...)...)
	}
	first, second := b.must(again("client_job_id", "k")), b.must(again("client_job_id", "k"))
	if first.Job.ID == id || first.Job.AgainOf != id || second.Job.ID != first.Job.ID {
		t.Errorf("job %s was printed again as %s\nand %s", id, first.raw, second.raw)
	}
	if other := b.must(again()); other.Job.ID == first.Job.ID {
		t.Error("without a key, a second time is the first one")
	}
	b.must(b.post("control", b.robot, "jobid", string(first.Job.ID), "status", "DONE"))
	reused := b.post("printagain", b.ann, "jobid", string(first.Job.ID), "client_job_id", "k")
	if reused.Success || reused.ErrorCode != gcp.CodeClaimed {
		t.Errorf("the key of another job: %s", reused.raw)
	}
}
