package push

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"net"
	"regexp"
	"strings"
	"testing"

	"platen/gcp"
)

// TestGoldenTranscript plays the dialogue of the official connector and looks at
// each TLS record, as one old client takes a record for a message.
func TestGoldenTranscript(t *testing.T) {
	f := start(t, Direct, nil)
	p := f.dial(t)
	want := func(pattern string) []string {
		t.Helper()
		got := p.record()
		m := regexp.MustCompile("^" + pattern + "$").FindStringSubmatch(got)
		if m == nil {
			t.Fatalf("record %q\nwant   %q", got, pattern)
		}
		return m
	}
	header := `<stream:stream from="cloudprint.googleusercontent.com" id="([^"]+)" version="1.0" ` +
		`xmlns:stream="http://etherx.jabber.org/streams" xmlns="jabber:client">`

	p.send(clientHeader)
	first := want(header)[1]
	want(`<stream:features><mechanisms xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><mechanism>X-OAUTH2</mechanism>` +
		`<mechanism>X-GOOGLE-TOKEN</mechanism>.*</mechanisms></stream:features>`)
	p.send(authStanza("X-OAUTH2", "\x00"+string(testRobot)+"\x00"+testToken))
	want(`<success xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>`)
	p.send(clientHeader)
	if second := want(header)[1]; second == first {
		t.Errorf("both streams have the id %s", first) // RFC 6120, 4.7.3
	}
	want(`<stream:features><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/>` +
		`<session xmlns="urn:ietf:params:xml:ns:xmpp-session"/><sm xmlns="urn:xmpp:sm:3"/></stream:features>`)
	p.send(`<iq xmlns="jabber:client" type="set" id="0"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind">` +
		`<resource>PROXY</resource></bind></iq>`)
	full := want(`<iq id="0" type="result"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><jid>(` +
		testBare + `/PROXY[^<]*)</jid></bind></iq>`)[1]
	p.send(`<iq xmlns="jabber:client" type="set" id="1"><session xmlns="urn:ietf:params:xml:ns:xmpp-session"></session></iq>`)
	want(`<iq id="1" type="result"/>`)
	want(` `)
	p.send(`<iq xmlns="jabber:client" type="set" to="` + testBare + `" id="3"><subscribe xmlns="google:push">` +
		`<item channel="cloudprint.google.com" from="cloudprint.google.com"></item></subscribe></iq>`)
	want(`<iq to="` + full + `" from="` + testBare + `" id="3" type="result"/>`)
	p.send(`<iq from="` + full + `" to="cloudprint.google.com" id="0" type="get"><ping xmlns="urn:xmpp:ping"></ping></iq>`)
	want(`<iq to="` + full + `" from="cloudprint.google.com" id="0" type="result"/>`)

	f.await(t, "connected", func() bool { return f.Connected(testRobot) })
	f.Notify(context.Background(), testRobot, gcp.Notification{Printer: "b1946ac9-2492-d234"})
	want(`<message from="cloudprint.google.com" to="` + full + `"><push:push channel="cloudprint.google.com" ` +
		`xmlns:push="google:push"><push:recipient to="` + testBare + `"></push:recipient>` +
		`<push:data>YjE5NDZhYzktMjQ5Mi1kMjM0</push:data></push:push></message>`)
	p.send(`</stream:stream>`)
	if got := p.closed(); got != `</stream:stream>` {
		t.Errorf("end of stream: %q", got)
	}
}

// TestOneParserOverBothStreams reads all that the server sends with one XML
// parser, as clients on expat do: a second <?xml?> would kill them.
func TestOneParserOverBothStreams(t *testing.T) {
	f := start(t, Direct, nil)
	p := f.dial(t)
	var all strings.Builder
	p.Conn = tee{p.Conn, &all}
	p.loginAs(string(testRobot), "r")
	p.subscribe()
	if strings.Contains(all.String(), "<?") {
		t.Errorf("the server sends a declaration: %s", all.String())
	}
	d := xml.NewDecoder(strings.NewReader(all.String()))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) || err != nil && strings.Contains(err.Error(), "unexpected EOF") {
			return
		}
		if err != nil {
			t.Fatalf("one parser over both streams: %v", err)
		}
	}
}

// TestPushOnlyAfterSubscribe: a push before the answer breaks the login of the
// official connector, which takes the next stanza for the answer.
func TestPushOnlyAfterSubscribe(t *testing.T) {
	f := start(t, Direct, func(c *Config) {
		c.Waiting = func(context.Context, gcp.RobotID) ([]gcp.PrinterID, error) {
			return []gcp.PrinterID{"w1", "w2"}, nil
		}
	})
	p := f.dial(t)
	p.loginAs(string(testRobot), "PROXY")
	for range 10 {
		f.Notify(context.Background(), testRobot, gcp.Notification{Printer: "early"})
	}
	p.send(`<iq type="set" to="` + testBare + `" id="3"><subscribe xmlns="google:push"/></iq>`)
	if got := p.record(); !strings.HasPrefix(got, "<iq ") {
		t.Fatalf("first after subscribe: %s", got)
	}
	p.until(hintFor("w1"))
	p.until(hintFor("w2"))
}

func TestSASLForms(t *testing.T) {
	full := string(testRobot) + "@" + ClassicDomain
	bearer := "n,a=" + full + ",\x01host=localhost\x01port=5222\x01auth=Bearer " + testToken + "\x01\x01"
	for name, tt := range map[string]struct{ mech, payload string }{
		"local part":       {"X-OAUTH2", "\x00" + string(testRobot) + "\x00" + testToken},
		"full address":     {"X-OAUTH2", "\x00" + full + "\x00" + testToken},
		"google token":     {"X-GOOGLE-TOKEN", "\x00" + full + "\x00" + testToken},
		"plain":            {"PLAIN", "\x00" + string(testRobot) + "\x00" + testToken},
		"plain, authzid":   {"PLAIN", full + "\x00" + string(testRobot) + "\x00" + testToken},
		"bearer, RFC 7628": {"OAUTHBEARER", bearer},
		"bearer, bare":     {"OAUTHBEARER", "n,,\x01auth=bearer " + testToken + "\x01\x01"},
		"claims another":   {"X-OAUTH2", "\x00" + string(otherRobot) + "\x00" + testToken},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, Direct, nil).dial(t)
			p.send(clientHeader)
			p.until(`</stream:features>`)
			p.send(authStanza(tt.mech, tt.payload))
			p.until(`<success`)
			p.send(clientHeader)
			p.until(`</stream:features>`)
			// The robot comes from the token, whatever name was claimed.
			p.send(`<iq type="set" id="0" from="` + string(otherRobot) + `@x"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></iq>`)
			p.until(`<jid>` + testBare + `/[^<]+</jid>`)
		})
	}
}

func TestSASLRefusals(t *testing.T) {
	sasl := `xmlns="urn:ietf:params:xml:ns:xmpp-sasl"`
	for name, tt := range map[string]struct{ send, want string }{
		"wrong token":   {authStanza("X-OAUTH2", "\x00u\x00wrong"), "not-authorized"},
		"database down": {authStanza("X-OAUTH2", "\x00u\x00broken"), "temporary-auth-failure"},
		"no token":      {authStanza("X-OAUTH2", "\x00u\x00"), "malformed-request"},
		"two parts":     {authStanza("PLAIN", "u\x00t"), "malformed-request"},
		"not base64":    {`<auth ` + sasl + ` mechanism="PLAIN">***</auth>`, "incorrect-encoding"},
		"unknown":       {authStanza("SCRAM-SHA-1", "n,,n=u,r=x"), "invalid-mechanism"},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, Direct, nil).dial(t)
			p.send(clientHeader)
			p.until(`</stream:features>`)
			p.send(tt.send)
			want := `<failure ` + sasl + `><` + tt.want + `/></failure></stream:stream>`
			if got := p.closed(); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

// TestBearerRefusal is the example of RFC 7628, 4.3.
func TestBearerRefusal(t *testing.T) {
	p := start(t, Direct, nil).dial(t)
	p.send(clientHeader)
	p.until(`</stream:features>`)
	p.send(authStanza("OAUTHBEARER", "n,,\x01auth=Bearer wrong\x01\x01"))
	p.until(`<challenge xmlns="urn:ietf:params:xml:ns:xmpp-sasl">` + b64(`{"status":"invalid_token"}`) + `</challenge>`)
	p.send(`<response xmlns="urn:ietf:params:xml:ns:xmpp-sasl">AQ==</response>`)
	p.until(`<failure xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><not-authorized/></failure>`)
}

// TestNoInitialResponse is RFC 6120, 6.4.2: the server asks.
func TestNoInitialResponse(t *testing.T) {
	p := start(t, Direct, nil).dial(t)
	p.send(clientHeader)
	p.until(`</stream:features>`)
	p.send(`<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN"/>`)
	p.until(`<challenge xmlns="urn:ietf:params:xml:ns:xmpp-sasl"></challenge>`)
	p.send(`<response xmlns="urn:ietf:params:xml:ns:xmpp-sasl">` + b64("\x00u\x00"+testToken) + `</response>`)
	p.until(`<success`)
}

func TestStanzas(t *testing.T) {
	for name, tt := range map[string]struct{ send, want string }{
		"presence swallowed":  {`<presence/><iq type="get" to="x" id="7"><ping xmlns="urn:xmpp:ping"/></iq>`, `^<iq to="F" from="x" id="7" type="result"/>$`},
		"message swallowed":   {`<message to="a@b"><body>x</body></message><iq type="get" to="x" id="7"><ping xmlns="urn:xmpp:ping"/></iq>`, `^<iq to="F" from="x" id="7" type="result"/>$`},
		"ping without to":     {`<iq type="get" id="7"><ping xmlns="urn:xmpp:ping"/></iq>`, `^<iq to="F" id="7" type="result"/>$`},
		"bom and white space": {" \r\n\ufeff<iq type='get' to='x' id='7'><ping xmlns='urn:xmpp:ping'/></iq>\t\ufeff \ufeff", `^<iq to="F" from="x" id="7" type="result"/>$`},
		"unknown get":         {`<iq type="get" to="x" id="8"><query xmlns="jabber:iq:roster"/></iq>`, `^<iq to="F" from="x" id="8" type="error"><error code="503" type="cancel"><service-unavailable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></iq>$`},
		"unsubscribe":         {`<iq type="set" id="9"><unsubscribe xmlns="google:push"/></iq>`, `^<iq to="F" id="9" type="error"><error code="501" type="cancel"><feature-not-implemented `},
		"result swallowed":    {`<iq type="result" id="5"/><iq type="get" to="x" id="7"><ping xmlns="urn:xmpp:ping"/></iq>`, `^<iq to="F" from="x" id="7" type="result"/>$`},
		"no payload":          {`<iq type="get" id="6"/>`, `^<iq to="F" id="6" type="error"><error code="400" type="modify"><bad-request `},
		"second bind":         {`<iq type="set" id="6"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></iq>`, `^<iq to="F" id="6" type="error"><error code="405"`},
		"escaped":             {`<iq type="get" to="a&quot;&lt;b" id="&amp;"><ping xmlns="urn:xmpp:ping"/></iq>`, `^<iq to="F" from="a&#34;&lt;b" id="&amp;" type="result"/>$`},
		"character data":      {`<iq type="get" to="x" id="&#55;"><ping xmlns="urn:xmpp:ping"><![CDATA[</ping>]]></ping></iq>`, `^<iq to="F" from="x" id="7" type="result"/>$`},
		"impersonation":       {`<iq from="` + string(otherRobot) + `@` + ClassicDomain + `/r" type="get" to="x" id="7"><ping xmlns="urn:xmpp:ping"/></iq>`, `^<iq to="F" from="x" id="7" type="result"/>$`},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, Direct, nil).dial(t)
			full := p.loginAs(string(testRobot), "PROXY")
			p.send(tt.send)
			got := p.record()
			if want := strings.ReplaceAll(tt.want, "F", full); !regexp.MustCompile(want).MatchString(got) {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

// TestPipelining: one old client sends session, subscription and presence at
// once, and no resource.
func TestPipelining(t *testing.T) {
	p := start(t, Direct, nil).dial(t)
	p.send(clientHeader)
	p.until(`</stream:features>`)
	p.send(authStanza("X-OAUTH2", "\x00u\x00"+testToken))
	p.until(`<success`)
	p.send(`<?xml version="1.0"?>` + clientHeader +
		`<iq type="set" id="0"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></iq>` +
		`<iq type="set" id="1"><session xmlns="urn:ietf:params:xml:ns:xmpp-session"/></iq>` +
		`<iq type="set" id="2"><subscribe xmlns="google:push"/></iq><presence/>`)
	p.until(`<iq id="0" type="result">.*<iq id="1" type="result"/> <iq to="[^"]+/[^"]+" from="` + testBare + `" id="2" type="result"/>`)
}

// TestAnyDomain: some old clients always write "gmail.com".
func TestAnyDomain(t *testing.T) {
	p := start(t, Direct, nil).dial(t)
	p.send(strings.Replace(clientHeader, ClassicDomain, "gmail.com", 1))
	p.until(`<stream:stream from="gmail.com" .*</stream:features>`)
}

type netConn = net.Conn

type tee struct {
	netConn
	w io.Writer
}

// Read copies what it reads.
func (t tee) Read(b []byte) (int, error) {
	n, err := t.netConn.Read(b)
	_, _ = t.w.Write(b[:n])
	return n, err
}
