package push

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"platen/gcp"
	"platen/internal/secret"
)

// conn is one stream. One goroutine reads it and answers; hints are written by
// another one that lives only while hints wait.
type conn struct {
	srv   *Server
	mode  Mode
	guard *guard
	net   net.Conn     // guard, or TLS over it
	addr  netip.Prefix // that it is counted for
	wire  wire

	// Set once, before the stream is known to others.
	robot gcp.RobotID // "" for a person
	token secret.Text // that it logged in with
	// Guarded by Server.mu.
	resource   string // as the client wanted it
	full       string // address with resource
	subscribed bool

	wmu    sync.Mutex  // one stanza at a time
	opened bool        // our stream header is out; guarded by wmu
	mute   bool        // the peer cannot be told anything; guarded by wmu
	ended  atomic.Bool // fail was called
	doubt  atomic.Bool // the peer may be gone: ping it now

	qmu      sync.Mutex // guards queue and draining
	queue    queue
	draining bool
	asking   atomic.Bool            // hintWaiting runs
	channel  atomic.Pointer[string] // of its hints; nil for the usual one
	probe    probe
	person   person

	// Of the reading goroutine.
	ready    bool      // a resource is bound
	heard    time.Time // the peer's last byte
	pinged   bool      // since heard
	asked    time.Time // when it was pinged
	reported time.Time // presence
	beat     func()    // reports presence
	acks     acks
	broken   error // what ended its reading
}

func newConn(s *Server, nc net.Conn, mode Mode) *conn {
	g := &guard{Conn: nc}
	g.write.Store(int64(s.cfg.Limits.Write))
	g.budget.Store(int64(maxLoginBytes))
	c := &conn{srv: s, mode: mode, guard: g, net: g, addr: addrKey(nc.RemoteAddr()), mute: mode == Direct}
	c.wire = newDocument(c)
	return c
}

type readerFunc func([]byte) (int, error)

// Read calls the function.
func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

// run leads the stream from its first byte to its end.
func (c *conn) run(ctx context.Context) {
	err := c.login(ctx)
	if err == nil {
		c.srv.cfg.Logger.DebugContext(ctx, "push stream opened", "robot", c.robot)
		err = c.session(ctx)
	}
	if se, ok := errors.AsType[streamError](err); ok {
		c.fail(se)
	} else {
		c.hangUp()
	}
	c.srv.release(ctx, c)
	c.srv.cfg.Logger.DebugContext(ctx, "push stream closed", "robot", c.robot, "err", err)
}

// read is what the splitter reads from. Before login the deadline is the
// login's; after it, silence brings a ping, and more silence the end.
func (c *conn) read(b []byte) (int, error) {
	for {
		if c.ready {
			if err := c.net.SetReadDeadline(c.wake()); err != nil {
				return 0, err
			}
		}
		n, err := c.net.Read(b)
		if n > 0 {
			c.heard, c.pinged = time.Now(), false
			if c.ready {
				c.repeatPresence()
			}
			return n, nil
		}
		if errors.Is(err, errBudget) {
			return 0, errPolicy
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return 0, err
		}
		if !c.ready {
			return 0, errTimeout
		}
		if err := c.silent(); err != nil {
			return 0, err
		}
	}
}

// wake returns when the reader has something to do though nothing came.
func (c *conn) wake() time.Time {
	l := c.srv.cfg.Limits
	t := c.heard.Add(l.Idle)
	switch {
	case c.pinged:
		t = c.asked.Add(l.Pong)
	case c.doubt.Load():
		return c.heard // at once
	}
	if p := c.reported.Add(l.PresenceEvery); !c.reported.IsZero() && p.Before(t) {
		return p
	}
	return t
}

// silent does what is due after a while without a byte.
func (c *conn) silent() error {
	c.repeatPresence()
	l := c.srv.cfg.Limits
	doubt := c.doubt.Swap(false)
	switch {
	case c.pinged && time.Since(c.asked) >= l.Pong:
		return errTimeout
	case !c.pinged && (doubt || time.Since(c.heard) >= l.Idle):
		c.pinged, c.asked = true, time.Now()
		return c.knock()
	}
	return nil
}

// question has the peer pinged now instead of after a while of silence. If the
// reader is just setting its deadline, the ping comes after the silence.
func (c *conn) question() {
	c.doubt.Store(true)
	_ = c.guard.SetReadDeadline(time.Now()) // a closed one needs none
}

func (c *conn) repeatPresence() {
	now := time.Now()
	if !c.reported.IsZero() && now.Sub(c.reported) >= c.srv.cfg.Limits.PresenceEvery {
		c.reported = now
		c.beat()
	}
}

// write sends one piece of the stream, in TLS records of its own.
func (c *conn) write(text string) error {
	c.wmu.Lock()
	defer c.wmu.Unlock()
	return c.writeLocked(text)
}

// writeLocked is write for who holds wmu.
func (c *conn) writeLocked(text string) error {
	if c.ended.Load() {
		return errClosed
	}
	return c.wire.write(text)
}

// fail tells the peer why, and closes. Only the first call does anything.
func (c *conn) fail(why streamError) {
	if c.ended.Swap(true) {
		return
	}
	c.hurry()
	c.wmu.Lock()
	if !c.mute {
		c.wire.finish(why)
	}
	c.wmu.Unlock()
	c.close()
}

// hangUp closes the stream as the peer did, or after a failed login.
func (c *conn) hangUp() {
	if c.ended.Swap(true) {
		return
	}
	c.hurry()
	c.wmu.Lock()
	if !c.mute {
		c.wire.finish("")
	}
	c.wmu.Unlock()
	c.close()
}

// hurry lets the last words take a second, also those that are being written.
func (c *conn) hurry() {
	c.guard.write.Store(int64(min(c.srv.cfg.Limits.Write, time.Second)))
	_ = c.guard.SetWriteDeadline(time.Now().Add(time.Second)) // a closed one needs none
}

func (c *conn) close() {
	c.wmu.Lock()
	nc := c.net
	c.wmu.Unlock()
	_ = nc.Close()      // TLS or a WebSocket tries to say goodbye
	_ = c.guard.Close() // whatever came of that
}

// newID returns eight random characters.
func newID() string { return rand.Text()[:8] }
