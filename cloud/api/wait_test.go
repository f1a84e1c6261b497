package api

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"platen/gcp"
)

// A call that waits answers when the job has changed, also if it changed between two
// calls, and at once for a job that has ended.
func TestJobWaits(t *testing.T) {
	b := newBench(t, nil)
	p := b.register("q")
	id := string(b.send(p, "a.pdf"))
	known := b.must(b.get("job", b.ann, "jobid", id)).Job.UpdateTime
	answered := make(chan answer)
	go func() {
		answered <- b.get("job", b.ann, "jobid", id, "wait", "30", "since", strconv.FormatInt(int64(known), 10))
	}()
	select {
	case a := <-answered:
		t.Errorf("it did not wait: %s", a.raw)
	case <-time.After(50 * time.Millisecond): // an answer at once would be here by then
	}
	b.must(b.post("control", b.robot, "jobid", id, "status", "IN_PROGRESS"))
	if a := b.must(<-answered); a.Job.Status != "IN_PROGRESS" {
		t.Error(a.raw)
	}
	// What happened before the call is not waited for.
	if a := b.must(b.get("job", b.ann, "jobid", id, "wait", "30", "since", strconv.FormatInt(int64(known), 10))); a.Job.Status != "IN_PROGRESS" {
		t.Error(a.raw)
	}
	// The time is over: the job as it is.
	began := time.Now()
	if a := b.must(b.get("job", b.ann, "jobid", id, "wait", "1")); a.Job.Status != "IN_PROGRESS" || time.Since(began) < time.Second {
		t.Errorf("after %s: %s", time.Since(began), a.raw)
	}
	b.must(b.post("control", b.robot, "jobid", id, "status", "DONE"))
	if a := b.must(b.get("job", b.ann, "jobid", id, "wait", "30")); a.Job.Status != "DONE" {
		t.Error(a.raw)
	}
}

// So many calls of one person wait, and no more; those of others do, and a call whose
// caller is gone gives its place back.
func TestFewCallsWait(t *testing.T) {
	b := newBench(t, nil)
	p := b.register("q")
	id := string(b.send(p, "a.pdf"))
	ctx, gone := context.WithCancel(t.Context())
	var waiting sync.WaitGroup
	for range 16 {
		waiting.Go(func() {
			for ctx.Err() == nil { // again where one that asks below had the place
				r := b.request(http.MethodGet, "/cloudprint/job?wait=30&jobid="+id, b.ann, "", "")
				resp, err := http.DefaultTransport.RoundTrip(r.WithContext(ctx))
				if err == nil {
					_ = resp.Body.Close()
				}
			}
		})
	}
	ask := func() answer { return b.get("job", b.ann, "jobid", id, "wait", "1", "since", "1") } // answers at once if it may
	for begin := time.Now(); ; {
		a := ask()
		if a.status == http.StatusTooManyRequests {
			if a.head.Get("Retry-After") != "1" || a.Success || !strings.Contains(a.Message, "Too many") {
				t.Errorf("%v %s", a.head, a.raw)
			}
			break
		}
		if time.Since(begin) > 30*time.Second {
			t.Fatal("a seventeenth call may wait")
		}
	}
	b.must(b.get("job", b.robot, "jobid", id, "wait", "1", "since", "1"))
	b.must(b.get("job", b.ann, "jobid", id))
	gone()
	waiting.Wait()
	for begin := time.Now(); ask().status != http.StatusOK; {
		if time.Since(begin) > 30*time.Second {
			t.Fatal("the places of callers that are gone stay taken")
		}
	}
}

// A service that stops does not wait for those who wait.
func TestStopEndsWaits(t *testing.T) {
	stopping := make(chan struct{})
	b := newBench(t, func(b *bench) { b.cfg.Stopping = stopping })
	id := string(b.send(b.register("q"), "a.pdf"))
	close(stopping)
	if a := b.must(b.get("job", b.ann, "jobid", id, "wait", "30")); a.Job.Status != "QUEUED" {
		t.Error(a.raw)
	}
}

func TestTraceOnTheWire(t *testing.T) {
	b := newBench(t, nil)
	p := b.register("q")
	id := string(b.send(p, "a.pdf"))
	b.must(b.post("fetch", b.robot, "printerid", string(p)))
	b.must(b.post("control", b.robot, "jobid", id, "status", "DONE", "trace", `{"8":1000,"12":51500}`))
	a := b.must(b.get("trace", b.ann, "jobid", id))
	for _, want := range []string{`"hop": 12`, `"name": "taken by the printer"`, `"by": "connector"`, `"type": "DONE"`, `"job": "` + id + `"`} {
		if !strings.Contains(a.raw, want) {
			t.Errorf("no %s in %s", want, a.raw)
		}
	}
	var told struct{ Trace gcp.TraceReport }
	if err := json.Unmarshal([]byte(a.raw), &told); err != nil {
		t.Fatal(err)
	}
	after := map[gcp.Hop]float64{}
	for _, s := range told.Trace.Steps {
		if s.AfterMS == nil {
			t.Fatalf("it is not known when hop %d was: %s", s.Hop, a.raw)
		}
		after[s.Hop] = *s.AfterMS
	}
	if after[gcp.HopFetched] != after[gcp.HopOffered] || math.Abs(after[gcp.HopPrinted]-after[gcp.HopFetched]-50.5) > 0.001 {
		t.Errorf("the connector's hops are at %v", after)
	}
}
