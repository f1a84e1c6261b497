package push

import (
	"strings"
	"testing"
	"time"
)

const (
	enable   = `<enable xmlns="urn:xmpp:sm:3"/>`
	enabled  = `<enabled xmlns="urn:xmpp:sm:3"[^>]*/>`
	question = `<r xmlns="urn:xmpp:sm:3"/>`
)

// TestAcknowledgements follows XEP-0198, 3 and 4: stanzas count from <enable/> on, and
// nothing else does.
func TestAcknowledgements(t *testing.T) {
	p := start(t, Direct, nil).dial(t)
	p.loginAs("u", "r")
	p.send(enable)
	if got := p.until(enabled)[0]; strings.Contains(got, "resume") || !strings.Contains(got, `push:service="`+ClassicService+`"`) {
		t.Errorf("enabled: %s", got)
	}
	p.send(question)
	p.until(`<a xmlns="urn:xmpp:sm:3" h="0"/>`)
	p.subscribe()
	p.send(`<presence/><message to="x"/>` + question + `<a xmlns="urn:xmpp:sm:3" h="1"/>` + question)
	p.until(`<a xmlns="urn:xmpp:sm:3" h="3"/><a xmlns="urn:xmpp:sm:3" h="3"/>`)
}

// TestRefusedManagement: XEP-0198, 3 and 5.
func TestRefusedManagement(t *testing.T) {
	failed := func(condition string) string {
		return `<failed xmlns="urn:xmpp:sm:3"><` + condition + ` xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></failed>`
	}
	p := start(t, Direct, nil).dial(t)
	p.send(clientHeader)
	p.until(`</stream:features>`)
	p.send(authStanza("X-OAUTH2", "\x00u\x00"+testToken))
	p.until(`<success[^>]*>`)
	p.send(clientHeader)
	if features := p.until(`<stream:features>.*</stream:features>`)[0]; !strings.Contains(features, `<sm xmlns="urn:xmpp:sm:3"/>`) {
		t.Errorf("features: %s", features)
	}
	p.send(enable) // before there is a resource
	p.until(failed("unexpected-request"))
	p.send(`<resume xmlns="urn:xmpp:sm:3" h="0" previd="x"/>`)
	p.until(failed("feature-not-implemented"))
	p.send(bindMessage)
	p.until(`<jid>[^<]*</jid></bind></iq>`)
	p.send(enable + enable)
	p.until(enabled + failed("unexpected-request"))
	p.send(`<b xmlns="urn:xmpp:sm:3"/>`)
	p.until("unsupported-stanza-type")
}

// TestQuestionInsteadOfPing: whoever counts is asked for an acknowledgement after a
// silence, which is shorter than a ping; an answer keeps the stream, silence ends it.
func TestQuestionInsteadOfPing(t *testing.T) {
	f := start(t, Direct, func(c *Config) { c.Limits.Idle, c.Limits.Pong = 200*time.Millisecond, 300*time.Millisecond })
	p := f.dial(t)
	p.loginAs("u", "r")
	p.send(enable)
	p.until(enabled)
	for range 3 {
		p.until(question)
		p.send(`<a xmlns="urn:xmpp:sm:3" h="0"/>`)
	}
	if got := p.closed(); !strings.HasPrefix(got, question) || strings.Contains(got, "<iq") || !strings.Contains(got, "connection-timeout") {
		t.Errorf("a silent peer was told %s", got)
	}
}
