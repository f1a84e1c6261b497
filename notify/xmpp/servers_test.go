package xmpp

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/xmppauth"
	"platen/gcp"
	"platen/internal/lab"
	"platen/internal/secret"
	"platen/notify"
)

// cloudOf answers the logins' check of the real servers, as long as it is told to.
func cloudOf(t *testing.T) (address string, away *atomic.Bool) {
	t.Helper()
	check := xmppauth.New(xmppauth.Config{
		Secret: secret.New("the secret of the logins"), Domain: lab.XMPPDomain, Logger: slog.New(slog.DiscardHandler),
		Authenticate: func(_ context.Context, l cloud.Login) (gcp.RobotID, error) {
			switch l.Token.Reveal() {
			case testToken:
				return testRobot, nil
			case "of another":
				return "another", nil
			}
			return "", &cloud.Error{Kind: cloud.KindCredentials, Message: "no such token"}
		},
	})
	away = &atomic.Bool{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if away.Load() {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		if r.Method+" "+r.URL.Path != xmppauth.Pattern {
			http.NotFound(w, r)
			return
		}
		check.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL, away
}

// component is the cloud's end of XEP-0114, as short as it can be.
type component struct {
	t    *testing.T
	conn net.Conn
	in   chan stanzaText
}

type stanzaText struct {
	XMLName xml.Name
	From    string `xml:"from,attr"`
	Type    string `xml:"type,attr"`
	ID      string `xml:"id,attr"`
	Inner   string `xml:",innerxml"`
}

func newComponent(t *testing.T, s *lab.XMPPServer) *component {
	t.Helper()
	conn, err := net.Dial("tcp", s.Component)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	c := &component{t: t, conn: conn, in: make(chan stanzaText, 100)}
	c.say(`<stream:stream xmlns="jabber:component:accept" xmlns:stream="http://etherx.jabber.org/streams" to="` + lab.XMPPService + `">`)
	d := xml.NewDecoder(conn)
	shared, err := os.ReadFile(s.Secret)
	if err != nil {
		t.Fatal(err)
	}
	for {
		token, err := d.Token()
		if err != nil {
			t.Fatalf("the server's header: %v", err)
		}
		if start, ok := token.(xml.StartElement); ok {
			sum := sha1.Sum([]byte(attr(&start, "id") + strings.TrimSpace(string(shared))))
			c.say("<handshake>" + hex.EncodeToString(sum[:]) + "</handshake>")
			break
		}
	}
	var welcome stanzaText
	if err := d.Decode(&welcome); err != nil || welcome.XMLName.Local != "handshake" {
		t.Fatalf("handshake: %v, %+v", err, welcome)
	}
	go func() {
		defer close(c.in)
		for {
			var s stanzaText
			if d.Decode(&s) != nil {
				return
			}
			if s.XMLName.Local == "iq" && s.Type == "get" {
				c.say(fmt.Sprintf(`<iq type="result" id=%q from=%q to=%q/>`, s.ID, lab.XMPPService, s.From))
				continue
			}
			c.in <- s
		}
	}()
	return c
}

func (c *component) say(text string) { _, _ = io.WriteString(c.conn, text) } // what is lost is missed below

// next returns the next stanza that is as ok says.
func (c *component) next(what string, ok func(stanzaText) bool) stanzaText {
	c.t.Helper()
	limit := time.After(patience)
	for {
		select {
		case s, open := <-c.in:
			if !open {
				c.t.Fatalf("the component's stream ended before %s", what)
			}
			if ok(s) {
				return s
			}
		case <-limit:
			c.t.Fatalf("the component never saw %s", what)
		}
	}
}

// presence waits for the presence of a session of the robot: "" or "unavailable".
func (c *component) presence(o Options, typ string) {
	c.t.Helper()
	from := realBare + "/" + string(o.Resource)
	c.next("presence of "+from+" of type "+typ, func(s stanzaText) bool {
		return s.XMLName.Local == "presence" && s.Type == typ && s.From == from
	})
}

// asks sends a request to the PubSub service and checks that it is granted.
func (c *component) asks(id, payload string) {
	c.t.Helper()
	c.say(fmt.Sprintf(`<iq type="set" id=%q from=%q to=%q>%s</iq>`, id, lab.XMPPService, lab.XMPPPubSub, payload))
	if a := c.next("an answer to "+id, func(s stanzaText) bool { return s.ID == id }); a.Type != "result" {
		c.t.Fatalf("%s: %s", id, a.Inner)
	}
}

// hint is what the cloud sends.
func hintText(printer gcp.PrinterID) string {
	return `<push:push channel="` + lab.XMPPService + `" xmlns:push="google:push"><push:recipient to="x"></push:recipient><push:data>` +
		gcp.Notification{Printer: printer}.Encode() + `</push:data></push:push>`
}

const realBare = string(testRobot) + "@" + lab.XMPPDomain

// makeNode makes the robot's node as the cloud does (XEP-0060, 8.1.3 and 8.9.2).
func (c *component) makeNode() {
	c.t.Helper()
	node := gcp.PushNode(testRobot)
	field := func(name, value string) string {
		return `<field var="` + name + `"><value>` + value + `</value></field>`
	}
	c.asks("create", `<pubsub xmlns="http://jabber.org/protocol/pubsub"><create node="`+node+`"/><configure><x xmlns="jabber:x:data" type="submit">`+
		field("FORM_TYPE", "http://jabber.org/protocol/pubsub#node_config")+field("pubsub#access_model", "whitelist")+
		field("pubsub#persist_items", "0")+field("pubsub#notification_type", "headline")+`</x></configure></pubsub>`)
	c.asks("affiliate", `<pubsub xmlns="http://jabber.org/protocol/pubsub#owner"><affiliations node="`+node+`"><affiliation jid="`+realBare+
		`" affiliation="member"/></affiliations></pubsub>`)
}

// realOptions are for one of the real servers.
func realOptions(s *lab.XMPPServer) Options {
	return Options{
		Host: "127.0.0.1", DirectPort: s.Direct, Domain: lab.XMPPDomain, Service: lab.XMPPService,
		User: testRobot, Resource: "proxy-1", RootCAs: s.Authority(), LoginTimeout: patience,
		Token: func(context.Context) (secret.Text, error) { return secret.New(testToken), nil },
	}
}

// login tries one connection and returns why it ended; nil if it stood, and was ended here.
func login(t *testing.T, o Options) error {
	t.Helper()
	client, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	done, s := make(chan error, 1), &sink{}
	go func() { done <- client.Carry(ctx, s) }()
	if lab.Eventually(patience, func() bool { return s.connected() > 0 || len(done) > 0 }) && s.connected() > 0 {
		cancel()
		<-done //nolint:errcheck // it was ended here
		return nil
	}
	return <-done
}

// TestRealServers has the client speak with Prosody and ejabberd as we set them up, and
// with a cloud behind them.
func TestRealServers(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(lab.TB, lab.XMPPOptions) *lab.XMPPServer{"Prosody": lab.Prosody, "ejabberd": lab.Ejabberd} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, away := cloudOf(t)
			o := lab.XMPPOptions{Cloud: address, Idle: 2 * time.Second}
			if name == "ejabberd" {
				o.Bin = lab.Build(t)
			}
			server := start(t, o)
			behind := newComponent(t, server)
			behind.makeNode()
			t.Run("logins", func(t *testing.T) { logins(t, server, away) })
			for _, pubsub := range []string{"", lab.XMPPPubSub} {
				t.Run("hints"+pubsub, func(t *testing.T) { hints(t, server, behind, pubsub) })
			}
			t.Run("silence", func(t *testing.T) { silence(t, server, behind) })
			t.Run("component again", func(t *testing.T) {
				if name != "Prosody" { // elsewhere the next ping tells
					return
				}
				o := realOptions(server)
				o.Resource = "again"
				s, _ := connect(t, o)
				await(t, "connected", func() bool { return s.connected() == 1 })
				behind.presence(o, "")
				_ = behind.conn.Close()
				again := newComponent(t, server)
				again.presence(o, "")
				again.say(`<message type="headline" from="` + lab.XMPPService + `" to="` + realBare + `">` + hintText("again") + `</message>`)
				await(t, "hint", func() bool { return s.last().Printer == "again" })
			})
		})
	}
}

// logins checks who is let in, by each way and mechanism.
func logins(t *testing.T, server *lab.XMPPServer, away *atomic.Bool) {
	o := realOptions(server)
	if err := login(t, o); err != nil {
		t.Errorf("direct TLS: %v", err)
	}
	start := o
	start.DirectPort, start.STARTTLSPort = 0, server.STARTTLS
	if err := login(t, start); err != nil {
		t.Errorf("STARTTLS: %v", err)
	}
	if server.WebSocket != 0 {
		web := o
		web.WebSocket = &url.URL{Scheme: "http", Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(server.WebSocket)), Path: gcp.WebSocketPath}
		if err := login(t, web); err != nil {
			t.Errorf("WebSocket: %v", err)
		}
	}
	for _, token := range []string{"bad", "of another"} {
		bad := o
		bad.Token = func(context.Context) (secret.Text, error) { return secret.New(token), nil }
		if err := login(t, bad); !errors.Is(err, notify.ErrCredentials) {
			t.Errorf("token %q: %v, want a refusal", token, err)
		}
	}
	away.Store(true)
	defer away.Store(false)
	done := make(chan error, 1)
	go func() { done <- login(t, o) }()
	select {
	case err := <-done: // Prosody says that nobody knows
		if err == nil || errors.Is(err, notify.ErrCredentials) {
			t.Errorf("while the cloud is away: %v, want a passing failure", err)
		}
	case <-time.After(3 * time.Second): // ejabberd's program waits for the cloud
		away.Store(false)
		if err := <-done; err != nil {
			t.Errorf("the cloud came back: %v", err)
		}
	}
}

// connect carries until stop is called.
func connect(t *testing.T, o Options) (s *sink, stop func()) {
	t.Helper()
	client, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s = &sink{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = client.Carry(ctx, s) // how it ended is not asked
	}()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return s, stop
}

// hints sends some, and looks at the presence before and after.
func hints(t *testing.T, server *lab.XMPPServer, behind *component, pubsub string) {
	o := realOptions(server)
	o.PubSub, o.Resource = pubsub, gcp.ProxyID("hints"+pubsub)
	o.PingInterval, o.PingTimeout = 200*time.Millisecond, patience // answered by the component
	s, stop := connect(t, o)
	await(t, "connected", func() bool { return s.connected() == 1 })
	behind.presence(o, "")
	for i := range 3 {
		printer := gcp.PrinterID(fmt.Sprintf("printer%s%d", pubsub, i))
		if pubsub == "" {
			behind.say(`<message type="headline" from="` + lab.XMPPService + `" to="` + realBare + `">` + hintText(printer) + `</message>`)
		} else {
			behind.asks("publish", `<pubsub xmlns="http://jabber.org/protocol/pubsub"><publish node="`+gcp.PushNode(testRobot)+
				`"><item id="current">`+hintText(printer)+`</item></publish></pubsub>`)
		}
		await(t, "hint "+string(printer), func() bool { return s.last().Printer == printer })
	}
	if n := s.count(); n != 3 {
		t.Errorf("%d hints: %v", n, s.hints)
	}
	stop()
	began := time.Now()
	behind.presence(o, "unavailable")
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the cloud heard of the end after %s", took)
	}
}

// silence leaves a session without answers: the server ends it, and tells the cloud.
func silence(t *testing.T, server *lab.XMPPServer, behind *component) {
	o := realOptions(server)
	o.PingInterval, o.Resource = time.Hour, "silent"
	cable := lab.NewCable(t)
	cable.Serve(fmt.Sprintf("127.0.0.1:%d", server.Direct))
	o.DirectPort = cable.Port()
	s, _ := connect(t, o)
	await(t, "connected", func() bool { return s.connected() == 1 })
	behind.presence(o, "")
	cable.Cut()
	began := time.Now()
	behind.presence(o, "unavailable")
	t.Logf("a silent session ended after %s", time.Since(began).Round(time.Millisecond))
	cable.Heal()
}
