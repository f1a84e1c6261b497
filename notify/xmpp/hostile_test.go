package xmpp

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"platen/cloud/push"
	"platen/gcp"
	"platen/internal/lab"
	"platen/internal/secret"
)

// scripted is a service that does what the test says.
func scripted(t *testing.T, serve func(c net.Conn)) Options {
	t.Helper()
	cfg, pool := lab.Certificate(t)
	l, err := tls.Listen("tcp", "127.0.0.1:0", cfg)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var open []net.Conn
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, c)
			mu.Unlock()
			wg.Go(func() { serve(c) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		for _, c := range open {
			_ = c.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
	return Options{
		Host: "127.0.0.1", DirectPort: l.Addr().(*net.TCPAddr).Port,
		Domain: push.ClassicDomain, Service: push.ClassicService,
		User: testRobot, Resource: "proxy-1", RootCAs: pool,
		Token: func(context.Context) (secret.Text, error) { return secret.New(testToken), nil },
	}
}

const full = string(testRobot) + "@" + push.ClassicDomain + "/proxy-1"

// script plays the service of the classic dialogue up to the subscription.
func script(c net.Conn) bool { return loginScript(c) && answerIQ(c) }

// loginScript plays it up to the session.
func loginScript(c net.Conn) bool {
	header := `<stream:stream from="` + push.ClassicDomain + `" id="1" version="1.0" xmlns:stream="http://etherx.jabber.org/streams" xmlns="jabber:client">`
	for _, step := range []struct{ until, answer string }{
		{"'>", header + `<stream:features><mechanisms xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><mechanism>X-OAUTH2</mechanism></mechanisms></stream:features>`},
		{"</auth>", `<success xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>`},
		{"'>", header + `<stream:features><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/><session xmlns="urn:ietf:params:xml:ns:xmpp-session"/></stream:features>`},
		{"</iq>", `<iq id="0" type="result"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><jid>` + full + `</jid></bind></iq>`},
		{"</iq>", `<iq id="1" type="result"/>`},
	} {
		if _, ok := readUntil(c, step.until); !ok {
			return false
		}
		if _, err := io.WriteString(c, step.answer); err != nil {
			return false
		}
	}
	return true
}

func readUntil(c net.Conn, end string) (string, bool) {
	var got strings.Builder
	buf := make([]byte, 4096)
	for !strings.HasSuffix(strings.TrimSpace(got.String()), end) {
		n, err := c.Read(buf)
		if err != nil {
			return "", false
		}
		got.Write(buf[:n])
	}
	return got.String(), true
}

// answerIQ answers the client's next request with an empty result.
func answerIQ(c net.Conn) bool {
	got, ok := readUntil(c, "</iq>")
	if !ok {
		return false
	}
	_, rest, _ := strings.Cut(got, ` id="`)
	id, _, _ := strings.Cut(rest, `"`)
	_, err := io.WriteString(c, `<iq to="`+full+`" from="`+string(testRobot)+"@"+push.ClassicDomain+`" id="`+id+`" type="result"/>`)
	return err == nil
}

// carry runs one connection and returns how it ended, which must be in time.
func carry(t *testing.T, o Options, s *sink, limit time.Duration) error {
	t.Helper()
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	from := time.Now()
	go func() { done <- c.Carry(context.Background(), s) }()
	select {
	case err := <-done:
		if d := time.Since(from); d > limit {
			t.Errorf("it took %s, want at most %s", d, limit)
		}
		return err
	case <-time.After(patience):
		t.Fatal("Carry hangs")
	}
	return nil
}

// TestMuteService: mellium's own time-outs wake nothing (measured: 320 of 320
// hung), so a service that accepts and is silent must be left at every stage.
func TestMuteService(t *testing.T) {
	mute := func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }
	for name, serve := range map[string]func(net.Conn){
		"before the header": mute,
		"after the header": func(c net.Conn) {
			_, _ = io.WriteString(c, `<stream:stream from="`+push.ClassicDomain+`" id="1" version="1.0" xmlns:stream="http://etherx.jabber.org/streams" xmlns="jabber:client">`)
			mute(c)
		},
		"a byte now and then": func(c net.Conn) {
			for {
				if _, err := c.Write([]byte(" ")); err != nil {
					return
				}
				time.Sleep(10 * time.Millisecond) // the attack's own pace
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := scripted(t, serve)
			o.LoginTimeout = 200 * time.Millisecond
			if err := carry(t, o, &sink{}, 2*time.Second); err == nil || !strings.Contains(err.Error(), "did not let us in in time") {
				t.Errorf("error %v", err)
			}
		})
	}
	t.Run("TLS", func(t *testing.T) {
		o := scripted(t, mute)
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close() //nolint:errcheck // a test's listener
		o.DirectPort = l.Addr().(*net.TCPAddr).Port
		o.LoginTimeout = 200 * time.Millisecond
		_ = carry(t, o, &sink{}, 2*time.Second)
	})
	t.Run("no answer to the subscription", func(t *testing.T) {
		o := scripted(t, func(c net.Conn) { loginScript(c); mute(c) })
		o.LoginTimeout = time.Second
		err := carry(t, o, &sink{}, 4*time.Second)
		if err == nil || !strings.Contains(err.Error(), "subscribe: no answer within") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("after the subscription", func(t *testing.T) {
		o := scripted(t, func(c net.Conn) { script(c); mute(c) })
		o.PingInterval, o.PingTimeout = 100*time.Millisecond, 200*time.Millisecond
		s := &sink{}
		err := carry(t, o, s, 2*time.Second)
		if err == nil || !strings.Contains(err.Error(), "no answer within") || s.connected() != 1 {
			t.Errorf("error %v, %d connects", err, s.connected())
		}
	})
}

// TestCutOff: a service that was killed is told of in words, not as a fault of XML.
func TestCutOff(t *testing.T) {
	o := scripted(t, func(c net.Conn) {
		script(c)
		_ = c.Close()
	})
	if err := carry(t, o, &sink{}, patience); err == nil || !strings.Contains(err.Error(), "ended without a farewell") {
		t.Errorf("error %v", err)
	}
}

// TestServiceThatDoesNotRead: mellium holds its lock while a write blocks, so
// that even Close would hang; the ping's write must end all the same.
func TestServiceThatDoesNotRead(t *testing.T) {
	flooded := make(chan struct{})
	o := scripted(t, func(c net.Conn) {
		if !script(c) {
			return
		}
		// Ask without reading the answers, until the client cannot write.
		for {
			if _, err := io.WriteString(c, `<iq type="get" id="`+strings.Repeat("x", 1000)+`"><ping xmlns="urn:xmpp:ping"/></iq>`); err != nil {
				close(flooded)
				return
			}
		}
	})
	o.PingInterval, o.PingTimeout = 100*time.Millisecond, 300*time.Millisecond
	if err := carry(t, o, &sink{}, 5*time.Second); err == nil {
		t.Error("no error")
	}
	<-flooded
}

// TestStrippedSTARTTLS: somebody in the middle hides STARTTLS and offers a login
// in the clear (RFC 7590, 3.1). The token must not be sent.
func TestStrippedSTARTTLS(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // a test's listener
	heard := make(chan string, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close() //nolint:errcheck // a test's connection
		readUntil(c, "'>")
		_, _ = io.WriteString(c, `<stream:stream from="`+push.ClassicDomain+`" id="1" version="1.0" xmlns:stream="http://etherx.jabber.org/streams" xmlns="jabber:client">`+
			`<stream:features><mechanisms xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><mechanism>PLAIN</mechanism></mechanisms></stream:features>`)
		_ = c.SetReadDeadline(time.Now().Add(2 * time.Second))
		b, _ := io.ReadAll(c)
		heard <- string(b)
	}()
	o := scripted(t, func(net.Conn) {})
	o.DirectPort, o.STARTTLSPort = 0, l.Addr().(*net.TCPAddr).Port
	o.LoginTimeout = 500 * time.Millisecond
	if err := carry(t, o, &sink{}, patience); err == nil {
		t.Error("no error")
	}
	if got := <-heard; strings.Contains(got, "<auth") || !strings.Contains(got, "<starttls") {
		t.Errorf("the client sent %q", got)
	}
}

// TestHugeAttributeBeforeLogin: mellium alone would hold all of it.
func TestHugeAttributeBeforeLogin(t *testing.T) {
	var mu sync.Mutex
	sent := 0
	o := scripted(t, func(c net.Conn) {
		_, _ = io.WriteString(c, `<stream:stream a="`)
		chunk := strings.Repeat("x", 32<<10)
		for range 64 << 20 / len(chunk) {
			n, err := io.WriteString(c, chunk)
			mu.Lock()
			sent += n
			mu.Unlock()
			if err != nil {
				return
			}
		}
	})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := carry(t, o, &sink{}, patience); err == nil || !strings.Contains(err.Error(), "sent too much") {
		t.Errorf("error %v", err)
	}
	runtime.ReadMemStats(&after)
	mu.Lock()
	defer mu.Unlock()
	if got := after.TotalAlloc - before.TotalAlloc; got > 32<<20 {
		t.Errorf("%d bytes were allocated, %d sent", got, sent)
	}
}

// TestHugeStanza: also a service that let us in cannot fill our memory.
func TestHugeStanza(t *testing.T) {
	o := scripted(t, func(c net.Conn) {
		if !script(c) {
			return
		}
		_, _ = io.WriteString(c, `<message><body>`)
		chunk := strings.Repeat("x", 32<<10)
		for {
			if _, err := io.WriteString(c, chunk); err != nil {
				return
			}
		}
	})
	if err := carry(t, o, &sink{}, patience); err == nil || !strings.Contains(err.Error(), "sent too much") {
		t.Errorf("error %v", err)
	}
}

// TestOddStanzas: what is not for us, or makes no sense, is passed over; the
// stream lives on.
func TestOddStanzas(t *testing.T) {
	const hint = `<push:push channel="c" xmlns:push="google:push"><push:recipient to="x"></push:recipient><push:data>`
	const end = `</push:data></push:push></message>`
	answers := make(chan string, 1)
	o := scripted(t, func(c net.Conn) {
		if !script(c) {
			return
		}
		for _, s := range []string{
			"  ",
			`<presence from="a@b/c"/>`,
			`<message from="evil@example.com">` + hint + "ZXZpbA==" + end,
			`<message from="cloudprint.google.com.example.com">` + hint + "ZXZpbA==" + end,
			`<message from="a b@@">` + hint + "ZXZpbA==" + end,
			`<message from="cloudprint.google.com" type="error">` + hint + "ZXZpbA==" + end,
			`<message from="cloudprint.google.com">` + hint + "!!!" + end,
			`<message from="cloudprint.google.com"><push xmlns="google:push"/></message>`,
			`<message from="cloudprint.google.com"><body>hello</body></message>`,
			`<iq type="result" id="unasked"/>`,
			`<iq type="error" id="unasked"><error type="cancel"><x/></error></iq>`,
			`<foo xmlns="bar"><baz/></foo>`,
			// A sender that is no address ends mellium's stream by itself.
			`<iq type="set" id="q1" from="a b@@"><query xmlns="jabber:iq:roster"/></iq>`,
			`<message from="cloudprint.google.com" to="` + full + `">` + hint + "cDE=" + end,
			`<message from="` + string(testRobot) + "@" + push.ClassicDomain + `"><push xmlns="google:push"><data>` + "cDIvdXBkYXRlX3NldHRpbmdz" + `</data></push></message>`,
			`<iq type="get" id="p1" from="cloudprint.google.com"><ping xmlns="urn:xmpp:ping"/></iq>`,
		} {
			if _, err := io.WriteString(c, s); err != nil {
				return
			}
		}
		first, _ := readUntil(c, "</iq>")
		for !strings.Contains(first, "p1") {
			more, ok := readUntil(c, "</iq>")
			if !ok {
				break
			}
			first += more
		}
		answers <- first
		_, _ = io.Copy(io.Discard, c)
	})
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	s := &sink{}
	ctx := t.Context()
	done := make(chan error, 1)
	go func() { done <- c.Carry(ctx, s) }()
	select {
	case got := <-answers:
		for _, want := range []string{`id="q1"`, "service-unavailable", `type="result" id="p1" to="cloudprint.google.com"`} {
			if !strings.Contains(got, want) {
				t.Errorf("answers %s\nlack %s", got, want)
			}
		}
	case err := <-done:
		t.Fatalf("stream ended: %v", err)
	case <-time.After(patience):
		t.Fatalf("no answers; hints %v", s.hints)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	want := []gcp.Notification{{Printer: "p1"}, {Printer: "p2", Kind: gcp.NotifySettings}}
	if len(s.hints) != 2 || s.hints[0] != want[0] || s.hints[1] != want[1] {
		t.Errorf("hints %v, want %v", s.hints, want)
	}
}

// TestCutNetwork: both directions stop without a word. It must be noticed within
// interval and time-out, and the channel comes back with the network.
func TestCutNetwork(t *testing.T) {
	srv := newService(t, push.Direct, nil)
	p := newProxy(t, srv.l.Addr().String())
	o := srv.options()
	o.DirectPort = p.port()
	o.PingInterval, o.PingTimeout = 300*time.Millisecond, 300*time.Millisecond
	ch, s, _ := run(t, o)
	await(t, "connected", func() bool { return s.connected() == 1 })
	srv.Notify(context.Background(), testRobot, gcp.Notification{Printer: "before"})
	await(t, "hint", func() bool { return s.last().Printer == "before" })
	p.cut()
	from := time.Now()
	await(t, "loss noticed", func() bool { return !ch.Status().Connected })
	if d := time.Since(from); d > o.PingInterval+o.PingTimeout+500*time.Millisecond {
		t.Errorf("noticed after %s, want interval + time-out", d)
	}
	p.mend()
	await(t, "connected again", func() bool { return ch.Status().Connected && s.connected() == 2 })
	await(t, "hint", func() bool {
		srv.Notify(context.Background(), testRobot, gcp.Notification{Printer: "after"})
		return s.last().Printer == "after"
	})
}

// proxy forwards TCP. What it forwards when it is cut is swallowed from then on,
// and nothing is closed; connections made after mend work.
type proxy struct {
	l  net.Listener
	to string
	wg sync.WaitGroup

	mu    sync.Mutex
	cuts  int // connections older than the last cut are dead
	down  bool
	conns []net.Conn
}

func newProxy(t *testing.T, to string) *proxy {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{l: l, to: to}
	p.wg.Go(p.accept)
	t.Cleanup(func() {
		_ = l.Close()
		p.mu.Lock()
		for _, c := range p.conns {
			_ = c.Close()
		}
		p.mu.Unlock()
		p.wg.Wait()
	})
	return p
}

func (p *proxy) port() int { return p.l.Addr().(*net.TCPAddr).Port }

func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cuts++
	p.down = true
}

func (p *proxy) mend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = false
}

func (p *proxy) dead(born int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.down || born != p.cuts
}

func (p *proxy) accept() {
	for {
		c, err := p.l.Accept()
		if err != nil {
			return
		}
		up, err := net.Dial("tcp", p.to)
		if err != nil {
			_ = c.Close()
			continue
		}
		p.mu.Lock()
		p.conns = append(p.conns, c, up)
		born := p.cuts
		p.mu.Unlock()
		p.wg.Go(func() { p.copy(c, up, born) })
		p.wg.Go(func() { p.copy(up, c, born) })
	}
}

func (p *proxy) copy(to, from net.Conn, born int) {
	buf := make([]byte, 4096)
	for {
		n, err := from.Read(buf)
		if p.dead(born) {
			if err != nil {
				return
			}
			continue
		}
		_, _ = to.Write(buf[:n])
		if err != nil {
			_ = to.Close()
			return
		}
	}
}
