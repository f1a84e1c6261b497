package xmpp

import (
	"errors"
	"net"
	"sync/atomic"
	"time"
)

var errTooMuch = errors.New("the service sent too much")

// guard stands under TLS and bounds what mellium does not: how long a read may
// be silent, how long a write may take, and how much may come in before the
// budget is renewed. mellium holds a lock while it writes and parses without
// limit, so without this a stalled or hostile peer takes the client with it.
type guard struct {
	net.Conn
	idle   atomic.Int64 // longest silence of the peer
	write  atomic.Int64 // longest time for one write
	budget atomic.Int64 // bytes that may still be read
}

func newGuard(c net.Conn, idle time.Duration) *guard {
	g := &guard{Conn: c}
	g.idle.Store(int64(idle))
	g.write.Store(int64(writeTime))
	g.budget.Store(loginBytes)
	return g
}

// renew lets another stanza in.
func (g *guard) renew() { g.budget.Store(stanzaBytes) }

// Read fails after a silence, and when the budget is used up.
func (g *guard) Read(b []byte) (int, error) {
	left := g.budget.Load()
	if left <= 0 {
		return 0, errTooMuch
	}
	if int64(len(b)) > left {
		b = b[:left]
	}
	if err := g.Conn.SetReadDeadline(time.Now().Add(time.Duration(g.idle.Load()))); err != nil {
		return 0, err
	}
	n, err := g.Conn.Read(b)
	g.budget.Add(-int64(n))
	return n, err
}

// Write closes the connection when the peer does not take b in time: half a TLS
// record is of no use.
func (g *guard) Write(b []byte) (int, error) {
	if err := g.Conn.SetWriteDeadline(time.Now().Add(time.Duration(g.write.Load()))); err != nil {
		return 0, err
	}
	n, err := g.Conn.Write(b)
	if err != nil {
		_ = g.Close() // the write's error is the one to tell
	}
	return n, err
}

// SetDeadline does nothing, like its two siblings: mellium sets deadlines to
// wake what a context ended and clears them at once, which wakes nothing and
// would take away ours. Contexts close the connection instead.
func (g *guard) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing.
func (g *guard) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing.
func (g *guard) SetWriteDeadline(time.Time) error { return nil }
