package push

import (
	"strconv"

	"platen/internal/stream"
)

// nsAcks is the namespace of stream management (XEP-0198).
const nsAcks = "urn:xmpp:sm:3"

// acks is stream management as far as it counts and acknowledges. Nothing is resumed: a
// peer that comes back catches up, and a hint that was lost only delays a job. It belongs
// to the goroutine that reads.
type acks struct {
	on      bool
	handled uint32 // of the peer's stanzas since then; it may wrap (XEP-0198, 4)
}

// manage answers an element of stream management.
func (c *conn) manage(n node) error {
	switch n.XMLName.Local {
	case "enable":
		if !c.ready || c.acks.on { // XEP-0198, 3
			return c.write(notManaged("unexpected-request"))
		}
		c.acks = acks{on: true}
		// The address says that an acknowledgement here is the word of who sends the hints, and
		// not of a server between.
		return c.write(`<enabled xmlns="` + nsAcks + `" xmlns:push="` + nsPush + `"` + stream.Attr("push:service", c.srv.cfg.Service) + `/>`)
	case "resume":
		return c.write(notManaged("feature-not-implemented"))
	case "r":
		return c.write(`<a xmlns="` + nsAcks + `" h="` + strconv.FormatUint(uint64(c.acks.handled), 10) + `"/>`)
	case "a":
		return nil // it was heard, which is all that we want to know
	}
	return errUnsupported
}

func notManaged(condition string) string {
	return `<failed xmlns="` + nsAcks + `"><` + condition + ` xmlns="` + nsStanzas + `"/></failed>`
}

// knock asks a silent peer whether it is there, in as few bytes as it understands.
func (c *conn) knock() error {
	if c.acks.on {
		return c.write(`<r xmlns="` + nsAcks + `"/>`)
	}
	return c.write(c.ping(newID()))
}
