package xmpp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/push"
	"platen/gcp"
	"platen/internal/lab"
	"platen/internal/secret"
	"platen/notify"
)

const (
	testRobot = gcp.RobotID("0123456789abcdef0123456789abcdef")
	testToken = "ya29.good"
	patience  = 30 * time.Second
)

// service is a real cloud/push server that can be stopped and started again on
// the same port.
type service struct {
	t    testing.TB
	tls  *tls.Config
	pool *x509.CertPool
	mode push.Mode
	edit func(*push.Config)
	wrap func(net.Listener) net.Listener // of what it listens on; may be nil

	*push.Server
	web    atomic.Pointer[push.Server] // the same, for requests
	l      net.Listener
	served chan error
	there  atomic.Bool // what the service says of the robot's presence
}

// Connected reports whether the service has heard from the robot and not of its end.
func (s *service) Connected(gcp.RobotID) bool { return s.there.Load() }

func newService(t testing.TB, mode push.Mode, edit func(*push.Config)) *service {
	t.Helper()
	s := &service{t: t, mode: mode, edit: edit}
	s.tls, s.pool = lab.Certificate(t)
	s.start("127.0.0.1:0")
	t.Cleanup(func() { s.stop() })
	return s
}

func (s *service) start(addr string) {
	s.t.Helper()
	cfg := push.Config{TLS: s.tls, Authenticate: func(_ context.Context, l cloud.Login) (gcp.RobotID, error) {
		if l.Token.Reveal() != testToken {
			return "", &cloud.Error{Kind: cloud.KindCredentials, Message: "no such token"}
		}
		return testRobot, nil
	}, Presence: func(_ context.Context, _ gcp.RobotID, connected bool) error {
		s.there.Store(connected)
		return nil
	}}
	if s.edit != nil {
		s.edit(&cfg)
	}
	srv, err := push.New(cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	s.Server = srv
	s.web.Store(srv)
	s.await("the port", func() bool {
		s.l, err = net.Listen("tcp", addr)
		return err == nil
	})
	if s.wrap != nil {
		s.l = s.wrap(s.l)
	}
	s.served = make(chan error, 1)
	go func(l net.Listener) { s.served <- srv.Serve(context.Background(), l, s.mode) }(s.l)
}

func (s *service) stop() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		s.t.Errorf("Shutdown: %v", err)
	}
	if err := <-s.served; err != nil {
		s.t.Errorf("Serve: %v", err)
	}
	s.served <- nil // for another stop
}

func (s *service) port() int { return s.l.Addr().(*net.TCPAddr).Port }

func (s *service) await(what string, ok func() bool) { s.t.Helper(); await(s.t, what, ok) }

func await(t testing.TB, what string, ok func() bool) {
	t.Helper()
	lab.Until(t, patience, what, ok)
}

// options for this service; pings are rare unless the test wants them.
func (s *service) options() Options {
	o := Options{
		Host: "127.0.0.1", Domain: push.ClassicDomain, Service: push.ClassicService,
		User: testRobot, Resource: "proxy-1", RootCAs: s.pool, LoginTimeout: 10 * time.Second,
		Token: func(context.Context) (secret.Text, error) { return secret.New(testToken), nil },
	}
	if s.mode == push.STARTTLS {
		o.STARTTLSPort = s.port()
	} else {
		o.DirectPort = s.port()
	}
	return o
}

// sink notes what it is told.
type sink struct {
	mu       sync.Mutex
	connects int
	hints    []gcp.Notification
	early    bool // a hint came before the first connect
}

func (s *sink) Connected() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connects++
}

func (s *sink) Hint(n gcp.Notification, _ time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.early = s.early || s.connects == 0
	s.hints = append(s.hints, n)
}

func (s *sink) connected() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connects
}

func (s *sink) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.hints)
}

func (s *sink) last() gcp.Notification {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.hints) == 0 {
		return gcp.Notification{}
	}
	return s.hints[len(s.hints)-1]
}

// run keeps a channel over these options open until the test ends.
func run(t testing.TB, o Options) (*notify.Channel, *sink, *Client) {
	t.Helper()
	return runLogged(t, o, slog.DiscardHandler)
}

func runLogged(t testing.TB, o Options, log slog.Handler) (*notify.Channel, *sink, *Client) {
	t.Helper()
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	ch := notify.New(notify.Options{
		Carrier: c, Logger: slog.New(log), Min: 5 * time.Millisecond, Max: 50 * time.Millisecond, Refused: 20 * time.Millisecond,
	})
	s := &sink{}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- ch.Run(ctx, s) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-done:
			if !errors.Is(err, context.Canceled) {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(patience):
			t.Error("Run does not end")
		}
	})
	return ch, s, c
}
