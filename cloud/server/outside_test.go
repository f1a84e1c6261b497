package server

import (
	"context"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/component"
	"platen/cloud/web"
	"platen/gcp"
	"platen/internal/lab"
)

// outside sets up a cloud whose hints an XMPP server carries, which is not there.
func outside(t *testing.T, driver Driver) PushConfig {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(" hush \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := Default().Push
	c.Driver, c.TellPort, c.TellSTARTTLS, c.Domain, c.Service = driver, 5223, 5222, "print.example.com", "push.print.example.com"
	c.Server = XMPPServerConfig{Component: l.Addr().String(), SecretFile: file, PubSub: "pubsub.print.example.com"}
	return c
}

// Connectors are told of the XMPP server, and nothing of ours listens beside it.
func TestOutsideEndpoint(t *testing.T) {
	for driver, pubsub := range map[Driver]string{DriverComponent: "", DriverPubSub: "pubsub.print.example.com"} {
		r := start(t, func(s *Server) { s.cfg.Push = outside(t, driver) })
		e, err := r.endpoint("127.0.0.1")
		want := gcp.PushEndpoint{
			Host: "127.0.0.1", DirectPort: 5223, STARTTLSPort: 5222, Domain: "print.example.com", Service: "push.print.example.com", PubSub: pubsub,
		}
		if err != nil || *e != want {
			t.Errorf("%s: connectors are told %+v, %v", driver, e, err)
		}
		if r.direct != nil || r.starttls != nil {
			t.Errorf("%s: we listen, too", driver)
		}
		if h := (installation{r.Server}).Health(t.Context()); h.Push != web.PushLost {
			t.Errorf("%s: health %q while nobody answers", driver, h.Push)
		}
	}
	r := start(t, func(s *Server) { s.cfg.Push.Driver = DriverNone })
	if e, err := r.endpoint("127.0.0.1"); err != nil || e.XMPP() || r.direct != nil {
		t.Errorf("without streams connectors are told %+v, %v", e, err)
	}
	if h := (installation{r.Server}).Health(t.Context()); h.Push != web.PushHTTPS {
		t.Errorf("without streams: health %q", h.Push)
	}
}

// The doctor says in a sentence what is wrong with the XMPP server.
func TestExamineOutside(t *testing.T) {
	cfg := Default()
	cfg.Push = outside(t, DriverComponent)
	f := examinePush(t.Context(), cfg)
	if f.OK || !strings.Contains(f.Detail, "nothing takes connections at "+cfg.Push.Server.Component) || !strings.Contains(f.Advice, "is the XMPP server running") {
		t.Errorf("nobody there: %+v", f)
	}
	cfg.Push.Server.SecretFile = filepath.Join(t.TempDir(), "none")
	if f := examinePush(t.Context(), cfg); f.OK || !strings.Contains(f.Detail, "push.server.secret_file") {
		t.Errorf("no secret: %+v", f)
	}
	cfg.Push = outside(t, DriverComponent)
	cfg.Push.Server.CAFile = cfg.Push.Server.SecretFile
	if f := examinePush(t.Context(), cfg); f.OK || !strings.Contains(f.Detail, "push.server.ca_file: no certificate") {
		t.Errorf("no certificate: %+v", f)
	}
	cfg.Push.Driver = DriverNone
	if f := examinePush(t.Context(), cfg); !f.OK {
		t.Errorf("without streams: %+v", f)
	}
}

// A robot is trusted while it has tokens; users of the XMPP server that are no robots
// are nobody's to log out.
func TestStanding(t *testing.T) {
	r := start(t, nil)
	ctx := t.Context()
	want := func(id gcp.RobotID, want component.Standing) {
		t.Helper()
		if got, err := r.standing(ctx, id); err != nil || got != want {
			t.Errorf("standing of %s: %v, %v, want %v", id, got, err, want)
		}
	}
	want("someone", component.Unknown)
	made, err := r.service.CreateRobot(ctx, r.caller(), cloud.RobotRequest{Proxy: "px"})
	if err != nil {
		t.Fatal(err)
	}
	want(made.Robot.ID, component.Revoked)
	own, err := r.service.Serve(ctx, r.caller())
	if err != nil {
		t.Fatal(err)
	}
	want(own, component.Trusted)
}

// Without a host and ports, connectors are told the domain alone, whose records say where
// the XMPP server is (XEP-0368).
func TestOutsideByRecords(t *testing.T) {
	r := start(t, func(s *Server) {
		s.cfg.Push = outside(t, DriverComponent)
		s.cfg.Push.TellPort, s.cfg.Push.TellSTARTTLS = 0, 0
		if err := s.cfg.Push.check(); err != nil {
			t.Error(err)
		}
	})
	e, err := r.endpoint("127.0.0.1")
	if want := (gcp.PushEndpoint{Domain: "print.example.com", Service: "push.print.example.com"}); err != nil || *e != want || !e.XMPP() {
		t.Errorf("connectors are told %+v, %v", e, err)
	}
}

// What is wrong in the settings of notifications is refused.
func TestPushSettings(t *testing.T) {
	for want, change := range map[string]func(*PushConfig){
		"":                               func(*PushConfig) {},
		`push.driver is "jabber"`:        func(c *PushConfig) { c.Driver = "jabber" },
		"push.server.component":          func(c *PushConfig) { c.Server.Component = "localhost" },
		"push.server.secret_file":        func(c *PushConfig) { c.Server.SecretFile = "" },
		"push.server.pubsub":             func(c *PushConfig) { c.Server.PubSub = "" },
		"push.service":                   func(c *PushConfig) { c.Service = "" },
		"push.advertised_direct_port or": func(c *PushConfig) { c.Host, c.TellPort, c.TellSTARTTLS = "xmpp.example.com", 0, 0 },
		"push.advertised_starttls_port":  func(c *PushConfig) { c.TellSTARTTLS = 65536 },
		"push.interval":                  func(c *PushConfig) { c.Interval = 0 },
	} {
		c := outside(t, DriverPubSub)
		change(&c)
		err := c.check()
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// A cloud stops in time although the XMPP server does not answer.
func TestStopWithoutServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	cfg := Default()
	cfg.StateDir, cfg.Listen, cfg.Push = t.TempDir(), "127.0.0.1:0", outside(t, DriverPubSub)
	cfg.Push.Server.Component = l.Addr().String()
	s, err := Open(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, func(context.Context) error { stop(); return nil }) }()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Error("it does not stop")
	}
}

// With a real server the doctor finds nothing wrong, also while the cloud holds the name.
func TestExamineProsody(t *testing.T) {
	s := lab.Prosody(t, lab.XMPPOptions{Cloud: "http://127.0.0.1:1"})
	cfg := Default()
	cfg.Push = outside(t, DriverPubSub)
	cfg.Push.Domain, cfg.Push.Service = lab.XMPPDomain, lab.XMPPService
	cfg.Push.Server = XMPPServerConfig{Component: s.Component, SecretFile: s.Secret, PubSub: lab.XMPPPubSub}
	if f := examinePush(t.Context(), cfg); !f.OK || !strings.Contains(f.Detail, "publishes at "+lab.XMPPPubSub) {
		t.Errorf("before the cloud runs: %+v", f)
	}
	r := start(t, func(s *Server) { s.cfg.Push = cfg.Push })
	lab.Until(t, patience, "the stream", r.link.Connected)
	if f := examinePush(t.Context(), cfg); !f.OK || !strings.Contains(f.Detail, "that may be this cloud") {
		t.Errorf("by another program: %+v", f)
	}
	shown := installation{r.Server}
	if h := shown.Health(t.Context()); h.Push != web.PushServer {
		t.Errorf("health %q", h.Push)
	}
	for _, f := range shown.Examine(t.Context()) {
		if f.Check == "push" && (!f.OK || !strings.Contains(f.Detail, "takes notifications as "+lab.XMPPService)) {
			t.Errorf("by itself: %+v", f)
		}
	}
	s.Kill()
	lab.Until(t, patience, "the loss", func() bool { return !r.link.Connected() })
	if f := examinePush(t.Context(), cfg); f.OK || !strings.Contains(f.Detail, "nothing takes connections") {
		t.Errorf("without the server: %+v", f)
	}
}
