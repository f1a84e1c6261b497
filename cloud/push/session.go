package push

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"platen/gcp"
	"platen/internal/stream"
)

// session answers stanzas until the stream ends.
func (c *conn) session(ctx context.Context) error {
	c.beat = func() { c.srv.alive(ctx, c.robot) }
	if c.person.local != "" {
		c.beat = func() { c.srv.recheck(ctx, c, longSince) }
	}
	for {
		n, err := c.wire.element()
		if err != nil {
			return err
		}
		if err := c.handle(ctx, n); err != nil {
			return err
		}
	}
}

// handle answers one stanza. Presence and messages are for nobody and are
// accepted silently.
func (c *conn) handle(ctx context.Context, n node) error {
	if n.XMLName.Space == nsAcks {
		return c.manage(n)
	}
	c.acks.handled++ // of anything but a stanza the stream ends
	switch {
	case n.Is(nsClient, "iq"):
		return c.iq(ctx, n)
	case n.Is(nsClient, "presence"), n.Is(nsClient, "message"):
		if c.person.local != "" && c.ready {
			return c.converse(ctx, n)
		}
		return nil
	case n.IsError():
		return errClosed
	}
	return errUnsupported
}

func (c *conn) iq(ctx context.Context, n node) error {
	typ := n.Attr("type")
	switch typ {
	case "result", "error": // the answer to a ping
		c.probe.answered(n.Attr("id"))
		if c.person.local != "" && c.ready {
			return c.converse(ctx, n)
		}
		return nil
	case "get", "set":
	default:
		return c.iqError(n, badRequest)
	}
	if len(n.Nodes) != 1 {
		return c.iqError(n, badRequest) // RFC 6120, 8.2.3; one old client has no ids
	}
	set := typ == "set"
	payload := n.Nodes[0]
	switch {
	case set && payload.Is(nsBind, "bind"):
		return c.bindResource(n, payload)
	case !c.ready:
		return errNotAuthorized // RFC 6120, 7.1: no stanza before the resource
	case set && payload.Is(nsSession, "session"):
		return c.startSession(n)
	case c.person.local != "":
		return c.converse(ctx, n)
	case set && payload.Is(nsPush, "subscribe"):
		c.listenOn(payload)
		return c.startPush(ctx, n)
	case set && payload.Is(nsPush, "unsubscribe"):
		return c.iqError(n, notImplemented)
	case !set && payload.Is(nsPing, "ping"):
		return c.write(`<iq` + stream.Attr("to", c.full) + stream.Attr("from", n.Attr("to")) +
			stream.Attr("id", n.Attr("id")) + ` type="result"/>`)
	}
	return c.iqError(n, unavailable)
}

// Errors of RFC 6120, 8.3.3 as they stand inside <error>; the codes are those
// of XEP-0086, for clients that look at nothing else.
const (
	badRequest     = `<error code="400" type="modify"><bad-request xmlns="` + nsStanzas + `"/></error>`
	notImplemented = `<error code="501" type="cancel"><feature-not-implemented xmlns="` + nsStanzas + `"/></error>`
	unavailable    = `<error code="503" type="cancel"><service-unavailable xmlns="` + nsStanzas + `"/></error>`
	notAllowed     = `<error code="405" type="cancel"><not-allowed xmlns="` + nsStanzas + `"/></error>`
)

func (c *conn) iqError(n node, what string) error {
	return c.write(`<iq` + stream.Attr("to", c.full) + stream.Attr("from", n.Attr("to")) +
		stream.Attr("id", n.Attr("id")) + ` type="error">` + what + `</iq>`)
}

// bindResource is RFC 6120, 7. The address gets a random end, as the classic
// service gave it, so that a stream never has the address of the one it replaces.
func (c *conn) bindResource(n, bind node) error {
	if c.ready {
		return c.iqError(n, notAllowed)
	}
	want := ""
	if r := bind.Child(nsBind, "resource"); r != nil {
		want = r.Text
	}
	if !goodResource(want) {
		return c.iqError(n, badRequest)
	}
	full := c.bare() + "/" + want + newID()
	c.srv.bind(c, want, full)
	err := c.write(`<iq` + stream.Attr("id", n.Attr("id")) + ` type="result"><bind xmlns="` + nsBind + `"><jid>` +
		stream.Escape(full) + `</jid></bind></iq>`)
	if err != nil {
		return err
	}
	c.heard = time.Now()
	c.ready = true
	if c.person.local != "" {
		c.reported = c.heard // from now on its token is looked at
	}
	return nil
}

const maxResource = 1000 // bytes; RFC 7622, 3.4 allows 1023 with our random end

func goodResource(s string) bool {
	if len(s) > maxResource || !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if unicode.IsControl(r) {
			return false
		}
	}
	return true
}

func (c *conn) bare() string {
	local := string(c.robot)
	if c.person.local != "" {
		local = c.person.local
	}
	return local + "@" + c.srv.cfg.Domain
}

// startSession answers the session request of RFC 3921, which does nothing. The
// space after it is for a client that reads one record more before it goes on.
func (c *conn) startSession(n node) error {
	if err := c.write(`<iq` + stream.Attr("id", n.Attr("id")) + ` type="result"/>`); err != nil {
		return err
	}
	return c.write(" ")
}

// maxChannel bounds the name of a channel, in bytes.
const maxChannel = 256

// listenOn keeps the channel that a client names, if it is one of ours: some name one of
// their own below it, and listen to no other.
func (c *conn) listenOn(subscription node) {
	item := subscription.Child(nsPush, "item")
	if item == nil {
		return
	}
	name := item.Attr("channel")
	if len(name) <= maxChannel && strings.HasPrefix(name, c.srv.cfg.Service+"/") {
		c.channel.Store(&name)
	}
}

// startPush answers the subscription with the addresses that the classic
// connector checks. Hints are taken from before the answer is written, so that
// none is missed, but wait for the lock: nothing may come before the answer.
func (c *conn) startPush(ctx context.Context, n node) error {
	c.wmu.Lock()
	c.srv.subscribe(ctx, c)
	err := c.writeLocked(`<iq` + stream.Attr("to", c.full) + stream.Attr("from", c.bare()) +
		stream.Attr("id", n.Attr("id")) + ` type="result"/>`)
	c.wmu.Unlock()
	if err != nil {
		return err
	}
	c.reported = time.Now()
	if !c.asking.Swap(true) {
		c.srv.spawn(func() { c.hintWaiting(ctx) })
	}
	return nil
}

// hintWaiting sends a hint for each printer that has waiting jobs.
func (c *conn) hintWaiting(ctx context.Context) {
	call, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	defer c.asking.Store(false)
	ids, err := c.srv.cfg.Waiting(call, c.robot)
	c.srv.fault(ctx, "list of waiting printers", err)
	for _, id := range ids {
		c.enqueue(ctx, gcp.Notification{Printer: id})
	}
}

// enqueue has a hint written soon. A peer that lets too many pile up is cut off:
// it catches up when it comes back.
func (c *conn) enqueue(ctx context.Context, n gcp.Notification) {
	c.qmu.Lock()
	ok := c.queue.add(n, c.srv.cfg.Limits.Queue)
	start := ok && !c.draining
	c.draining = c.draining || start
	c.qmu.Unlock()
	switch {
	case !ok:
		c.srv.spawn(func() { c.fail(errResources) })
	case start:
		c.srv.spawn(func() { c.drain(ctx) })
	}
}

// drain writes hints until none waits.
func (c *conn) drain(ctx context.Context) {
	for {
		c.qmu.Lock()
		list := c.queue.take()
		c.draining = len(list) > 0
		c.qmu.Unlock()
		if len(list) == 0 {
			return
		}
		for _, n := range list {
			if err := c.write(c.hint(n)); err != nil {
				c.srv.cfg.Logger.DebugContext(ctx, "push hint lost", "robot", c.robot, "printer", n.Printer, "err", err)
				if !errors.Is(err, errClosed) {
					_ = c.guard.Close() // the reader ends the stream
				}
				return
			}
		}
	}
}

// hint is the message of a notification.
func (c *conn) hint(n gcp.Notification) string {
	channel := c.srv.cfg.Service
	if own := c.channel.Load(); own != nil {
		channel = *own
	}
	return `<message` + stream.Attr("from", c.srv.cfg.Service) + stream.Attr("to", c.full) + `>` +
		Hint(channel, c.bare(), n) + `</message>`
}
