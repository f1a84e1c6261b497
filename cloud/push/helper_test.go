package push

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/lab"
	"platen/internal/secret"
)

const (
	testRobot  = gcp.RobotID("0123456789abcdef0123456789abcdef")
	testToken  = "ya29.good"
	otherRobot = gcp.RobotID("fedcba9876543210fedcba9876543210")
	otherToken = "ya29.other"
	patience   = 30 * time.Second
)

func authenticate(_ context.Context, l cloud.Login) (gcp.RobotID, error) {
	switch l.Token.Reveal() {
	case testToken:
		return testRobot, nil
	case otherToken:
		return otherRobot, nil
	case "broken":
		return "", io.ErrUnexpectedEOF
	}
	return "", &cloud.Error{Kind: cloud.KindCredentials, Message: "no such token"}
}

func shows(token string) cloud.Login { return cloud.Login{Token: secret.New(token)} }

// presence notes what the server reports.
type presence struct {
	mu    sync.Mutex
	calls []bool
}

func (p *presence) set(_ context.Context, _ gcp.RobotID, there bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = append(p.calls, there)
	return nil
}

func (p *presence) list() []bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]bool(nil), p.calls...)
}

type fixture struct {
	*Server
	addr     string
	pool     *x509.CertPool
	presence *presence
}

func start(t testing.TB, mode Mode, change func(*Config)) *fixture {
	t.Helper()
	srvTLS, pool := lab.Certificate(t)
	f := &fixture{pool: pool, presence: &presence{}}
	cfg := Config{TLS: srvTLS, Authenticate: authenticate, Presence: f.presence.set}
	if change != nil {
		change(&cfg)
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f.Server, f.addr = s, l.Addr().String()
	served := make(chan error, 1)
	go func() { served <- s.Serve(context.Background(), l, mode) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return f
}

// peer is a client that shares no code with the server.
type peer struct {
	t testing.TB
	net.Conn
	rest string
}

func (f *fixture) dial(t testing.TB) *peer {
	t.Helper()
	return f.dialWith(t, &tls.Config{RootCAs: f.pool})
}

// dialAnyone looks at no certificate: for the clients of another process.
func (f *fixture) dialAnyone(t testing.TB) *peer {
	t.Helper()
	return f.dialWith(t, &tls.Config{InsecureSkipVerify: true})
}

func (f *fixture) dialWith(t testing.TB, cfg *tls.Config) *peer {
	t.Helper()
	c, err := tls.Dial("tcp", f.addr, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return &peer{t: t, Conn: c}
}

func (p *peer) send(text string) {
	p.t.Helper()
	if _, err := io.WriteString(p.Conn, text); err != nil {
		p.t.Fatalf("send %.60q: %v", text, err)
	}
}

// record reads what one TLS record holds.
func (p *peer) record() string {
	p.t.Helper()
	s, err := p.tryRecord()
	if err != nil {
		p.t.Fatalf("read: %v", err)
	}
	return s
}

func (p *peer) tryRecord() (string, error) {
	_ = p.SetReadDeadline(time.Now().Add(patience))
	buf := make([]byte, 32<<10)
	n, err := p.Read(buf)
	return string(buf[:n]), err
}

// until reads until what came matches the pattern, and returns the groups.
func (p *peer) until(pattern string) []string {
	p.t.Helper()
	re := regexp.MustCompile("(?s)" + pattern)
	for {
		if m := re.FindStringSubmatchIndex(p.rest); m != nil {
			var groups []string
			for i := 0; i < len(m); i += 2 {
				groups = append(groups, p.rest[m[i]:m[i+1]])
			}
			p.rest = p.rest[m[1]:]
			return groups
		}
		s, err := p.tryRecord()
		p.rest += s
		if err != nil {
			p.t.Fatalf("waiting for %s: %v; have %q", pattern, err, p.rest)
		}
	}
}

// closed reads to the end of the connection and returns what came.
func (p *peer) closed() string {
	p.t.Helper()
	for {
		s, err := p.tryRecord()
		p.rest += s
		if err == nil {
			continue
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			p.t.Fatalf("the server does not close; have %q", p.rest)
		}
		return p.rest
	}
}

const clientHeader = `<stream:stream xmlns="jabber:client" to="cloudprint.googleusercontent.com" xml:lang="en" ` +
	`version="1.0" xmlns:stream="http://etherx.jabber.org/streams">`

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func authStanza(mech, payload string) string {
	return `<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="` + mech + `" auth:service="chromiumsync" ` +
		`auth:allow-generated-jid="true" auth:client-uses-full-bind-result="true" ` +
		`xmlns:auth="http://www.google.com/talk/protocol/auth">` + b64(payload) + `</auth>`
}

// loginAs goes as far as the bound resource, and returns the address.
func (p *peer) loginAs(user, resource string) string {
	p.t.Helper()
	p.send(clientHeader)
	p.until(`</stream:features>`)
	p.send(authStanza("X-OAUTH2", "\x00"+user+"\x00"+testToken))
	p.until(`<success xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>`)
	p.send(clientHeader)
	p.until(`</stream:features>`)
	p.send(`<iq xmlns="jabber:client" type="set" id="0"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>` +
		resource + `</resource></bind></iq>`)
	return p.until(`<iq id="0" type="result"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><jid>([^<]*)</jid></bind></iq>`)[1]
}

func (p *peer) subscribe() {
	p.t.Helper()
	p.send(`<iq xmlns="jabber:client" type="set" to="` + testBare + `" id="3"><subscribe xmlns="google:push">` +
		`<item channel="cloudprint.google.com" from="cloudprint.google.com"></item></subscribe></iq>`)
	p.until(`<iq to="[^"]*" from="[^"]*" id="3" type="result"/>`)
}

const testBare = string(testRobot) + "@" + ClassicDomain

// subscribed is a client that is through with all of it.
func (f *fixture) subscribedPeer(t testing.TB) *peer {
	t.Helper()
	p := f.dial(t)
	p.loginAs(string(testRobot), "PROXY")
	p.subscribe()
	f.await(t, "connected", func() bool { return f.Connected(testRobot) })
	return p
}

// Connected reports whether a stream of the robot is subscribed here.
func (f *fixture) Connected(id gcp.RobotID) bool { return len(f.subscribed(id)) > 0 }

// await waits for a condition.
func (f *fixture) await(t testing.TB, what string, ok func() bool) {
	t.Helper()
	lab.Until(t, patience, what, ok)
}

func hintFor(id string) string {
	return `<push:data>` + strings.ReplaceAll(b64(id), "+", `\+`) + `</push:data>`
}
