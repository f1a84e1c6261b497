package xmpp

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"platen/cloud/push"
	"platen/gcp"
)

// countingConn counts what a peer sends.
type countingConn struct {
	net.Conn
	in *atomic.Int64
}

func (c countingConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.in.Add(int64(n))
	return n, err
}

type countingListener struct {
	net.Listener
	in *atomic.Int64
}

func (l countingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return countingConn{c, l.in}, err
}

// The embedded service is asked for acknowledgements instead of being pinged: with TLS
// that is a record of less than 60 bytes.
func TestQuestionIsThePing(t *testing.T) {
	var in atomic.Int64
	s := newService(t, push.Direct, nil)
	s.stop()
	s.wrap = func(l net.Listener) net.Listener { return countingListener{l, &in} }
	s.start("127.0.0.1:0")
	opt := s.options()
	opt.PingInterval, opt.PingTimeout = 200*time.Millisecond, patience
	ch, got, _ := run(t, opt)
	s.await("a stream", func() bool { return got.connected() == 1 })
	s.Notify(t.Context(), testRobot, gcp.Notification{Printer: "p"})
	s.await("a hint", func() bool { return got.count() == 1 })
	before := in.Load()
	var pings []int64
	for len(pings) < 5 {
		s.await("a ping", func() bool { return in.Load() > before })
		now := in.Load()
		pings, before = append(pings, now-before), now
	}
	for _, n := range pings {
		if n%51 != 0 { // <r xmlns="urn:xmpp:sm:3"></r> and 22 bytes of TLS 1.3 (RFC 8446, 5.2)
			t.Errorf("pings of %v bytes", pings)
			break
		}
	}
	if st := ch.Status(); st.Connects != 1 {
		t.Errorf("it connected %d times: %s", st.Connects, st.LastError)
	}
}

// managed plays a service with stream management: its own, or that of a server between.
func managed(t *testing.T, enabled string, serve func(c net.Conn)) Options {
	t.Helper()
	header := `<stream:stream from="` + push.ClassicDomain + `" id="1" version="1.0" xmlns:stream="http://etherx.jabber.org/streams" xmlns="jabber:client">`
	return scripted(t, func(c net.Conn) {
		for _, step := range []struct{ until, answer string }{
			{"'>", header + `<stream:features><mechanisms xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><mechanism>X-OAUTH2</mechanism></mechanisms></stream:features>`},
			{"</auth>", `<success xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>`},
			{"'>", header + `<stream:features><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/><sm xmlns="urn:xmpp:sm:3"/></stream:features>`},
			{"</iq>", `<iq id="0" type="result"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><jid>` + full + `</jid></bind></iq>`},
			{"</enable>", enabled},
		} {
			if _, ok := readUntil(c, step.until); !ok {
				return
			}
			if _, err := io.WriteString(c, step.answer); err != nil {
				return
			}
		}
		if answerIQ(c) {
			serve(c)
		}
	})
}

const own = `<enabled xmlns="urn:xmpp:sm:3" xmlns:push="google:push" push:service="` + push.ClassicService + `"/>`

// XEP-0198, 4: what was handled is told when it is asked for: the answer to the
// subscription and two messages, no acknowledgements.
func TestAcknowledges(t *testing.T) {
	told := make(chan string, 1)
	opt := managed(t, own, func(c net.Conn) {
		_, _ = io.WriteString(c, `<a xmlns="urn:xmpp:sm:3" h="1"/><message from="x"/><message from="x"/><r xmlns="urn:xmpp:sm:3"/>`)
		got, _ := readUntil(c, "</a>")
		told <- got
	})
	got := &sink{}
	c, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- c.Carry(ctx, got) }()
	select {
	case answer := <-told:
		if !strings.HasPrefix(answer, `<a xmlns="urn:xmpp:sm:3" h="3">`) {
			t.Errorf("it acknowledges with %s", answer)
		}
	case <-time.After(patience):
		t.Error("it acknowledges nothing")
	}
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
}

// A service that acknowledges nothing is taken for dead.
func TestNoAcknowledgement(t *testing.T) {
	asked := make(chan string, 1)
	opt := managed(t, own, func(c net.Conn) {
		got, _ := readUntil(c, "</r>")
		asked <- got
		_, _ = io.Copy(io.Discard, c)
	})
	// The connection is cut after a silence of 2 * (interval + time-out), too: a test that is
	// kept from running must not find both over at once.
	opt.PingInterval, opt.PingTimeout = 50*time.Millisecond, 2*time.Second
	if err := carry(t, opt, &sink{}, patience); err == nil || !strings.Contains(err.Error(), "no answer within 2s") {
		t.Errorf("it ended with %v", err)
	}
	if got := <-asked; got != `<r xmlns="urn:xmpp:sm:3"></r>` {
		t.Errorf("it asked %s", got)
	}
}

// Where a server stands between, its acknowledgement says nothing of the service: that
// is pinged. A server that refuses is no trouble either.
func TestServerBetweenAcknowledges(t *testing.T) {
	for name, enabled := range map[string]string{
		"acknowledges": `<enabled xmlns="urn:xmpp:sm:3" id="x"/>`,
		"another one":  strings.Replace(own, push.ClassicService, "other.example", 1),
		"refuses":      `<failed xmlns="urn:xmpp:sm:3"><unexpected-request xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></failed>`,
	} {
		t.Run(name, func(t *testing.T) {
			asked := make(chan string, 1)
			opt := managed(t, enabled, func(c net.Conn) {
				got, _ := readUntil(c, "</iq>")
				asked <- got
				_ = c.Close() // enough was seen
			})
			opt.PingInterval = 50 * time.Millisecond
			if err := carry(t, opt, &sink{}, patience); err == nil || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("it ended with %v", err)
			}
			if got := <-asked; !strings.Contains(got, `to="`+push.ClassicService+`"`) || !strings.Contains(got, nsPing) {
				t.Errorf("it asked %s", got)
			}
		})
	}
}
