package xmpp

import (
	"cmp"
	"context"
	"encoding/xml"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"mellium.im/xmlstream"
)

// nsAcks is the namespace of stream management (XEP-0198).
const nsAcks = "urn:xmpp:sm:3"

// acks is stream management as far as it counts and acknowledges. Nothing is resumed:
// after each connect the receiver catches up anyway. What it is good for is that the
// service hears of a hint that did not come, and that the question for an
// acknowledgement is the shortest ping there is.
type acks struct {
	on      bool          // set before the stream is served
	service string        // whose word an acknowledgement is; "" if a server's between
	handled atomic.Uint32 // of the service's stanzas since then
	came    chan struct{} // an acknowledgement
}

// enable turns it on; a service that refuses is no trouble.
func (a *acks) enable(w xmlstream.TokenWriteFlusher, d *xml.Decoder) error {
	if err := send(w, element(nsAcks, "enable")); err != nil {
		return err
	}
	start, err := nextElement(d)
	if err != nil {
		return err
	}
	var answer struct {
		Service string `xml:"google:push service,attr"`
	}
	if err := d.DecodeElement(&answer, &start); err != nil {
		return err
	}
	switch start.Name {
	case xml.Name{Space: nsAcks, Local: "enabled"}:
		a.on, a.service = true, answer.Service
	case xml.Name{Space: nsAcks, Local: "failed"}:
	default:
		return fmt.Errorf("unexpected <%s> as answer", start.Name.Local)
	}
	return nil
}

// count notes that a stanza of the service is handled.
func (a *acks) count() { a.handled.Add(1) }

// answer takes an element of stream management. An error is the connection's.
func (a *acks) answer(w xmlstream.TokenWriter, start *xml.StartElement) error {
	switch start.Name.Local {
	case "r":
		_, err := xmlstream.Copy(w, xmlstream.Wrap(nil, xml.StartElement{
			Name: xml.Name{Space: nsAcks, Local: "a"},
			Attr: []xml.Attr{{Name: xml.Name{Local: "h"}, Value: strconv.FormatUint(uint64(a.handled.Load()), 10)}},
		}))
		return err
	case "a":
		select {
		case a.came <- struct{}{}:
		default: // nobody asked
		}
	}
	return nil
}

// knock asks for an acknowledgement, and waits for it. The connection is closed when there
// is none in time.
func (l *link) knock(ctx context.Context, limit time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, noAnswer(limit))
	defer cancel()
	stop := context.AfterFunc(ctx, l.close)
	defer stop()
	select {
	case <-l.acks.came: // of an earlier question
	default:
	}
	// mellium would take the guard's deadline away with the context's.
	if err := l.sess.Send(context.WithoutCancel(ctx), element(nsAcks, "r")); err != nil {
		return cmp.Or(context.Cause(ctx), err)
	}
	select {
	case <-l.acks.came:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
