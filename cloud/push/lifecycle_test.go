package push

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// TestSTARTTLS is RFC 6120, 5.4, with TLS required before login.
func TestSTARTTLS(t *testing.T) {
	f := start(t, STARTTLS, nil)
	plain := func(t *testing.T) *peer {
		c, err := net.Dial("tcp", f.addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		p := &peer{t: t, Conn: c}
		p.send(clientHeader)
		p.until(`<stream:features><starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"><required/></starttls></stream:features>`)
		return p
	}
	const starttls = `<starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>`
	t.Run("whole login", func(t *testing.T) {
		p := plain(t)
		p.send(starttls)
		p.until(`<proceed xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>`)
		p.Conn = tls.Client(p.Conn, &tls.Config{RootCAs: f.pool, ServerName: "localhost"})
		p.loginAs("u", "PROXY")
		p.subscribe()
	})
	t.Run("login in the clear", func(t *testing.T) {
		p := plain(t)
		p.send(authStanza("PLAIN", "\x00u\x00"+testToken))
		p.until(`<failure xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><encryption-required/></failure>`)
		p.closed()
	})
	t.Run("something sent along", func(t *testing.T) {
		p := plain(t)
		p.send(starttls + authStanza("PLAIN", "\x00u\x00"+testToken))
		if got := p.closed(); strings.Contains(got, "<proceed") || !strings.Contains(got, "policy-violation") {
			t.Errorf("got %q", got)
		}
	})
}

// TestRevoke: the robot's streams end whose tokens are not good any more; one that
// logged in after it was paired anew stays.
func TestRevoke(t *testing.T) {
	var gone atomic.Bool
	f := start(t, Direct, func(c *Config) {
		c.Authenticate = func(ctx context.Context, l cloud.Login) (gcp.RobotID, error) {
			switch {
			case l.Token.Reveal() == "new":
				return testRobot, nil
			case gone.Load():
				return authenticate(ctx, shows("revoked"))
			}
			return authenticate(ctx, l)
		}
	})
	p := f.subscribedPeer(t)
	f.Revoke(t.Context(), otherRobot)
	gone.Store(true)
	young := f.dial(t)
	young.send(clientHeader)
	young.until(`</stream:features>`)
	young.send(authStanza("X-OAUTH2", "\x00u\x00new"))
	young.until(`<success`)
	f.Revoke(t.Context(), testRobot)
	if got := p.closed(); !strings.HasSuffix(got, `<stream:error><not-authorized xmlns="urn:ietf:params:xml:ns:xmpp-streams"/></stream:error></stream:stream>`) {
		t.Errorf("got %q", got)
	}
	f.await(t, "absence reported", func() bool { return slices.Equal(f.presence.list(), []bool{true, false}) })
	if f.Connected(testRobot) {
		t.Error("still connected")
	}
	if n := f.open(); n != 1 {
		t.Errorf("%d streams, want the one with the new token", n)
	}
}

// TestRevokeDuringLogin: the answer of a check that began before the token was
// revoked does not count.
func TestRevokeDuringLogin(t *testing.T) {
	var f *fixture
	var calls atomic.Int32
	f = start(t, Direct, func(c *Config) {
		c.Authenticate = func(ctx context.Context, l cloud.Login) (gcp.RobotID, error) {
			if calls.Add(1) > 1 {
				return authenticate(ctx, shows("revoked"))
			}
			f.Revoke(ctx, testRobot)
			return authenticate(ctx, l)
		}
	})
	p := f.dial(t)
	p.send(clientHeader)
	p.until(`</stream:features>`)
	p.send(authStanza("X-OAUTH2", "\x00u\x00"+testToken))
	p.until(`<not-authorized/>`)
}

// TestStreamsOfOneNameLiveTogether: two installations with the same credentials do
// not throw each other out.
func TestStreamsOfOneNameLiveTogether(t *testing.T) {
	f := start(t, Direct, func(c *Config) { c.Limits.Pong = 2 * time.Second })
	old := f.subscribedPeer(t)
	young := f.subscribedPeer(t)
	id := old.until(pingPattern)[1]
	old.send(`<iq type="result" id="` + id + `"/>`)
	f.Notify(context.Background(), testRobot, gcp.Notification{Printer: "p"})
	old.until(hintFor("p"))
	young.until(hintFor("p"))
	if n := f.open(); n != 2 {
		t.Errorf("%d streams, want 2", n)
	}
	third := f.subscribedPeer(t)
	for _, p := range []*peer{old, young} { // both are asked again
		id := p.until(pingPattern)[1]
		p.send(`<iq type="result" id="` + id + `"/>`)
	}
	_ = old.Close()
	_ = young.Close()
	f.await(t, "one stream", func() bool { return f.open() == 1 })
	f.Notify(context.Background(), testRobot, gcp.Notification{Printer: "q"})
	third.until(hintFor("q"))
	if l := f.presence.list(); slices.Contains(l, false) {
		t.Errorf("presence %v: the robot was never away", l)
	}
}

// TestNewerStreamFindsDeadOne: a stream whose peer is gone without a word ends soon
// after its peer has come back.
func TestNewerStreamFindsDeadOne(t *testing.T) {
	f := start(t, Direct, func(c *Config) { c.Limits.Pong = 100 * time.Millisecond })
	old := f.subscribedPeer(t) // says nothing any more
	f.subscribedPeer(t)
	if got := old.closed(); !strings.Contains(got, "<ping ") || !strings.Contains(got, "<connection-timeout ") {
		t.Errorf("old stream: %q", got)
	}
	f.await(t, "one stream", func() bool { return f.open() == 1 })
	if l := f.presence.list(); slices.Contains(l, false) {
		t.Errorf("presence %v: the robot was never away", l)
	}
}

const pingPattern = `<iq type="get" from="cloudprint.google.com" to="[^"]+" id="([^"]+)"><ping xmlns="urn:xmpp:ping"/></iq>`

func TestServerPing(t *testing.T) {
	f := start(t, Direct, func(c *Config) {
		c.Limits.Idle, c.Limits.Pong = 100*time.Millisecond, 500*time.Millisecond
	})
	p := f.subscribedPeer(t)
	for range 2 {
		id := p.until(pingPattern)[1]
		p.send(`<iq type="result" id="` + id + `"/>`)
	}
	if got := p.closed(); !strings.Contains(got, "<ping ") || !strings.Contains(got, "<connection-timeout ") {
		t.Errorf("silent peer: %q", got)
	}
	f.await(t, "absence", func() bool { return !f.Connected(testRobot) })
}

func TestPresenceIsRepeated(t *testing.T) {
	f := start(t, Direct, func(c *Config) { c.Limits.PresenceEvery = 20 * time.Millisecond })
	p := f.subscribedPeer(t)
	f.await(t, "three reports", func() bool { return len(f.presence.list()) >= 3 })
	_ = p.Close()
	f.await(t, "absence", func() bool { l := f.presence.list(); return !l[len(l)-1] })
}

func TestShutdown(t *testing.T) {
	f := start(t, Direct, nil)
	p := f.subscribedPeer(t)
	f.await(t, "presence", func() bool { return len(f.presence.list()) > 0 })
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := f.Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
	if got := p.closed(); !strings.Contains(got, "<system-shutdown ") {
		t.Errorf("got %q", got)
	}
	if l := f.presence.list(); !slices.Equal(l, []bool{true, false}) {
		t.Errorf("presence %v", l)
	}
	if _, err := net.Dial("tcp", f.addr); err == nil {
		t.Error("still listening")
	}
}

// TestCoalescing: a hint that waits is not queued again, of each kind apart.
func TestCoalescing(t *testing.T) {
	var q queue
	n := func(i int, k gcp.NotificationKind) gcp.Notification {
		return gcp.Notification{Printer: gcp.PrinterID(fmt.Sprint(i % 20)), Kind: k}
	}
	for i := range 1000 {
		if !q.add(n(i, gcp.NotifyJobs), 40) || !q.add(n(i, gcp.NotifySettings), 40) {
			t.Fatal("queue is full")
		}
	}
	if q.add(gcp.Notification{Printer: "one more"}, 40) {
		t.Error("the limit does not hold")
	}
	l := q.take()
	if len(l) != 40 || l[0] != n(0, gcp.NotifyJobs) || l[1] != n(0, gcp.NotifySettings) || l[39] != n(19, gcp.NotifySettings) {
		t.Errorf("queue %v", l)
	}
	if len(q.take()) != 0 || !q.add(l[0], 40) {
		t.Error("an emptied queue is not empty")
	}
}

// TestQueueOverflow: a stream that cannot keep up is closed, as its connector
// catches up when it comes back.
func TestQueueOverflow(t *testing.T) {
	f := start(t, Direct, func(c *Config) { c.Limits.Queue = 3 })
	p := f.subscribedPeer(t)
	c := f.subscribed(testRobot)[0]
	c.wmu.Lock() // a write is stuck
	for i := range 10 {
		f.Notify(context.Background(), testRobot, gcp.Notification{Printer: gcp.PrinterID(fmt.Sprint(i))})
	}
	c.wmu.Unlock()
	if got := p.closed(); !strings.Contains(got, "<resource-constraint ") {
		t.Errorf("got %q", got)
	}
}

func TestTenThousandHints(t *testing.T) {
	f := start(t, Direct, nil)
	p := f.subscribedPeer(t)
	for i := range 10000 {
		f.Notify(context.Background(), testRobot, gcp.Notification{Printer: gcp.PrinterID(fmt.Sprintf("p%05d", i))})
	}
	f.Notify(context.Background(), testRobot, gcp.Notification{Printer: "last"})
	got := 0
	dec := hintFor("last")
	for {
		s := p.record()
		got += strings.Count(s, "<push:data>")
		if strings.Contains(s, dec) {
			break
		}
	}
	if got != 10001 {
		t.Errorf("%d hints, want 10001", got)
	}
}

func BenchmarkPush(b *testing.B) {
	f := start(b, Direct, nil)
	p := f.subscribedPeer(b)
	buf := make([]byte, 32<<10)
	ctx := context.Background()
	for b.Loop() {
		f.Notify(ctx, testRobot, gcp.Notification{Printer: "b1946ac9-2492-d234"})
		if _, err := p.Read(buf); err != nil {
			b.Fatal(err)
		}
	}
}
