package push

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"platen/cloud"
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
	TLS     *tls.Config // certificate; required by Serve

	// Authenticate returns the robot that a login's token belongs to; the user counts for
	// nothing. A *cloud.Error of kind credentials, forbidden, notfound, invalid, missing or
	// tokenexpired refuses the login; any other error is told as a passing failure.
	Authenticate func(ctx context.Context, l cloud.Login) (gcp.RobotID, error)

	// Presence is called when a robot subscribed, every PresenceEvery while it
	// is there, and when its last stream ended. Calls for one robot never
	// overlap, and the last one tells the final state. It may be nil.
	Presence func(ctx context.Context, robot gcp.RobotID, connected bool) error

	// Waiting returns the robot's printers that have waiting jobs; they are
	// hinted right after it subscribed. It may be nil.
	Waiting func(ctx context.Context, robot gcp.RobotID) ([]gcp.PrinterID, error)

	// Origins are the sites whose pages may open a stream over a WebSocket, as browsers
	// write them: "https://print.example.com". RemoteAddr returns the address of who asks
	// for one, which is the peer's where it is nil.
	Origins    []string
	RemoteAddr func(*http.Request) string

	// Remote carries hints to robots that log in to another XMPP server; nil if none do.
	Remote Remote

	// People lets people in, too; nil lets nobody in but connectors.
	People People

	Limits Limits
	Logger *slog.Logger // nil discards
}

// What a peer may take, that no installation needs to change.
const (
	maxLoginBytes  = 64 << 10         // read before login, TLS included
	maxLoginStanza = 8 << 10          // bytes of one element before login
	maxStanza      = 64 << 10         // bytes of one element after login
	maxDepth       = 32               // elements inside one another
	maxConns       = 20000            // connections in all
	callTime       = 10 * time.Second // for each of the functions in Config
	presenceAgain  = 5 * time.Second  // after which Presence is called again where it failed
)

// Limits bounds what a peer may take. A zero member means its default.
type Limits struct {
	LoginTime     time.Duration // from accept to a bound resource; 10 s
	Write         time.Duration // for one write to be taken by the peer; 10 s
	Idle          time.Duration // silence before the server pings; 90 s
	Pong          time.Duration // silence after that ping; 30 s
	PresenceEvery time.Duration // between two Presence calls; 60 s
	Latency       time.Duration // after which Latency takes a peer for mute; 1 s
	ConnsPerAddr  int           // connections of one address (IPv6: of one /64); 512
	Queue         int           // different hints waiting for one stream; 16384
}

func (l Limits) withDefaults() Limits {
	return Limits{
		LoginTime:     cmp.Or(l.LoginTime, 10*time.Second),
		Write:         cmp.Or(l.Write, 10*time.Second),
		Idle:          cmp.Or(l.Idle, 90*time.Second),
		Pong:          cmp.Or(l.Pong, 30*time.Second),
		PresenceEvery: cmp.Or(l.PresenceEvery, time.Minute),
		Latency:       cmp.Or(l.Latency, time.Second),
		ConnsPerAddr:  cmp.Or(l.ConnsPerAddr, 512),
		Queue:         cmp.Or(l.Queue, 16384),
	}
}

func (c Config) withDefaults() (Config, error) {
	if c.Authenticate == nil {
		return c, errors.New("push needs a way to check tokens")
	}
	c.Domain = cmp.Or(c.Domain, ClassicDomain)
	c.Service = cmp.Or(c.Service, ClassicService)
	c.Limits = c.Limits.withDefaults()
	// Old clients offer protocols of their own by ALPN; none is chosen.
	if c.TLS != nil {
		c.TLS = c.TLS.Clone()
		c.TLS.NextProtos = nil
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Presence == nil {
		c.Presence = func(context.Context, gcp.RobotID, bool) error { return nil }
	}
	if c.Waiting == nil {
		c.Waiting = func(context.Context, gcp.RobotID) ([]gcp.PrinterID, error) { return nil, nil }
	}
	if c.RemoteAddr == nil {
		c.RemoteAddr = peerAddr
	}
	return c, nil
}

func peerAddr(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
