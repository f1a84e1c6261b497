package pubsub

import (
	"context"
	"slices"

	"platen/gcp"
	"platen/internal/stream"
)

const nsCaps = "http://jabber.org/protocol/caps"

// interest is what a session at one of our own addresses wants without subscribing, as its
// program says (XEP-0163, 4.3.2).
type interest struct {
	bare  string
	known bool   // it was asked
	asked string // id of the question; "" once it was answered
	jobs  bool
}

// session takes a session's presence to everybody. The first one brings those of the
// printers that it follows (RFC 6121, 4.2.2).
func (s *Server) session(ctx context.Context, a asker, n stream.Node) []string {
	if !a.here || a.stranger() {
		return nil
	}
	if n.Attr("type") != "" {
		s.forget(a.full())
		return nil
	}
	var out []string
	if s.greet(a) {
		out = s.contactsOf(ctx, a)
	}
	if caps := n.Child(nsCaps, "c"); caps != nil {
		if id := s.wonder(a); id != "" {
			out = append(out, `<iq type="get"`+stream.Attr("from", a.bare())+stream.Attr("to", a.full())+stream.Attr("id", id)+
				`><query xmlns="`+nsInfo+`"`+stream.Attr("node", caps.Attr("node")+"#"+caps.Attr("ver"))+`/></iq>`)
		}
	}
	return out
}

// contactsOf is the presence of the printers that a session follows.
func (s *Server) contactsOf(ctx context.Context, a asker) []string {
	views, err := s.contacts(ctx, a)
	s.fault(ctx, "a session's presence", err)
	out := make([]string, len(views))
	for i, view := range views {
		out[i] = s.shown(a.caller, view, a.full())
	}
	return out
}

// greet notes a session, and reports whether it is new: what it follows is told then, and
// after that when it changes.
func (s *Server) greet(a asker) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.eager[a.full()] != nil {
		return false
	}
	if len(s.eager) < maxAsked {
		s.eager[a.full()] = &interest{bare: a.bare()}
	}
	return true
}

// wonder notes that a session is asked what it wants, and returns the id of the question;
// "" if it was asked before.
func (s *Server) wonder(a asker) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.eager[a.full()]
	if i == nil || i.known {
		return ""
	}
	i.known, i.asked = true, gcp.NewID()
	return i.asked
}

// told takes the answer of a session's program.
func (s *Server) told(a asker, n stream.Node) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.eager[a.full()]
	if i == nil || i.asked == "" || i.asked != n.Attr("id") {
		return
	}
	i.asked = ""
	if q := n.Child(nsInfo, "query"); q != nil && n.Attr("type") == "result" {
		i.jobs = slices.ContainsFunc(q.Nodes, func(f stream.Node) bool {
			return f.Is(nsInfo, "feature") && f.Attr("var") == JobsNode+"+notify"
		})
	}
}

func (s *Server) forget(full string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.eager, full)
}

// Ended is told that a session at one of our own addresses ended. What was subscribed for it
// alone ends with it.
func (s *Server) Ended(ctx context.Context, full string) {
	full = parseJID(full).full()
	s.forget(full)
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	// What cannot be removed stays until it ends by itself.
	s.fault(ctx, "removing a session's subscriptions", s.cfg.Store.RemoveSession(ctx, full))
}

// eagerOnes returns the sessions of a person that hear of the own jobs without subscribing.
func (s *Server) eagerOnes(email string) []string {
	bare := parseJID(EscapeLocal(email) + "@" + s.cfg.Domain).bare()
	s.mu.Lock()
	defer s.mu.Unlock()
	var full []string
	for at, i := range s.eager {
		if i.jobs && i.bare == bare {
			full = append(full, at)
		}
	}
	return full
}
