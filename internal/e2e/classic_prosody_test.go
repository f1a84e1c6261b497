package e2e

import (
	"crypto/tls"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
)

// spoken is a stanza as the old clients take it apart.
type spoken struct {
	XMLName xml.Name
	From    string `xml:"from,attr"`
	To      string `xml:"to,attr"`
	ID      string `xml:"id,attr"`
	Type    string `xml:"type,attr"`
	Inner   string `xml:",innerxml"`
}

// prosodyWire is an old client's stream to a Prosody: it understands XML, and is strict
// about what the page's C.4 says that they are strict about.
type prosodyWire struct {
	*wire
	d *xml.Decoder
}

// dialProsody opens a stream and logs in; the failure's condition is returned if there is one.
func dialProsody(t *testing.T, x *lab.XMPPServer, l login) (*prosodyWire, string) {
	t.Helper()
	d := &net.Dialer{Timeout: classicLimit}
	conn, err := tls.DialWithDialer(d, "tcp", fmt.Sprintf("127.0.0.1:%d", x.Direct), &tls.Config{RootCAs: x.Authority(), ServerName: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	w := &prosodyWire{wire: &wire{conn: conn}, d: xml.NewDecoder(conn)}
	t.Cleanup(w.hangUp)
	w.header(t, "mechanisms", "X-OAUTH2", "X-GOOGLE-TOKEN", "PLAIN")
	w.auth(t, l)
	if a := w.next(t); a.XMLName.Local != "success" {
		return w, a.Inner
	}
	w.d = xml.NewDecoder(conn) // a new document
	w.header(t, "features", "urn:ietf:params:xml:ns:xmpp-bind", "urn:ietf:params:xml:ns:xmpp-session")
	return w, ""
}

// header sends a stream's header, and checks the answer's and that the features hold words.
func (w *prosodyWire) header(t *testing.T, what string, words ...string) {
	t.Helper()
	w.say(t, streamHeader(pushDomain))
	for {
		token, err := w.d.Token()
		if err != nil {
			t.Fatalf("header: %v", err)
		}
		if start, ok := token.(xml.StartElement); ok {
			from := ""
			for _, a := range start.Attr {
				if a.Name.Local == "from" {
					from = a.Value
				}
			}
			if from != pushDomain { // klightspeed looks
				t.Errorf("the stream is from %q", from)
			}
			break
		}
	}
	features := w.next(t)
	for _, word := range words {
		if !strings.Contains(features.Inner, word) {
			t.Errorf("%s lacks %s: %s", what, word, features.Inner)
		}
	}
}

// next returns the next stanza, whatever it is.
func (w *prosodyWire) next(t *testing.T) spoken {
	t.Helper()
	if err := w.conn.SetReadDeadline(time.Now().Add(classicLimit)); err != nil {
		t.Fatal(err)
	}
	var h spoken
	if err := w.d.Decode(&h); err != nil {
		t.Fatalf("read: %v", err)
	}
	return h
}

// answered returns the answer to what is said, which must be the next stanza.
func (w *prosodyWire) answered(t *testing.T, say, id string) spoken {
	t.Helper()
	w.say(t, say)
	h := w.next(t)
	if h.XMLName != (xml.Name{Space: "jabber:client", Local: "iq"}) || h.Type != "result" || h.ID != id {
		t.Fatalf("%s\nwas answered %+v", say, h)
	}
	return h
}

// TestClassicConnectorOnProsody plays the old connector's stream through Prosody with our
// modules: the dialogue of the page's C.2, with the strictness of C.4.
func TestClassicConnectorOnProsody(t *testing.T) {
	t.Parallel()
	front := lab.NewCable(t)
	x := lab.Prosody(t, lab.XMPPOptions{Cloud: "http://" + front.Addr(), Domain: pushDomain, Service: pushService})
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t), CloudPush: x.Settings("component", x.Direct)})
	front.Serve(strings.TrimPrefix(s.Base, "http://"))
	s.StartCloud()
	p := &play{
		site: s, channel: "XMPP_CHANNEL", jobs: map[string]string{}, doc: document("classic", 100<<10),
		owner: caller{base: s.Base, auth: "OAuth " + s.Cloud("key", "create", "--user", lab.Owner, "--scope", "admin")},
	}
	p.init(t)
	p.register(t)
	local, _, _ := strings.Cut(p.bare, "@")
	token := strings.TrimPrefix(p.robot.auth, "Bearer ")
	for _, bad := range []login{
		{mechanism: "X-OAUTH2", user: local, token: token + "x"},
		{mechanism: "X-OAUTH2", user: "another", token: token},
		{mechanism: "PLAIN", user: local, token: "x"},
	} {
		if _, failure := dialProsody(t, x, bad); !strings.Contains(failure, "not-authorized") {
			t.Errorf("%s as %s: %q", bad.mechanism, bad.user, failure)
		}
	}
	for _, good := range []login{
		{mechanism: "X-OAUTH2", user: local, token: token},
		{mechanism: "X-OAUTH2", user: p.bare, token: token}, // armooo and others
		{mechanism: "X-GOOGLE-TOKEN", user: local, token: token},
		{mechanism: "PLAIN", user: local, token: token},
	} {
		w, failure := dialProsody(t, x, good)
		if failure != "" {
			t.Fatalf("%s as %s: %s", good.mechanism, good.user, failure)
		}
		p.through(t, w)
		w.hangUp()
		shows(t, p, "OFFLINE")
	}
}

// through plays a stream that is logged in up to a push.
func (p *play) through(t *testing.T, w *prosodyWire) {
	t.Helper()
	bind := w.answered(t, `<iq xmlns="jabber:client" type="set" id="0"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>`+classicProxy+`</resource></bind></iq>`, "0")
	_, rest, _ := strings.Cut(bind.Inner, "<jid>")
	full, _, _ := strings.Cut(rest, "</jid>")
	if !strings.HasPrefix(full, p.bare+"/") {
		t.Fatalf("bound %s", bind.Inner)
	}
	w.answered(t, `<iq xmlns="jabber:client" type="set" id="1"><session xmlns="urn:ietf:params:xml:ns:xmpp-session"></session></iq>`, "1")
	h := w.answered(t, `<iq xmlns="jabber:client" type="set" to="`+p.bare+`" id="3"><subscribe xmlns="google:push"><item channel="cloudprint.google.com" from="cloudprint.google.com"></item></subscribe></iq>`, "3")
	if h.To != full || h.From != p.bare {
		t.Fatalf("the subscription was answered %+v", h)
	}
	w.say(t, " ")
	w.say(t, `<iq from="`+full+`" to="cloudprint.google.com" id="0" type="get"><ping xmlns="urn:xmpp:ping"></ping></iq>`)
	for h = w.next(t); h.XMLName.Local == "message"; h = w.next(t) { // of jobs that wait since the stream before
	}
	if h.Type != "result" || h.ID != "0" || h.From != pushService || h.To != full {
		t.Fatalf("the ping was answered %+v", h)
	}
	shows(t, p, "ONLINE")
	job, err := p.site.Submit(p.printer, "classic", document("classic", 2<<10))
	if err != nil || !job.Success {
		t.Fatalf("submit: %v, %+v", err, job)
	}
	m := w.next(t)
	_, rest, _ = strings.Cut(m.Inner, "<push:data>")
	data, _, _ := strings.Cut(rest, "</push:data>")
	printer, err := base64.StdEncoding.DecodeString(data)
	if m.XMLName.Local != "message" || m.From != pushService || m.To != full || !strings.HasPrefix(m.Inner, "<push:push ") || err != nil || string(printer) != p.printer {
		t.Fatalf("pushed %+v", m)
	}
}

// shows waits until the printer's connector is shown so.
func shows(t *testing.T, p *play, want string) {
	t.Helper()
	lab.Until(t, time.Minute, "the printer to be shown as "+want, func() bool {
		return at(t, p.owner.get(t, "printer?printerid="+q(p.printer)+"&extra_fields=connectionStatus").ok(t), "printers.0.connectionStatus") == want
	})
}
