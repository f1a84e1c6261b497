package pubsub

import (
	"context"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/stream"
)

// contact is the address of a printer.
func (s *Server) contact(id gcp.PrinterID) string { return string(id) + "@" + s.cfg.Service }

// followed returns whose presence an account follows by this address.
func (s *Server) followed(ctx context.Context, a asker) ([]Subscription, error) {
	list, err := s.cfg.Store.SubscriptionsOf(ctx, a.caller.User.ID, s.cfg.Now())
	var subs []Subscription
	for _, sub := range list {
		if sub.Kind == Presence && sub.JID == a.bare() {
			subs = append(subs, sub)
		}
	}
	return subs, err
}

// contacts returns the printers whose presence an account follows by this address, and that
// it may still see.
func (s *Server) contacts(ctx context.Context, a asker) ([]*cloud.PrinterView, error) {
	subs, err := s.followed(ctx, a)
	if err != nil {
		return nil, err
	}
	ids := make([]gcp.PrinterID, len(subs))
	for i, sub := range subs {
		ids[i] = printerOf(sub.Node)
	}
	return s.cfg.Cloud.PrintersFor(ctx, ids, a.caller)
}

// presence takes presence of a session, or a request for that of a printer.
func (s *Server) presence(ctx context.Context, a asker, n stream.Node) []string {
	to := n.Attr("to")
	if to == "" {
		return s.session(ctx, a, n)
	}
	at, t := s.placeOf(a, to)
	if at != contact {
		return nil
	}
	id := gcp.PrinterID(t.local)
	sub := Subscription{JID: a.bare(), Kind: Presence, Node: PrinterNode(id)}
	switch n.Attr("type") {
	case "subscribe":
		return s.follow(ctx, a, id, sub)
	case "probe":
		return s.probed(ctx, a, id)
	case "unsubscribe": // RFC 6121, 3.3.3
		err := s.cfg.Store.RemoveSubscription(ctx, sub)
		s.fault(ctx, "removing a subscription", err)
		if err != nil {
			return nil
		}
		return []string{s.signed(id, a.bare(), "unavailable", "", "")}
	}
	return nil
}

// follow answers a request to see a printer's presence (RFC 6121, 3.1.3).
func (s *Server) follow(ctx context.Context, a asker, id gcp.PrinterID, sub Subscription) []string {
	refused := []string{s.signed(id, a.bare(), "unsubscribed", "", "")}
	view, err := s.printer(ctx, a.caller, id)
	if err == nil {
		sub.Owner = a.caller.User.ID
		err = s.cfg.Store.PutSubscription(ctx, sub, Bounds{perPerson, inAll}, s.cfg.Now())
	}
	s.fault(ctx, "asking for presence", err)
	if err != nil {
		if _, ok := refusalOf(err); !ok {
			return nil
		}
		return refused
	}
	return []string{s.signed(id, a.bare(), "subscribed", "", ""), s.shown(a.caller, view, a.bare())}
}

// probed answers a probe (RFC 6121, 4.3.2).
func (s *Server) probed(ctx context.Context, a asker, id gcp.PrinterID) []string {
	if a.stranger() {
		return []string{s.signed(id, a.bare(), "unsubscribed", "", "")}
	}
	subs, err := s.followed(ctx, a)
	s.fault(ctx, "a probe", err)
	if err != nil {
		return nil
	}
	for _, sub := range subs {
		if sub.Node != PrinterNode(id) {
			continue
		}
		if view, err := s.followable(ctx, a.caller, id); err == nil {
			return []string{s.shown(a.caller, view, a.bare())}
		}
	}
	return []string{s.signed(id, a.bare(), "unsubscribed", "", "")}
}

// shown is the presence of a printer as somebody may see it.
func (s *Server) shown(c cloud.Caller, view *cloud.PrinterView, to string) string {
	ui := s.cfg.Objects.Printer(c, view).UIState
	words := printerWords(view, ui)
	typ, show := "", ""
	switch {
	case view.Connection != gcp.ConnectionOnline:
		typ = "unavailable"
	case ui.Summary == string(gcp.PrinterStopped):
		show = "dnd"
	case view.Paused:
		show = "away"
	}
	return s.signed(view.ID, to, typ, show, words)
}

// signed writes presence of a printer (RFC 6121, 4.7).
func (s *Server) signed(id gcp.PrinterID, to, typ, show, status string) string {
	text := `<presence` + stream.Attr("from", s.contact(id)) + stream.Attr("to", to) + stream.Attr("type", typ)
	if show == "" && status == "" {
		return text + `/>`
	}
	text += `>`
	if show != "" {
		text += `<show>` + show + `</show>`
	}
	return text + `<status>` + stream.Escape(status) + `</status></presence>`
}
