package component

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"platen/gcp"
	"platen/internal/secret"
	"platen/internal/stream"
)

// Config is what a Link is made of.
type Config struct {
	Address string      // of the server's port for components, host and port
	Secret  secret.Text // that the server knows the component by
	Service string      // the component's own address, which hints come from
	Domain  string      // the server's host that robots have their addresses of
	PubSub  string      // address of the server's PubSub service; "" sends messages instead

	// Store keeps who is logged in.
	Store Store
	// Standing says what the service thinks of a robot.
	Standing func(ctx context.Context, robot gcp.RobotID) (Standing, error)
	// Changed is told that a robot came, is still there, or went: Present says which.
	// It must not wait.
	Changed func(ctx context.Context, robot gcp.RobotID)
	// Waiting returns the robot's printers that have waiting jobs; they are hinted
	// when it logs in.
	Waiting func(ctx context.Context, robot gcp.RobotID) ([]gcp.PrinterID, error)

	// People answers a stanza of somebody who is no robot, by the full address that the
	// server vouches for. nil answers them as robots are.
	People func(ctx context.Context, from string, n stream.Node) []string

	Limits Limits
	Logger *slog.Logger // nil discards
}

// Standing is what the service thinks of a robot.
type Standing int

// The standings.
const (
	Unknown Standing = iota // there is no such robot
	Revoked                 // it has no token that is good: it gets no hints, and is not let stay
	Trusted
)

// Limits are the times of a Link. A zero member means its default.
type Limits struct {
	// Interval is how often robots show that they are there; 60 s. Those that were
	// silent for one and a half are asked, and after twice as long they are gone.
	Interval time.Duration
	Login    time.Duration // from dialing to the server's welcome; 10 s
	Answer   time.Duration // for the server's answer to a request; 10 s
	Write    time.Duration // for one write to be taken by the server; 10 s
	RetryMin time.Duration // first wait before the server is dialed again; 250 ms
	RetryMax time.Duration // longest of these waits; 5 s
}

// What no installation needs to change.
const (
	maxStanza   = 1 << 20 // bytes; servers take as much from users and from each other
	maxTasks    = 16384   // different hints that wait to be sent
	maxSigns    = 1 << 16 // sessions of which something was heard and is not written yet
	signsAtOnce = 1000    // of them in one transaction
	maxSessions = 1 << 17 // looked at in one go
	senders     = 16      // tasks under way at the same time
	callTime    = 10 * time.Second
)

// lease is how long a session counts as there after a sign of it. It is looked for those
// that ended every tick, so that one is gone after twice the interval.
func (l Limits) lease() time.Duration { return 2*l.Interval - 2*l.tick() }

// tick is how often it is looked for silent sessions.
func (l Limits) tick() time.Duration { return l.Interval / 12 }

func (c Config) withDefaults() (Config, error) {
	if c.Address == "" || c.Service == "" || c.Domain == "" {
		return c, errors.New("a component needs the server's address, its own, and the robots' host")
	}
	c.Limits = c.Limits.withDefaults()
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

func (l Limits) withDefaults() Limits {
	return Limits{
		Interval: cmp.Or(l.Interval, time.Minute),
		Login:    cmp.Or(l.Login, 10*time.Second),
		Answer:   cmp.Or(l.Answer, 10*time.Second),
		Write:    cmp.Or(l.Write, 10*time.Second),
		RetryMin: cmp.Or(l.RetryMin, 250*time.Millisecond),
		RetryMax: cmp.Or(l.RetryMax, 5*time.Second),
	}
}
