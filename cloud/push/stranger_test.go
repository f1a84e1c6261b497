package push

import (
	"context"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"platen/gcp"
)

// other is a robot that is signed in, subscribed, and up to no good.
func (f *fixture) other(t *testing.T, resource string) *peer {
	t.Helper()
	p := f.dial(t)
	p.send(clientHeader)
	p.until(`</stream:features>`)
	p.send(authStanza("X-OAUTH2", "\x00"+string(testRobot)+"\x00"+otherToken)) // with another's name
	p.until(`<success`)
	p.send(clientHeader)
	p.until(`</stream:features>`)
	p.send(`<iq type="set" id="0"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>` + resource + `</resource></bind></iq>`)
	p.until(`<jid>` + string(otherRobot) + `@[^<]+</jid>`)
	return p
}

// nothingFor fails if anything but white space comes before the answer to a ping.
func (p *peer) nothingFor(t *testing.T) {
	t.Helper()
	p.send(`<iq type="get" to="x" id="last"><ping xmlns="urn:xmpp:ping"/></iq>`)
	p.until(`^\s*<iq to="[^"]+" from="x" id="last" type="result"/>`)
}

// wholeHint is hintFor with what is behind it.
func wholeHint(id string) string { return hintFor(id) + `</push:push></message>` }

// TestWrongAddress: what a robot sends to another one, or asks for in its name, reaches
// nobody and changes nothing.
func TestWrongAddress(t *testing.T) {
	f := start(t, Direct, nil)
	victim := f.subscribedPeer(t)
	p := f.other(t, "PROXY")
	ctx := context.Background()
	full := testBare + "/PROXY"
	for _, to := range []string{testBare, full, "cloudprint.google.com", string(otherRobot) + "@elsewhere.example", "", "a@b@c//", strings.Repeat("x", 3000)} {
		p.send(`<message to="` + to + `" from="cloudprint.google.com"><push:push channel="cloudprint.google.com" xmlns:push="google:push"><push:data>` + b64("stolen") + `</push:data></push:push></message>`)
		p.send(`<presence to="` + to + `" type="unavailable" from="` + full + `"/>`)
		p.send(`<iq type="set" to="` + to + `" from="` + full + `" id="3"><subscribe xmlns="google:push"><item channel="cloudprint.google.com" from="cloudprint.google.com"/></subscribe></iq>`)
		// The answer is for who asked, whatever it said.
		p.until(`<iq to="` + string(otherRobot) + `@[^"]+" from="` + string(otherRobot) + `@[^"]+" id="3" type="result"/>`)
	}
	f.await(t, "the other one is there", func() bool { return f.Connected(otherRobot) })
	f.Notify(ctx, testRobot, gcp.Notification{Printer: "mine"})
	victim.until(`^\s*<message from="cloudprint.google.com" to="` + full + `[^"]*">.*` + wholeHint("mine"))
	victim.nothingFor(t)
	p.nothingFor(t)
	f.Notify(ctx, otherRobot, gcp.Notification{Printer: "theirs"})
	p.until(wholeHint("theirs"))
	victim.nothingFor(t)
}

// TestReplayedResource: who binds the name, or the whole address, of another's stream gets
// an address of its own, and does not disturb that stream.
func TestReplayedResource(t *testing.T) {
	f := start(t, Direct, func(c *Config) { c.Limits.Pong = 300 * time.Millisecond })
	victim := f.dial(t)
	full := victim.loginAs(string(testRobot), "PROXY")
	victim.subscribe()
	f.await(t, "connected", func() bool { return f.Connected(testRobot) })
	_, whole, _ := strings.Cut(full, "/")
	for range 20 {
		p := f.other(t, whole) // another robot: not a word to the stream that was there
		p.subscribeAs(string(otherRobot) + "@" + ClassicDomain)
		_ = p.Close()
	}
	victim.nothingFor(t)
	same := f.dial(t) // of the same robot: a second one with an end of its own
	if again := same.loginAs(string(testRobot), whole); again == full {
		t.Errorf("two streams have the address %s", again)
	}
	same.subscribe()
	f.Notify(context.Background(), testRobot, gcp.Notification{Printer: "p"})
	victim.until(hintFor("p"))
	same.until(hintFor("p"))
	f.await(t, "the others are gone", func() bool { return !f.Connected(otherRobot) })
	if l := f.presence.list(); len(l) == 0 || !l[0] {
		t.Errorf("presence %v", l)
	}
}

func (p *peer) subscribeAs(bare string) {
	p.t.Helper()
	p.send(`<iq type="set" to="` + bare + `" id="3"><subscribe xmlns="google:push"/></iq>`)
	p.until(`<iq to="[^"]*" from="[^"]*" id="3" type="result"/>`)
}

// TestHostileRobot: a robot that is signed in gets no further with what a stranger may
// not send either, and costs no more.
func TestHostileRobot(t *testing.T) {
	const billion = `<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>`
	for name, tt := range map[string]struct{ send, want string }{
		"entity expansion":     {billion + `<message><body>&lol2;</body></message>`, "restricted-xml"},
		"entity in a stanza":   {`<message><body>&lol;</body></message>`, "restricted-xml"},
		"entity in a value":    {`<message to="&lol;"/>`, "restricted-xml"},
		"external entity":      {`<!DOCTYPE x SYSTEM "file:///etc/passwd"><message/>`, "restricted-xml"},
		"instruction":          {`<?php x ?>`, "restricted-xml"},
		"deep":                 {strings.Repeat("<a>", 1000), "policy-violation"},
		"64 MiB in a value":    {`<message to="` + strings.Repeat("x", 128<<10), "policy-violation"},
		"64 MiB of attributes": {`<message ` + strings.Repeat(`a="b" `, 32<<10), "policy-violation"},
		"64 MiB in a section":  {`<message><body><![CDATA[` + strings.Repeat("x", 128<<10), "policy-violation"},
	} {
		t.Run(name, func(t *testing.T) {
			f := start(t, Direct, nil)
			honest := f.subscribedPeer(t)
			p := f.other(t, "r")
			var before, after runtime.MemStats
			more := strings.Repeat("x", 32<<10)
			runtime.ReadMemStats(&before)
			_, _ = io.WriteString(p.Conn, tt.send) // it may be cut off before the end
			for sent := 0; strings.HasPrefix(name, "64 MiB") && sent < 64<<20; {
				n, err := io.WriteString(p.Conn, more)
				if sent += n; err != nil {
					break
				}
			}
			got := p.closed()
			runtime.ReadMemStats(&after)
			if !strings.Contains(got, "<stream:error><"+tt.want+" ") && !strings.HasPrefix(name, "64 MiB") { // a reset may swallow it
				t.Errorf("got %q, want %s", got, tt.want)
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > 16<<20 {
				t.Errorf("%d bytes were allocated", n)
			}
			f.await(t, "closed", func() bool { return f.open() == 1 })
			f.Notify(context.Background(), testRobot, gcp.Notification{Printer: "p"})
			honest.until(hintFor("p"))
		})
	}
}
