package push

import (
	"context"
	"strings"
	"testing"

	"platen/gcp"
)

// TestOldestClient: one client of 2011 writes a header without a prefix, whose default
// namespace is that of streams, no session, and no ids.
func TestOldestClient(t *testing.T) {
	f := start(t, Direct, nil)
	p := f.dial(t)
	p.send(`<stream to="gmail.com" version="1.0" xmlns="http://etherx.jabber.org/streams">`)
	p.until(`^<stream:stream from="gmail.com" [^>]*><stream:features>.*</stream:features>`)
	p.send(`<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="X-GOOGLE-TOKEN">` + b64("\x00owner@example.com\x00"+testToken) + "\n</auth>")
	p.until(`<success`)
	p.send(`<s:stream to="gmail.com" version="1.0" xmlns:s="http://etherx.jabber.org/streams" xmlns="jabber:client">`)
	p.until(`</stream:features>`)
	p.send(`<iq type="set"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>Armooo</resource></bind></iq>`)
	full := p.until(`^<iq type="result"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><jid>([^<]+)</jid></bind></iq>`)[1]
	p.send(`<iq type="set" to="` + testBare + `"><subscribe xmlns="google:push"><item channel="cloudprint.google.com" from="cloudprint.google.com"/></subscribe></iq>`)
	p.until(`^<iq to="` + full + `" from="` + testBare + `" type="result"/>`)
	f.Notify(context.Background(), testRobot, gcp.Notification{Printer: "p"})
	p.until(hintFor("p"))
}

// TestOwnChannel: Chrome of 2010 subscribes to a channel of its own, and takes no hint on
// another one. A channel that is not below ours is nobody's.
func TestOwnChannel(t *testing.T) {
	const own = "cloudprint.google.com/proxy/1F3A-b"
	for wish, want := range map[string]string{
		own:                     own,
		"cloudprint.google.com": "cloudprint.google.com",
		"":                      "cloudprint.google.com",
		"mail.google.com":       "cloudprint.google.com",
		"cloudprint.google.com/" + strings.Repeat("x", 300): "cloudprint.google.com",
		`cloudprint.google.com/&quot;&gt;&lt;x`:             `cloudprint.google.com/&#34;&gt;&lt;x`,
	} {
		f := start(t, Direct, nil)
		p := f.dial(t)
		p.loginAs(string(testRobot), "r")
		p.send(`<iq type="set" to="` + testBare + `" id="3"><subscribe xmlns="google:push"><item channel="` + wish + `" from="cloudprint.google.com"/></subscribe></iq>`)
		p.until(`type="result"/>`)
		f.Notify(context.Background(), testRobot, gcp.Notification{Printer: "p"})
		if got := p.until(`<push:push channel="([^"]*)" .*` + hintFor("p"))[1]; got != want {
			t.Errorf("subscribed to %.60q: the hint comes on %q", wish, got)
		}
	}
}
