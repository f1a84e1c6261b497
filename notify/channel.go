package notify

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"platen/internal/backoff"
)

// Options is what a Channel is made of.
type Options struct {
	Carrier Carrier
	Logger  *slog.Logger // nil discards

	// Min and Max bound the wait between two tries, with jitter: 1 s and 5 min.
	Min, Max time.Duration
	// Refused is the first wait after refused credentials: 30 s.
	Refused time.Duration
	// Stable is how long a connection must have lived for the next wait to be
	// the shortest again: 30 s. So two connectors that throw one another out,
	// or a service that dies at once, are not hammered.
	Stable time.Duration

	Now func() time.Time // nil means time.Now
}

// Status is how a channel is, for people.
type Status struct {
	Carrier   string    `json:"carrier"`
	Connected bool      `json:"connected"`
	Since     time.Time `json:"since"`                // of Connected, true or false
	LastError string    `json:"last_error,omitempty"` // why it is not connected, or was not before
	Refused   bool      `json:"refused,omitempty"`    // the credentials were refused
	Connects  int       `json:"connects"`             // how often it connected
	NextTry   time.Time `json:"next_try,omitzero"`    // while it waits

	Losses   map[Reason]int `json:"-"` // connections that ended, by why
	Failures map[Reason]int `json:"-"` // tries that made none
}

// Channel keeps one notification channel open. It never gives up.
type Channel struct {
	opt Options

	mu     sync.Mutex // guards what follows
	status Status
	loss   string   // why the last connection ended, until it is told again
	said   []string // why it was lost or could not connect, since it was connected
}

// maxSaid is how many reasons are logged of one outage, each once: a server that is not
// quite there may say another thing at each try.
const maxSaid = 8

// New returns a channel; Run opens it.
func New(opt Options) *Channel {
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Refused <= 0 {
		opt.Refused = 30 * time.Second
	}
	if opt.Stable <= 0 {
		opt.Stable = 30 * time.Second
	}
	return &Channel{opt: opt, status: Status{
		Carrier: opt.Carrier.Name(), Since: opt.Now(), Losses: map[Reason]int{}, Failures: map[Reason]int{},
	}}
}

// Status returns how the channel is now.
func (c *Channel) Status() Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.status
	s.Losses, s.Failures = maps.Clone(s.Losses), maps.Clone(s.Failures)
	return s
}

// conflictPause is how long a connection is left to the other one that the service
// preferred. Both catch up at each connect, so that no job waits for longer.
const conflictPause = 5 * time.Minute

// Run keeps the channel open until ctx ends, whose error it returns.
func (c *Channel) Run(ctx context.Context, sink Sink) error {
	usual := backoff.Backoff{Min: c.opt.Min, Max: c.opt.Max}
	refused := backoff.Backoff{Min: c.opt.Refused, Max: c.opt.Max}
	for {
		err := c.opt.Carrier.Carry(ctx, relay{Sink: sink, noted: func() { c.connected(ctx) }, gone: func(err error) { c.lost(ctx, err) }})
		if ctx.Err() != nil {
			c.lost(ctx, ctx.Err())
			return ctx.Err()
		}
		if lived := c.lost(ctx, err); lived >= c.opt.Stable {
			usual.Reset()
			refused.Reset()
		}
		wait := usual.Next()
		switch {
		case errors.Is(err, ErrCredentials):
			wait = max(wait, refused.Next())
		case errors.Is(err, ErrConflict):
			wait = max(wait, conflictPause)
		}
		c.waiting(wait)
		if err := backoff.Sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// connected notes that the channel is open.
func (c *Channel) connected(ctx context.Context) {
	c.mu.Lock()
	c.status.Carrier = c.opt.Carrier.Name()
	c.status.Connected = true
	c.status.Since = c.opt.Now()
	c.status.Connects++
	c.status.Refused = false
	c.status.NextTry = time.Time{}
	n := c.status.Connects
	c.mu.Unlock()
	c.opt.Logger.InfoContext(ctx, "notifications connected", "carrier", c.opt.Carrier.Name(), "connects", n)
}

// lost notes that the channel is closed, and returns how long it was open.
func (c *Channel) lost(ctx context.Context, err error) time.Duration {
	text := words(err)
	if ctx.Err() != nil {
		text = ""
	}
	c.mu.Lock()
	was, carrier := c.status.Connected, c.status.Carrier
	if was {
		c.said = nil
	}
	fresh := !slices.Contains(c.said, sameAs(err)) && len(c.said) < maxSaid
	if fresh {
		c.said = append(c.said, sameAs(err))
	}
	var lived time.Duration
	if was {
		lived = c.opt.Now().Sub(c.status.Since)
		c.status.Since = c.opt.Now()
	}
	c.status.Connected = false
	c.status.LastError = text
	c.status.Refused = errors.Is(err, ErrCredentials)
	switch {
	case ctx.Err() != nil:
	case was:
		c.status.Losses[reasonOf(err)]++
		c.loss = text
	case c.loss == text: // told when it happened, and once more when no other way was to be tried
		c.loss = ""
	default:
		c.status.Failures[reasonOf(err)]++
	}
	c.mu.Unlock()
	switch {
	case ctx.Err() != nil:
	case was:
		c.opt.Logger.WarnContext(ctx, "notifications lost", "carrier", carrier, "err", text)
	case fresh:
		c.opt.Logger.WarnContext(ctx, "notifications cannot connect", "carrier", c.opt.Carrier.Name(), "err", text)
	default:
		c.opt.Logger.DebugContext(ctx, "notifications cannot connect", "carrier", c.opt.Carrier.Name(), "err", text)
	}
	return lived
}

// sameAs says which errors are the same trouble: while nobody listens, each way says so in
// its own words.
func sameAs(err error) string {
	if r := reasonOf(err); r != ReasonOther {
		return string(r)
	}
	return words(err)
}

func (c *Channel) waiting(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status.NextTry = c.opt.Now().Add(d)
}

// relay notes the connect on its way to the sink.
type relay struct {
	Sink
	noted func()
	gone  func(err error)
}

// lost notes that the channel is closed, and that its carrier looks for another way.
func (r relay) lost(err error) { r.gone(err) }

// Connected notes that the channel is open before the sink hears of it.
func (r relay) Connected() {
	r.noted()
	r.Sink.Connected()
}
