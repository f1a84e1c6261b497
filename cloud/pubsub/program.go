package pubsub

import (
	"context"
	"encoding/xml"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/stream"
)

// ownNode returns a node of the asker's own; errForbidden for everybody else's that the
// asker may see.
func (s *Server) ownNode(ctx context.Context, v verb, name string) (Node, error) {
	n, err := s.find(ctx, v.asker, v.at, name)
	if err != nil {
		return Node{}, err
	}
	if n.kind != ofProgram || n.own.Owner != v.caller.User.ID {
		return Node{}, errForbidden
	}
	return n.own, nil
}

// create is XEP-0060, 8.1: a program makes a node below its own prefix.
func (s *Server) create(ctx context.Context, v verb, what stream.Node, configure *stream.Node) (string, error) {
	name := what.Attr("node")
	u := v.caller.User
	own, ok := strings.CutPrefix(name, ProgramPrefix(u.Email))
	switch {
	case v.at != service || !u.Service:
		return "", errForbidden
	case name == "":
		return "", errNodeNeeded // no instant nodes
	case !ok:
		return "", errForbidden
	case !goodName(own):
		return "", errNotTaken
	}
	n := Node{Name: name, Owner: u.ID, Title: own}
	if configure != nil {
		if err := n.configure(*configure); err != nil {
			return "", err
		}
	}
	return "", nodesFull(s.cfg.Store.AddNode(ctx, n, Bounds{nodesOfOne, nodesOfAll}))
}

func goodName(name string) bool {
	return name != "" && len(name) <= maxNodeName && utf8.ValidString(name) && !strings.ContainsFunc(name, unicode.IsControl)
}

// nodesFull is the refusal of another node.
func nodesFull(err error) error {
	if errors.Is(err, ErrTooMany) {
		return errNodesFull
	}
	return err
}

// configure takes the fields of XEP-0060, 16.4.4 that are ours: title, and the groups
// that may subscribe.
func (n *Node) configure(in stream.Node) error {
	form := in.Child("jabber:x:data", "x")
	if form == nil {
		return nil // the defaults (XEP-0060, 8.1.3)
	}
	for _, f := range form.Nodes {
		var values []string
		for _, v := range f.Nodes {
			if v.XMLName.Local == "value" {
				values = append(values, strings.TrimSpace(v.Text))
			}
		}
		switch f.Attr("var") {
		case "pubsub#title":
			if len(values) != 1 || len(values[0]) > maxTitle {
				return errNotTaken
			}
			n.Title = values[0]
		case "pubsub#access_model":
			if !slices.Equal(values, []string{"whitelist"}) {
				return errNotTaken
			}
		case "pubsub#roster_groups_allowed":
			n.Readers = slices.DeleteFunc(n.Readers, isGroup)
			for _, g := range values {
				n.Readers = append(n.Readers, cloud.GroupScope(g))
			}
		}
	}
	if len(n.Readers) > maxReaders {
		return errNotTaken
	}
	return nil
}

func isGroup(scope string) bool { return strings.HasPrefix(scope, cloud.GroupScope("")) }

// publish is XEP-0060, 7.1. What we publish ourselves nobody else does.
func (s *Server) publish(ctx context.Context, v verb, what stream.Node) (string, error) {
	n, err := s.ownNode(ctx, v, what.Attr("node"))
	if err != nil {
		return "", err
	}
	if len(what.Nodes) != 1 || !what.Nodes[0].Is(nsPubSub, "item") {
		return "", errItemNeeded
	}
	it := what.Nodes[0]
	switch {
	case len(it.Nodes) == 0:
		return "", errNoPayload
	case len(it.Nodes) > 1:
		return "", errOnePayload
	}
	id := it.Attr("id")
	if id == "" {
		id = gcp.NewID()
	}
	payload, err := written(it.Nodes[0])
	if err != nil {
		return "", errOnePayload
	}
	if len(payload) > maxPayload || len(id) > maxItemID {
		return "", errPayloadSize
	}
	now := s.cfg.Now()
	if !s.mayPublish(n.Owner, now) {
		return "", errTooFast
	}
	err = s.cfg.Store.UpdateNode(ctx, n.Name, func(n *Node) error {
		n.Item = Item{ID: id, Payload: payload, Published: now}
		return nil
	}, cloud.Event{Time: now, Kind: cloud.EventNodePublished, User: n.Owner, Note: n.Name})
	if err != nil {
		return "", err
	}
	return `<pubsub xmlns="` + nsPubSub + `"><publish` + stream.Attr("node", n.Name) + `><item` + stream.Attr("id", id) + `/></publish></pubsub>`, nil
}

// mayPublish counts what an account publishes, and reports whether it is not too much. Each
// replica counts for itself.
func (s *Server) mayPublish(of cloud.UserID, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(s.minute) >= time.Minute {
		s.minute = now
		clear(s.published)
	}
	s.published[of]++
	return s.published[of] <= publishMinute
}

// written writes an element anew: every name with its namespace, everything escaped.
func written(n stream.Node) (string, error) {
	var b strings.Builder
	e := xml.NewEncoder(&b)
	if err := encode(e, n); err != nil {
		return "", err
	}
	err := e.Flush()
	return b.String(), err
}

func encode(e *xml.Encoder, n stream.Node) error {
	start := xml.StartElement{Name: n.XMLName}
	if n.XMLName.Space == "" { // the encoder declares the other namespaces that it needs
		start.Attr = append(start.Attr, xml.Attr{Name: xml.Name{Local: "xmlns"}})
	}
	seen := map[xml.Name]bool{}
	for _, a := range n.Attrs {
		if a.Name.Local == "xmlns" || a.Name.Space == "xmlns" {
			continue
		}
		if seen[a.Name] {
			return errOnePayload // Namespaces in XML 1.0, 6.3, which the decoder does not look at
		}
		seen[a.Name] = true
		start.Attr = append(start.Attr, a)
	}
	if len(n.Nodes) > 0 && strings.TrimSpace(n.Text) != "" {
		return errOnePayload // where among the elements the text stood is not known
	}
	if err := e.EncodeToken(start); err != nil {
		return err
	}
	if err := e.EncodeToken(xml.CharData(n.Text)); err != nil {
		return err
	}
	for _, child := range n.Nodes {
		if err := encode(e, child); err != nil {
			return err
		}
	}
	return e.EncodeToken(start.End())
}

// owner answers what an owner asks (XEP-0060, 8).
func (s *Server) owner(ctx context.Context, v verb, p stream.Node) (string, error) {
	if len(p.Nodes) != 1 || p.Nodes[0].XMLName.Space != nsOwner {
		return "", errBadRequest
	}
	what := p.Nodes[0]
	switch what.XMLName.Local {
	case "default":
		return "", unsupported("retrieve-default")
	case "subscriptions":
		return "", unsupported("manage-subscriptions")
	case "purge":
		return "", unsupported("purge-nodes")
	}
	n, err := s.ownNode(ctx, v, what.Attr("node"))
	if err != nil {
		return "", err
	}
	switch name := what.XMLName.Local; {
	case v.set && name == "delete":
		return "", s.cfg.Store.RemoveNode(ctx, n.Name)
	case v.set && name == "configure":
		return "", s.cfg.Store.UpdateNode(ctx, n.Name, func(n *Node) error { return n.configure(what) })
	case v.set && name == "affiliations":
		return "", s.admit(ctx, n, what)
	case name == "affiliations":
		return s.affiliations(n), nil
	case name == "configure":
		return configuration(n), nil
	}
	return "", errBadRequest
}

// admit is XEP-0060, 8.9.2: who may subscribe.
func (s *Server) admit(ctx context.Context, n Node, what stream.Node) error {
	changes := map[string]bool{}
	for _, a := range what.Nodes {
		who, err := s.who(ctx, a.Attr("jid"))
		if err != nil {
			return err
		}
		member := a.Attr("affiliation") == "member"
		switch {
		case who.stranger():
			return errNotTaken
		case !member && a.Attr("affiliation") != "none":
			return errNotTaken
		}
		changes[who.caller.User.Email] = member
	}
	return s.cfg.Store.UpdateNode(ctx, n.Name, func(n *Node) error {
		n.Readers = slices.DeleteFunc(n.Readers, func(r string) bool { _, known := changes[r]; return known })
		for email, member := range changes {
			if member {
				n.Readers = append(n.Readers, email)
			}
		}
		slices.Sort(n.Readers)
		if len(n.Readers) > maxReaders {
			return errNotTaken
		}
		return nil
	})
}

// affiliations is XEP-0060, 8.9.1.
func (s *Server) affiliations(n Node) string {
	var b strings.Builder
	for _, r := range n.Readers {
		if !isGroup(r) {
			b.WriteString(`<affiliation` + stream.Attr("jid", EscapeLocal(r)+"@"+s.cfg.Domain) + ` affiliation="member"/>`)
		}
	}
	return `<pubsub xmlns="` + nsOwner + `"><affiliations` + stream.Attr("node", n.Name) + `>` + b.String() + `</affiliations></pubsub>`
}

// configuration is XEP-0060, 8.2.1.
func configuration(n Node) string {
	var groups strings.Builder
	for _, r := range n.Readers {
		if g, ok := strings.CutPrefix(r, cloud.GroupScope("")); ok {
			groups.WriteString(`<value>` + stream.Escape(g) + `</value>`)
		}
	}
	return `<pubsub xmlns="` + nsOwner + `"><configure` + stream.Attr("node", n.Name) + `><x xmlns="jabber:x:data" type="form">` +
		`<field var="FORM_TYPE" type="hidden"><value>` + nsConfig + `</value></field>` +
		`<field var="pubsub#title" type="text-single"><value>` + stream.Escape(n.Title) + `</value></field>` +
		`<field var="pubsub#access_model" type="list-single"><value>whitelist</value><option><value>whitelist</value></option></field>` +
		`<field var="pubsub#roster_groups_allowed" type="list-multi">` + groups.String() + `</field></x></configure></pubsub>`
}
