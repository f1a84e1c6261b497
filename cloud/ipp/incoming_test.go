package ipp_test

import (
	"sync"
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/internal/ippserver"
)

// A hundred of a person's jobs may wait for their documents, however many come at once, and
// what is over counts no more.
func TestJobsThatWaitAreBounded(t *testing.T) {
	b := newBench(t)
	create := ask{op: goipp.OpCreateJob, bearer: b.keys["user"]}
	var mu sync.Mutex
	var taken []int
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				m, _ := b.send(create)
				mu.Lock()
				switch status(m) {
				case goipp.StatusOk:
					taken = append(taken, ippserver.Integer(m.Job, "job-id", 0))
				case goipp.StatusErrorTooManyJobs:
				default:
					t.Errorf("Create-Job: %s", status(m))
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(taken) != 100 {
		t.Fatalf("%d jobs wait, want 100", len(taken))
	}
	if m, _ := b.send(ask{op: goipp.OpCreateJob, bearer: b.keys["sender"]}); status(m) != goipp.StatusOk {
		t.Errorf("somebody else's: %s", status(m))
	}
	b.must(ask{op: goipp.OpCancelMyJobs, bearer: b.keys["user"]})
	for range 100 {
		m := b.must(create)
		b.must(ask{op: goipp.OpCancelJob, bearer: b.keys["user"], attrs: goipp.Attributes{integer("job-id", ippserver.Integer(m.Job, "job-id", 0))}})
	}
	// The newest that are over are remembered, and no more.
	if m, _ := b.send(ask{op: goipp.OpGetJobAttributes, bearer: b.keys["user"], attrs: goipp.Attributes{integer("job-id", taken[0])}}); status(m) != goipp.StatusErrorNotFound {
		t.Errorf("the first that was cancelled: %s", status(m))
	}
	m := b.must(create)
	if n := ippserver.Integer(m.Job, "job-id", 0); n <= 200 {
		t.Errorf("a number is given again: %d", n)
	}
}

// One key is one job, however many ask at once.
func TestKeysOfJobsThatWait(t *testing.T) {
	b := newBench(t)
	create := ask{op: goipp.OpCreateJob, bearer: b.keys["user"], header: map[string]string{"Idempotency-Key": "till-1"}}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { b.send(create) })
	}
	wg.Wait()
	m := b.must(ask{op: goipp.OpGetJobs, bearer: b.keys["user"]})
	n := 0
	for _, g := range m.Groups {
		if g.Tag == goipp.TagJobGroup {
			n++
		}
	}
	if n != 1 {
		t.Errorf("there are %d jobs, want 1", n)
	}
}
