package mdns

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// lookEvery is how often the network cards are looked at.
const lookEvery = 10 * time.Second

// Responder announces services while its Run runs. Its other methods may be called from
// any goroutine.
type Responder struct {
	log  *slog.Logger
	wake chan struct{} // the services changed

	mu      sync.Mutex // guards what follows
	wanted  []Service
	states  []State
	trouble error
}

// New builds a Responder and does nothing else. log hears of names that were taken, and of
// a network that comes and goes.
func New(log *slog.Logger) *Responder {
	return &Responder{log: log, wake: make(chan struct{}, 1)}
}

// Announce says which services there are from now on. Those that are no more there are
// withdrawn. It never blocks.
func (r *Responder) Announce(services []Service) {
	services = slices.Clone(services)
	// The numbers behind equal names shall be the same ones each time.
	slices.SortFunc(services, func(a, b Service) int { return cmp.Compare(a.ID, b.ID) })
	r.mu.Lock()
	r.wanted = services
	r.mu.Unlock()
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// States says how the services are, by ID, and why nothing can be announced.
func (r *Responder) States() ([]State, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.states), r.trouble
}

// Run announces until ctx ends, and then withdraws everything. A network that is not
// there is waited for.
func (r *Responder) Run(ctx context.Context) {
	for ctx.Err() == nil {
		w, err := openWire()
		r.note(ctx, err)
		if err != nil {
			r.publish(nil)
			select {
			case <-ctx.Done():
			case <-time.After(lookEvery):
			}
			continue
		}
		r.serve(ctx, w)
	}
}

// note keeps why nothing can be announced, and says so when it changes.
func (r *Responder) note(ctx context.Context, err error) {
	r.mu.Lock()
	before := r.trouble
	r.trouble = err
	r.mu.Unlock()
	switch {
	case err != nil && (before == nil || before.Error() != err.Error()):
		r.log.WarnContext(ctx, "nothing can be announced now", slog.Any("err", err))
	case err == nil && before != nil:
		r.log.InfoContext(ctx, "announcing goes on")
	}
}

func (r *Responder) publish(entries []*entry) {
	var states []State
	for _, e := range entries {
		if !e.isHost {
			states = append(states, State{ID: e.service.ID, Name: e.called, Announced: e.answers()})
		}
	}
	r.mu.Lock()
	r.states = states
	r.mu.Unlock()
}

// serve announces on the cards that there are, until they change or ctx ends.
func (r *Responder) serve(ctx context.Context, w *wire) {
	inner, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	packets := make(chan packet)
	w.listen(inner, &wg, packets)
	defer wg.Wait()
	defer w.close()
	defer cancel()

	s := &session{log: r.log, wire: w, sent: map[sentOn]time.Time{}}
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	r.follow(ctx, s)
	for {
		timer := time.NewTimer(time.Until(s.next()))
		select {
		case <-ctx.Done():
			timer.Stop()
			s.withdraw(s.entries)
			return
		case <-r.wake:
			r.follow(ctx, s)
		case p := <-packets:
			s.receive(ctx, p, time.Now())
		case <-timer.C:
		case <-look.C:
			if _, _, state, err := cards(); err != nil || state != w.state {
				timer.Stop()
				return // what is announced anew needs no farewell
			}
		}
		timer.Stop()
		s.step(time.Now())
		r.publish(s.entries)
	}
}

// follow takes up what is wanted.
func (r *Responder) follow(ctx context.Context, s *session) {
	r.mu.Lock()
	wanted := r.wanted
	r.mu.Unlock()
	s.want(ctx, wanted, time.Now())
	r.publish(s.entries)
}
