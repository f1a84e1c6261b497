package cups

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"platen/internal/backoff"
)

// IdleEvery is how often what is idle is asked whether it is still there.
const IdleEvery = 20 * time.Second

// One that went away shows within half a minute.
const (
	idleTick    = time.Second / 2
	idleTimeout = 4 * time.Second // for one answer; it is asked twice
	idlePause   = time.Second
	idleAsks    = 16 // at once
)

// idler is somebody who is asked while idle.
type idler struct {
	key  string
	busy func() bool
	// ask asks once. changed reports whether what is known of it is another now.
	ask func(ctx context.Context) (changed bool, err error)
	// lost says that it did not answer twice. changed is as above.
	lost func(err error) (changed bool)
	// soon returns when it is to be asked before its time; 0 for no wish.
	soon func() time.Duration
}

// turns says whose turn it is to be asked.
type turns struct {
	every time.Duration

	mu  sync.Mutex // guards all
	all map[string]*turn
}

// turn is one idler's.
type turn struct {
	next   time.Time
	asking bool
	down   bool // it did not answer: it cannot be disturbed
}

// take reports whether somebody is to be asked now.
func (t *turns) take(i idler) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	w := t.all[i.key]
	if w == nil { // not all at once
		w = &turn{next: time.Now().Add(rand.N(t.every))} //nolint:gosec // no secret
		t.all[i.key] = w
	}
	if w.asking || time.Now().Before(w.next) || !w.down && i.busy() {
		return false
	}
	w.asking = true
	return true
}

// done notes that somebody was asked.
func (t *turns) done(i idler, down bool) {
	wait := t.every
	if soon := i.soon(); soon > 0 {
		wait = min(wait, soon)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	w := t.all[i.key]
	w.asking, w.down, w.next = false, down, time.Now().Add(wait)
}

// Watch asks the printers that are idle, and the devices behind idle queues, for
// their states, and listens to the CUPS servers, until ctx ends. It calls changed
// when a look (Printers) would find another state than before; the change between
// idle and processing alone is none.
func (s *System) Watch(ctx context.Context, changed func()) {
	var wg sync.WaitGroup
	for _, v := range s.servers {
		wg.Go(func() { v.watchQueues(ctx, changed) })
	}
	slots := make(chan struct{}, idleAsks)
	turns := turns{every: s.idle(), all: map[string]*turn{}}
	tick := time.NewTicker(idleTick)
	defer tick.Stop()
	for ctx.Err() == nil {
		for _, i := range s.idlers() {
			if !turns.take(i) {
				continue
			}
			wg.Go(func() {
				slots <- struct{}{}
				down, news := i.check(ctx)
				<-slots
				turns.done(i, down)
				if news && ctx.Err() == nil {
					changed()
				}
			})
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
	wg.Wait()
	for _, d := range s.directs() { // from now on a look asks again
		d.watched.Store(false)
	}
	for _, v := range s.withoutIPP() {
		v.seen.Store(nil)
	}
}

// idle returns how often is asked.
func (s *System) idle() time.Duration {
	if s.cfg.Idle > 0 {
		return s.cfg.Idle
	}
	return IdleEvery
}

// check asks, and once more before silence counts.
func (i idler) check(ctx context.Context) (down, changed bool) {
	var err error
	for try := range 2 {
		if try > 0 && backoff.Sleep(ctx, idlePause) != nil {
			return false, false
		}
		if changed, err = i.ask(ctx); err == nil {
			return false, changed
		}
	}
	if ctx.Err() != nil {
		return false, false
	}
	return true, i.lost(err)
}

// idlers returns everybody who is asked.
func (s *System) idlers() []idler {
	var list []idler
	for _, d := range s.directs() {
		list = append(list, d.idler())
	}
	for _, v := range s.withoutIPP() {
		list = append(list, v.idler())
	}
	for _, v := range s.servers {
		list = append(list, v.idlers()...)
	}
	return list
}
