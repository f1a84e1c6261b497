package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"platen/gcp"
)

// try is one connection of a scripted carrier.
type try struct {
	lives time.Duration // 0: it never connects
	err   error
}

type carrier struct {
	tries []try // the last one is repeated
	at    []time.Time
}

func (*carrier) Name() string { return "test" }

func (c *carrier) Carry(ctx context.Context, sink Sink) error {
	c.at = append(c.at, time.Now())
	now := c.tries[min(len(c.at), len(c.tries))-1]
	if now.lives > 0 {
		sink.Connected()
		sink.Hint(gcp.Notification{Printer: "p"}, time.Now())
		select {
		case <-time.After(now.lives):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return now.err
}

// waits returns the time between the end of each try and the next.
func (c *carrier) waits() []time.Duration {
	var l []time.Duration
	for i := 1; i < len(c.at); i++ {
		lived := c.tries[min(i, len(c.tries))-1].lives
		l = append(l, c.at[i].Sub(c.at[i-1])-lived)
	}
	return l
}

type counter struct{ connects, hints int }

func (c *counter) Connected()                       { c.connects++ }
func (c *counter) Hint(gcp.Notification, time.Time) { c.hints++ }

func runFor(t *testing.T, d time.Duration, c *carrier, opt Options) *counter {
	t.Helper()
	opt.Carrier = c
	ch, s := New(opt), &counter{}
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	if err := ch.Run(ctx, s); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Run: %v", err)
	}
	return s
}

func between(t *testing.T, what string, d, lo, hi time.Duration) {
	t.Helper()
	if d < lo || d > hi {
		t.Errorf("%s: waited %s, want %s to %s", what, d, lo, hi)
	}
}

func TestBackOffGrowsAndNeverGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &carrier{tries: []try{{0, errors.New("refused")}}}
		runFor(t, 24*time.Hour, c, Options{})
		w := c.waits()
		if len(w) < 24*60/5 {
			t.Fatalf("%d tries in a day", len(w))
		}
		between(t, "first", w[0], 500*time.Millisecond, time.Second)
		between(t, "second", w[1], time.Second, 2*time.Second)
		for _, d := range w[9:] {
			between(t, "later", d, 150*time.Second, 5*time.Minute)
		}
	})
}

func TestBackOffStartsAnewAfterAStableConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lost := errors.New("lost")
		c := &carrier{tries: []try{
			{0, lost},
			{0, lost},
			{0, lost},
			{0, lost},
			{0, lost},
			{0, lost},
			{time.Hour, lost}, // stable: anew
			{time.Second, lost},
			{time.Second, lost},
			{time.Second, lost}, // not stable: grows
			{24 * time.Hour, lost},
		}}
		s := runFor(t, 10*time.Hour, c, Options{})
		w := c.waits()
		between(t, "before", w[5], 16*time.Second, 32*time.Second)
		between(t, "after a stable one", w[6], 500*time.Millisecond, time.Second)
		between(t, "after three short ones", w[9], 4*time.Second, 8*time.Second)
		if s.connects != 5 || s.hints != 5 {
			t.Errorf("%d connects, %d hints", s.connects, s.hints)
		}
	})
}

func TestRefusedCredentialsAreRetriedSlowly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &carrier{tries: []try{{0, fmt.Errorf("port 5223: %w (not-authorized)", ErrCredentials)}}}
		ch := New(Options{Carrier: c})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _ = ch.Run(ctx, &counter{}) }()
		time.Sleep(time.Hour)
		synctest.Wait()
		st := ch.Status()
		if !st.Refused || st.Connected || st.NextTry.Before(time.Now()) || !strings.Contains(st.LastError, "does not accept") {
			t.Errorf("status %+v", st)
		}
		cancel()
		synctest.Wait()
		for _, d := range c.waits() {
			between(t, "refused", d, 15*time.Second, 5*time.Minute)
		}
		if len(c.at) < 12 {
			t.Errorf("%d tries in an hour", len(c.at))
		}
	})
}

// Two installations that a service lets in one at a time do not throw each other
// out for ever.
func TestConflictIsLeftToTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &carrier{tries: []try{{time.Hour, fmt.Errorf("%w: conflict", ErrConflict)}, {time.Second, ErrConflict}}}
		ch := New(Options{Carrier: c})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _ = ch.Run(ctx, &counter{}) }()
		time.Sleep(3 * time.Hour)
		if st := ch.Status(); !strings.Contains(st.LastError, "another installation") {
			t.Errorf("status %+v", st)
		}
		cancel()
		synctest.Wait()
		for _, d := range c.waits() {
			between(t, "after a conflict", d, 5*time.Minute, 10*time.Minute)
		}
		if len(c.at) < 12 {
			t.Errorf("%d tries", len(c.at))
		}
	})
}

func TestStatusAndLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		away := errors.New("connection refused")
		c := &carrier{tries: []try{{0, away}, {0, away}, {0, away}, {time.Hour, errors.New("cut")}, {0, away}, {0, away}, {time.Hour, away}}}
		ch := New(Options{Carrier: c, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		if st := ch.Status(); st.Connected || st.Carrier != "test" || !st.Since.Equal(time.Now()) {
			t.Errorf("at first: %+v", st)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _ = ch.Run(ctx, &counter{}) }()
		time.Sleep(30 * time.Minute)
		synctest.Wait()
		if st := ch.Status(); !st.Connected || st.Connects != 1 || st.LastError != "connection refused" || !st.NextTry.IsZero() {
			t.Errorf("connected: %+v", st)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if st := ch.Status(); !st.Connected || st.Connects != 2 {
			t.Errorf("again: %+v", st)
		}
		cancel()
		synctest.Wait()
		if st := ch.Status(); st.Connected {
			t.Errorf("stopped: %+v", st)
		}
		// Only changes: cannot, connected, lost, cannot, connected.
		if got := strings.Count(log.String(), "\n"); got != 5 {
			t.Errorf("%d lines:\n%s", got, log.String())
		}
	})
}

// Each reason of an outage is logged once, whatever ports the tries came from, and in
// whatever order the reasons take turns; and no more than some of them.
func TestOutageIsToldOnce(t *testing.T) {
	reset := func(port int) error {
		at := func(port int) net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: port} }
		return errors.Join(errors.New("xmpp: away"), fmt.Errorf("TLS: %w", &net.OpError{Op: "read", Net: "tcp", Source: at(port), Addr: at(5223), Err: syscall.ECONNRESET}))
	}
	for name, tt := range map[string]struct {
		why  func(i int) error
		want int
	}{
		"ports":       {reset, 1},
		"taking turn": {func(i int) error { return []error{reset(i), syscall.ECONNREFUSED}[i%2] }, 2},
		"other words": {func(i int) error { return []error{reset(i), io.EOF}[i%2] }, 1},
		"no end":      {func(i int) error { return fmt.Errorf("reason %d", i) }, maxSaid},
	} {
		synctest.Test(t, func(t *testing.T) {
			var log bytes.Buffer
			c := &carrier{}
			for i := range 100 {
				c.tries = append(c.tries, try{0, tt.why(i)})
			}
			runFor(t, 24*time.Hour, c, Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
			if n := strings.Count(log.String(), "\n"); n != tt.want || strings.Contains(log.String(), "->") {
				t.Errorf("%s: %d lines, want %d\n%s", name, n, tt.want, log.String())
			}
		})
	}
}
