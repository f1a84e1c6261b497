package component_test

import (
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"platen/cloud/component"
	"platen/gcp"
	"platen/internal/lab"
	"platen/internal/secret"
)

// client is a connector's stream, written from RFC 6120 and the XEPs alone.
type client struct {
	*peer
	jid     string
	classic bool // it subscribed as old connectors do
}

// logIn leads a stream to the bound resource.
func logIn(t *testing.T, s *lab.XMPPServer, id gcp.RobotID) *client {
	t.Helper()
	cfg := &tls.Config{RootCAs: s.Authority(), ServerName: lab.XMPPDomain}
	conn, err := tls.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.Direct), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	c := &client{peer: &peer{t: t, Conn: conn}}
	const header = `<?xml version='1.0'?><stream:stream to='` + lab.XMPPDomain + `' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`
	c.send(header)
	c.until(`</stream:features>`)
	token := base64.StdEncoding.EncodeToString([]byte("\x00" + string(id) + "\x00token of " + string(id)))
	c.send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>` + token + `</auth>`)
	c.until(`<success `)
	c.send(header)
	c.until(`</stream:features>`)
	c.send(`<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>r</resource></bind></iq>`)
	c.jid = c.until(`<jid>([^<]*)</jid>.*</iq>`)[1]
	return c
}

// ask sends a request, and reports whether it was done.
func (c *client) ask(id, to, payload string) bool {
	c.t.Helper()
	c.send(`<iq type='set' id='` + id + `' to='` + to + `'>` + payload + `</iq>`)
	return strings.Contains(c.until(`<iq [^>]*id=['"]` + id + `['"][^>]*>`)[0], "result")
}

// announce does what makes hints come: the subscription of the old connectors where it is
// known, else presence, and a subscription to the node where there is one.
func (c *client) announce(pubsub bool) {
	c.t.Helper()
	bare, _, _ := strings.Cut(c.jid, "/")
	if !pubsub && c.ask("push", bare, `<subscribe xmlns='google:push'><item channel='`+lab.XMPPService+`' from='`+lab.XMPPService+`'/></subscribe>`) {
		c.classic = true
		return
	}
	c.send(`<presence/><presence to='` + lab.XMPPService + `'/>`)
	if pubsub {
		lab.Until(c.t, patience, "the node", func() bool { return c.subscribe(robot) })
	}
}

func (c *client) subscribe(to gcp.RobotID) bool {
	bare, _, _ := strings.Cut(c.jid, "/")
	return c.ask("node", lab.XMPPPubSub, `<pubsub xmlns='http://jabber.org/protocol/pubsub'><subscribe node='`+gcp.PushNode(to)+`' jid='`+bare+`'/></pubsub>`)
}

// tokens answers a server as the cloud does.
func tokens(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, _, _ := strings.Cut(r.PostFormValue("user"), "@")
		if r.PostFormValue("token") != "token of "+user {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// realConfig is how a cloud is set up for one of the laboratory's servers.
func realConfig(s *lab.XMPPServer, pubsub bool) component.Config {
	cfg := config(s.Component)
	cfg.Secret, cfg.Service, cfg.Domain = secret.New("the component's secret"), lab.XMPPService, lab.XMPPDomain
	if pubsub {
		cfg.PubSub = lab.XMPPPubSub
	}
	return cfg
}

// connect runs a link to one of the laboratory's servers.
func connect(t *testing.T, s *lab.XMPPServer, pubsub bool) *world {
	t.Helper()
	cfg := realConfig(s, pubsub)
	return begin(t, s.Component, func(c *component.Config) {
		c.Secret, c.Service, c.Domain, c.PubSub = cfg.Secret, cfg.Service, cfg.Domain, cfg.PubSub
	})
}

// What is done over the stream works on the servers that people run.
func TestRealServers(t *testing.T) {
	cloud := tokens(t)
	for name, start := range map[string]func(*testing.T) *lab.XMPPServer{
		"Prosody": func(t *testing.T) *lab.XMPPServer { return lab.Prosody(t, lab.XMPPOptions{Cloud: cloud}) },
		"ejabberd": func(t *testing.T) *lab.XMPPServer {
			return lab.Ejabberd(t, lab.XMPPOptions{Cloud: cloud, Bin: lab.Build(t)})
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			t.Run("refusals", func(t *testing.T) { testRefusals(t, s) })
			for driver, pubsub := range map[string]bool{"component": false, "pubsub": true} {
				t.Run(driver, func(t *testing.T) { testLife(t, s, pubsub) })
			}
			t.Run("restart", func(t *testing.T) { testRestart(t, s) })
			t.Run("replicas", func(t *testing.T) { testReplicas(t, s, name == "Prosody") })
		})
	}
}

func testRefusals(t *testing.T, s *lab.XMPPServer) {
	cfg := realConfig(s, false)
	cfg.Secret = secret.New("wrong")
	wantTrouble(t, component.Check(t.Context(), cfg), "refuses the secret", "push.server.secret_file")
	cfg = realConfig(s, true)
	cfg.PubSub = "nothing." + lab.XMPPDomain
	wantTrouble(t, component.Check(t.Context(), cfg), "has no PubSub service", "push.server.pubsub")
	cfg = realConfig(s, false)
	cfg.Service = lab.XMPPDomain // the server's own
	err := component.Check(t.Context(), cfg)
	if _, ok := errors.AsType[*component.Trouble](err); !ok {
		t.Errorf("the server's own name: %v", err)
	}
}

// testLife is what a robot and the cloud do with each other.
func testLife(t *testing.T, s *lab.XMPPServer, pubsub bool) {
	cfg := realConfig(s, pubsub)
	var err error
	lab.Until(t, patience, "the name to be free", func() bool {
		err = component.Check(t.Context(), cfg)
		return !errors.Is(err, component.ErrHeld)
	})
	if err != nil {
		t.Errorf("before: %v", err)
	}
	w := connect(t, s, pubsub)
	w.until("the stream", w.Connected)
	if err := w.Check(t.Context()); err != nil {
		t.Errorf("over the stream that stands: %v", err)
	}

	c := logIn(t, s, robot)
	c.announce(pubsub)
	w.until("the robot to be there", func() bool { return w.there() })
	w.Notify(t.Context(), robot, gcp.Notification{Printer: "printer-1"})
	got := c.until(`<message [^>]*>.*>cHJpbnRlci0x</.*</message>`)[0]
	if c.classic && !strings.Contains(got, `<push:data>`) { // some look for the prefix as text
		t.Errorf("an old client would not find it: %s", got)
	}
	c.send(`<iq type='get' id='7' to='` + lab.XMPPService + `'><ping xmlns='urn:xmpp:ping'/></iq>`)
	if got = c.until(`<iq [^>]*id=['"]7['"][^>]*>`)[0]; !strings.Contains(got, "result") || !strings.Contains(got, lab.XMPPService) {
		t.Errorf("answer to a ping: %s", got)
	}
	if pubsub {
		testNodeIsOnesOwn(t, s)
	}

	_ = c.Close()
	w.until("the robot to be gone", func() bool { return !w.there() })

	c = logIn(t, s, robot)
	c.announce(pubsub)
	w.until("the robot to be there again", func() bool { return w.there() })
	w.set(func() { w.standing[robot] = component.Revoked })
	w.Revoke(t.Context(), robot)
	if _, err := c.find(`</stream:stream>`); err != nil && !strings.Contains(err.Error(), "EOF") {
		t.Errorf("the session goes on: %v", err)
	}
	w.until("the robot whose token is revoked to be gone", func() bool { return !w.there() })
	if lines := w.log.lines(); len(lines) != 1 {
		t.Errorf("%d lines are logged:\n%s", len(lines), strings.Join(lines, "\n"))
	}
	// What comes in may go to either of two streams: this is the last that is done here.
	if err := component.Check(t.Context(), cfg); err != nil && !errors.Is(err, component.ErrHeld) {
		t.Errorf("beside the stream that stands: %v", err)
	}
}

// testNodeIsOnesOwn tries what a robot may not do with another one's node.
func testNodeIsOnesOwn(t *testing.T, s *lab.XMPPServer) {
	c := logIn(t, s, other)
	if c.subscribe(robot) {
		t.Error("a robot may subscribe to another one's node")
	}
	item := `<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='` + gcp.PushNode(robot) + `'><item><x xmlns='y'/></item></publish></pubsub>`
	if c.ask("publish", lab.XMPPPubSub, item) {
		t.Error("a robot may publish at another one's node")
	}
	if c.ask("make", lab.XMPPPubSub, `<pubsub xmlns='http://jabber.org/protocol/pubsub'><create node='platen/robots/next'/></pubsub>`) {
		t.Error("a robot may make nodes, and own those of the next one")
	}
}

// testRestart ends the server in both ways.
func testRestart(t *testing.T, s *lab.XMPPServer) {
	w := connect(t, s, false)
	for i, end := range []func(){s.Stop, s.Kill} {
		w.until("the stream", w.Connected)
		c := logIn(t, s, robot)
		c.announce(false)
		w.until("the robot to be there", func() bool { return w.there() })
		end()
		w.until("the end to be noticed", func() bool { return !w.Connected() })
		w.Notify(t.Context(), other, gcp.Notification{Printer: "p"})
		s.Start()
		w.until("the stream to stand again", w.Connected)
		want := 3 + 2*i
		w.until("that to be told", func() bool { return len(w.log.lines()) >= want })
		if lines := w.log.lines(); len(lines) != want {
			t.Errorf("%d lines are logged:\n%s", len(lines), strings.Join(lines, "\n"))
		}
		w.until("the robot to be gone", func() bool { return !w.there() })
	}
}

// testReplicas has two clouds want the same name. Where the server lets in one at a time
// the other waits, and takes over.
func testReplicas(t *testing.T, s *lab.XMPPServer, oneAtATime bool) {
	first := connect(t, s, false)
	first.until("the first", first.Connected)
	second := connect(t, s, false)
	if oneAtATime {
		second.until("the refusal", func() bool { return strings.Contains(second.log.lines()[0], "another program holds the name") })
	} else {
		second.until("the second", second.Connected)
	}
	first.stop()
	first.until("the end of the first", func() bool { return !first.Connected() })
	second.until("the second alone", second.Connected)
	c := logIn(t, s, robot)
	c.announce(false)
	second.until("the robot to be there", second.there)
	second.Notify(t.Context(), robot, gcp.Notification{Printer: "printer-1"})
	c.until(`>cHJpbnRlci0x</`)
}
