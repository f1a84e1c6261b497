package push

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"time"

	"platen/gcp"
)

// The names of the service that the old clients were written for.
const (
	ClassicDomain  = "cloudprint.googleusercontent.com"
	ClassicService = "cloudprint.google.com"
)

// Mode says how a listener's connections come to be encrypted.
type Mode string

// The modes of a listener.
const (
	Direct   Mode = "direct"   // TLS from the first byte (XEP-0368)
	STARTTLS Mode = "starttls" // RFC 6120, 5; required before login
)

// Config is what a Server is made of.
type Config struct {
	Domain  string      // of the robots' addresses; "" means ClassicDomain
	Service string      // address that hints come from; "" means ClassicService
	TLS     *tls.Config // certificate; required

	// Classic accepts streams to any domain, as some old clients always write
	// "gmail.com". Without it a stream to another domain is refused.
	Classic bool

	// Authenticate returns the robot that a token belongs to. A *cloud.Error of
	// kind credentials, forbidden, notfound, invalid, missing or tokenexpired
	// refuses the login; any other error is told as a passing failure.
	Authenticate func(ctx context.Context, token string) (gcp.RobotID, error)

	// Presence is called when a robot subscribed, every PresenceEvery while it
	// is there, and when its last stream ended. Calls for one robot never
	// overlap, and the last one tells the final state. It may be nil.
	Presence func(ctx context.Context, robot gcp.RobotID, connected bool) error

	// Waiting returns the robot's printers that have waiting jobs; they are
	// hinted right after it subscribed. It may be nil.
	Waiting func(ctx context.Context, robot gcp.RobotID) ([]gcp.PrinterID, error)

	Limits Limits
	Logger *slog.Logger     // nil discards
	Now    func() time.Time // nil means time.Now
}

// Limits bounds what a peer may take. A zero member means its default.
type Limits struct {
	LoginTime     time.Duration // from accept to a bound resource; 10 s
	LoginBytes    int           // read before login, TLS included; 64 KiB
	LoginStanza   int           // one element before login; 8 KiB
	Stanza        int           // one element after login; 64 KiB
	Depth         int           // elements inside one another; 32
	Write         time.Duration // for one write to be taken by the peer; 10 s
	Idle          time.Duration // silence before the server pings; 90 s
	Pong          time.Duration // silence after that ping; 30 s
	PresenceEvery time.Duration // between two Presence calls; 60 s
	Call          time.Duration // for each of the functions in Config; 10 s
	Conns         int           // connections in all; 20000
	ConnsPerAddr  int           // connections of one address (IPv6: of one /64); 512
	Queue         int           // different hints waiting for one stream; 16384
}

func or[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}

func (l Limits) withDefaults() Limits {
	return Limits{
		LoginTime:     or(l.LoginTime, 10*time.Second),
		LoginBytes:    or(l.LoginBytes, 64<<10),
		LoginStanza:   or(l.LoginStanza, 8<<10),
		Stanza:        or(l.Stanza, 64<<10),
		Depth:         or(l.Depth, 32),
		Write:         or(l.Write, 10*time.Second),
		Idle:          or(l.Idle, 90*time.Second),
		Pong:          or(l.Pong, 30*time.Second),
		PresenceEvery: or(l.PresenceEvery, time.Minute),
		Call:          or(l.Call, 10*time.Second),
		Conns:         or(l.Conns, 20000),
		ConnsPerAddr:  or(l.ConnsPerAddr, 512),
		Queue:         or(l.Queue, 16384),
	}
}

func (c Config) withDefaults() (Config, error) {
	if c.TLS == nil || c.Authenticate == nil {
		return c, errors.New("push needs a certificate and a way to check tokens")
	}
	c.Domain = or(c.Domain, ClassicDomain)
	c.Service = or(c.Service, ClassicService)
	c.Limits = c.Limits.withDefaults()
	// Old clients offer protocols of their own by ALPN; none is chosen.
	c.TLS = c.TLS.Clone()
	c.TLS.NextProtos = nil
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Presence == nil {
		c.Presence = func(context.Context, gcp.RobotID, bool) error { return nil }
	}
	if c.Waiting == nil {
		c.Waiting = func(context.Context, gcp.RobotID) ([]gcp.PrinterID, error) { return nil, nil }
	}
	return c, nil
}
