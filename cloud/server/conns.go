package server

import (
	"net"
	"net/netip"
	"sync"
)

// connsPerAddr is how many HTTP connections one remote address may have open.
// Connectors and browsers need a handful each, and an office may share one.
const connsPerAddr = 512

// perAddr is a listener that refuses a remote address with too many connections.
type perAddr struct {
	net.Listener
	limit  int
	exempt func(netip.Addr) bool // addresses that speak for others

	mu   sync.Mutex
	open map[netip.Prefix]int
}

func newPerAddr(l net.Listener, limit int, exempt func(netip.Addr) bool) *perAddr {
	return &perAddr{Listener: l, limit: limit, exempt: exempt, open: map[netip.Prefix]int{}}
}

// Accept returns the next connection that is not one too many.
func (l *perAddr) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		who, counted := l.who(c.RemoteAddr())
		if !counted {
			return c, nil
		}
		if l.take(who) {
			return &countedConn{Conn: c, free: sync.OnceFunc(func() { l.free(who) })}, nil
		}
		_ = c.Close() // nothing was said on it
	}
}

// who returns whom a connection is counted for: an address, or the network of 64
// bits that is one subscriber's in IPv6.
func (l *perAddr) who(a net.Addr) (netip.Prefix, bool) {
	t, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.Prefix{}, false
	}
	ip := t.AddrPort().Addr().Unmap()
	if l.exempt(ip) {
		return netip.Prefix{}, false
	}
	return subscriber(ip), true
}

// subscriber returns the network that one subscriber has: an address, or 64 bits
// of IPv6.
func subscriber(ip netip.Addr) netip.Prefix {
	ip = ip.Unmap().WithZone("")
	return netip.PrefixFrom(ip, min(ip.BitLen(), 64)).Masked()
}

func (l *perAddr) take(who netip.Prefix) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[who] >= l.limit {
		return false
	}
	l.open[who]++
	return true
}

func (l *perAddr) free(who netip.Prefix) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[who]--; l.open[who] <= 0 {
		delete(l.open, who)
	}
}

// countedConn is a connection that counts until it is closed.
type countedConn struct {
	net.Conn
	free func()
}

// Close closes the connection and makes its place free.
func (c *countedConn) Close() error {
	defer c.free()
	return c.Conn.Close()
}
