package poll

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"platen/gcp"
	"platen/notify"
)

// service answers calls from a script.
type service struct {
	mu    sync.Mutex
	calls []gcp.HintsQuery
	serve func(ctx context.Context, n int, q gcp.HintsQuery) (gcp.Hints, error)
}

func (s *service) Notifications(ctx context.Context, q gcp.HintsQuery) (gcp.Hints, error) {
	s.mu.Lock()
	s.calls = append(s.calls, q)
	n := len(s.calls)
	s.mu.Unlock()
	return s.serve(ctx, n, q)
}

type counter struct {
	connects int
	hints    []gcp.Notification
}

func (c *counter) Connected()                           { c.connects++ }
func (c *counter) Hint(n gcp.Notification, _ time.Time) { c.hints = append(c.hints, n) }

// hold is an answer without a hint after the time that the call allows.
func hold(ctx context.Context, q gcp.HintsQuery, h gcp.Hints) (gcp.Hints, error) {
	select {
	case <-time.After(q.Wait):
		return h, nil
	case <-ctx.Done():
		return gcp.Hints{}, ctx.Err()
	}
}

// carry runs a carrier for a while of a bubble.
func carry(t *testing.T, d time.Duration, c *Carrier) (*counter, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	sink := &counter{}
	err := c.Carry(ctx, sink)
	if err == nil {
		t.Error("it ended without an error")
	}
	return sink, err
}

// Calls are held one after the other, each tells what was received, and the last one
// says goodbye.
func TestHeldCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{serve: func(ctx context.Context, n int, q gcp.HintsQuery) (gcp.Hints, error) {
			h := gcp.Hints{Session: "s", Number: n, Fresh: n == 1}
			if n == 3 {
				h.Hints = []gcp.Notification{{Printer: "p"}}
				return h, nil
			}
			return hold(ctx, q, h)
		}}
		sink, err := carry(t, 10*time.Minute-time.Second, New(s, 50*time.Second))
		if !errors.Is(err, context.DeadlineExceeded) || sink.connects != 1 || len(sink.hints) != 1 {
			t.Errorf("%d connects, %v, %v", sink.connects, sink.hints, err)
		}
		if n := len(s.calls); n != 1+1+12+1 { // the first, that with a hint, one each 50 s, goodbye
			t.Errorf("%d calls in ten minutes", n)
		}
		for i, q := range s.calls[:len(s.calls)-1] {
			if i > 0 && (q.Session != "s" || q.Got != i || q.Wait != 50*time.Second || q.Return != 20*time.Second) {
				t.Errorf("call %d is %+v", i, q)
			}
		}
		if q := s.calls[len(s.calls)-1]; !q.Leave || q.Session != "s" {
			t.Errorf("the last call is %+v", q)
		}
	})
}

// A session that the service does not know any more begins anew: what was missed is
// caught up with.
func TestSessionBeginsAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{serve: func(ctx context.Context, n int, q gcp.HintsQuery) (gcp.Hints, error) {
			switch n {
			case 1:
				return gcp.Hints{Session: "old", Number: 1, Fresh: true}, nil
			case 2: // the service is started anew
				return gcp.Hints{}, errors.New("connection reset")
			case 3:
				return gcp.Hints{Session: "new", Number: 1, Fresh: true}, nil
			}
			return hold(ctx, q, gcp.Hints{Session: "new", Number: 2})
		}}
		sink, _ := carry(t, time.Minute, New(s, 50*time.Second))
		if sink.connects != 2 || s.calls[2].Wait != 0 || s.calls[3].Session != "new" {
			t.Errorf("%d connects by %+v", sink.connects, s.calls)
		}
	})
}

// Where held calls are cut and others are not, the way is unfit.
func TestHeldCallsAreCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{serve: func(_ context.Context, n int, q gcp.HintsQuery) (gcp.Hints, error) {
			if q.Wait > 0 {
				time.Sleep(12 * time.Second)
				return gcp.Hints{}, &gcp.Error{Op: "notifications", HTTPStatus: 504}
			}
			return gcp.Hints{Session: "s", Number: n, Fresh: n == 1}, nil
		}}
		began := time.Now()
		sink, err := carry(t, time.Hour, New(s, 50*time.Second))
		if !errors.Is(err, notify.ErrUnfit) || sink.connects != 1 || time.Since(began) != 36*time.Second {
			t.Errorf("after %s: %d connects, %v", time.Since(began), sink.connects, err)
		}
	})
}

// A service that is away, and one that refuses us, end the connection at once.
func TestServiceIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		away := errors.New("connection refused")
		s := &service{serve: func(_ context.Context, n int, _ gcp.HintsQuery) (gcp.Hints, error) {
			if n == 1 {
				return gcp.Hints{Session: "s", Number: 1, Fresh: true}, nil
			}
			return gcp.Hints{}, away
		}}
		if _, err := carry(t, time.Hour, New(s, 50*time.Second)); !errors.Is(err, away) || len(s.calls) != 4 {
			t.Errorf("%v after %d calls", err, len(s.calls))
		}
		s.calls, away = nil, notify.ErrCredentials
		if _, err := carry(t, time.Hour, New(s, 50*time.Second)); !errors.Is(err, notify.ErrCredentials) || len(s.calls) != 3 {
			t.Errorf("%v after %d calls", err, len(s.calls))
		}
	})
}

// Short calls come now and then, at no fixed beat, and the service is told to be patient.
func TestShortCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Time
		s := &service{serve: func(_ context.Context, n int, q gcp.HintsQuery) (gcp.Hints, error) {
			at = append(at, time.Now())
			if q.Wait != 0 || !q.Leave && q.Return < 40*time.Second {
				t.Errorf("%+v", q)
			}
			return gcp.Hints{Session: "s", Number: n, Fresh: n == 1}, nil
		}}
		sink, _ := carry(t, time.Hour, New(s, 0))
		if sink.connects != 1 || len(at) < 60*60/40 || len(at) > 60*60/20 {
			t.Fatalf("%d connects, %d calls in an hour", sink.connects, len(at))
		}
		beats := map[time.Duration]bool{}
		for i := 2; i < len(at)-1; i++ {
			beat := at[i].Sub(at[i-1])
			if beats[beat] = true; beat < 20*time.Second || beat > 40*time.Second {
				t.Errorf("%s between two calls", beat)
			}
		}
		if len(beats) < 10 {
			t.Errorf("the beats are %v", beats)
		}
	})
}

// Answers that come at once and say nothing make no flood of calls, nor of catching up:
// here each call meets a replica that does not know the session, or a proxy answers
// from its memory. A call that is held ends that.
func TestAnswersThatAreNotHeld(t *testing.T) {
	for name, answer := range map[string]func(n int) gcp.Hints{
		"unknown": func(n int) gcp.Hints { return gcp.Hints{Session: strconv.Itoa(n), Number: 1, Fresh: true} },
		"stopped": func(n int) gcp.Hints { return gcp.Hints{Session: "s", Number: n, Fresh: n == 1} },
		"memory": func(int) gcp.Hints {
			return gcp.Hints{Session: "s", Number: 1, Hints: []gcp.Notification{{Printer: "p"}}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &service{serve: func(ctx context.Context, n int, q gcp.HintsQuery) (gcp.Hints, error) {
					if n > 100 {
						return hold(ctx, q, gcp.Hints{Session: "late", Number: n})
					}
					return answer(n), nil
				}}
				_, _ = carry(t, 10*time.Minute, New(s, 50*time.Second))
				if n := len(s.calls); n < 40 || n > 90 { // up to 1 s, 2 s, 4 s, 8 s, then 7.5 to 15 s
					t.Errorf("%d calls in ten minutes", n)
				}
			})
		})
	}
}

// One early answer, as that of a service that is started anew, costs no more than a
// moment, and one with hints costs nothing.
func TestHintsAreFollowedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{serve: func(ctx context.Context, n int, q gcp.HintsQuery) (gcp.Hints, error) {
			h := gcp.Hints{Session: "s", Number: n, Fresh: n == 1 || n == 2}
			if n > 2 && n <= 1000 {
				h.Hints = []gcp.Notification{{Printer: "p"}}
				return h, nil
			}
			if n <= 2 {
				return h, nil
			}
			return hold(ctx, q, h)
		}}
		began := time.Now()
		_, _ = carry(t, 30*time.Second, New(s, 50*time.Second))
		if n := len(s.calls); n != 1002 || time.Since(began) != 30*time.Second {
			t.Errorf("%d calls in %s", n, time.Since(began))
		}
	})
}

// On a bad network a short call that is lost is made again, and ends nothing; two in a
// row do.
func TestShortCallIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		away := errors.New("connection reset")
		s := &service{serve: func(_ context.Context, n int, _ gcp.HintsQuery) (gcp.Hints, error) {
			if n%5 == 0 || n > 50 {
				return gcp.Hints{}, away
			}
			return gcp.Hints{Session: "s", Number: n, Fresh: n == 1}, nil
		}}
		sink, err := carry(t, time.Hour, New(s, 0))
		if !errors.Is(err, away) || sink.connects != 1 || len(s.calls) != 51+1 { // the 50th and the 51st fail; and the goodbye
			t.Errorf("%v after %d calls, %d connects", err, len(s.calls), sink.connects)
		}
	})
}
