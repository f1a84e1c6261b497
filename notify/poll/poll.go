// Package poll carries notifications over ordinary HTTPS calls, where no stream gets
// through: one call is held by the service until there is something to say, or, where
// held calls are cut, short ones are made now and then.
package poll

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"platen/gcp"
	"platen/internal/backoff"
	"platen/notify"
)

// Service answers the calls; gcp/client.Client is one. An error that says that our
// credentials are refused wraps notify.ErrCredentials.
type Service interface {
	Notifications(ctx context.Context, q gcp.HintsQuery) (gcp.Hints, error)
}

// Carrier is a notify.Carrier over HTTPS calls.
type Carrier struct {
	service Service
	hold    time.Duration
}

var _ notify.Carrier = (*Carrier)(nil)

// New returns a carrier that has not called yet. The service may hold each of its calls
// for so long; with 0 it makes short ones now and then.
func New(service Service, hold time.Duration) *Carrier {
	return &Carrier{service, hold}
}

const (
	beat        = 30 * time.Second // between two short calls, give or take a third
	patience    = 20 * time.Second // of the service with the next call, before it takes us for gone
	goodbyeTime = 3 * time.Second  // that saying goodbye may take
	maxPause    = 15 * time.Second // after answers that came too early; shorter than patience
)

// maxCuts is how many held calls in a row may be cut before we believe that something
// on the way cuts them all.
const maxCuts = 3

// Name returns "long-poll" or "short-poll".
func (c *Carrier) Name() string {
	if c.hold == 0 {
		return "short-poll"
	}
	return "long-poll"
}

// Carry implements notify.Carrier.
func (c *Carrier) Carry(ctx context.Context, sink notify.Sink) error {
	s := session{Carrier: c, sink: sink, early: backoff.Backoff{Max: maxPause}}
	err := s.run(ctx)
	if s.last.Session != "" {
		bye, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbyeTime)
		defer cancel()
		_, _ = c.service.Notifications(bye, gcp.HintsQuery{Session: s.last.Session, Leave: true}) // it finds out by itself, too
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// session is one connection, as far as there is one.
type session struct {
	*Carrier
	sink   notify.Sink
	last   gcp.Hints
	cuts   int             // held calls that were cut since one was answered in full
	missed int             // short calls in a row that failed
	early  backoff.Backoff // answers that were not held
}

func (s *session) run(ctx context.Context) error {
	hold := time.Duration(0) // the first call is answered at once
	for {
		began := time.Now()
		h, err := s.service.Notifications(ctx, s.query(hold))
		switch {
		case err == nil:
			s.missed = 0
			if hold > 0 {
				s.cuts = 0
			}
			if err := s.rest(ctx, s.take(h), hold, time.Since(began)); err != nil {
				return err
			}
			hold = s.hold
		case s.hold == 0 && s.last.Session != "" && s.missed == 0 && ctx.Err() == nil && !errors.Is(err, notify.ErrCredentials):
			s.missed++ // one that is lost is no end: the service keeps what it would have said
			if err := backoff.Sleep(ctx, time.Second); err != nil {
				return err
			}
		case hold == 0 || ctx.Err() != nil || errors.Is(err, notify.ErrCredentials):
			return err
		default: // held and cut: one that is answered at once tells whether the service is there
			if s.cuts++; s.cuts >= maxCuts {
				return fmt.Errorf("%w: calls that are held are cut after %s: %w", notify.ErrUnfit, time.Since(began).Round(time.Second), err)
			}
			hold = 0
		}
	}
}

func (s *session) query(hold time.Duration) gcp.HintsQuery {
	q := gcp.HintsQuery{Session: s.last.Session, Got: s.last.Number, Wait: hold, Return: patience}
	if s.hold == 0 {
		q.Return += 4 * beat / 3
	}
	return q
}

// rest waits before the next call: short ones come now and then. A held one follows at
// once, unless the last one brought nothing and was not held: something on the way
// answers in the service's place, or each call meets another one that does not know us.
func (s *session) rest(ctx context.Context, news bool, hold, took time.Duration) error {
	switch {
	case s.hold == 0:
		return backoff.Sleep(ctx, pause())
	case hold == 0:
	case news || took >= hold/2:
		s.early.Reset()
	default:
		return s.early.Wait(ctx)
	}
	return nil
}

// pause is the time between two short calls: never the same, so that many connectors
// do not come to call at once.
func pause() time.Duration {
	const third = beat / 3
	return beat - third + rand.N(2*third) //nolint:gosec // nobody gains by guessing it
}

// take hands on what an answer says, and reports whether it is news of the session that
// we are in. A hint that was in an answer that we have is a repetition, which does no harm.
func (s *session) take(h gcp.Hints) bool {
	fresh := h.Fresh || h.Session != s.last.Session
	if fresh {
		s.sink.Connected()
	}
	now := time.Now()
	for _, n := range h.Hints {
		s.sink.Hint(n, now)
	}
	news := !fresh && len(h.Hints) > 0 && h.Number != s.last.Number
	s.last = h
	return news
}
