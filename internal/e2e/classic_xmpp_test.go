package e2e

import (
	"bytes"
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
)

// wire is a connection to a push port that keeps the TLS records apart: the page's
// C.4 knows a client that reads one record for one thing said.
type wire struct {
	conn    net.Conn
	channel string // that it subscribed to; "" for the usual one
	last    string // push, which comes again while nobody acts on it
}

// dialPush connects to the port of direct TLS.
func dialPush(t *testing.T, s *lab.Site) *wire {
	t.Helper()
	d := &net.Dialer{Timeout: classicLimit}
	conn, err := tls.DialWithDialer(d, "tcp", fmt.Sprintf("127.0.0.1:%d", s.Direct), pushTLS(t, s))
	if err != nil {
		t.Fatal(err)
	}
	return &wire{conn: conn}
}

// pushTLS trusts the cloud's own CA.
func pushTLS(t *testing.T, s *lab.Site) *tls.Config {
	t.Helper()
	pem, err := os.ReadFile(filepath.Join(s.Dir, "cloud", "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		t.Fatal("no certificate in ca.pem")
	}
	return &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12, ServerName: "127.0.0.1"}
}

// hangUp ends the connection without a farewell.
func (w *wire) hangUp() { _ = w.conn.Close() } // nothing is left to send

// say writes bytes in one TLS record.
func (w *wire) say(t *testing.T, text string) {
	t.Helper()
	if err := w.conn.SetDeadline(time.Now().Add(classicLimit)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w.conn, text); err != nil {
		t.Fatalf("say %s: %v", text, err)
	}
}

// record returns the next TLS record: crypto/tls never joins two in one Read.
func (w *wire) record() (string, error) {
	if err := w.conn.SetReadDeadline(time.Now().Add(classicLimit)); err != nil {
		return "", err
	}
	b := make([]byte, 32<<10)
	n, err := w.conn.Read(b)
	if n > 0 {
		return string(b[:n]), nil
	}
	return "", err
}

// hear reads exactly one record that is not white space between stanzas.
func (w *wire) hear(t *testing.T) string {
	t.Helper()
	for {
		r, err := w.record()
		if err != nil {
			t.Fatalf("read: %v", err)
		}
		if strings.TrimSpace(r) != "" {
			return r
		}
	}
}

var streamID = regexp.MustCompile(` id="[^"]+"`)

// expect compares a record with the page, byte for byte. A stream's id is the
// server's own.
func (w *wire) expect(t *testing.T, want string) {
	t.Helper()
	got := w.hear(t)
	for got != want && got == w.last {
		got = w.hear(t)
	}
	if strings.HasPrefix(got, "<message ") {
		w.last = got
	}
	if strings.HasPrefix(got, "<stream:stream") {
		if !streamID.MatchString(got) {
			t.Errorf("no stream id: %s", got)
		}
		got = streamID.ReplaceAllString(got, ` id="S"`)
	}
	if got != want {
		t.Fatalf("heard %s\n want %s", got, want)
	}
}

// login is one way to sign in to the push service.
type login struct {
	mechanism string
	user      string
	token     string
}

// sasl is what the page's C.3 has a client send: NUL user NUL token.
func (l login) sasl() string {
	return base64.StdEncoding.EncodeToString([]byte("\x00" + l.user + "\x00" + l.token))
}

const (
	pushService = "cloudprint.google.com"
	pushDomain  = "cloudprint.googleusercontent.com"
)

// streamHeader is the connector's, and serverHeader the one it is answered by.
func streamHeader(domain string) string {
	return `<stream:stream xmlns="jabber:client" to="` + domain + `" xml:lang="en" version="1.0" xmlns:stream="http://etherx.jabber.org/streams">`
}

func serverHeader(domain string) string {
	return `<stream:stream from="` + domain + `" id="S" version="1.0" xmlns:stream="http://etherx.jabber.org/streams" xmlns="jabber:client">`
}

var mechanisms = regexp.MustCompile(`<mechanism>([^<]+)</mechanism>`)

// greet opens the stream and reads the mechanisms.
func (w *wire) greet(t *testing.T, domain string) {
	t.Helper()
	w.say(t, streamHeader(domain))
	w.expect(t, serverHeader(domain))
	features := w.hear(t)
	const before, after = `<stream:features><mechanisms xmlns="urn:ietf:params:xml:ns:xmpp-sasl">`, `</mechanisms></stream:features>`
	middle, ok := strings.CutPrefix(features, before)
	middle, ok2 := strings.CutSuffix(middle, after)
	if !ok || !ok2 || mechanisms.ReplaceAllString(middle, "") != "" {
		t.Fatalf("features %s", features)
	}
	for _, m := range []string{"X-OAUTH2", "X-GOOGLE-TOKEN"} {
		if !strings.Contains(middle, "<mechanism>"+m+"</mechanism>") {
			t.Errorf("%s is not offered: %s", m, features)
		}
	}
}

// auth sends credentials as the connector spells them.
func (w *wire) auth(t *testing.T, l login) {
	t.Helper()
	w.say(t, `<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="`+l.mechanism+`" auth:service="chromiumsync" auth:allow-generated-jid="true" auth:client-uses-full-bind-result="true" xmlns:auth="http://www.google.com/talk/protocol/auth">`+l.sasl()+`</auth>`)
}

// signedIn reads the features of a stream that is signed in: both must be there, and
// others are ignored.
func (w *wire) signedIn(t *testing.T) {
	t.Helper()
	const both = `<stream:features><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/><session xmlns="urn:ietf:params:xml:ns:xmpp-session"/>`
	if got := w.hear(t); !strings.HasPrefix(got, both) || !strings.HasSuffix(got, "</stream:features>") {
		t.Fatalf("features %s", got)
	}
}

var fullJID = regexp.MustCompile(`^<iq id="0" type="result"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><jid>([^<]+)</jid></bind></iq>$`)

// open plays C.2 up to the session and returns the full JID.
func (w *wire) open(t *testing.T, bare, resource string, l login) string {
	t.Helper()
	_, domain, _ := strings.Cut(bare, "@")
	full := w.sign(t, domain, resource, l)
	if !strings.HasPrefix(full, bare+"/"+resource) {
		t.Fatalf("bound %s, want %s", full, bare)
	}
	return full
}

// sign is open for a client that hears its address only here.
func (w *wire) sign(t *testing.T, domain, resource string, l login) string {
	t.Helper()
	w.greet(t, domain)
	w.auth(t, l)
	w.expect(t, `<success xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>`)
	w.say(t, streamHeader(domain))
	w.expect(t, serverHeader(domain))
	w.signedIn(t)
	w.say(t, `<iq xmlns="jabber:client" type="set" id="0"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>`+resource+`</resource></bind></iq>`)
	got := w.hear(t)
	m := fullJID.FindStringSubmatch(got)
	if m == nil || !strings.Contains(m[1], "/"+resource) {
		t.Fatalf("bind answered %s", got)
	}
	w.say(t, `<iq xmlns="jabber:client" type="set" id="1"><session xmlns="urn:ietf:params:xml:ns:xmpp-session"></session></iq>`)
	w.expect(t, `<iq id="1" type="result"/>`)
	return m[1]
}

// subscribe asks for pushes: the result must be the next stanza.
func (w *wire) subscribe(t *testing.T, bare, full string) {
	t.Helper()
	w.say(t, `<iq xmlns="jabber:client" type="set" to="`+bare+`" id="3"><subscribe xmlns="google:push"><item channel="`+cmp.Or(w.channel, pushService)+`" from="cloudprint.google.com"></item></subscribe></iq>`)
	w.expect(t, `<iq to="`+full+`" from="`+bare+`" id="3" type="result"/>`)
}

// ping asks whether the stream lives.
func (w *wire) ping(t *testing.T, full string, id byte) {
	t.Helper()
	w.say(t, fmt.Sprintf(`<iq from="%s" to="cloudprint.google.com" id="%d" type="get"><ping xmlns="urn:xmpp:ping"></ping></iq>`, full, id))
	w.expect(t, fmt.Sprintf(`<iq to="%s" from="cloudprint.google.com" id="%d" type="result"/>`, full, id))
}

// pushed waits for the push of these data.
func (w *wire) pushed(t *testing.T, full, data string) {
	t.Helper()
	bare, _, _ := strings.Cut(full, "/")
	var b bytes.Buffer
	fmt.Fprintf(&b, `<message from="cloudprint.google.com" to="%s">`, full)
	fmt.Fprintf(&b, `<push:push channel="%s" xmlns:push="google:push">`, cmp.Or(w.channel, pushService))
	fmt.Fprintf(&b, `<push:recipient to="%s"></push:recipient>`, bare)
	fmt.Fprintf(&b, `<push:data>%s</push:data></push:push></message>`, base64.StdEncoding.EncodeToString([]byte(data)))
	w.expect(t, b.String())
}
