package component_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"platen/cloud/component"
	"platen/gcp"
)

// The messages are those that connectors take from the embedded service.
func TestHints(t *testing.T) {
	s := listen(t)
	w := begin(t, s.at(), nil)
	for range 3 { // while there is no stream hints wait, each once
		w.Notify(t.Context(), robot, gcp.Notification{Printer: "printer-1"})
	}
	p := s.welcome()
	const push = `<message type="headline" from="push.example.com" to="` + address + `"><push:push channel="push.example.com" xmlns:push="google:push">` +
		`<push:recipient to="` + address + `"></push:recipient><push:data>`
	p.until(push + `cHJpbnRlci0x</push:data></push:push></message>`) // printf printer-1 | base64
	w.set(func() { w.standing[other] = component.Revoked })
	w.Notify(t.Context(), other, gcp.Notification{Printer: "printer-1"})
	w.Notify(t.Context(), robot, gcp.Notification{Printer: "printer-1", Kind: gcp.NotifyDelete})
	got := p.until(`(.*)` + push + `cHJpbnRlci0xL2RlbGV0ZQ==</push:data></push:push></message>`)
	if got[1] != "" {
		t.Errorf("besides: %s", got[1])
	}
}

// Who is there is said by presence and by every other stanza, and no longer than that.
func TestPresence(t *testing.T) {
	s := listen(t)
	w := begin(t, s.at(), nil)
	w.set(func() { w.waiting = []gcp.PrinterID{"p"} })
	p := s.welcome()
	p.send(`<presence from="` + address + `/a" to="push.example.com"/>`)
	w.until("the robot to be there", func() bool { return w.there() })
	p.until(`<message type="headline"[^>]*>.*<push:data>cA==</push:data>.*</message>`) // what waits is hinted
	p.send(`<iq type="get" id="7" from="` + address + `/b" to="push.example.com"><ping xmlns="urn:xmpp:ping"/></iq>`)
	p.until(`<iq from="push.example.com" to="` + address + `/b" id="7" type="result"/>`)
	p.send(`<presence type="unavailable" from="` + address + `/a" to="push.example.com"/>`)
	w.until("one session to be left", func() bool {
		list, err := w.store.PushSessions(t.Context(), robot)
		return err == nil && len(list) == 1 && list[0].JID == address+"/b"
	})
	for _, foreign := range []string{"example.org/x", string(other) + "@example.org/x", "stranger@example.com/x", address} {
		p.send(`<presence from="` + foreign + `" to="push.example.com"/>`)
	}
	p.send(`<presence type="unavailable" from="` + address + `/b" to="push.example.com"/>`)
	w.until("the robot to be gone", func() bool { return !w.there() })
	if list, err := w.store.SilentPushSessions(t.Context(), time.Now().Add(time.Hour), 9); err != nil || len(list) != 0 {
		t.Errorf("sessions %v, %v", list, err)
	}
	w.set(func() {
		if w.changed[robot] < 3 || len(w.changed) != 1 {
			t.Errorf("told of %v", w.changed)
		}
	})
}

// A session that falls silent is asked, and ends after two intervals; one that answers
// stays, even if it does not know pings.
func TestSilentSessions(t *testing.T) {
	s := listen(t)
	w := begin(t, s.at(), func(c *component.Config) { c.Limits.Interval = 4 * time.Second })
	p := s.welcome()
	began := time.Now()
	for _, r := range []string{"dead", "lost", "alive", "old"} {
		p.send(`<presence from="` + address + `/` + r + `" to="push.example.com"/>`)
	}
	w.until("all to be there", func() bool {
		list, _ := w.store.PushSessions(t.Context(), robot)
		return len(list) == 4
	})
	has := func(r string) bool {
		list, _ := w.store.PushSessions(t.Context(), robot)
		return slices.ContainsFunc(list, func(s component.Session) bool { return s.JID == address+"/"+r })
	}
	failure := func(condition string) string {
		return `type="error"><error type="cancel"><` + condition + ` xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></iq>`
	}
	go p.answerPings(map[string]string{
		"alive": `type="result"/>`, "old": failure("feature-not-implemented"), "lost": failure("service-unavailable"),
	})
	w.until("the dead one to be gone", func() bool { return !has("dead") && !has("lost") })
	if d := time.Since(began); d < 6*time.Second {
		t.Errorf("it was gone after %s", d)
	}
	w.until("those that answer to stay", func() bool { return has("alive") && has("old") })
	if has("dead") || has("lost") {
		t.Error("one that does not answer is there again")
	}
}

// Robots may see whether the service is there; nobody else may.
func TestSubscriptions(t *testing.T) {
	s := listen(t)
	w := begin(t, s.at(), nil)
	w.set(func() { w.standing[other] = component.Revoked })
	p := s.welcome()
	for from, want := range map[string]string{
		address:                        `<presence type="subscribed" from="push.example.com" to="X"/><presence from="push.example.com" to="X"/>`,
		string(other) + "@example.com": `<presence type="unsubscribed" from="push.example.com" to="X"/>`,
		"stranger@example.com":         `<presence type="unsubscribed" from="push.example.com" to="X"/>`,
		string(robot) + "@example.org": `<presence type="unsubscribed" from="push.example.com" to="X"/>`,
	} {
		p.send(`<presence type="subscribe" from="` + from + `" to="push.example.com"/>`)
		p.until(`^` + strings.ReplaceAll(want, "X", from))
	}
	p.send(`<presence type="probe" from="` + address + `" to="push.example.com"/>`)
	p.until(`^<presence from="push.example.com" to="` + address + `"/>`)
	p.send(`<presence type="unsubscribe" from="` + address + `" to="push.example.com"/>`)
	p.until(`^<presence type="unsubscribed" from="push.example.com" to="` + address + `"/>`)
	p.send(`<iq type="get" id="1" from="` + address + `/a" to="push.example.com"><query xmlns="http://jabber.org/protocol/disco#info"/></iq>`)
	p.until(`^<iq [^>]*type="result"><query [^>]*><identity category="component" type="generic" name="Platen"/>.*</iq>`)
	p.send(`<iq type="set" id="2" from="` + address + `/a" to="push.example.com"><query xmlns="jabber:iq:register"/></iq>`)
	p.until(`^<iq from="push.example.com" to="` + address + `/a" id="2" type="error">.*<service-unavailable`)
}

// A robot whose tokens are revoked gets no more hints and is logged out, also if it
// shows up again.
func TestRevoke(t *testing.T) {
	s := listen(t)
	w := begin(t, s.at(), nil)
	p := s.welcome()
	p.send(`<presence from="` + address + `/a" to="push.example.com"/>`)
	w.until("the robot to be there", func() bool { return w.there() })
	w.set(func() { w.standing[robot] = component.Revoked })
	const command = `<iq type="set" from="push.example.com" to="example.com" id="(\w+)"><command xmlns="http://jabber.org/protocol/commands" node="http://jabber.org/protocol/admin#end-user-session" action="execute">.*` +
		`<field var="accountjids"><value>` + address + `</value></field>.*</command></iq>`
	w.Revoke(t.Context(), robot)
	w.Notify(t.Context(), robot, gcp.Notification{Printer: "p"})
	id := p.until(command)[1]
	p.send(`<iq type="result" from="example.com" to="push.example.com" id="` + id + `"/>`)
	w.until("the robot to be gone", func() bool { return !w.there() })
	p.send(`<presence from="` + address + `/a" to="push.example.com"/>`)
	before := p.until(`(.*)` + command)[1]
	if strings.Contains(before, "push:data") {
		t.Errorf("it was sent %s", before)
	}
	if w.there() {
		t.Error("it counts as there again")
	}
}

// What lies between two streams nobody heard of: sessions must show again that they are
// there. Each loss and each return is one line of the log.
func TestReconnect(t *testing.T) {
	s := listen(t)
	w := begin(t, s.at(), func(c *component.Config) { c.Limits.Interval = 4 * time.Second })
	p := s.welcome()
	p.send(`<presence from="` + address + `/gone" to="push.example.com"/><presence from="` + address + `/here" to="push.example.com"/>`)
	w.until("both sessions", func() bool {
		list, _ := w.store.PushSessions(t.Context(), robot)
		return len(list) == 2
	})
	_ = p.Close()
	for i := range 5 { // a server that starts: it drops connections, or refuses them for now
		p := s.accept()
		if i == 3 {
			p.header()
			p.send(`<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>`)
		}
		_ = p.Close()
	}
	p = s.welcome()
	go p.answerPings(map[string]string{"here": `type="result"/>`})
	w.until("only the one that answers to be there", func() bool {
		list, err := w.store.PushSessions(t.Context(), robot)
		return err == nil && len(list) == 1 && list[0].JID == address+"/here"
	})
	lines := w.log.lines()
	if len(lines) != 3 || !strings.Contains(lines[1], "takes no notifications") {
		t.Errorf("%d lines are logged:\n%s", len(lines), strings.Join(lines, "\n"))
	}
}

// A server that goes on to refuse us is news, once.
func TestLastingRefusal(t *testing.T) {
	s := listen(t)
	w := begin(t, s.at(), nil)
	_ = s.welcome().Close()
	for range 8 {
		p := s.accept()
		p.header()
		p.send(`<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>`)
	}
	w.until("the reason to be told", func() bool {
		lines := w.log.lines()
		return strings.Contains(lines[len(lines)-1], "knows no component push.example.com")
	})
	s.welcome()
	w.until("the stream to be told", func() bool { return w.Connected() && len(w.log.lines()) >= 4 })
	if lines := w.log.lines(); len(lines) != 4 {
		t.Errorf("%d lines are logged:\n%s", len(lines), strings.Join(lines, "\n"))
	}
}
