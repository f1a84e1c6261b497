package lab

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
)

// Cable is a TCP proxy that can be cut: then it forwards nothing, and closes nothing
// either.
type Cable struct {
	t    TB
	addr string
	to   string
	only netip.Addr // whose connections are carried; the zero value for everybody's

	mu    sync.Mutex // guards what follows
	l     net.Listener
	cond  *sync.Cond
	cut   map[way]bool
	conns map[net.Conn]bool
}

// way is a direction in which bytes go.
type way string

const (
	there way = "there" // to who is asked
	back  way = "back"
)

// NewCable makes a proxy that listens on loopback, and closes it at the end.
func NewCable(t TB) *Cable {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("making a cable: %v", err)
	}
	c := &Cable{t: t, addr: l.Addr().String(), l: l, cut: map[way]bool{}, conns: map[net.Conn]bool{}}
	c.cond = sync.NewCond(&c.mu)
	t.Cleanup(func() {
		c.Unplug()
		c.Heal()
	})
	return c
}

// Serve joins what connects to an address.
func (c *Cable) Serve(to string) {
	c.to = to
	c.mu.Lock()
	l := c.l
	c.mu.Unlock()
	go c.accept(l)
}

// Only has the cable carry what comes from one address and close everything else: a
// firewall that lets one machine through. It is called before Serve.
func (c *Cable) Only(from netip.Addr) { c.only = from }

func (c *Cable) accept(l net.Listener) {
	for {
		in, err := l.Accept()
		if err != nil {
			return
		}
		if c.only.IsValid() && in.RemoteAddr().(*net.TCPAddr).AddrPort().Addr() != c.only {
			_ = in.Close() // as firewalls do
			continue
		}
		go c.carry(in)
	}
}

// Unplug refuses connections from now on, and closes those that there are.
func (c *Cable) Unplug() {
	c.mu.Lock()
	_ = c.l.Close() // it may be unplugged already
	c.mu.Unlock()
	c.Drop()
}

// Plug takes connections again.
func (c *Cable) Plug() {
	c.t.Helper()
	l, err := net.Listen("tcp", c.addr)
	if err != nil {
		c.t.Fatalf("plugging a cable in: %v", err)
	}
	c.mu.Lock()
	c.l = l
	c.mu.Unlock()
	go c.accept(l)
}

// Join joins what connects from now on to another address, and closes what is open.
func (c *Cable) Join(to string) {
	c.mu.Lock()
	c.to = to
	c.mu.Unlock()
	c.Drop()
}

func (c *Cable) carry(in net.Conn) {
	c.wait(there)
	c.mu.Lock()
	to := c.to
	c.mu.Unlock()
	out, err := net.Dial("tcp", to)
	if err != nil {
		_ = in.Close()
		return
	}
	c.hold(in, out)
	defer c.release(in, out)
	go c.copy(back, in, out)
	c.copy(there, out, in)
}

func (c *Cable) hold(conns ...net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range conns {
		c.conns[conn] = true
	}
}

func (c *Cable) release(conns ...net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range conns {
		delete(c.conns, conn)
	}
}

func (c *Cable) copy(w way, to, from net.Conn) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		c.wait(w)
		if n > 0 {
			if _, werr := to.Write(buf[:n]); werr != nil {
				err = werr
			}
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				_ = from.Close()
			}
			_ = to.Close()
			return
		}
	}
}

func (c *Cable) wait(w way) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.cut[w] {
		c.cond.Wait()
	}
}

// Cut stops all bytes.
func (c *Cable) Cut() { c.set(true, there, back) }

// CutAnswers stops the bytes that come back: what is asked arrives.
func (c *Cable) CutAnswers() { c.set(true, back) }

// Heal lets them go on.
func (c *Cable) Heal() { c.set(false, there, back) }

// Drop closes all connections.
func (c *Cable) Drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn := range c.conns {
		_ = conn.Close() // that is the point
	}
}

func (c *Cable) set(cut bool, ways ...way) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range ways {
		c.cut[w] = cut
	}
	c.cond.Broadcast()
}

// Addr returns where it listens.
func (c *Cable) Addr() string { return c.addr }

// Port returns the port of Addr.
func (c *Cable) Port() int {
	a, err := netip.ParseAddrPort(c.addr)
	if err != nil {
		c.t.Fatalf("address of a cable: %v", err)
	}
	return int(a.Port())
}
