package pubsub

import (
	"context"
	"strings"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/stream"
)

// Namespaces of XEP-0030, XEP-0060, XEP-0199 and RFC 6121.
const (
	nsInfo   = "http://jabber.org/protocol/disco#info"
	nsItems  = "http://jabber.org/protocol/disco#items"
	nsPubSub = "http://jabber.org/protocol/pubsub"
	nsOwner  = nsPubSub + "#owner"
	nsEvent  = nsPubSub + "#event"
	nsConfig = nsPubSub + "#node_config"
	nsPing   = "urn:xmpp:ping"
	nsRoster = "jabber:iq:roster"
	nsJSON   = "urn:xmpp:json:0"
	nsAtom   = "http://www.w3.org/2005/Atom"
)

// features are what is there of XEP-0060, 10.
var features = []string{
	nsInfo, nsItems, nsPing, nsPubSub, nsPubSub + "#subscribe", nsPubSub + "#retrieve-items", nsPubSub + "#retrieve-subscriptions",
	nsPubSub + "#access-whitelist", nsPubSub + "#item-ids", nsPubSub + "#leased-subscription",
	nsPubSub + "#create-nodes", nsPubSub + "#create-and-configure", nsPubSub + "#config-node", nsPubSub + "#delete-nodes",
	nsPubSub + "#publish", nsPubSub + "#modify-affiliations", nsPubSub + "#member-affiliation", nsJSON,
}

// info is XEP-0030, 3.
func (s *Server) info(ctx context.Context, a asker, at place, to jid, node string) (string, error) {
	switch {
	case at == contact:
		return s.contactInfo(ctx, a, to)
	case node != "" && (at == service || at == account):
		n, err := s.find(ctx, a, at, node)
		if err != nil {
			return "", err
		}
		return disco(node, identity("pubsub", "leaf", n.title), nsPubSub, nsInfo, nsItems), nil
	case node != "":
		return "", errNoNode
	case at == account:
		return disco("", identity("account", "registered", "")+identity("pubsub", "pep", ""), features...), nil
	case at == host:
		return disco("", identity("server", "im", "Platen"), nsInfo, nsItems, nsPing), nil
	}
	return disco("", identity("pubsub", "service", "Platen")+identity("component", "generic", "Platen"), features...), nil
}

func (s *Server) contactInfo(ctx context.Context, a asker, to jid) (string, error) {
	view, err := s.printer(ctx, a.caller, gcp.PrinterID(to.local))
	if err != nil {
		return "", errUnavailable // RFC 6121, 8.5.1
	}
	return disco("", identity("component", "generic", view.ShownName()), nsInfo, nsPing), nil
}

func identity(category, typ, name string) string {
	return `<identity` + stream.Attr("category", category) + stream.Attr("type", typ) + stream.Attr("name", name) + `/>`
}

func disco(node, identities string, features ...string) string {
	var b strings.Builder
	b.WriteString(`<query xmlns="` + nsInfo + `"` + stream.Attr("node", node) + `>` + identities)
	for _, f := range features {
		b.WriteString(`<feature` + stream.Attr("var", f) + `/>`)
	}
	return b.String() + `</query>`
}

// list is XEP-0030, 4: what the asker may see, and nothing else.
func (s *Server) list(ctx context.Context, a asker, at place, node string) (string, error) {
	var b strings.Builder
	item := func(of, name, node string) {
		b.WriteString(`<item` + stream.Attr("jid", of) + stream.Attr("node", node) + stream.Attr("name", name) + `/>`)
	}
	switch {
	case node != "" && (at == service || at == account):
		n, err := s.find(ctx, a, at, node)
		if err != nil {
			return "", err
		}
		items, err := s.itemsOf(ctx, a.caller, n)
		if err != nil {
			return "", err
		}
		for _, i := range items {
			item(s.cfg.Service, i.id, "") // XEP-0060, 5.5
		}
	case node != "":
		return "", errNoNode
	case at == host:
		item(s.cfg.Service, "Platen", "")
	case at == account:
		item(a.bare(), "Own jobs", JobsNode)
	case at == service:
		nodes, err := s.nodesFor(ctx, a.caller)
		if err != nil {
			return "", err
		}
		for _, n := range nodes {
			item(s.cfg.Service, n.title, n.name)
		}
	}
	return `<query xmlns="` + nsItems + `"` + stream.Attr("node", node) + `>` + b.String() + `</query>`, nil
}

// nodesFor are the nodes that somebody may subscribe to.
func (s *Server) nodesFor(ctx context.Context, c cloud.Caller) ([]found, error) {
	if c.User == nil {
		return nil, nil
	}
	nodes := []found{{kind: ofPerson, name: PersonNode(c.User.Email), title: "Own printers and jobs", person: c.User.Email}}
	list, err := s.cfg.Cloud.PrinterList(ctx, c, cloud.PrinterListQuery{Limit: maxListed})
	if err != nil {
		return nil, err
	}
	for _, p := range list.Printers {
		nodes = append(nodes, found{kind: ofPrinter, name: PrinterNode(p.ID), title: p.ShownName(), printer: p.ID})
	}
	own, err := s.cfg.Store.Nodes(ctx)
	if err != nil {
		return nil, err
	}
	for _, n := range own {
		if mayRead(c.User, n) && len(nodes) < maxListed {
			nodes = append(nodes, found{kind: ofProgram, name: n.Name, title: n.Title, own: n})
		}
	}
	return nodes, nil
}

// roster shows the printers that somebody follows as contacts. They come and go by
// subscribing alone (RFC 6121, 3).
func (s *Server) roster(ctx context.Context, a asker, set bool) (string, error) {
	switch {
	case a.stranger():
		return "", errForbidden
	case set:
		return "", errNotTaken
	}
	views, err := s.contacts(ctx, a)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, view := range views {
		b.WriteString(`<item` + stream.Attr("jid", s.contact(view.ID)) + stream.Attr("name", view.ShownName()) + ` subscription="to"/>`)
	}
	return `<query xmlns="` + nsRoster + `">` + b.String() + `</query>`, nil
}
