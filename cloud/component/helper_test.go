package component_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/component"
	"platen/cloud/store"
	"platen/gcp"
	"platen/internal/lab"
	"platen/internal/secret"
)

const (
	robot    = gcp.RobotID("0123456789abcdef0123456789abcdef")
	other    = gcp.RobotID("fedcba9876543210fedcba9876543210")
	service  = "push.example.com"
	domain   = "example.com"
	address  = string(robot) + "@" + domain
	patience = time.Minute
)

// world is a link with the service behind it, which is a real store and what a test says.
type world struct {
	*component.Link
	t     *testing.T
	store *store.DB
	log   *journal
	stop  func()
	ended chan struct{}

	mu       sync.Mutex // guards what follows
	standing map[gcp.RobotID]component.Standing
	waiting  []gcp.PrinterID
	changed  map[gcp.RobotID]int
}

// journal keeps what is logged.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) lines() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Split(strings.TrimSpace(j.text.String()), "\n")
}

// begin runs a link to a server at this address.
func begin(t *testing.T, at string, change func(*component.Config)) *world {
	t.Helper()
	w := &world{
		t: t, log: &journal{}, changed: map[gcp.RobotID]int{},
		standing: map[gcp.RobotID]component.Standing{robot: component.Trusted, other: component.Trusted},
	}
	w.openStore()
	cfg := config(at)
	cfg.Store, cfg.Standing, cfg.Changed, cfg.Waiting = w.store, w.stands, w.change, w.waits
	cfg.Logger = slog.New(slog.NewTextHandler(w.log, nil))
	if change != nil {
		change(&cfg)
	}
	var err error
	if w.Link, err = component.New(cfg); err != nil {
		t.Fatal(err)
	}
	var ctx context.Context
	ctx, w.stop = context.WithCancel(context.WithoutCancel(t.Context()))
	w.ended = make(chan struct{})
	go func() {
		defer close(w.ended)
		if err := w.Run(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("the link ends: %v", err)
		}
	}()
	t.Cleanup(func() {
		w.stop()
		select {
		case <-w.ended:
		case <-time.After(patience):
			t.Error("the link does not end")
		}
		if t.Failed() {
			t.Log(strings.Join(w.log.lines(), "\n"))
		}
	})
	return w
}

func config(at string) component.Config {
	return component.Config{
		Address: at, Secret: secret.New("s3cret"), Service: service, Domain: domain,
		Limits: component.Limits{RetryMin: 10 * time.Millisecond, RetryMax: 50 * time.Millisecond},
	}
}

// openStore makes a store with both robots.
func (w *world) openStore() {
	w.t.Helper()
	path := filepath.Join(w.t.TempDir(), "db")
	ctx := context.Background()
	err := store.Migrate(ctx, path, slog.New(slog.DiscardHandler))
	if err == nil {
		w.store, err = store.Open(ctx, path)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = w.store.Close() })
	if err := w.store.AddUser(ctx, cloud.User{ID: "alice", Email: "alice@example.com"}); err != nil {
		w.t.Fatal(err)
	}
	for _, id := range []gcp.RobotID{robot, other} {
		if err := w.store.AddRobot(ctx, cloud.Robot{ID: id, Owner: "alice", Proxy: gcp.ProxyID(id)}); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) stands(_ context.Context, id gcp.RobotID) (component.Standing, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.standing[id], nil
}

func (w *world) change(_ context.Context, id gcp.RobotID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.changed[id]++
}

func (w *world) waits(context.Context, gcp.RobotID) ([]gcp.PrinterID, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.waiting, nil
}

func (w *world) set(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
}

// until waits for a condition.
func (w *world) until(what string, ok func() bool) {
	w.t.Helper()
	lab.Until(w.t, patience, what, ok)
}

// there reports whether the robot is present.
func (w *world) there() bool {
	yes, err := w.Present(w.t.Context(), robot)
	if err != nil {
		w.t.Error(err)
	}
	return yes
}

// server is an XMPP server's port for components, for what a real one does not do.
type server struct {
	t *testing.T
	net.Listener
}

func listen(t *testing.T) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return &server{t, l}
}

func (s *server) at() string { return s.Addr().String() }

// peer is one stream, as the server sees it.
type peer struct {
	t *testing.T
	net.Conn
	rest string
}

func (s *server) accept() *peer {
	s.t.Helper()
	if l, ok := s.Listener.(*net.TCPListener); ok {
		_ = l.SetDeadline(time.Now().Add(patience))
	}
	c, err := s.Accept()
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = c.Close() })
	return &peer{t: s.t, Conn: c}
}

// next lets a test behave towards the next component that connects.
func (s *server) next(behave func(*peer)) {
	go func() {
		c, err := s.Accept()
		if err != nil {
			return // the test is over
		}
		defer func() { _ = c.Close() }()
		behave(&peer{t: s.t, Conn: c})
		_, _ = io.Copy(io.Discard, c) // until the component hangs up
	}()
}

// welcome lets the component in.
func (s *server) welcome() *peer {
	s.t.Helper()
	p := s.accept()
	p.header()
	p.send(`<handshake/>`)
	return p
}

// header answers the component's header, and waits for its handshake.
func (p *peer) header() {
	p.t.Helper()
	p.until(`<stream:stream xmlns="jabber:component:accept" xmlns:stream="http://etherx.jabber.org/streams" to="push.example.com">`)
	p.send(`<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:component:accept' from='push.example.com' id='3BF96D32'>`)
	// printf 3BF96D32s3cret | sha1sum
	p.until(`<handshake>a984b871214a298f0f743fcd25f99b10838ba12b</handshake>`)
}

func (p *peer) send(text string) {
	p.t.Helper()
	if _, err := io.WriteString(p.Conn, text); err != nil {
		p.t.Fatalf("send %.60q: %v", text, err)
	}
}

// until reads until what came matches the pattern, and returns the groups.
func (p *peer) until(pattern string) []string {
	p.t.Helper()
	groups, err := p.find(pattern)
	if err != nil {
		p.t.Fatalf("waiting for %s: %v; have %q", pattern, err, p.rest)
	}
	return groups
}

func (p *peer) find(pattern string) ([]string, error) {
	re := regexp.MustCompile("(?s)" + pattern)
	buf := make([]byte, 32<<10)
	for {
		if m := re.FindStringSubmatchIndex(p.rest); m != nil {
			var groups []string
			for i := 0; i < len(m); i += 2 {
				group := ""
				if m[i] >= 0 {
					group = p.rest[m[i]:m[i+1]]
				}
				groups = append(groups, group)
			}
			p.rest = p.rest[m[1]:]
			return groups, nil
		}
		_ = p.SetReadDeadline(time.Now().Add(patience))
		n, err := p.Read(buf)
		p.rest += string(buf[:n])
		if err != nil && n == 0 {
			return nil, err
		}
	}
}

// ping is one that a peer gets: of a session with a resource, or of the server itself.
const ping = `<iq type="get" from="push.example.com" to="(?:` + address + `/(\w+)|example.com)" id="(\w+)"><ping xmlns="urn:xmpp:ping"/></iq>`

// answerPings answers pings until the stream ends: the server's own, and those of
// sessions as answers says, the rest of an iq for each resource.
func (p *peer) answerPings(answers map[string]string) {
	for {
		m, err := p.find(ping)
		if err != nil {
			return // the test is over
		}
		answer := `<iq type="result" from="example.com" to="push.example.com" id="` + m[2] + `"/>`
		if m[1] != "" {
			rest, known := answers[m[1]]
			if !known {
				continue
			}
			answer = `<iq from="` + address + `/` + m[1] + `" to="push.example.com" id="` + m[2] + `" ` + rest
		}
		if _, err := io.WriteString(p.Conn, answer); err != nil {
			return
		}
	}
}
