package component_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/component"
	"platen/gcp"
)

// logout is the command that ends alice's sessions.
const logout = `<iq type="set" from="` + service + `" to="example.com" id="(\w+)"><command [^>]*node="http://jabber.org/protocol/admin#end-user-session"[^>]*>` +
	`<x [^>]*><field [^>]*><value>[^<]*</value></field><field var="accountjids"><value>alice\\40example.com@example.com</value>.*?</iq>`

func answer(id, condition string) string {
	if condition == "" {
		return `<iq type="result" from="example.com" to="` + service + `" id="` + id + `"/>`
	}
	return `<iq type="error" from="example.com" to="` + service + `" id="` + id + `"><error type="wait"><` + condition +
		` xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></iq>`
}

// lose takes a token from alice, and tells the link unless nobody runs to hear of it.
func (w *world) lose(tell bool) {
	w.t.Helper()
	ctx := context.Background()
	_, err := w.store.UpdateUser(ctx, "alice", func(*cloud.User) ([]cloud.Event, error) {
		return []cloud.Event{{Time: time.Now(), Kind: cloud.EventPersonRevoked, User: "alice"}}, nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if tell {
		w.LogOut(w.last())
	}
}

// last is the position of the last event.
func (w *world) last() int64 {
	w.t.Helper()
	seq, err := w.store.LastEvent(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	return int64(seq)
}

// owed returns how many are to be logged out.
func (w *world) owed() int {
	w.t.Helper()
	list, err := w.store.PushLogouts(context.Background(), 0, w.last(), 9)
	if err != nil {
		w.t.Fatal(err)
	}
	return len(list)
}

// TestLogOutIsTriedAgain: what the server did not do is asked of it again, later each time,
// until it is done or there is nobody to log out.
func TestLogOutIsTriedAgain(t *testing.T) {
	for _, end := range []string{"", "item-not-found"} {
		s := listen(t)
		w := begin(t, s.at(), nil)
		p := s.welcome()
		w.lose(true)
		for _, condition := range []string{"internal-server-error", "resource-constraint", end} {
			p.send(answer(p.until(logout)[1], condition))
		}
		w.until("the end of the tries", func() bool { return w.owed() == 0 })
	}
}

// TestLogOutOutlivesTheProcess: who lost tokens while no cloud ran is logged out by the next
// one, and so is whom one that stopped could not log out.
func TestLogOutOutlivesTheProcess(t *testing.T) {
	s := listen(t)
	w := begin(t, s.at(), nil)
	p := s.welcome()
	w.lose(true)
	p.send(answer(p.until(logout)[1], "internal-server-error"))
	w.stop()
	<-w.ended

	next := begin(t, s.at(), func(c *component.Config) { c.Store = w.store })
	next.store = w.store
	p = s.welcome()
	next.LogOut(next.last())
	p.send(answer(p.until(logout)[1], ""))
	next.until("the end of the tries", func() bool { return next.owed() == 0 })
	next.stop()
	<-next.ended

	w.lose(false)
	third := begin(t, s.at(), func(c *component.Config) { c.Store = w.store })
	third.LogOut(w.last()) // before there is a stream
	p = s.welcome()
	p.send(answer(p.until(logout)[1], ""))
	third.until("the end of the tries", func() bool { return w.owed() == 0 })
}

// TestLogOutWaitsForItsTime: nobody is logged out before the cloud says that the tokens let in
// nobody any more; they would only come back.
func TestLogOutWaitsForItsTime(t *testing.T) {
	s := listen(t)
	w := begin(t, s.at(), nil)
	p := s.welcome()
	before := w.last()
	w.lose(false)
	w.LogOut(before)
	w.Notify(t.Context(), robot, gcp.Notification{Printer: "p"})
	p.until(`<message type="headline"`)
	if strings.Contains(p.rest, "end-user-session") || w.owed() != 1 {
		t.Errorf("logged out too early: %q", p.rest)
	}
	w.LogOut(w.last())
	p.send(answer(p.until(logout)[1], ""))
	w.until("the end of the tries", func() bool { return w.owed() == 0 })
}

// TestLogOutNeedsNoRoom: as many hints as may wait keep nobody logged in.
func TestLogOutNeedsNoRoom(t *testing.T) {
	s := listen(t)
	w := begin(t, s.at(), nil)
	w.set(func() { w.standing[robot] = component.Revoked }) // the hints only wait
	for i := range component.MaxTasks + 100 {
		w.Notify(t.Context(), robot, gcp.Notification{Printer: gcp.PrinterID(fmt.Sprint(i))})
	}
	w.lose(true)
	p := s.welcome()
	p.send(answer(p.until(logout)[1], ""))
	w.until("the end of the tries", func() bool { return w.owed() == 0 })
}
