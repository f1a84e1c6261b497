package component

import (
	"strings"

	"platen/internal/stream"
)

const nsInfo = "http://jabber.org/protocol/disco#info"

// handle takes one stanza. The server vouches for its sender (RFC 6120, 8.1.2.1).
func (l *Link) handle(c *conn, n stream.Node) error {
	from := n.Attr("from")
	robot, full, ok := l.robotOf(from)
	switch {
	case ok && full:
		l.signs.add(from, sign{robot: robot, here: here(n)})
	case !ok && l.cfg.People != nil && l.forPeople(n):
		return l.guest(c, n)
	}
	switch n.XMLName.Local {
	case "iq":
		return c.serveIQ(n)
	case "presence":
		l.subscription(from, n.Attr("type"))
	}
	return nil // nobody writes messages to us
}

// forPeople reports whether a stanza of somebody who is no robot is one that may be
// answered: no answer to what we asked, and no presence for ourselves.
func (l *Link) forPeople(n stream.Node) bool {
	switch n.XMLName.Local {
	case "iq":
		typ := n.Attr("type")
		return typ == "get" || typ == "set"
	case "presence":
		return strings.Contains(n.Attr("to"), "@")
	}
	return false
}

// here reports what a stanza of a session says of that session. An error says that it
// cannot be reached, or came from its program, which did not understand.
func here(n stream.Node) bool {
	if n.XMLName.Local == "presence" && n.Attr("type") == "unavailable" {
		return false
	}
	return !hasCondition(errorOf(n), "service-unavailable", "item-not-found", "recipient-unavailable", "gone",
		"remote-server-not-found", "remote-server-timeout")
}

// serveIQ answers requests, and takes answers.
func (c *conn) serveIQ(n stream.Node) error {
	typ := n.Attr("type")
	if typ != "get" && typ != "set" {
		c.answered(n)
		return nil
	}
	head := `<iq` + stream.Attr("from", c.cfg.Service) + stream.Attr("to", n.Attr("from")) + stream.Attr("id", n.Attr("id"))
	switch {
	case typ == "get" && n.Child(nsPing, "ping") != nil:
		return c.write(head + ` type="result"/>`)
	case typ == "get" && n.Child(nsInfo, "query") != nil:
		return c.write(head + ` type="result"><query xmlns="` + nsInfo + `"><identity category="component" type="generic" name="Platen"/>` +
			`<feature var="` + nsInfo + `"/><feature var="` + nsPing + `"/></query></iq>`)
	}
	return c.write(head + ` type="error"><error type="cancel"><service-unavailable xmlns="` + nsStanzas + `"/></error></iq>`)
}

// subscription has who asks about our presence answered (RFC 6121, 3 and 4.3).
func (l *Link) subscription(from, typ string) {
	switch typ {
	case "subscribe", "probe":
		robot, _, ok := l.robotOf(from)
		if !ok {
			robot = ""
		}
		l.tasks.add(task{do: answerPresence, robot: robot, to: from, asked: typ})
	case "unsubscribe":
		l.tasks.add(task{do: answerPresence, to: from, asked: typ})
	}
}
