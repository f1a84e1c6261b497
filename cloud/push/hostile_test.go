package push

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"platen/gcp"
)

// TestBadInput: RFC 6120, 4.9.3, each with its condition and a closed stream.
func TestBadInput(t *testing.T) {
	for name, tt := range map[string]struct{ send, want string }{
		"not XMPP":            {"GET / HTTP/1.1\r\n\r\n", "not-well-formed"},
		"other namespace":     {strings.Replace(clientHeader, "jabber:client", "jabber:server", 1), "invalid-namespace"},
		"other stream":        {strings.Replace(clientHeader, "etherx.jabber.org", "example.com", 1), "invalid-namespace"},
		"version 2":           {strings.Replace(clientHeader, `version="1.0"`, `version="2.0"`, 1), "unsupported-version"},
		"entity bomb":         {`<!DOCTYPE x [<!ENTITY a "aa">]>` + clientHeader, "restricted-xml"},
		"stanza before login": {clientHeader + `<iq type="get" id="1"><ping xmlns="urn:xmpp:ping"/></iq>`, "not-authorized"},
		"mismatched tags":     {clientHeader + `<auth></htua>`, "not-well-formed"},
		"64 MiB attribute":    {`<stream:stream xmlns="` + strings.Repeat("x", 9<<10), "policy-violation"},
		"64 MiB of text":      {clientHeader + `<auth>` + strings.Repeat("x", 9<<10), "policy-violation"},
		"deep":                {clientHeader + strings.Repeat("<a>", 100), "policy-violation"},
		"endless white space": {clientHeader + strings.Repeat(" ", 70<<10), "policy-violation"},
		"encoding":            {`<?xml version="1.0" encoding="ISO-8859-1"?>` + clientHeader, "unsupported-encoding"},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, Direct, nil).dial(t)
			_, _ = io.WriteString(p.Conn, tt.send) // it may be cut off before the end
			got := p.closed()
			want := `<stream:error><` + tt.want + ` xmlns="urn:ietf:params:xml:ns:xmpp-streams"/></stream:error></stream:stream>`
			if !strings.HasPrefix(got, "<stream:stream ") || !strings.HasSuffix(got, want) {
				t.Errorf("got %q, want a header and %q", got, want)
			}
		})
	}
}

func TestBadInputAfterLogin(t *testing.T) {
	for name, tt := range map[string]struct{ send, want string }{
		"unknown element": {`<foo xmlns="bar"/>`, "unsupported-stanza-type"},
		"comment":         {`<!-- -->`, "restricted-xml"},
		"too long":        {`<message><body>` + strings.Repeat("x", 65<<10), "policy-violation"},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, Direct, nil).dial(t)
			p.loginAs("u", "r")
			_, _ = io.WriteString(p.Conn, tt.send) // it may be cut off before the end
			if got := p.closed(); !strings.Contains(got, "<stream:error><"+tt.want+" ") {
				t.Errorf("got %q, want %s", got, tt.want)
			}
		})
	}
}

// TestHugeAttributeBeforeLogin: 64 MiB from a stranger must cost next to nothing.
func TestHugeAttributeBeforeLogin(t *testing.T) {
	f := start(t, Direct, nil)
	p := f.dial(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	chunk := `<stream:stream a="` + strings.Repeat("x", 32<<10)
	sent := 0
	for sent < 64<<20 {
		n, err := io.WriteString(p.Conn, chunk)
		sent += n
		if err != nil {
			break
		}
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 8<<20 {
		t.Errorf("%d bytes were allocated for %d sent", got, sent)
	}
	f.await(t, "closed", func() bool { return f.open() == 0 })
}

func (s *Server) open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// TestSlowLoris: whoever does not log in in time is gone, however busy.
func TestSlowLoris(t *testing.T) {
	quick := func(c *Config) { c.Limits.LoginTime = 200 * time.Millisecond }
	t.Run("no handshake", func(t *testing.T) {
		f := start(t, Direct, quick)
		c, err := net.Dial("tcp", f.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close() //nolint:errcheck // the server closes first
		p := &peer{t: t, Conn: c}
		p.closed()
	})
	t.Run("a byte at a time", func(t *testing.T) {
		f := start(t, Direct, quick)
		p := f.dial(t)
		go func() {
			for _, b := range []byte(clientHeader + strings.Repeat(" ", 10000)) {
				if _, err := p.Write([]byte{b}); err != nil {
					return
				}
				time.Sleep(5 * time.Millisecond) // the attack's own pace
			}
		}()
		if got := p.closed(); !strings.Contains(got, "connection-timeout") {
			t.Errorf("got %q", got)
		}
	})
	t.Run("login without a resource", func(t *testing.T) {
		f := start(t, Direct, func(c *Config) { c.Limits.LoginTime = time.Second })
		p := f.dial(t)
		p.send(clientHeader)
		p.until(`</stream:features>`)
		p.send(authStanza("X-OAUTH2", "\x00u\x00"+testToken))
		p.until(`<success`)
		if got := p.closed(); !strings.Contains(got, "connection-timeout") {
			t.Errorf("got %q", got)
		}
	})
}

// TestStalledPeer: a peer that does not read blocks nobody, and is cut off.
func TestStalledPeer(t *testing.T) {
	f := start(t, Direct, func(c *Config) {
		c.Limits.Write = 1500 * time.Millisecond
		c.Limits.Queue = 1000
	})
	stalled := f.subscribedPeer(t)
	ctx := context.Background()
	end := time.Now().Add(patience)
	for i := 0; f.Connected(testRobot); i++ {
		from := time.Now()
		// Long and different, to fill the kernel's buffers.
		f.Notify(ctx, testRobot, gcp.Notification{Printer: gcp.PrinterID(strings.Repeat("x", 300) + strings.Repeat("y", i%997))})
		if d := time.Since(from); d > time.Second {
			t.Fatalf("Notify took %s", d)
		}
		if time.Now().After(end) {
			t.Fatal("the stalled peer is still there")
		}
	}
	_ = stalled.Close()
	f.await(t, "absence reported", func() bool {
		l := f.presence.list()
		return len(l) > 1 && !l[len(l)-1]
	})
}

func TestConnectionLimits(t *testing.T) {
	f := start(t, Direct, func(c *Config) { c.Limits.ConnsPerAddr = 2 })
	a, _ := f.dial(t), f.dial(t)
	c, err := tls.Dial("tcp", f.addr, &tls.Config{RootCAs: f.pool})
	if err == nil {
		_ = c.Close()
		t.Fatal("a third connection of one address was accepted")
	}
	_ = a.Close()
	f.await(t, "room again", func() bool { return f.open() == 1 })
	f.dial(t)
}

func TestAddrKey(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.7":         "192.0.2.7/32",
		"::ffff:192.0.2.7":  "192.0.2.7/32",
		"2001:db8:1:2:3::4": "2001:db8:1:2::/64",
	} {
		if got := addrKey(&net.TCPAddr{IP: net.ParseIP(in)}).String(); got != want {
			t.Errorf("addrKey(%s) = %s, want %s", in, got, want)
		}
	}
}
