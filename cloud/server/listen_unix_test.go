//go:build unix

package server

import (
	"net"
	"testing"

	"golang.org/x/sys/unix"
)

// TCP says nothing by itself on any port: an idle connector's traffic is what both say to
// each other.
func TestNoProbesByTCP(t *testing.T) {
	cfg := Default()
	cfg.Listen, cfg.Push.Direct, cfg.Push.STARTTLS = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
	s := &Server{cfg: cfg}
	if err := s.listen(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.closeListeners() }()
	for name, l := range map[string]net.Listener{"HTTP": s.http, "direct TLS": s.direct, "STARTTLS": s.starttls} {
		peer, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = peer.Close() }()
		conn, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		raw, err := conn.(*net.TCPConn).SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		var on int
		var wrong error
		if err := raw.Control(func(fd uintptr) { on, wrong = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_KEEPALIVE) }); err != nil || wrong != nil {
			t.Fatal(err, wrong)
		}
		if on != 0 {
			t.Errorf("%s: SO_KEEPALIVE is on", name)
		}
	}
}
