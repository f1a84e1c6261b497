package e2e

import (
	"bufio"
	"crypto/tls"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"platen/internal/lab"
)

// streamPlay is a connector of the page that is told of jobs by clients of other kinds.
type streamPlay struct {
	*play
	local    string // name of its account
	token    string
	starttls string // address of that port
}

// TestClassicStreams lets each of the page's clients (C.4) log in as it does, with its
// own oddities, and hear of a job.
func TestClassicStreams(t *testing.T) {
	t.Parallel()
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t)})
	s.StartCloud("PLATEN_CLOUD_PUSH_STARTTLS_LISTEN=127.0.0.1:0")
	p := &streamPlay{play: &play{
		site: s, channel: "XMPP_CHANNEL", jobs: map[string]string{}, doc: document("stream", 10<<10),
		owner: caller{base: s.Base, auth: "OAuth " + s.Cloud("key", "create", "--user", lab.Owner, "--scope", "admin")},
	}}
	p.init(t)
	p.register(t)
	p.local, _, _ = strings.Cut(p.bare, "@")
	p.token = strings.TrimPrefix(p.robot.auth, "Bearer ")
	o := p.user.get(t, "createrobot?oauth_client_id=port&proxy=port").ok(t)
	port, _ := at(t, o, "push.starttls_port").(float64)
	p.starttls = fmt.Sprintf("127.0.0.1:%.0f", port)
	for _, client := range []struct {
		name string
		play func(*streamPlay, *testing.T) (w *wire, full string)
	}{
		{"connector", (*streamPlay).connector},
		{"armooo", (*streamPlay).armooo},
		{"rsc", (*streamPlay).rsc},
		{"karlwancl", (*streamPlay).karlwancl},
		{"kinokero", (*streamPlay).kinokero},
		{"chrome", (*streamPlay).chrome},
	} {
		t.Run(client.name, func(t *testing.T) {
			w, full := client.play(p, t)
			defer w.hangUp()
			p.submitPlain(t, p.owner, client.name)
			w.pushed(t, full, p.printer)
			p.finish(t, p.jobs[client.name])
		})
	}
}

// connector is the official one with an XML declaration before its stream, which is
// tolerated.
func (p *streamPlay) connector(t *testing.T) (*wire, string) {
	w := dialPush(t, p.site)
	w.say(t, `<?xml version="1.0" encoding="UTF-8"?>`)
	full := w.open(t, p.bare, classicProxy, login{"X-OAUTH2", p.local, p.token})
	w.subscribe(t, p.bare, full)
	for id := range byte(3) {
		w.ping(t, full, id)
	}
	return w, full
}

// armooo looks at no certificate, greets gmail.com and gives its full address.
func (p *streamPlay) armooo(t *testing.T) (*wire, string) {
	conn, err := tls.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", p.site.Direct), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{conn: conn}
	full := w.sign(t, "gmail.com", "Armooo", login{"X-OAUTH2", p.bare, p.token})
	w.subscribe(t, p.bare, full)
	w.say(t, " ")
	return w, full
}

// rsc uses the port that begins in the clear, asks for no resource, and sends session,
// subscription and presence at once.
func (p *streamPlay) rsc(t *testing.T) (*wire, string) {
	conn, err := net.DialTimeout("tcp", p.starttls, classicLimit)
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{conn: conn}
	w.say(t, streamHeader("gmail.com"))
	const offered = `<stream:features><starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"><required/></starttls></stream:features>`
	for clear := ""; !strings.HasSuffix(clear, offered); { // without TLS there are no records
		clear += w.hear(t)
	}
	w.say(t, `<starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>`)
	w.expect(t, `<proceed xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>`)
	w.conn = tls.Client(conn, pushTLS(t, p.site))
	w.greet(t, "gmail.com")
	w.say(t, `<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="X-OAUTH2">`+login{"", p.local, p.token}.sasl()+`</auth>`)
	w.expect(t, `<success xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>`)
	w.say(t, streamHeader("gmail.com"))
	w.expect(t, serverHeader("gmail.com"))
	w.signedIn(t)
	w.say(t, `<iq type='set' id='x'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>`)
	_, rest, _ := strings.Cut(w.hear(t), "<jid>")
	full, _, ok := strings.Cut(rest, "</jid>")
	if !ok || !strings.HasPrefix(full, p.bare+"/") {
		t.Fatalf("bound %s", rest)
	}
	w.say(t, `<iq type='set' id='y'><session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq>`+
		`<iq type='set' id='z' to='`+p.bare+`'><subscribe xmlns='google:push'><item channel='cloudprint.google.com' from='cloudprint.google.com'/></subscribe></iq><presence/>`)
	w.expect(t, `<iq id="y" type="result"/>`)
	w.expect(t, `<iq to="`+full+`" from="`+p.bare+`" id="z" type="result"/>`)
	return w, full
}

// karlwancl takes each TLS record for an answer, reads one more after the session's,
// and writes a byte order mark before every stanza.
func (p *streamPlay) karlwancl(t *testing.T) (*wire, string) {
	const mark = "\ufeff"
	w := dialPush(t, p.site)
	read := func(begins string) string {
		t.Helper()
		r, err := w.record()
		if err != nil || !strings.HasPrefix(r, begins) {
			t.Fatalf("read %q, want %q: %v", r, begins, err)
		}
		return r
	}
	w.say(t, mark+streamHeader(pushDomain))
	read("<stream:stream ")
	read("<stream:features><mechanisms ")
	w.say(t, mark+`<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="X-OAUTH2" xmlns:auth="http://www.google.com/talk/protocol/auth" auth:service="oauth2">`+login{"", p.bare, p.token}.sasl()+`</auth>`)
	read("<success ")
	w.say(t, mark+streamHeader(pushDomain))
	read("<stream:stream ")
	read("<stream:features><bind ")
	w.say(t, mark+`<iq type="set" id="0"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>gcp</resource></bind></iq>`)
	_, rest, _ := strings.Cut(read(`<iq id="0" type="result">`), "<jid>")
	full, _, _ := strings.Cut(rest, "</jid>")
	w.say(t, mark+`<iq type="set" id="1"><session xmlns="urn:ietf:params:xml:ns:xmpp-session"/></iq>`)
	read(`<iq id="1" type="result"/>`)
	read(" ")
	w.say(t, mark+`<iq type="set" id="3" to="`+p.bare+`"><subscribe xmlns="google:push"><item channel="cloudprint.google.com" from="cloudprint.google.com"/></subscribe></iq>`)
	read(`<iq to="` + full + `" from="` + p.bare + `" id="3" type="result"/>`)
	return w, full
}

// kinokero says that it is present, to everybody and to the service, and later that it
// wants nothing more.
func (p *streamPlay) kinokero(t *testing.T) (*wire, string) {
	w := dialPush(t, p.site)
	full := w.open(t, p.bare, "kinokero", login{"PLAIN", p.local, p.token})
	w.say(t, `<presence/><presence to="cloudprint.google.com"><show>chat</show></presence>`)
	w.subscribe(t, p.bare, full)
	w.say(t, `<iq type="set" id="9"><unsubscribe xmlns="google:push"/></iq>`)
	if got := w.hear(t); !strings.HasPrefix(got, `<iq to="`+full+`" id="9" type="error"><error code="501"`) {
		t.Errorf("unsubscribe: %s", got)
	}
	return w, full
}

// chrome may begin with something that is no TLS, which must harm nobody, reads all of
// its stream with one parser, and has a channel for each proxy: a push on another one is
// not for it.
func (p *streamPlay) chrome(t *testing.T) (*wire, string) {
	fake, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", p.site.Direct), classicLimit)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = fake.Write([]byte("\x80\x46\x01\x03\x01\x00\x2d\x00\x00\x00\x10\x01\x00\x80\x03\x00")) // an SSLv2 greeting
	_ = fake.Close()

	w := dialPush(t, p.site)
	w.channel = pushService + "/proxy/" + classicProxy
	pr, pw := io.Pipe()
	w.conn = heard{w.conn, pw}
	parsed := make(chan error, 1)
	go func() {
		d := xml.NewDecoder(bufio.NewReader(pr))
		for {
			if _, err := d.Token(); err != nil {
				_ = pr.CloseWithError(err)
				parsed <- err
				return
			}
		}
	}()
	t.Cleanup(func() {
		_ = pw.CloseWithError(errHeard)
		if err := <-parsed; !errors.Is(err, errHeard) {
			t.Errorf("one parser over all of the stream: %v", err)
		}
	})
	full := w.open(t, p.bare, "chrome", login{"X-OAUTH2", p.bare, p.token})
	w.subscribe(t, p.bare, full)
	w.ping(t, full, 255)
	return w, full
}

var errHeard = errors.New("the test is over")

// heard copies what is read.
type heard struct {
	net.Conn
	to io.Writer
}

// Read reads, and copies.
func (h heard) Read(b []byte) (int, error) {
	n, err := h.Conn.Read(b)
	_, _ = h.to.Write(b[:n])
	return n, err
}
