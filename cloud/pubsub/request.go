package pubsub

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"platen/cloud"
	"platen/internal/stream"
)

// verb is a request to a PubSub service: who asks, where, and whether it changes something.
type verb struct {
	asker
	at  place
	set bool
}

// pubsub answers what anybody may ask (XEP-0060, 5, 6 and 7).
func (s *Server) pubsub(ctx context.Context, v verb, p stream.Node) (string, error) {
	if len(p.Nodes) == 0 {
		return "", errBadRequest
	}
	if v.stranger() {
		return "", errForbidden
	}
	what := p.Nodes[0]
	if what.XMLName.Space != nsPubSub {
		return "", errBadRequest
	}
	switch name := what.XMLName.Local; {
	case v.set && name == "subscribe":
		return s.subscribe(ctx, v, what)
	case v.set && name == "unsubscribe":
		return s.unsubscribe(ctx, v, what)
	case !v.set && name == "subscriptions":
		return s.subscriptions(ctx, v, what)
	case !v.set && name == "items":
		return s.items(ctx, v, what)
	case !v.set && name == "affiliations":
		return "", unsupported("retrieve-affiliations")
	case name == "options":
		return "", unsupported("subscription-options")
	case !v.set && name == "default":
		return "", unsupported("retrieve-default")
	case v.set && name == "create":
		return s.create(ctx, v, what, p.Child(nsPubSub, "configure"))
	case v.set && name == "publish":
		return s.publish(ctx, v, what)
	case v.set && name == "retract":
		return "", unsupported("delete-items")
	}
	return "", errBadRequest
}

// subscriber checks the address that is meant: the asker's own, or of one of the asker's
// sessions.
func (v verb) subscriber(what stream.Node, wrong error) (jid, error) {
	j := parseJID(what.Attr("jid"))
	if j.bare() != v.bare() || len(what.Attr("jid")) > maxAddress {
		return jid{}, wrong
	}
	return j, nil
}

// subscribe is XEP-0060, 6.1.
func (s *Server) subscribe(ctx context.Context, v verb, what stream.Node) (string, error) {
	j, err := v.subscriber(what, errWrongJID)
	if err != nil {
		return "", err
	}
	if j.resource != "" && j.resource != v.resource { // that session did not ask, and may be gone
		return "", errWrongJID
	}
	n, err := s.find(ctx, v.asker, v.at, what.Attr("node"))
	if err != nil {
		return "", err
	}
	sub := Subscription{JID: j.full(), Kind: Items, Node: n.name, Owner: v.caller.User.ID}
	if j.resource != "" { // it ends with the session, of which nobody may tell us
		sub.Until = s.cfg.Now().Add(sessionLease)
	}
	if err := s.cfg.Store.PutSubscription(ctx, sub, Bounds{perPerson, inAll}, s.cfg.Now()); err != nil {
		return "", err
	}
	return `<pubsub xmlns="` + nsPubSub + `">` + subscribed(sub) + `</pubsub>`, nil
}

func subscribed(sub Subscription) string {
	return `<subscription` + stream.Attr("node", sub.Node) + stream.Attr("jid", sub.JID) + ` subscription="subscribed"/>`
}

// unsubscribe is XEP-0060, 6.2. A node that somebody may not see any more can be left, too.
func (s *Server) unsubscribe(ctx context.Context, v verb, what stream.Node) (string, error) {
	j, err := v.subscriber(what, errForbidden)
	if err != nil {
		return "", err
	}
	node := what.Attr("node")
	if node == "" {
		return "", errNodeNeeded
	}
	err = s.cfg.Store.RemoveSubscription(ctx, Subscription{JID: j.full(), Kind: Items, Node: node})
	if !errors.Is(err, cloud.ErrNotFound) {
		return "", err
	}
	if _, err := s.find(ctx, v.asker, v.at, node); err != nil {
		return "", err
	}
	return "", errNotOne
}

// subscriptions is XEP-0060, 5.6.
func (s *Server) subscriptions(ctx context.Context, v verb, what stream.Node) (string, error) {
	list, err := s.cfg.Store.SubscriptionsOf(ctx, v.caller.User.ID, s.cfg.Now())
	if err != nil {
		return "", err
	}
	node := what.Attr("node")
	var b strings.Builder
	for _, sub := range list {
		if sub.Kind == Items && parseJID(sub.JID).bare() == v.bare() && (node == "" || node == sub.Node) {
			b.WriteString(subscribed(sub))
		}
	}
	return `<pubsub xmlns="` + nsPubSub + `"><subscriptions` + stream.Attr("node", node) + `>` + b.String() + `</subscriptions></pubsub>`, nil
}

// items is XEP-0060, 6.5: how things are now.
func (s *Server) items(ctx context.Context, v verb, what stream.Node) (string, error) {
	n, err := s.find(ctx, v.asker, v.at, what.Attr("node"))
	if err != nil {
		return "", err
	}
	list, err := s.itemsOf(ctx, v.caller, n)
	if err != nil {
		return "", err
	}
	wanted := map[string]bool{}
	for _, i := range what.Nodes {
		if i.Is(nsPubSub, "item") {
			wanted[i.Attr("id")] = true
		}
	}
	most, err := strconv.Atoi(what.Attr("max_items"))
	if err != nil || most < 0 {
		most = len(list)
	}
	var b strings.Builder
	for _, i := range list {
		if len(wanted) > 0 && !wanted[i.id] || most == 0 || b.Len()+len(i.payload) > maxAnswer {
			continue
		}
		most--
		b.WriteString(i.text())
	}
	return `<pubsub xmlns="` + nsPubSub + `"><items` + stream.Attr("node", n.name) + `>` + b.String() + `</items></pubsub>`, nil
}
