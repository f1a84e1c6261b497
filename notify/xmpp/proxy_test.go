package xmpp

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"platen/cloud/push"
	"platen/gcp"
	"platen/internal/lab"
)

// Streams go through a real HTTP proxy that wants a name and a password, on both ports.
func TestThroughAProxy(t *testing.T) {
	for name, mode := range map[string]push.Mode{"direct TLS": push.Direct, "STARTTLS": push.STARTTLS} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, mode, nil)
			opt := s.options()
			opt.Proxy = lab.HTTPProxy(t, s.port())
			if way, err := Probe(t.Context(), opt); err != nil || !strings.HasPrefix(way, name) {
				t.Errorf("Probe: %q, %v", way, err)
			}
			c, err := New(opt)
			if err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			ended, got := make(chan error, 1), &sink{}
			go func() { ended <- c.Carry(ctx, got) }()
			s.await("a stream", func() bool { return got.connected() == 1 && s.Connected(testRobot) })
			s.Notify(t.Context(), testRobot, gcp.Notification{Printer: "p"})
			s.await("a hint", func() bool {
				got.mu.Lock()
				defer got.mu.Unlock()
				return len(got.hints) == 1
			})
			stop()
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Errorf("it ended with %v", err)
			}
		})
	}
}

// A proxy that refuses says why, and nothing of its password is told.
func TestProxyRefuses(t *testing.T) {
	s := newService(t, push.Direct, nil)
	opt := s.options()
	proxy := lab.HTTPProxy(t, s.port()+1)
	for name, tt := range map[string]struct {
		user *url.Userinfo
		host string
		want string
	}{
		"another port":   {proxy.User, proxy.Host, "403"},
		"wrong password": {url.UserPassword("joe", "guess"), proxy.Host, "401"},
		"no proxy":       {proxy.User, closedAddress(t), "refused"},
	} {
		opt.Proxy = &url.URL{Scheme: "http", Host: tt.host, User: tt.user}
		_, err := Probe(t.Context(), opt)
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "guess") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A proxy that says nothing, or no end of things, is given up.
func TestProxyMisbehaves(t *testing.T) {
	s := newService(t, push.Direct, nil)
	opt := s.options()
	opt.LoginTimeout = time.Second
	for name, says := range map[string]string{
		"nothing":           "",
		"no HTTP":           "SSH-2.0-x\r\n",
		"too much":          "HTTP/1.1 200 OK\r\n" + strings.Repeat("X: "+strings.Repeat("x", 1000)+"\r\n", 100) + "\r\n",
		"what nobody asked": "HTTP/1.1 200 OK\r\n\r\nhello",
	} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				_, _ = c.Write([]byte(says))
				t.Cleanup(func() { _ = c.Close() })
			}
		}()
		opt.Proxy = &url.URL{Scheme: "http", Host: l.Addr().String()}
		began := time.Now()
		if _, err := Probe(t.Context(), opt); err == nil || time.Since(began) > 5*time.Second {
			t.Errorf("%s: %v after %s", name, err, time.Since(began))
		}
		_ = l.Close()
	}
}

// closedAddress is one on which nobody listens.
func closedAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}
