package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/coder/websocket"

	"platen/internal/lab"
)

// streamTime is how long a login over XMPP may take.
const streamTime = time.Minute

// stanzas is a stream over XMPP.
type stanzas struct {
	net.Conn
	r *bufio.Reader
}

// The start of streams over TCP (RFC 6120, 4.7) and WebSockets (RFC 7395, 3.4).
const (
	openStream = `<stream:stream to="%s" xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams" version="1.0">`
	openSocket = `<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="%s" version="1.0"/>`
)

// classic logs in as the connectors of 2016 do (X-OAUTH2).
func (p one) classic() (hearer, error) {
	conn, err := p.dial("")
	if err != nil {
		return nil, err
	}
	return begin(conn, func(s *stanzas) error { return p.classicSteps(s, fmt.Sprintf(openStream, "gmail.com")) })
}

// websocket logs in likewise over a WebSocket.
func (p one) websocket() (hearer, error) {
	client := &http.Client{Transport: &http.Transport{DialContext: p.dialer().DialContext}}
	ctx, cancel := context.WithTimeout(context.Background(), streamTime)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, strings.Replace(p.base, "http", "ws", 1)+"/xmpp-websocket", &websocket.DialOptions{ //nolint:bodyclose // there is none
		HTTPClient: client, Subprotocols: []string{"xmpp"},
	})
	if err != nil {
		return nil, err
	}
	conn := websocket.NetConn(context.Background(), ws, websocket.MessageText)
	return begin(conn, func(s *stanzas) error { return p.classicSteps(s, fmt.Sprintf(openSocket, "gmail.com")) })
}

// subscribed logs in at an XMPP server that has our module, and subscribes.
func (p one) subscribed() (hearer, error) {
	return p.outside(func(s *stanzas) error {
		answer, err := s.exchange(`<iq type="set" id="bench-2" to="`+p.address()+`"><subscribe xmlns="google:push"><item channel="`+
			lab.XMPPService+`" from="`+lab.XMPPService+`"/></subscribe></iq>`, `<iq [^>]*bench-2[^>]*>`)
		if err == nil && !strings.Contains(answer, "result") {
			err = errors.New(answer)
		}
		return err
	})
}

// present logs in at an XMPP server, and shows that it is there. The answer to what is
// asked after that says that it is known.
func (p one) present() (hearer, error) {
	return p.outside(func(s *stanzas) error {
		_, err := s.exchange(`<presence/><presence to="`+lab.XMPPService+`"/><iq type="get" id="bench-2" to="`+lab.XMPPDomain+
			`"><ping xmlns="urn:xmpp:ping"/></iq>`, `<iq [^>]*bench-2[^>]*>`)
		return err
	})
}

// nodeWait is the time between two tries to subscribe to a node that is being made.
const nodeWait = 250 * time.Millisecond

// atNode logs in at an XMPP server, and subscribes to the node that the cloud makes
// (XEP-0060, 6.1.1).
func (p one) atNode() (hearer, error) {
	return p.outside(func(s *stanzas) error {
		if _, err := io.WriteString(s, `<presence/><presence to="`+lab.XMPPService+`"/>`); err != nil {
			return err
		}
		for {
			answer, err := s.exchange(`<iq type="set" id="bench-2" to="`+lab.XMPPPubSub+`"><pubsub xmlns="http://jabber.org/protocol/pubsub"><subscribe node="platen/robots/`+
				p.robot+`" jid="`+p.address()+`"/></pubsub></iq>`, `<iq [^>]*bench-2[^>]*>`)
			if err != nil || strings.Contains(answer, "result") {
				return err
			}
			time.Sleep(nodeWait)
		}
	})
}

func (p one) address() string { return p.robot + "@" + lab.XMPPDomain }

// outside logs in at an XMPP server.
func (p one) outside(announce func(*stanzas) error) (hearer, error) {
	conn, err := p.dial(lab.XMPPDomain)
	if err != nil {
		return nil, err
	}
	return begin(conn, func(s *stanzas) error {
		if err := p.bind(s, fmt.Sprintf(openStream, lab.XMPPDomain), "PLAIN"); err != nil {
			return err
		}
		return announce(s)
	})
}

// dial opens TLS.
func (p one) dial(name string) (net.Conn, error) {
	d := tls.Dialer{
		NetDialer: p.dialer(),
		Config:    &tls.Config{InsecureSkipVerify: true, ServerName: name}, //nolint:gosec // it is this machine's
	}
	return d.DialContext(context.Background(), "tcp", "127.0.0.1:"+p.port)
}

// begin leads a connection through a login.
func begin(conn net.Conn, login func(*stanzas) error) (hearer, error) {
	s := &stanzas{conn, bufio.NewReaderSize(conn, 512)}
	err := conn.SetDeadline(time.Now().Add(streamTime))
	if err == nil {
		err = login(s)
	}
	if err == nil {
		err = conn.SetDeadline(time.Time{})
	}
	if err != nil {
		_ = conn.Close() // it is of no use
		return nil, err
	}
	return s, nil
}

func (p one) classicSteps(s *stanzas, open string) error {
	if err := p.bind(s, open, "X-OAUTH2"); err != nil {
		return err
	}
	_, err := s.exchange(`<iq type="set" id="bench-2" to="`+p.robot+`@cloudprint.googleusercontent.com"><subscribe xmlns="google:push">`+
		`<item channel="cloudprint.google.com" from="cloudprint.google.com"/></subscribe></iq>`, `bench-2`)
	return err
}

// bind leads a stream to a resource. X-OAUTH2 looks like PLAIN.
func (p one) bind(s *stanzas, open, mechanism string) error {
	auth := base64.StdEncoding.EncodeToString([]byte("\x00" + p.robot + "\x00" + p.token))
	for _, step := range [][2]string{
		{open, `</stream:features>`},
		{`<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="` + mechanism + `">` + auth + `</auth>`, `<success`},
		{open, `</stream:features>`},
		{`<iq type="set" id="bench-1"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>bench</resource></bind></iq>`, `bench-1.*</iq>`},
	} {
		if _, err := s.exchange(step[0], step[1]); err != nil {
			return err
		}
	}
	return nil
}

// exchange says something and reads until a pattern has come.
func (s *stanzas) exchange(say, pattern string) (string, error) {
	if _, err := io.WriteString(s, say); err != nil {
		return "", err
	}
	until := regexp.MustCompile("(?s)" + pattern)
	var have []byte
	for {
		c, err := s.r.ReadByte()
		if err != nil {
			return "", fmt.Errorf("waiting for %s: %w; have %.300s", pattern, err, have)
		}
		have = append(have, c)
		if c != '>' && c != pattern[len(pattern)-1] {
			continue
		}
		if answer := until.Find(have); answer != nil {
			return string(answer), nil
		}
		if len(have) > 8192 || bytes.Contains(have, []byte("<failure")) {
			return "", fmt.Errorf("waiting for %s: have %.300s", pattern, have)
		}
	}
}

var (
	pinged = regexp.MustCompile(`<iq ([^>]*)>\s*<ping xmlns=['"]urn:xmpp:ping['"]`)
	idAttr = regexp.MustCompile(`\bid=['"]([^'"]*)`)
	from   = regexp.MustCompile(`\bfrom=['"]([^'"]*)`)
)

// hear counts messages, and answers pings (XEP-0199).
func (s *stanzas) hear(heard func(int64)) error {
	buf := make([]byte, 2048)
	var rest []byte
	for {
		n, err := s.r.Read(buf)
		if err != nil {
			return err
		}
		rest = append(rest, buf[:n]...)
		end := max(after(rest, "</message>"), after(rest, "</iq>"))
		whole := rest[:end]
		if hints := int64(bytes.Count(whole, []byte("</message>"))); hints > 0 {
			heard(hints)
		}
		for _, ping := range pinged.FindAllSubmatch(whole, -1) {
			answer := `<iq type="result"`
			if id := idAttr.FindSubmatch(ping[1]); id != nil {
				answer += ` id="` + string(id[1]) + `"`
			}
			if to := from.FindSubmatch(ping[1]); to != nil {
				answer += ` to="` + string(to[1]) + `"`
			}
			if _, err := io.WriteString(s, answer+"/>"); err != nil {
				return err
			}
		}
		if rest = append(rest[:0], rest[end:]...); len(rest) > 64<<10 {
			return errors.New("a stanza without an end")
		}
	}
}

// after returns where a text that came last ends; 0 if there is none.
func after(b []byte, text string) int {
	if i := bytes.LastIndex(b, []byte(text)); i >= 0 {
		return i + len(text)
	}
	return 0
}
