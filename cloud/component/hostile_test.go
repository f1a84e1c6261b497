package component_test

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"platen/cloud/component"
	"platen/gcp"
)

// What is wrong with a server is said in a sentence, with what to do.
func TestTroubles(t *testing.T) {
	refuse := func(condition string) func(*peer) {
		return func(p *peer) {
			p.header()
			p.send(`<stream:error><` + condition + ` xmlns='urn:ietf:params:xml:ns:xmpp-streams'/><text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>words</text></stream:error></stream:stream>`)
		}
	}
	for name, tt := range map[string]struct {
		behave func(*peer)
		want   string
		advice string
	}{
		"wrong secret":  {refuse("not-authorized"), "refuses the secret of push.example.com", "push.server.secret_file"},
		"held name":     {refuse("conflict"), "another program holds the name push.example.com", "one service at a time"},
		"unknown name":  {refuse("host-unknown"), "knows no component push.example.com", `Component "push.example.com"`},
		"other refusal": {refuse("resource-constraint"), "resource-constraint: words", "log"},
		"mute":          {func(*peer) {}, "says nothing", "port for components"},
		"mute later":    {func(p *peer) { p.header() }, "says nothing", "port for components"},
		"HTTP":          {func(p *peer) { p.send("HTTP/1.1 400 Bad Request\r\n\r\n") }, "is no XMPP server's port for components", "5347"},
		"clients' port": {func(p *peer) {
			p.until(`<stream:stream [^>]*>`)
			p.send(`<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1' version='1.0'><stream:features/>`)
		}, "is no XMPP server's port for components", "5347"},
		"endless header": {func(p *peer) {
			_, _ = io.WriteString(p.Conn, `<stream:stream a="`+strings.Repeat("x", 2<<20)) // it hangs up first
		}, "is no XMPP server's port for components", "5347"},
	} {
		t.Run(name, func(t *testing.T) {
			s := listen(t)
			s.next(tt.behave)
			cfg := config(s.at())
			cfg.Limits.Login = 2 * time.Second
			if name != "mute" && name != "mute later" {
				cfg.Limits.Login = patience
			}
			wantTrouble(t, component.Check(t.Context(), cfg), tt.want, tt.advice)
		})
	}
	t.Run("nobody", func(t *testing.T) {
		s := listen(t)
		_ = s.Close()
		wantTrouble(t, component.Check(t.Context(), config(s.at())), "nothing takes connections at "+s.at(), "is the XMPP server running")
	})
}

func wantTrouble(t *testing.T, err error, what, advice string) {
	t.Helper()
	trouble, ok := errors.AsType[*component.Trouble](err)
	if !ok {
		t.Fatalf("no trouble: %v", err)
	}
	if !strings.Contains(trouble.What, what) || !strings.Contains(trouble.Advice, advice) {
		t.Errorf("%q with advice %q; want %q with %q", trouble.What, trouble.Advice, what, advice)
	}
}

// What one user sends through the server ends nobody else's stream.
func TestOddStanzas(t *testing.T) {
	s := listen(t)
	w := begin(t, s.at(), nil)
	p := s.welcome()
	for _, odd := range []string{
		`<message from="eve@example.com" to="push.example.com">` + strings.Repeat("<a>", 20000) + strings.Repeat("</a>", 20000) + `</message>`,
		`<message from="eve@example.com"><body>` + strings.Repeat("x", 900<<10) + `</body></message>`,
		`<message from="eve@example.com"><b a='1' a='2'></message></b>`,
		`<iq from="@/" type="get"/>`, `<iq type="result" from="example.com" id="unknown"/>`, `<presence from="` + address + `/` + strings.Repeat("r", 1023) + `"/>`, `<odd/>`,
		`<iq type="error" from="example.com" id="x"><error/></iq>`, "\n \n",
	} {
		p.send(odd)
	}
	p.send(`<iq type="get" id="7" from="` + address + `/b" to="push.example.com"><ping xmlns="urn:xmpp:ping"/></iq>`)
	p.until(`id="7" type="result"/>`)
	w.until("the robot to be there", func() bool { return w.there() })
}

// A server that sends what is never right is left, and tried again.
func TestServerOutOfItsMind(t *testing.T) {
	for name, text := range map[string]string{
		"endless stanza": `<message><body>` + strings.Repeat("x", 3<<20),
		"no XML":         "\x00\x01\x02",
		"entities":       `<!DOCTYPE x [<!ENTITY a "b">]>`,
		"end":            `</stream:stream>`,
		"error":          `<stream:error><internal-server-error xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>`,
	} {
		t.Run(name, func(t *testing.T) {
			s := listen(t)
			w := begin(t, s.at(), nil)
			p := s.welcome()
			go func() { _, _ = io.WriteString(p.Conn, text) }() // it hangs up in the middle
			again := s.welcome()
			w.Notify(t.Context(), robot, gcp.Notification{Printer: "p"})
			again.until(`<push:data>cA==</push:data>`)
		})
	}
}

// A server that reads nothing, or is frozen, holds nobody up and is left in time.
func TestStuckServer(t *testing.T) {
	t.Run("reads nothing", func(t *testing.T) {
		s := listen(t)
		w := begin(t, s.at(), func(c *component.Config) { c.Limits.Write = 2 * time.Second })
		p := s.welcome()
		if tcp, ok := p.Conn.(*net.TCPConn); ok {
			_ = tcp.SetReadBuffer(4 << 10)
		}
		stop := make(chan struct{})
		go func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default: // Notify never blocks
					w.Notify(t.Context(), robot, gcp.Notification{Printer: gcp.PrinterID(strings.Repeat("x", 300) + time.Duration(i).String())})
					if i%1000 == 0 {
						time.Sleep(time.Millisecond) // the others must get their turn
					}
				}
			}
		}()
		again := s.welcome()
		close(stop)
		again.until(`<push:data>`)
	})
	t.Run("is frozen", func(t *testing.T) {
		s := listen(t)
		w := begin(t, s.at(), func(c *component.Config) { c.Limits.Interval = 2 * time.Second })
		p := s.welcome()
		p.until(`<iq type="get" from="push.example.com" to="example.com" id="\w+"><ping xmlns="urn:xmpp:ping"/></iq>`)
		s.welcome()
		w.until("the new stream", w.Connected)
	})
}
