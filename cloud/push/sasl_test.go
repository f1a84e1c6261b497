package push

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// mechanismsOf are all mechanisms, each with what a client sends for a name and a token
// (the protocol's C.3, RFC 4616, 2 and RFC 7628, 3.1).
var mechanismsOf = map[string]func(name, token string) string{
	mechOAuth2: func(name, token string) string { return "\x00" + name + "\x00" + token },
	mechGoogle: func(name, token string) string { return "\x00" + name + "\x00" + token },
	mechPlain:  func(name, token string) string { return name + "\x00" + name + "\x00" + token },
	mechBearer: func(name, token string) string {
		return "n,a=" + name + ",\x01host=h\x01port=5222\x01auth=Bearer " + token + "\x01\x01"
	},
}

// FuzzSASL: each mechanism's parser finds the token that a client sent, and in anything
// else none that is not there.
func FuzzSASL(f *testing.F) {
	for _, s := range [][2]string{
		{"u", "ya29.good"},
		{"\x00u\x00", "t"},
		{"n,a=x,\x01auth=Bearer t\x01\x01", "\x01"},
		{"y,,\x01auth=bearer", " "},
		{"", ""},
		{"p=tls-unique,,\x01auth=Bearer t\x01\x01", "\xff"},
	} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, name, tok string) {
		for mech, message := range mechanismsOf {
			got, ok := token(mech, []byte(name))
			if ok != (got != "") || !strings.Contains(name, got) {
				t.Fatalf("%s: %q, %v out of %q", mech, got, ok, name)
			}
			if tok == "" || strings.ContainsAny(name+tok, "\x00\x01") {
				continue
			}
			if got, ok = token(mech, []byte(message(name, tok))); !ok || got != tok {
				t.Fatalf("%s: %q, %v, want %q", mech, got, ok, tok)
			}
		}
		raw, ok := response(base64.StdEncoding.EncodeToString([]byte(tok)))
		if !ok || string(raw) != tok {
			t.Fatalf("%q came back as %q", tok, raw)
		}
		_, _ = response(name) // any outcome but a crash
	})
}

// script is a connection whose peer says all that it has to say at once.
type script struct {
	net.Conn
	in  io.Reader
	out bytes.Buffer
}

func (s *script) Read(b []byte) (int, error)       { return s.in.Read(b) }
func (s *script) Write(b []byte) (int, error)      { return s.out.Write(b) }
func (s *script) Close() error                     { return nil }
func (s *script) RemoteAddr() net.Addr             { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1} }
func (s *script) SetDeadline(time.Time) error      { return nil }
func (s *script) SetReadDeadline(time.Time) error  { return nil }
func (s *script) SetWriteDeadline(time.Time) error { return nil }

// FuzzLogin: whatever comes where a login should, nobody is in without a token that was
// asked for and is good, and what is answered is short and well formed.
func FuzzLogin(f *testing.F) {
	for mech, message := range mechanismsOf {
		f.Add(authStanza(mech, message("u", testToken)))
		f.Add(authStanza(mech, message("u", "wrong")) + `<response xmlns="urn:ietf:params:xml:ns:xmpp-sasl">AQ==</response>`)
		f.Add(`<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="` + mech + `"/><response xmlns="urn:ietf:params:xml:ns:xmpp-sasl">` + b64(message("u", testToken)) + `</response>`)
	}
	f.Add(`<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN"/><abort xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>`)
	f.Add(`<iq/>`)
	f.Fuzz(func(t *testing.T, in string) {
		asked := ""
		s, err := New(Config{TLS: &tls.Config{}, Authenticate: func(ctx context.Context, l cloud.Login) (gcp.RobotID, error) {
			asked = l.Token.Reveal()
			return authenticate(ctx, l)
		}})
		if err != nil {
			t.Fatal(err)
		}
		peer := &script{in: strings.NewReader(clientHeader + in)}
		c := newConn(s, peer, Direct)
		if err := c.open(""); err != nil {
			t.Fatal(err)
		}
		peer.out.Reset()
		err = c.authenticate(t.Context())
		answer := peer.out.String()
		if in := strings.HasSuffix(answer, `<success xmlns="`+nsSASL+`"/>`); in != (err == nil) || in && asked != testToken && asked != otherToken {
			t.Fatalf("%v, %q asked for, answered %q", err, asked, answer)
		}
		if len(answer) > 1<<10 {
			t.Fatalf("%d bytes are answered", len(answer))
		}
		d := xml.NewDecoder(strings.NewReader(answer))
		for err == nil || !errors.Is(err, io.EOF) {
			if _, err = d.Token(); err != nil && !errors.Is(err, io.EOF) {
				t.Fatalf("answered %q: %v", answer, err)
			}
		}
	})
}
