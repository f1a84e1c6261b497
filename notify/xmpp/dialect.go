package xmpp

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"time"

	"mellium.im/xmlstream"
	"mellium.im/xmpp/jid"
	"mellium.im/xmpp/stanza"

	"platen/gcp"
	"platen/internal/backoff"
)

// The waits before the node is asked for again.
const (
	nodeWaitMin = 250 * time.Millisecond
	nodeWaitMax = 4 * time.Second
)

// announce says that we are there and want hints, in the dialect that the service
// speaks. The classic service, and whatever has our module, takes its own subscription.
// Another XMPP server refuses that: it delivers to who is present (RFC 6121, 8.5.2.1),
// and the service behind it knows us by the presence that we send it. Where hints come
// by PubSub we subscribe to our node, too.
func (c *Client) announce(ctx context.Context, l *link) error {
	if c.opt.PubSub != "" {
		if err := l.present(c.opt.Service); err != nil {
			return fmt.Errorf("presence: %w", err)
		}
		return c.subscribeNode(ctx, l)
	}
	err := l.subscribe(ctx, c.opt.Service, c.opt.LoginTimeout)
	if !unknown(err) {
		return err
	}
	if err := l.present(c.opt.Service); err != nil {
		return fmt.Errorf("presence: %w", err)
	}
	return nil
}

// unknown reports whether the service does not know what was asked (RFC 6120, 8.3.3).
func unknown(err error) bool {
	e, ok := errors.AsType[stanza.Error](err)
	return ok && (e.Condition == stanza.ServiceUnavailable || e.Condition == stanza.FeatureNotImplemented)
}

// present sends presence to the server, which then delivers what is sent to our address
// without a resource, and to the service (RFC 6121, 4.2 and 4.6). The server tells the
// service when we are gone.
func (l *link) present(service string) error {
	to, err := jid.Parse(service)
	if err != nil {
		return fmt.Errorf("address %q: %w", service, err)
	}
	for _, p := range []stanza.Presence{{}, {To: to}} {
		// The guard bounds the write; mellium would take its deadline away.
		if err := l.sess.Send(context.Background(), p.Wrap(nil)); err != nil {
			return err
		}
	}
	return nil
}

// subscribeNode subscribes to the robot's PubSub node until it is let in: the node may
// be made, and the robot be allowed, only now that the service sees it. Repeating a
// subscription does no harm.
func (c *Client) subscribeNode(ctx context.Context, l *link) error {
	ctx, cancel := context.WithTimeoutCause(ctx, c.opt.LoginTimeout, errors.New("the PubSub service did not let us in in time"))
	defer cancel()
	waits := backoff.Backoff{Min: nodeWaitMin, Max: nodeWaitMax}
	for {
		err := l.subscribeNode(ctx, c.opt.PubSub, gcp.PushNode(c.opt.User), c.opt.LoginTimeout)
		if _, refused := errors.AsType[stanza.Error](err); !refused {
			return err
		}
		if waits.Wait(ctx) != nil {
			return fmt.Errorf("%w (%w)", context.Cause(ctx), err)
		}
	}
}

// subscribeNode is XEP-0060, 6.1.1.
func (l *link) subscribeNode(ctx context.Context, service, node string, limit time.Duration) error {
	iq, err := newIQ(stanza.SetIQ, service)
	if err != nil {
		return err
	}
	subscribe := xmlstream.Wrap(nil, xml.StartElement{Name: xml.Name{Local: "subscribe"}, Attr: []xml.Attr{
		{Name: xml.Name{Local: "node"}, Value: node},
		{Name: xml.Name{Local: "jid"}, Value: l.sess.LocalAddr().Bare().String()},
	}})
	return l.ask(ctx, iq, xmlstream.Wrap(subscribe, xml.StartElement{Name: xml.Name{Space: nsPubSub, Local: "pubsub"}}), limit)
}
