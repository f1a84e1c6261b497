package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"platen/gcp"
)

// step is a way that can be opened and shut.
type step struct {
	name string

	mu    sync.Mutex
	open  bool
	why   error         // it does not stand, or ends
	end   chan struct{} // closed when it is shut
	tries int
	lasts time.Duration // how long it stands; 0 for as long as it is open
	dial  time.Duration // how long it takes until it stands; 0 for a second
}

func newStep(name string, open bool) *step {
	s := &step{name: name, why: errors.New(name + " is shut"), end: make(chan struct{})}
	if open {
		s.set(true)
	}
	return s
}

func (s *step) set(open bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = open
	if open {
		s.end = make(chan struct{})
	} else {
		close(s.end)
	}
}

// says is why it ends from now on.
func (s *step) says(why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.why = why
}

// stays says that it stands from now on for as long as it is open.
func (s *step) stays() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lasts = 0
}

func (s *step) Name() string { return s.name }

func (s *step) tried() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tries
}

func (s *step) Carry(ctx context.Context, sink Sink) error {
	s.mu.Lock()
	s.tries++
	open, why, end, lasts, dial := s.open, s.why, s.end, s.lasts, s.dial
	s.mu.Unlock()
	time.Sleep(max(dial, time.Second))
	if !open {
		return why
	}
	sink.Connected()
	sink.Hint(gcp.Notification{Printer: gcp.PrinterID(s.name)}, time.Now())
	if lasts > 0 {
		ctx, cancel := context.WithTimeout(ctx, lasts)
		defer cancel()
		<-ctx.Done()
		return why
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-end:
		return why
	}
}

// heard notes over which way the sink heard.
type heard struct {
	mu  sync.Mutex
	all []gcp.PrinterID
}

func (h *heard) Connected() {}
func (h *heard) Hint(n gcp.Notification, _ time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, n.Printer)
}

func (h *heard) over() []gcp.PrinterID {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.all)
}

// climbing runs a channel over a ladder in a bubble.
func climbing(t *testing.T, steps ...*step) (*Ladder, *Channel, *heard) {
	t.Helper()
	return climbingAfter(t, 5*time.Second, steps...)
}

// climbingAfter is climbing with another first wait.
func climbingAfter(t *testing.T, first time.Duration, steps ...*step) (*Ladder, *Channel, *heard) {
	t.Helper()
	rungs := make([]Carrier, len(steps))
	for i, s := range steps {
		rungs[i] = s
	}
	l := NewLadder(rungs, first)
	ch, h := New(Options{Carrier: l}), &heard{}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = ch.Run(ctx, h)
	}()
	t.Cleanup(func() { cancel(); <-done })
	return l, ch, h
}

// over checks which way is taken after a while.
func over(t *testing.T, when string, ch *Channel, l *Ladder, want string) {
	t.Helper()
	synctest.Wait()
	if st := ch.Status(); !st.Connected || st.Carrier != want || l.Name() != want {
		t.Errorf("%s: connected %t over %q, the ladder is on %q, want %q; %s", when, st.Connected, st.Carrier, l.Name(), want, st.LastError)
	}
}

// The ladder falls to the first way that works, says why the others do not, and climbs
// back, without a gap, once a better one works.
func TestLadderFallsAndClimbs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stream, proxy, call := newStep("xmpp", false), newStep("proxy", false), newStep("call", true)
		l, ch, h := climbing(t, stream, proxy, call)
		time.Sleep(15 * time.Second)
		over(t, "only the last way is open", ch, l, "call")
		rungs := l.Rungs()
		if len(rungs) != 3 || rungs[0].LastError != "xmpp is shut" || rungs[0].Tried.IsZero() || !rungs[2].Current || rungs[2].LastError != "" {
			t.Errorf("the ways are %+v", rungs)
		}
		if at := l.NextClimb(); at.Before(time.Now()) || at.After(time.Now().Add(time.Minute)) {
			t.Errorf("it climbs at %s", at)
		}
		before := stream.tried()
		time.Sleep(24 * time.Hour)
		if n := stream.tried() - before; n < 23 || n > 23+10 { // each hour in the end
			t.Errorf("the best way was tried %d times in a day", n)
		}
		proxy.set(true)
		time.Sleep(time.Hour + time.Minute)
		over(t, "a better way is open", ch, l, "proxy")
		stream.set(true)
		time.Sleep(time.Hour + time.Minute)
		over(t, "the best way is open", ch, l, "xmpp")
		if !l.NextClimb().IsZero() {
			t.Error("it wants to climb further")
		}
		if have, want := h.over(), []gcp.PrinterID{"call", "proxy", "xmpp"}; !slices.Equal(have, want) {
			t.Errorf("heard over %v, want %v", have, want)
		}
		if st := ch.Status(); st.LastError == "" || st.Connects != 3 {
			t.Errorf("%+v", st)
		}
	})
}

// A while of failures is none: a service that is started anew is waited for on the best way.
func TestLadderWaitsForARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stream, call := newStep("xmpp", true), newStep("call", true)
		l, ch, _ := climbing(t, stream, call)
		time.Sleep(time.Hour)
		over(t, "at first", ch, l, "xmpp")
		stream.set(false)
		time.Sleep(8 * time.Second) // some tries fail
		stream.set(true)
		time.Sleep(time.Minute)
		over(t, "after a restart", ch, l, "xmpp")
		if call.tried() != 0 {
			t.Error("another way was tried")
		}
	})
}

// Where nothing stands all ways are tried, with the channel's waits between, and the best
// one is taken when the service is back.
func TestLadderInAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stream, call := newStep("xmpp", false), newStep("call", false)
		l, ch, _ := climbing(t, stream, call)
		time.Sleep(12 * time.Hour)
		synctest.Wait()
		if n := stream.tried(); n < 12*60/6 || n > 12*60/2 || call.tried() < n-3 {
			t.Errorf("in twelve hours %d and %d tries", n, call.tried())
		}
		if st := ch.Status(); st.Connected {
			t.Errorf("%+v", st)
		}
		stream.set(true)
		call.set(true)
		time.Sleep(6 * time.Minute)
		over(t, "back", ch, l, "xmpp")
	})
}

// A way on which nothing lasts is left: at once if its carrier says so, else after some
// short lives.
func TestLadderLeavesWhatDoesNotLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stream, long, short := newStep("xmpp", false), newStep("long", true), newStep("short", true)
		long.why = fmt.Errorf("%w: calls are cut", ErrUnfit)
		l, ch, _ := climbing(t, stream, long, short)
		time.Sleep(40 * time.Second)
		over(t, "held calls work", ch, l, "long")
		long.set(false)
		time.Sleep(5 * time.Second)
		over(t, "held calls are cut", ch, l, "short")
		long.says(errors.New("cut"))
		long.set(true)
		time.Sleep(2 * time.Minute)
		over(t, "they work again", ch, l, "long")
		for range 5 { // short lives
			time.Sleep(2 * time.Second)
			long.set(false)
			long.set(true)
			time.Sleep(3 * time.Second)
		}
		over(t, "they work for moments", ch, l, "short")
	})
}

// Refused credentials are refused on every way.
func TestLadderWithRefusedCredentials(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stream, call := newStep("xmpp", false), newStep("call", true)
		stream.why = fmt.Errorf("%w: not-authorized", ErrCredentials)
		_, ch, _ := climbing(t, stream, call)
		time.Sleep(time.Hour)
		synctest.Wait()
		if st := ch.Status(); !st.Refused || call.tried() != 0 {
			t.Errorf("%+v, another way was tried %d times", st, call.tried())
		}
	})
}

// A way that stands for a while, and says itself that nothing lasts on it, is tried again
// ever more seldom, as one that does not stand at all.
func TestLadderStaysAwayFromTheUnfit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stream, long, short := newStep("xmpp", false), newStep("long", true), newStep("short", true)
		long.lasts, long.why = 36*time.Second, fmt.Errorf("%w: calls are cut", ErrUnfit)
		_, ch, h := climbing(t, stream, long, short)
		time.Sleep(24 * time.Hour)
		if n := long.tried(); n < 20 || n > 40 {
			t.Errorf("it was tried %d times in a day", n)
		}
		for _, s := range []*step{stream, long, short} {
			s.stays()
		}
		short.set(false)
		long.set(false)
		time.Sleep(time.Hour)
		synctest.Wait()
		if st := ch.Status(); len(st.LastError) > 200 {
			t.Errorf("it says %q", st.LastError)
		}
		if len(h.over()) > 100 {
			t.Errorf("%d connections in a day", len(h.over()))
		}
	})
}

// After an outage the best way is found soon, also where a lower one is back before it.
func TestLadderAfterAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stream, proxy, call := newStep("xmpp", false), newStep("proxy", false), newStep("call", false)
		l, ch, _ := climbing(t, stream, proxy, call)
		time.Sleep(10 * time.Minute)
		call.set(true)
		time.Sleep(5*time.Minute + 40*time.Second) // the channel's wait, and then some
		over(t, "a lower way is back", ch, l, "call")
		stream.set(true)
		time.Sleep(6 * time.Minute)
		over(t, "the best way is back", ch, l, "xmpp")
	})
}

// While another way is looked for nobody is told that one stands.
func TestLadderBetweenTwoWays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stream, call := newStep("xmpp", true), newStep("call", true)
		stream.why, call.dial = fmt.Errorf("%w: mute", ErrUnfit), 20*time.Second
		l, ch, _ := climbing(t, stream, call)
		time.Sleep(time.Minute)
		over(t, "at first", ch, l, "xmpp")
		stream.set(false)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if st := ch.Status(); st.Connected || st.LastError != "xmpp: this way does not last: mute" {
			t.Errorf("%+v", st)
		}
		time.Sleep(20 * time.Second)
		over(t, "later", ch, l, "call")
	})
}

// A service that ends the stream that we have as soon as we open a better one, as XMPP
// servers do with a second session of the same name, does not leave us with neither.
func TestLadderClimbsOverAConflict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stream, proxy := newStep("xmpp", false), newStep("proxy", true)
		proxy.why = ErrConflict
		l, ch, _ := climbing(t, stream, proxy)
		time.Sleep(12 * time.Second)
		over(t, "at first", ch, l, "proxy")
		began := stream.tried()
		stream.set(true)
		for stream.tried() == began {
			time.Sleep(100 * time.Millisecond)
		}
		proxy.set(false)
		time.Sleep(2 * time.Second)
		over(t, "after the climb", ch, l, "xmpp")
	})
}

// Who climbs sooner than usual also judges sooner: a connection was good after six first
// waits, and its way is waited for.
func TestLadderForgetsSoon(t *testing.T) {
	for life, falls := range map[time.Duration]bool{4 * time.Second: true, 8 * time.Second: false} {
		synctest.Test(t, func(t *testing.T) {
			stream, call := newStep("xmpp", true), newStep("call", true)
			climbingAfter(t, time.Second, stream, call)
			time.Sleep(time.Second + life)
			stream.set(false)
			time.Sleep(6 * time.Second)
			if n := call.tried(); (n > 0) != falls {
				t.Errorf("after a life of %s another way was tried %d times", life, n)
			}
		})
	}
}
