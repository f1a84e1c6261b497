package notify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	fallAfter = 2                // tries in a row that fail before the next rung is taken
	patience  = 10 * time.Second // that a rung that has worked must have failed, too: a service that is started anew is no reason to leave it
	stable    = 30 * time.Second // that a connection must have lived to count as good
	climbMax  = time.Hour        // longest wait before the rungs above are tried again

	stableClimbs = 6 // first waits, where they are shorter than stable: who climbs soon judges soon
)

// Ladder is a Carrier that knows several ways to the service. It stands on the best one
// that works, falls to the next where one fails again and again, and climbs back: the
// connection that it has is kept until a better one stands.
type Ladder struct {
	ways     []Carrier
	climbMin time.Duration
	stable   time.Duration

	mu    sync.Mutex // guards what follows
	at    int
	rungs []rung
	climb time.Time     // of the next try; zero on the first rung
	wait  time.Duration // before it; grows with each try until a connection was good, or none stood
}

// rung is what is known of a way.
type rung struct {
	failures int       // in a row
	since    time.Time // of the first of them
	worked   bool      // ever
	unfit    bool      // nothing lasts on it
	err      error
	tried    time.Time
}

// Rung is how a way to the service is, for people.
type Rung struct {
	Name      string
	Current   bool
	LastError string    // why it was left, or could not be taken; "" if it never failed
	Tried     time.Time // of that error
}

var _ Carrier = (*Ladder)(nil)

// NewLadder returns a ladder of at least one way, the best one first; Carry stands on that.
// Better ways are tried again after climbMin, then after twice as long each time: the
// first wait is best a short one, as what came back first after an outage may not be the
// best.
func NewLadder(ways []Carrier, climbMin time.Duration) *Ladder {
	return &Ladder{ways: ways, climbMin: climbMin, stable: min(stable, stableClimbs*climbMin), rungs: make([]rung, len(ways))}
}

// Name returns the name of the rung that the ladder stands on.
func (l *Ladder) Name() string { return l.ways[l.standing()].Name() }

// Rungs returns how each way is, the best one first.
func (l *Ladder) Rungs() []Rung {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := make([]Rung, len(l.rungs))
	for i, r := range l.rungs {
		list[i] = Rung{Name: l.ways[i].Name(), Current: i == l.at}
		if r.err != nil {
			list[i].LastError, list[i].Tried = words(r.err), r.tried
		}
	}
	return list
}

// NextClimb returns when better ways are tried again; zero on the best one.
func (l *Ladder) NextClimb() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.climb
}

func (l *Ladder) standing() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.at
}

// Carry implements Carrier.
func (l *Ladder) Carry(ctx context.Context, sink Sink) error {
	var errs []error // of the ways that were tried since one stood
	for {
		end := l.stand(ctx, l.standing(), sink)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		err := fmt.Errorf("%s: %w", l.ways[end.rung].Name(), end.err)
		if end.stood() {
			errs = nil
			if s, ok := sink.(loser); ok {
				s.lost(err)
			}
		}
		errs = append(errs, err)
		if errors.Is(err, ErrCredentials) || errors.Is(err, ErrConflict) || !l.fall(end.rung) {
			return errors.Join(errs...)
		}
	}
}

// loser is a Sink that is told when a connection ended while another one is looked for.
type loser interface{ lost(err error) }

// fall takes the next rung if the one that failed did so often enough, and the first
// one after the last. It reports whether there is another one to try at once.
func (l *Ladder) fall(from int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.rungs[from]
	if !r.unfit && (r.failures < fallAfter || r.worked && time.Since(r.since) < patience) {
		return false
	}
	if l.at = from + 1; l.at < len(l.rungs) {
		return true
	}
	l.at, l.wait = 0, 0 // nothing stands: the service is away, or all the net, which says nothing about the ways
	return false
}

// life is one connection of a rung.
type life struct {
	rung   int
	up     chan struct{} // closed once it stands
	since  time.Time     // when that was
	ended  chan struct{} // closed when it has ended, with err
	err    error
	cancel context.CancelFunc
}

// stand keeps a rung's connection until it ends, and tries the rungs above once it stands.
// It returns the connection that ended last.
func (l *Ladder) stand(ctx context.Context, i int, sink Sink) *life {
	now := l.begin(ctx, i, sink)
	defer func() { now.stop() }()
	select {
	case <-now.ended:
		return now
	case <-now.up:
	}
	for {
		climb := time.NewTimer(l.planClimb(now.rung))
		select {
		case <-now.ended:
			climb.Stop()
			return now
		case <-climb.C:
		}
		l.climbed()
		if better := l.tryAbove(ctx, now, sink); better != nil {
			now.stop()
			now = better
		}
	}
}

// tryAbove returns a connection of a better rung that stands; nil if there is none, or
// the one that we have has ended meanwhile. A try that was begun is waited for all the
// same: a service may end one because of the other.
func (l *Ladder) tryAbove(ctx context.Context, now *life, sink Sink) *life {
	for i := 0; i < now.rung && !closed(now.ended); i++ {
		try := l.begin(ctx, i, sink)
		select {
		case <-try.up:
		case <-try.ended:
		}
		if try.stood() {
			return try
		}
		try.stop()
	}
	return nil
}

// planClimb returns how long it takes until the rungs above one are tried.
func (l *Ladder) planClimb(i int) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.climb = time.Time{}
	if i == 0 {
		return climbMax // there is none above
	}
	wait := cmp.Or(l.wait, l.climbMin)
	l.climb = time.Now().Add(wait)
	return wait
}

// climbed has the next climb wait longer, also where a better rung stood for a moment.
func (l *Ladder) climbed() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wait = min(2*cmp.Or(l.wait, l.climbMin), climbMax)
}

// begin opens a connection of a rung.
func (l *Ladder) begin(ctx context.Context, i int, sink Sink) *life {
	ctx, cancel := context.WithCancel(ctx)
	f := &life{rung: i, up: make(chan struct{}), ended: make(chan struct{}), cancel: cancel}
	r := &rungSink{Sink: sink, ladder: l, life: f}
	go func() {
		defer close(f.ended)
		f.err = l.ways[i].Carry(ctx, r)
		if ctx.Err() == nil {
			l.note(i, f.err, f.stood() && time.Since(f.since) >= l.stable)
		}
	}()
	return f
}

// stood reports whether the connection ever stood.
func (f *life) stood() bool { return closed(f.up) }

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// stop ends a connection and waits for that.
func (f *life) stop() {
	f.cancel()
	<-f.ended
}

// note keeps why a connection of a rung ended.
func (l *Ladder) note(i int, err error, good bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := &l.rungs[i]
	r.err, r.tried, r.unfit = err, time.Now(), errors.Is(err, ErrUnfit)
	if good && !r.unfit {
		r.failures, r.worked, l.wait = 0, true, 0
		return
	}
	if r.failures++; r.failures == 1 {
		r.since = r.tried
	}
}

// rungSink sees a rung connect before the sink does, so that the ladder's name is the
// right one by then.
type rungSink struct {
	Sink
	ladder *Ladder
	life   *life
	once   sync.Once
}

// Connected implements Sink.
func (r *rungSink) Connected() {
	r.once.Do(func() {
		r.life.since = time.Now()
		r.ladder.takeOver(r.life.rung)
		close(r.life.up)
	})
	r.Sink.Connected()
}

// takeOver has a rung that stands be the ladder's.
func (l *Ladder) takeOver(i int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at = min(l.at, i)
}
