package connector

import (
	"context"
	"sync"
	"time"

	"platen/gcp"
)

// gate lets hops of ordinary jobs through together, and those of suspects alone.
// In a life without suspects it does nothing.
type gate struct {
	jobs map[gcp.JobID]Tries // never changes
	used bool                // there are suspects
	ends bool                // there are jobs that are not tried again

	mu      sync.Mutex    // guards what follows
	running int           // hops of ordinary jobs that began a moment ago
	taken   bool          // a suspect has its turn, or waits for the others to end
	changed chan struct{} // closed at each change
}

func newGate(jobs map[gcp.JobID]Tries) *gate {
	g := &gate{jobs: jobs, changed: make(chan struct{})}
	for _, t := range jobs {
		_, _, deadly := t.deadly()
		g.used, g.ends = g.used || t.Suspect, g.ends || deadly
	}
	return g
}

// deadly reports whether there are jobs that are not tried again.
func (g *gate) deadly() bool { return g.ends }

// tries returns what is held against a job.
func (g *gate) tries(id gcp.JobID) Tries { return g.jobs[id] }

// enter waits for a job's turn, or until ctx ends, and returns what ends the turn;
// that may be called more than once. An ordinary turn ends by itself after turnTime.
func (g *gate) enter(ctx context.Context, id gcp.JobID) func() {
	if !g.used {
		return func() {}
	}
	if !g.jobs[id].Suspect {
		if !g.wait(ctx, func() bool { return !g.taken }, func() { g.running++ }) {
			return func() {}
		}
		leave := sync.OnceFunc(func() { g.change(func() { g.running-- }) })
		t := time.AfterFunc(turnTime, leave)
		return func() { t.Stop(); leave() }
	}
	if !g.wait(ctx, func() bool { return !g.taken }, func() { g.taken = true }) {
		return func() {}
	}
	leave := sync.OnceFunc(func() { g.change(func() { g.taken = false }) })
	if !g.wait(ctx, func() bool { return g.running == 0 }, func() {}) {
		leave()
	}
	return leave
}

// wait does what is to be done once ok holds; false means that ctx ended before.
func (g *gate) wait(ctx context.Context, ok func() bool, do func()) bool {
	for {
		g.mu.Lock()
		if ok() {
			do()
			g.mu.Unlock()
			return true
		}
		changed := g.changed
		g.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return false
		}
	}
}

func (g *gate) change(do func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	do()
	close(g.changed)
	g.changed = make(chan struct{})
}
