package push

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"platen/cloud"
	"platen/gcp"
)

// The pieces of a client's dialogue as RFC 7395 writes them.
const (
	openMessage  = `<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="example.com" version="1.0"/>`
	closeMessage = `<close xmlns="urn:ietf:params:xml:ns:xmpp-framing"/>`
	bindMessage  = `<iq xmlns="jabber:client" type="set" id="0"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>r</resource></bind></iq>`
	subscription = `<iq xmlns="jabber:client" type="set" to="` + testBare + `" id="3"><subscribe xmlns="google:push"><item channel="c" from="c"/></subscribe></iq>`
)

// web is a service that takes streams over WebSockets.
type web struct {
	*fixture
	url string
}

func startWeb(t testing.TB, change func(*Config)) *web {
	t.Helper()
	f := start(t, Direct, change)
	server := httptest.NewServer(http.HandlerFunc(f.ServeWebSocket))
	t.Cleanup(server.Close)
	return &web{f, server.URL}
}

// talker is a client's end of a WebSocket.
type talker struct {
	t testing.TB
	*websocket.Conn
}

func (w *web) dial(t testing.TB) *talker {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c, _, err := websocket.Dial(ctx, w.url, &websocket.DialOptions{Subprotocols: []string{"xmpp"}}) //nolint:bodyclose // the connection's
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.CloseNow() })
	return &talker{t, c}
}

func (p *talker) send(text string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := p.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
		p.t.Fatalf("send %.60q: %v", text, err)
	}
}

// message returns the next message, which is a document of this name.
func (p *talker) message(space, local string) string {
	p.t.Helper()
	text, err := p.next()
	if err != nil {
		p.t.Fatalf("waiting for <%s>: %v", local, err)
	}
	var root struct{ XMLName xml.Name }
	d := xml.NewDecoder(strings.NewReader(text))
	if err := d.Decode(&root); err != nil || root.XMLName != (xml.Name{Space: space, Local: local}) {
		p.t.Fatalf("got %s, want a <%s> of %s (%v)", text, local, space, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) || !strings.HasPrefix(text, "<") || strings.Contains(text, "<stream:stream") {
		p.t.Fatalf("no document of one element (RFC 7395, 3.3.3): %s", text)
	}
	return text
}

func (p *talker) next() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	kind, text, err := p.Read(ctx)
	if err == nil && kind != websocket.MessageText {
		p.t.Errorf("a message is no text: %q", text)
	}
	return string(text), err
}

// login goes as far as the bound resource, and returns the features before it.
func (p *talker) login() string {
	p.t.Helper()
	p.send(openMessage)
	p.message(nsFraming, "open")
	p.message(nsStream, "features")
	p.send(`<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">` + b64("\x00u\x00"+testToken) + `</auth>`)
	p.message(nsSASL, "success")
	p.send(openMessage)
	p.message(nsFraming, "open")
	features := p.message(nsStream, "features")
	p.send(bindMessage)
	p.message("jabber:client", "iq")
	return features
}

// TestWebSocket is the dialogue of RFC 7395, 3.4 to 3.6, with a subscription and a hint.
func TestWebSocket(t *testing.T) {
	w := startWeb(t, nil)
	p := w.dial(t)
	if p.Subprotocol() != "xmpp" {
		t.Errorf("it speaks %q", p.Subprotocol())
	}
	p.send(openMessage)
	open := p.message(nsFraming, "open")
	for _, want := range []string{` from="example.com"`, ` version="1.0"`, ` id="`} { // RFC 7395, 3.4
		if !strings.Contains(open, want) {
			t.Errorf("%s has no%s", open, want)
		}
	}
	if f := p.message(nsStream, "features"); strings.Contains(f, "starttls") || !strings.Contains(f, "<mechanism>PLAIN</mechanism>") { // RFC 7395, 3.10
		t.Errorf("features: %s", f)
	}
	_ = p.Close(websocket.StatusNormalClosure, "")

	p = w.dial(t)
	if f := p.login(); !strings.Contains(f, nsBind) || !strings.Contains(f, nsAcks) {
		t.Errorf("features: %s", f)
	}
	p.send(subscription)
	if got := p.message("jabber:client", "iq"); !strings.Contains(got, `type="result"`) {
		t.Errorf("subscription: %s", got)
	}
	w.await(t, "presence", func() bool { return slices.Equal(w.presence.list(), []bool{true}) })
	w.Notify(t.Context(), testRobot, gcp.Notification{Printer: "p"})
	if got := p.message("jabber:client", "message"); !strings.Contains(got, "<push:data>"+b64("p")+"</push:data>") {
		t.Errorf("hint: %s", got)
	}
	p.send(`<iq xmlns="jabber:client" type="set" id="4"><session xmlns="urn:ietf:params:xml:ns:xmpp-session"/></iq>`)
	p.message("jabber:client", "iq")
	p.send(`<iq xmlns="jabber:client" type="get" to="x" id="5"><ping xmlns="urn:xmpp:ping"/></iq>`)
	if got := p.message("jabber:client", "iq"); !strings.Contains(got, `id="5"`) {
		t.Errorf("ping: %s", got)
	}
	p.send(closeMessage)
	p.message(nsFraming, "close") // RFC 7395, 3.6
	if _, err := p.next(); websocket.CloseStatus(err) != websocket.StatusNormalClosure {
		t.Errorf("the WebSocket ended with %v", err)
	}
	w.await(t, "absence", func() bool { return slices.Equal(w.presence.list(), []bool{true, false}) })
	w.await(t, "the end", func() bool { return w.open() == 0 })
}

// A WebSocket that is closed without a word ends its stream as well.
func TestWebSocketIsCut(t *testing.T) {
	w := startWeb(t, nil)
	for _, end := range []func(*talker){
		func(p *talker) { _ = p.Close(websocket.StatusGoingAway, "") },
		func(p *talker) { _ = p.CloseNow() },
	} {
		p := w.dial(t)
		p.login()
		end(p)
		w.await(t, "the end", func() bool { return w.open() == 0 })
	}
}

// TestWebSocketOrigins: pages of other sites are refused, unless they are allowed.
func TestWebSocketOrigins(t *testing.T) {
	w := startWeb(t, func(c *Config) { c.Origins = []string{"https://print.example.com", "http://localhost:8080"} })
	for name, tt := range map[string]struct {
		header http.Header
		want   int
	}{
		"no browser":         {http.Header{}, http.StatusSwitchingProtocols},
		"own page":           {http.Header{"Origin": {"https://print.example.com"}}, http.StatusSwitchingProtocols},
		"allowed page":       {http.Header{"Origin": {"http://localhost:8080"}}, http.StatusSwitchingProtocols},
		"several protocols":  {http.Header{"Sec-Websocket-Protocol": {"chat, xmpp"}}, http.StatusSwitchingProtocols},
		"other site":         {http.Header{"Origin": {"https://evil.example.com"}}, http.StatusForbidden},
		"other port":         {http.Header{"Origin": {"https://print.example.com:8443"}}, http.StatusForbidden},
		"other scheme":       {http.Header{"Origin": {"http://print.example.com"}}, http.StatusForbidden},
		"longer name":        {http.Header{"Origin": {"https://print.example.com.evil.org"}}, http.StatusForbidden},
		"a page of no site":  {http.Header{"Origin": {"null"}}, http.StatusForbidden},
		"another protocol":   {http.Header{"Sec-Websocket-Protocol": {"chat"}}, http.StatusBadRequest},
		"no protocol":        {http.Header{"Sec-Websocket-Protocol": nil}, http.StatusBadRequest},
		"no WebSocket":       {http.Header{"Upgrade": nil}, http.StatusUpgradeRequired},
		"an older WebSocket": {http.Header{"Sec-Websocket-Version": {"8"}}, http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url, nil)
			if err != nil {
				t.Fatal(err)
			}
			for k, v := range map[string]string{ // RFC 6455, 4.1
				"Connection": "Upgrade", "Upgrade": "websocket", "Sec-Websocket-Version": "13",
				"Sec-Websocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-Websocket-Protocol": "xmpp",
			} {
				req.Header.Set(k, v)
			}
			maps.Copy(req.Header, tt.header)
			resp, err := http.DefaultTransport.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if resp.StatusCode != tt.want {
				t.Errorf("%s, want %d", resp.Status, tt.want)
			}
			if got := resp.Header.Get("Sec-Websocket-Accept"); tt.want == 101 && got != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" { // the RFC's example
				t.Errorf("accepted with %q", got)
			}
		})
	}
}

// TestWebSocketBadInput: as over TCP, each with its condition and a closed stream.
func TestWebSocketBadInput(t *testing.T) {
	long := func(n int) string { return `<auth xmlns="x">` + strings.Repeat("x", n) + `</auth>` }
	for name, tt := range map[string]struct {
		send []string
		want string
	}{
		"header of TCP":       {[]string{clientHeader}, "not-well-formed"},
		"whole stream of TCP": {[]string{clientHeader + "</stream:stream>"}, "invalid-namespace"},
		"version 2":           {[]string{strings.Replace(openMessage, "1.0", "2.0", 1)}, "unsupported-version"},
		"stanza first":        {[]string{`<message xmlns="jabber:client"/>`}, "invalid-namespace"},
		"two elements":        {[]string{openMessage + openMessage}, "not-well-formed"},
		"half an element":     {[]string{openMessage, `<auth`}, "not-well-formed"},
		"an end alone":        {[]string{openMessage, `</stream:stream>`}, "not-well-formed"},
		"nothing":             {[]string{openMessage, ``}, "not-well-formed"},
		"comment":             {[]string{openMessage, `<!-- -->`}, "restricted-xml"},
		"entity bomb":         {[]string{`<!DOCTYPE x [<!ENTITY a "aa">]>` + openMessage}, "restricted-xml"},
		"encoding":            {[]string{`<?xml version="1.0" encoding="ISO-8859-1"?>` + openMessage}, "unsupported-encoding"},
		"stanza before login": {[]string{openMessage, bindMessage}, "not-authorized"},
		"long before login":   {[]string{openMessage, long(9 << 10)}, "policy-violation"},
		"deep":                {[]string{openMessage, strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100)}, "policy-violation"},
	} {
		t.Run(name, func(t *testing.T) {
			p := startWeb(t, nil).dial(t)
			for _, text := range tt.send {
				p.send(text)
			}
			if all := p.ends(tt.want); !strings.HasPrefix(all[0], "<open ") {
				t.Errorf("got %q, want an <open/> first", all)
			}
		})
	}
	for name, tt := range map[string]struct{ send, want string }{
		"long":       {long(65 << 10), "policy-violation"},
		"open again": {openMessage, "unsupported-stanza-type"},
		"comment":    {`<!-- -->`, "restricted-xml"},
	} {
		t.Run(name+" after login", func(t *testing.T) {
			p := startWeb(t, nil).dial(t)
			p.login()
			p.send(tt.send)
			p.ends(tt.want)
		})
	}
	t.Run("no text", func(t *testing.T) {
		p := startWeb(t, nil).dial(t)
		if err := p.Write(t.Context(), websocket.MessageBinary, []byte(openMessage)); err != nil {
			t.Fatal(err)
		}
		p.ends("bad-format")
	})
}

// ends reads until the stream ends with a condition, and the WebSocket with it, and
// returns what was said.
func (p *talker) ends(want string) (all []string) {
	p.t.Helper()
	for {
		text, err := p.next()
		if err != nil {
			if websocket.CloseStatus(err) != websocket.StatusNormalClosure {
				p.t.Errorf("the WebSocket ended with %v", err)
			}
			break
		}
		all = append(all, text)
	}
	n := len(all)
	if n < 2 || all[n-1] != closeMessage || !strings.Contains(all[n-2], `xmlns:stream="http://etherx.jabber.org/streams"><`+want+` `) {
		p.t.Fatalf("got %q, want %s and a <close/>", all, want)
	}
	return all
}

// What a stranger sends is bounded before it is read, also in frames without an end.
func TestWebSocketBudget(t *testing.T) {
	w := startWeb(t, nil)
	p := w.dial(t)
	p.send(openMessage)
	m, err := p.Writer(context.Background(), websocket.MessageText)
	if err != nil {
		t.Fatal(err)
	}
	for range 64 << 20 / (32 << 10) {
		if _, err = m.Write([]byte(strings.Repeat("x", 32<<10))); err != nil {
			break
		}
	}
	if err == nil {
		t.Error("64 MiB were taken")
	}
	w.await(t, "the end", func() bool { return w.open() == 0 })
}

func TestWebSocketLifecycle(t *testing.T) {
	t.Run("slow loris", func(t *testing.T) {
		p := startWeb(t, func(c *Config) { c.Limits.LoginTime = 200 * time.Millisecond }).dial(t)
		p.ends("connection-timeout")
	})
	t.Run("silence", func(t *testing.T) {
		w := startWeb(t, func(c *Config) { c.Limits.Idle, c.Limits.Pong = 200*time.Millisecond, 200*time.Millisecond })
		p := w.dial(t)
		p.login()
		if ping := p.message("jabber:client", "iq"); !strings.Contains(ping, nsPing) {
			t.Errorf("silence brought %s", ping)
		}
		p.send(`<iq xmlns="jabber:client" type="result" id="x"/>`)
		p.message("jabber:client", "iq") // it goes on
		if got := p.message(nsStream, "error"); !strings.Contains(got, "connection-timeout") {
			t.Errorf("got %s", got)
		}
	})
	t.Run("revoked", func(t *testing.T) {
		var revoked chan struct{}
		w := startWeb(t, func(c *Config) {
			revoked = make(chan struct{})
			was := c.Authenticate
			c.Authenticate = func(ctx context.Context, l cloud.Login) (gcp.RobotID, error) {
				select {
				case <-revoked:
					return was(ctx, shows("revoked"))
				default:
					return was(ctx, l)
				}
			}
		})
		p := w.dial(t)
		p.login()
		p.send(subscription)
		p.message("jabber:client", "iq")
		close(revoked)
		w.Revoke(t.Context(), testRobot)
		if got := p.message(nsStream, "error"); !strings.Contains(got, "not-authorized") {
			t.Errorf("got %s", got)
		}
		p.message(nsFraming, "close")
	})
	t.Run("shutdown", func(t *testing.T) {
		w := startWeb(t, nil)
		p := w.dial(t)
		p.login()
		done := make(chan error, 1)
		go func() { done <- w.Shutdown(context.Background()) }()
		if got := p.message(nsStream, "error"); !strings.Contains(got, "system-shutdown") {
			t.Errorf("got %s", got)
		}
		p.message(nsFraming, "close")
		if _, err := p.next(); websocket.CloseStatus(err) != websocket.StatusNormalClosure {
			t.Errorf("the WebSocket ended with %v", err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Run("a peer that takes nothing", func(t *testing.T) {
		w := startWeb(t, func(c *Config) { c.Limits.Write, c.Limits.Queue = time.Second, 1000 })
		p := w.dial(t)
		p.login()
		p.send(subscription)
		p.message("jabber:client", "iq")
		for i, end := 0, time.Now().Add(patience); w.Connected(testRobot); i++ {
			if time.Now().After(end) {
				t.Fatal("it is still there")
			}
			w.Notify(t.Context(), testRobot, gcp.Notification{Printer: gcp.PrinterID(strings.Repeat("x", 300) + strings.Repeat("y", i%997))})
		}
		w.await(t, "the end", func() bool { return w.open() == 0 })
	})
	t.Run("too many of one address", func(t *testing.T) {
		var from atomic.Value
		from.Store("192.0.2.1")
		w := startWeb(t, func(c *Config) {
			c.Limits.ConnsPerAddr = 1
			c.RemoteAddr = func(*http.Request) string { return from.Load().(string) }
		})
		w.dial(t).login()
		second := w.dial(t)
		if text, err := second.next(); err == nil {
			t.Errorf("a second one is told %s", text)
		}
		from.Store("192.0.2.2")
		w.dial(t).login()
	})
}
