package push

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"platen/gcp"
)

// conn is one stream. One goroutine reads it and answers; hints are written by
// another one that lives only while hints wait.
type conn struct {
	srv   *Server
	mode  Mode
	guard *guard
	net   net.Conn // guard, or TLS over it
	split *splitter

	// Set once, before the stream is known to others.
	robot gcp.RobotID
	// Guarded by Server.mu.
	resource   string // as the client wanted it
	full       string // address with resource
	subscribed bool

	wmu    sync.Mutex  // one stanza at a time
	opened bool        // our stream header is out; guarded by wmu
	mute   bool        // the peer cannot be told anything; guarded by wmu
	ended  atomic.Bool // fail was called

	qmu      sync.Mutex // guards queue and draining
	queue    queue
	draining bool
	asking   atomic.Bool // hintWaiting runs

	// Of the reading goroutine.
	ready    bool      // a resource is bound
	heard    time.Time // the peer's last byte
	pinged   bool      // since heard
	reported time.Time // presence
	beat     func()    // reports presence
}

func newConn(s *Server, nc net.Conn, mode Mode) *conn {
	g := &guard{Conn: nc}
	g.write.Store(int64(s.cfg.Limits.Write))
	g.budget.Store(int64(maxLoginBytes))
	c := &conn{srv: s, mode: mode, guard: g, net: g, mute: mode == Direct}
	c.split = newSplitter(readerFunc(c.read), maxLoginStanza, maxDepth)
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
	if c.pinged {
		t = t.Add(l.Pong)
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
	quiet := time.Since(c.heard)
	switch {
	case c.pinged && quiet >= l.Idle+l.Pong:
		return errTimeout
	case !c.pinged && quiet >= l.Idle:
		c.pinged = true
		return c.write(`<iq type="get"` + attribute("from", c.srv.cfg.Service) + attribute("to", c.full) +
			` id="` + newID() + `"><ping xmlns="` + nsPing + `"/></iq>`)
	}
	return nil
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
	_, err := io.WriteString(c.net, text)
	return err
}

// fail tells the peer why, and closes. Only the first call does anything.
func (c *conn) fail(why streamError) {
	if c.ended.Swap(true) {
		return
	}
	c.hurry()
	c.wmu.Lock()
	text := why.text()
	if !c.opened {
		text = c.header("") + text
	}
	if !c.mute {
		_, _ = io.WriteString(c.net, text) // the peer may be gone
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
	if c.opened && !c.mute {
		_, _ = io.WriteString(c.net, "</stream:stream>") // the peer may be gone
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
	_ = nc.Close()      // TLS tries to say goodbye
	_ = c.guard.Close() // whatever came of that
}

// newID returns eight random characters.
func newID() string { return rand.Text()[:8] }
