package component_test

import (
	"fmt"
	"testing"

	"platen/cloud/component"
	"platen/gcp"
)

// logout is the command that ends ann's sessions.
const logout = `<iq type="set" from="` + service + `" to="example.com" id="(\w+)"><command [^>]*node="http://jabber.org/protocol/admin#end-user-session"[^>]*>` +
	`<x [^>]*><field [^>]*><value>[^<]*</value></field><field var="accountjids"><value>ann@example.com</value>.*?</iq>`

func answer(id, condition string) string {
	if condition == "" {
		return `<iq type="result" from="example.com" to="` + service + `" id="` + id + `"/>`
	}
	return `<iq type="error" from="example.com" to="` + service + `" id="` + id + `"><error type="wait"><` + condition +
		` xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></iq>`
}

// TestLogOutIsTriedAgain: what the server did not do is asked of it again, later each time,
// until it is done or there is nobody to log out.
func TestLogOutIsTriedAgain(t *testing.T) {
	for _, end := range []string{"", "item-not-found"} {
		s := listen(t)
		w := begin(t, s.at(), nil)
		p := s.welcome()
		w.LogOut("ann")
		for _, condition := range []string{"internal-server-error", "resource-constraint", end} {
			p.send(answer(p.until(logout)[1], condition))
		}
		w.until("the end of the tries", func() bool { return w.Logouts() == 0 })
	}
}

// TestLogOutNeedsNoRoom: as many hints as may wait keep nobody logged in.
func TestLogOutNeedsNoRoom(t *testing.T) {
	s := listen(t)
	w := begin(t, s.at(), nil)
	w.set(func() { w.standing[robot] = component.Revoked }) // the hints only wait
	for i := range component.MaxTasks + 100 {
		w.Notify(t.Context(), robot, gcp.Notification{Printer: gcp.PrinterID(fmt.Sprint(i))})
	}
	w.LogOut("ann")
	p := s.welcome()
	p.send(answer(p.until(logout)[1], ""))
	w.until("the end of the tries", func() bool { return w.Logouts() == 0 })
}
