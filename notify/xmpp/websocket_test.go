package xmpp

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"platen/cloud"
	"platen/cloud/push"
	"platen/gcp"
	"platen/internal/lab"
	"platen/notify"
)

// webService is a real cloud/push behind HTTPS.
func webService(t *testing.T, edit func(*push.Config)) (*service, Options) {
	t.Helper()
	s := newService(t, push.Direct, edit)
	opt := s.options()
	opt.WebSocket = overHTTPS(t, s, func(w http.ResponseWriter, r *http.Request) { s.web.Load().ServeWebSocket(w, r) })
	opt.Host, opt.DirectPort = "", 0
	return s, opt
}

// overHTTPS serves WebSockets at an address with the service's certificate.
func overHTTPS(t *testing.T, s *service, h http.HandlerFunc) *url.URL {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc(gcp.WebSocketPath, h)
	server := httptest.NewUnstartedServer(mux)
	server.TLS = s.tls.Clone()
	server.EnableHTTP2 = true // as the cloud has it
	server.StartTLS()
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL + gcp.WebSocketPath)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestOverWebSocket(t *testing.T) {
	s, opt := webService(t, nil)
	if way, err := Probe(t.Context(), opt); err != nil || !strings.HasPrefix(way, "WebSocket to 127.0.0.1 on port ") {
		t.Errorf("Probe: %q, %v", way, err)
	}
	ch, got, c := run(t, opt)
	if c.Name() != "websocket" {
		t.Errorf("its name is %q", c.Name())
	}
	s.await("a stream", func() bool { return got.connected() == 1 && s.Connected(testRobot) })
	for i := range 20 {
		s.Notify(t.Context(), testRobot, gcp.Notification{Printer: gcp.PrinterID("p" + strconv.Itoa(i))})
	}
	s.await("hints", func() bool { return got.count() == 20 && got.last().Printer == "p19" })
	if st := ch.Status(); !st.Connected || st.Carrier != "websocket" || got.early {
		t.Errorf("status %+v", st)
	}
}

// endings keeps what a channel logs of connections that were lost: its status soon tells of
// the next try.
type endings struct {
	mu   sync.Mutex
	list []string
}

func (e *endings) Enabled(context.Context, slog.Level) bool { return true }
func (e *endings) WithAttrs([]slog.Attr) slog.Handler       { return e }
func (e *endings) WithGroup(string) slog.Handler            { return e }

func (e *endings) Handle(_ context.Context, r slog.Record) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	r.Attrs(func(a slog.Attr) bool {
		if r.Message == "notifications lost" && a.Key == "err" {
			e.list = append(e.list, a.Value.String())
		}
		return true
	})
	return nil
}

// first returns how the first connection ended, "" while it stands.
func (e *endings) first() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.list) == 0 {
		return ""
	}
	return e.list[0]
}

// A service that is started anew ends the stream with a word, and the next one stands
// as soon as it takes streams again.
func TestWebSocketComesBack(t *testing.T) {
	s, opt := webService(t, nil)
	ended := &endings{}
	_, got, _ := runLogged(t, opt, ended)
	s.await("a stream", func() bool { return got.connected() == 1 })
	s.stop()
	s.await("its end", func() bool { return ended.first() != "" })
	if text := ended.first(); !strings.Contains(text, "restarting") {
		t.Errorf("it ended with %s", text)
	}
	s.start("127.0.0.1:0")
	s.await("another stream", func() bool { return got.connected() == 2 })
	s.Notify(t.Context(), testRobot, gcp.Notification{Printer: "p"})
	s.await("a hint", func() bool { return got.count() == 1 })
}

// A connection that is cut is told in our words.
func TestWebSocketIsCut(t *testing.T) {
	s, opt := webService(t, nil)
	cable := lab.NewCable(t)
	cable.Serve(opt.WebSocket.Host)
	opt.WebSocket.Host = cable.Addr()
	ended := &endings{}
	_, got, _ := runLogged(t, opt, ended)
	s.await("a stream", func() bool { return got.connected() == 1 })
	cable.Drop()
	s.await("its end", func() bool { return ended.first() != "" })
	if text := ended.first(); text != errEnded.Error() {
		t.Errorf("it ended with %s", text)
	}
}

// A connector that stops says so: the service need not find out.
func TestWebSocketStops(t *testing.T) {
	s, opt := webService(t, nil)
	c, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended, got := make(chan error, 1), &sink{}
	go func() { ended <- c.Carry(ctx, got) }()
	s.await("a stream", func() bool { return got.connected() == 1 && s.Connected(testRobot) })
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
	s.await("absence", func() bool { return !s.Connected(testRobot) })
}

// The proxy of the settings is on the way to the service's own address, too.
func TestWebSocketThroughAProxy(t *testing.T) {
	s, opt := webService(t, nil)
	port, err := strconv.Atoi(opt.WebSocket.Port())
	if err != nil {
		t.Fatal(err)
	}
	opt.Proxy = lab.HTTPProxy(t, port)
	_, got, c := run(t, opt)
	s.await("a stream", func() bool { return got.connected() == 1 })
	s.Notify(t.Context(), testRobot, gcp.Notification{Printer: "p"})
	s.await("a hint", func() bool { return got.count() == 1 })
	if c.Name() != "websocket" {
		t.Errorf("its name is %q", c.Name())
	}
}

// A refused token is refused on this way as on the others; pings notice a dead service.
func TestWebSocketEnds(t *testing.T) {
	s, opt := webService(t, func(c *push.Config) { c.Service = "another.example" })
	opt.Service = "another.example"
	s.stop() // it takes nobody
	if err := carry(t, opt, &sink{}, patience); err == nil || errors.Is(err, notify.ErrCredentials) {
		t.Errorf("a service that stops: %v", err)
	}
	other := newService(t, push.Direct, func(c *push.Config) {
		c.Authenticate = func(context.Context, cloud.Login) (gcp.RobotID, error) { return "", nil }
	})
	opt.WebSocket, opt.RootCAs = overHTTPS(t, other, other.ServeWebSocket), other.pool
	if err := carry(t, opt, &sink{}, patience); !errors.Is(err, notify.ErrCredentials) {
		t.Errorf("a refused token: %v", err)
	}
}

// Where there is no WebSocket nothing lasts on this way, and the answer says why.
func TestNoWebSocket(t *testing.T) {
	s := newService(t, push.Direct, nil)
	opt := s.options()
	for name, tt := range map[string]struct {
		serve http.HandlerFunc
		want  string
	}{
		"an older service":         {http.NotFound, "404"},
		"a proxy without upgrades": {func(w http.ResponseWriter, r *http.Request) { r.Header.Del("Upgrade"); s.ServeWebSocket(w, r) }, "426"},
		"a page of a hotel":        {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }, "200"},
		"a way elsewhere":          {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) }, "302"},
		"a WebSocket of another kind": {func(w http.ResponseWriter, r *http.Request) {
			if c, err := websocket.Accept(w, r, nil); err == nil {
				_, _, _ = c.Read(r.Context())
			}
		}, "does not speak XMPP"},
	} {
		t.Run(name, func(t *testing.T) {
			opt.WebSocket, opt.RootCAs = overHTTPS(t, s, tt.serve), s.pool
			err := carry(t, opt, &sink{}, patience)
			if !errors.Is(err, notify.ErrUnfit) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("it ended with %v", err)
			}
			if _, err := Probe(t.Context(), opt); !errors.Is(err, notify.ErrUnfit) {
				t.Errorf("Probe: %v", err)
			}
		})
	}
}

// A proxy that stays while the service behind it is started anew says so; that is no reason
// to leave this way.
func TestWebSocketOfAServiceThatIsAway(t *testing.T) {
	s := newService(t, push.Direct, nil)
	opt := s.options()
	for _, status := range []int{http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout, http.StatusTooManyRequests} {
		opt.WebSocket, opt.RootCAs = overHTTPS(t, s, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }), s.pool
		if err := carry(t, opt, &sink{}, patience); errors.Is(err, notify.ErrUnfit) || !strings.Contains(err.Error(), strconv.Itoa(status)) {
			t.Errorf("%d: %v", status, err)
		}
	}
}

// A service that misbehaves ends the connection, and nothing else.
func TestHostileWebSocket(t *testing.T) {
	open := `<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" from="` + push.ClassicDomain + `" id="1" version="1.0"/>`
	s := newService(t, push.Direct, nil)
	for name, serve := range map[string]func(ctx context.Context, c *websocket.Conn){
		"binary": func(ctx context.Context, c *websocket.Conn) { _ = c.Write(ctx, websocket.MessageBinary, []byte(open)) },
		"huge": func(ctx context.Context, c *websocket.Conn) {
			w, err := c.Writer(ctx, websocket.MessageText)
			for range 1000 {
				if err == nil {
					_, err = w.Write([]byte(strings.Repeat("x", 16<<10)))
				}
			}
		},
		"header of TCP": func(ctx context.Context, c *websocket.Conn) {
			_ = c.Write(ctx, websocket.MessageText, []byte(`<stream:stream xmlns:stream="http://etherx.jabber.org/streams" xmlns="jabber:client" id="1" version="1.0">`))
		},
		"closes": func(ctx context.Context, c *websocket.Conn) {
			_ = c.Write(ctx, websocket.MessageText, []byte(`<close xmlns="urn:ietf:params:xml:ns:xmpp-framing"/>`))
		},
		"closes, too": func(_ context.Context, c *websocket.Conn) { _ = c.Close(websocket.StatusGoingAway, "") },
		"is silent":   func(context.Context, *websocket.Conn) {},
	} {
		t.Run(name, func(t *testing.T) {
			opt := s.options()
			opt.LoginTimeout = 2 * time.Second
			opt.WebSocket = overHTTPS(t, s, func(w http.ResponseWriter, r *http.Request) {
				c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"xmpp"}})
				if err != nil {
					return
				}
				defer func() { _ = c.CloseNow() }() // the client is gone
				if _, _, err := c.Read(r.Context()); err == nil {
					serve(r.Context(), c)
				}
				_, _, _ = c.Read(r.Context()) // until the client gives up
			})
			if err := carry(t, opt, &sink{}, patience); err == nil || errors.Is(err, notify.ErrCredentials) {
				t.Errorf("it ended with %v", err)
			}
		})
	}
}

// What mellium writes in pieces is one message; what it is, XML decides.
func TestWhole(t *testing.T) {
	for text, want := range map[string]bool{
		`<a/>`: true, `<a>x</a>`: true, `<a b='>'><c/></a>`: true, `<open version='1.0'/>`: true,
		``: false, `<a`: false, `<a>`: false, `<a b="`: false, `<a><b></b>`: false, `<a></a`: false, `x`: false,
	} {
		if got := whole([]byte(text)); got != want {
			t.Errorf("whole(%q) = %v", text, got)
		}
	}
}
