package push

import (
	"errors"
	"net"
	"net/netip"
	"sync/atomic"
	"time"
)

var errBudget = errors.New("too many bytes before login")

// guard stands under TLS. It gives each write a deadline, and until login it
// lets only so many bytes in.
type guard struct {
	net.Conn
	write  atomic.Int64 // time for one write
	budget atomic.Int64 // bytes that may still be read; negative: any number
}

const unlimited = -1

// Read reads no more than the budget allows.
func (g *guard) Read(b []byte) (int, error) {
	left := g.budget.Load()
	if left == 0 {
		return 0, errBudget
	}
	if left > 0 && int64(len(b)) > left {
		b = b[:left]
	}
	n, err := g.Conn.Read(b)
	if left > 0 {
		g.budget.CompareAndSwap(left, left-int64(n))
	}
	return n, err
}

// Write gives up, and closes the connection, if the peer does not take b in time:
// half a TLS record is of no use to anyone.
func (g *guard) Write(b []byte) (int, error) {
	if err := g.SetWriteDeadline(time.Now().Add(time.Duration(g.write.Load()))); err != nil {
		return 0, err
	}
	n, err := g.Conn.Write(b)
	if err != nil {
		_ = g.Close() // the write's error is the one to tell
	}
	return n, err
}

// addrKey is what connections are counted by: an IPv4 address, or the /64 of an
// IPv6 address, of which everybody has plenty.
func addrKey(a net.Addr) netip.Prefix {
	t, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.Prefix{}
	}
	return network(t.AddrPort().Addr())
}

func network(ip netip.Addr) netip.Prefix {
	ip = ip.Unmap().WithZone("")
	bits := ip.BitLen()
	if ip.Is6() {
		bits = 64
	}
	p, err := ip.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}
