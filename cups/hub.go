package cups

import (
	"context"
	"sync"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/printer"
)

// The steps at which a CUPS server is asked for events. It keeps 100 events a
// subscription, so the first step must be short under load.
const (
	hubMin = 20 * time.Millisecond
	hubMax = time.Second

	// lookAfter is how long no event of a job may come before it is asked for.
	lookAfter = time.Second
	// expectFor is how long a job is kept that was created and that nobody
	// follows yet: the length of a slow hand-over.
	expectFor = 10 * time.Minute
)

// hub hears what happens to our jobs on one CUPS server, through one
// subscription for all queues. It asks only while a job of ours is there.
type hub struct {
	v    *server
	kick chan struct{} // capacity 1: ask soon again

	mu      sync.Mutex // guards what follows
	jobs    map[sightingKey]*sighting
	running bool
	stopped bool
	failing bool
	outages int // how often it began to fail
	cancel  context.CancelFunc
	wg      sync.WaitGroup
}

// sightingKey names a job. A server that begins its numbers anew gives one number
// to several.
type sightingKey struct {
	id    int
	cloud gcp.JobID
}

func keyOf(l printer.LocalJob) sightingKey { return sightingKey{l.ID, l.Cloud} }

// sighting is what is known of one job.
type sighting struct {
	l       printer.LocalJob
	news    chan struct{} // capacity 1
	attrs   goipp.Attributes
	gone    bool
	watched bool
	since   time.Time // expected or watched
	seen    time.Time // last heard of
}

func newHub(v *server) *hub {
	return &hub{v: v, kick: make(chan struct{}, 1), jobs: map[sightingKey]*sighting{}}
}

// made begins to listen for a job that the server has just made. Others with its
// number are forgotten there.
func (h *hub) made(l printer.LocalJob) {
	h.mu.Lock()
	for key, old := range h.jobs {
		if key.id == l.ID && key != keyOf(l) {
			old.gone = true
			old.wake()
		}
	}
	h.mu.Unlock()
	h.expect(l)
}

// expect begins to listen for a job that will be followed.
func (h *hub) expect(l printer.LocalJob) {
	if l.ID == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.add(l)
}

// add returns what is known of a job, and keeps the hub listening. h.mu is held.
func (h *hub) add(l printer.LocalJob) (s *sighting, fresh bool) {
	s, known := h.jobs[keyOf(l)]
	if !known {
		s = &sighting{l: l, news: make(chan struct{}, 1), seen: time.Now()}
		h.jobs[keyOf(l)] = s
	}
	s.since = time.Now()
	if !h.running && !h.stopped {
		ctx, cancel := context.WithCancel(context.Background())
		h.running, h.cancel = true, cancel
		h.wg.Go(func() {
			defer cancel()
			h.run(ctx)
		})
	}
	h.hurry()
	return s, !known
}

// watch begins to follow a job; fresh means that nothing is known of it yet.
func (h *hub) watch(l printer.LocalJob) (s *sighting, fresh bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s, fresh = h.add(l)
	s.watched = true
	return s, fresh
}

// forget ends listening for a job.
func (h *hub) forget(l printer.LocalJob) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.jobs, keyOf(l))
}

// latest returns the newest attributes of a job, nil if none came, and whether
// the server does not know it any more.
func (h *hub) latest(l printer.LocalJob) (attrs goipp.Attributes, gone bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.jobs[keyOf(l)]
	if s == nil {
		return nil, true
	}
	return s.attrs, s.gone
}

// has reports whether a printer has a job that is listened for.
func (h *hub) has(name printer.Name) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.jobs {
		if s.l.Printer == name && !s.gone {
			return true
		}
	}
	return false
}

// deaf reports whether the server did not answer the last time.
func (h *hub) deaf() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.failing
}

// hurry makes the hub ask in its shortest step.
func (h *hub) hurry() {
	select {
	case h.kick <- struct{}{}:
	default:
	}
}

// stop ends listening for good and waits for it.
func (h *hub) stop() {
	h.mu.Lock()
	h.stopped = true
	if h.cancel != nil {
		h.cancel()
	}
	h.mu.Unlock()
	h.wg.Wait()
}

// tell keeps what was heard of a job and wakes its follower.
func (h *hub) tell(key sightingKey, attrs goipp.Attributes) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if s := h.jobs[key]; s != nil {
		s.attrs, s.seen = attrs, time.Now()
		s.wake()
	}
}

// lost notes that the server does not know a job.
func (h *hub) lost(l printer.LocalJob) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if s := h.jobs[keyOf(l)]; s != nil {
		s.gone, s.seen = true, time.Now()
		s.wake()
	}
}

func (s *sighting) wake() {
	select {
	case s.news <- struct{}{}:
	default:
	}
}

// idle drops jobs that nobody came to follow, and reports whether none is left.
func (h *hub) idle() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for key, s := range h.jobs {
		if !s.watched && time.Since(s.since) > expectFor {
			delete(h.jobs, key)
		}
	}
	return len(h.jobs) == 0
}

// always and seldom say how old the news of a job may be.
func always(*sighting) time.Duration { return 0 }

func seldom(s *sighting) time.Duration {
	return min(max(lookAfter, time.Since(s.since)/4), 10*lookAfter)
}

// due returns the jobs of which the last news is too old.
func (h *hub) due(age func(*sighting) time.Duration) []printer.LocalJob {
	h.mu.Lock()
	defer h.mu.Unlock()
	var list []printer.LocalJob
	for _, s := range h.jobs {
		if time.Since(s.seen) >= age(s) && !s.gone {
			list = append(list, s.l)
		}
	}
	return list
}

// heard returns the jobs that have one of the numbers.
func (h *hub) heard(events map[int]goipp.Attributes) []printer.LocalJob {
	h.mu.Lock()
	defer h.mu.Unlock()
	var list []printer.LocalJob
	for _, s := range h.jobs {
		if events[s.l.ID] != nil && !s.gone {
			list = append(list, s.l)
		}
	}
	return list
}

func (h *hub) setFailing(f bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if f && !h.failing {
		h.outages++
	}
	h.failing = f
}

// countOutages returns how often the server has gone away until now.
func (h *hub) countOutages() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.outages
}
