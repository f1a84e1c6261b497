package pubsub

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"platen/cloud"
	"platen/internal/stream"
)

// Server is the service. Its methods may be called from any goroutine.
type Server struct {
	cfg   Config
	slots chan struct{} // one for each stanza that is being answered

	mu    sync.Mutex           // guards what follows
	eager map[string]*interest // sessions, by their addresses, of which it is known or asked what they want

	faults map[string]string // what went wrong last, by what was tried

	minute    time.Time            // since when it is counted what programs publish
	published map[cloud.UserID]int // in the minute, by their accounts
}

// New returns a server.
func New(cfg Config) (*Server, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	return &Server{cfg: cfg, slots: make(chan struct{}, atOnce), eager: map[string]*interest{}, published: map[cloud.UserID]int{}, faults: map[string]string{}}, nil
}

// asker is who a stanza comes from.
type asker struct {
	jid
	caller cloud.Caller // nobody for strangers
	here   bool         // at one of our own addresses, not of another server's
}

// stranger reports whether nobody here has the address.
func (a asker) stranger() bool { return a.caller.User == nil }

// scopes are what is told over XMPP: what a key of that scope may read.
var scopes = []string{"print"}

// callerOf is an account as everything here asks for it; nobody if it may not be told
// anything: guests have no programs that act for them.
func (s *Server) callerOf(u cloud.User) cloud.Caller {
	if u.Gone(s.cfg.Now()) || u.Guest {
		return cloud.Caller{}
	}
	return cloud.Caller{User: &u, Via: cloud.ViaToken, Scopes: scopes}
}

// who returns who has an address, as the accounts are now.
func (s *Server) who(ctx context.Context, from string) (asker, error) {
	a := asker{jid: parseJID(from)}
	email := ""
	switch {
	case len(from) > maxAddress:
	case a.domain == strings.ToLower(s.cfg.Domain):
		a.here = true
		email, _ = Person(a.local)
	case slices.Contains(s.cfg.Trusted, a.domain) && a.local != "" && isASCII(from) && !strings.Contains(a.local, `\`):
		email = a.local + "@" + a.domain
	}
	if email == "" {
		return a, nil
	}
	u, err := s.cfg.Users.UserByEmail(ctx, email)
	switch {
	case errors.Is(err, cloud.ErrNotFound):
		return a, nil
	case err != nil:
		return a, err
	}
	a.caller = s.callerOf(u)
	return a, nil
}

// Handle answers a stanza of a sender that a transport vouches for, by the sender's full
// address. It returns the stanzas that go back.
func (s *Server) Handle(ctx context.Context, from string, n stream.Node) []string {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	typ := n.Attr("type")
	request := n.XMLName.Local == "iq" && (typ == "get" || typ == "set")
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		if request {
			return []string{s.answer(from, n, "", errBusy)}
		}
		return nil
	}
	a, err := s.who(ctx, from)
	s.fault(ctx, "looking up an address", err)
	if err != nil {
		if request {
			return []string{s.answer(from, n, "", errInternal)}
		}
		return nil
	}
	switch {
	case request:
		return []string{s.request(ctx, a, n)}
	case n.XMLName.Local == "iq":
		s.told(a, n)
	case n.XMLName.Local == "presence":
		return s.presence(ctx, a, n)
	}
	return nil // nobody reads messages here
}

// fault logs trouble of our own when it begins, changes and ends. Refusals are none.
func (s *Server) fault(ctx context.Context, what string, err error) {
	text := ""
	if err != nil {
		if _, refused := refusalOf(err); !refused {
			text = err.Error()
		}
	}
	s.mu.Lock()
	changed := s.faults[what] != text
	s.faults[what] = text
	s.mu.Unlock()
	switch {
	case changed && text != "":
		s.cfg.Logger.WarnContext(ctx, "trouble over XMPP", "what", what, "err", err)
	case changed:
		s.cfg.Logger.InfoContext(ctx, "trouble over XMPP is over", "what", what)
	}
}

// request answers an iq of type get or set.
func (s *Server) request(ctx context.Context, a asker, n stream.Node) string {
	payload, err := s.ask(ctx, a, n)
	s.fault(ctx, "a request", err)
	return s.answer(a.full(), n, payload, err)
}

// answer writes the answer to a request.
func (s *Server) answer(to string, n stream.Node, payload string, err error) string {
	typ := "result"
	if err != nil {
		r, _ := refusalOf(err)
		typ, payload = "error", r.text()
	}
	return `<iq` + stream.Attr("type", typ) + stream.Attr("from", n.Attr("to")) + stream.Attr("to", to) +
		stream.Attr("id", n.Attr("id")) + `>` + payload + `</iq>`
}

// place is what a stanza is sent to.
type place int

const (
	nowhere place = iota
	account       // the sender's own
	host          // the domain of our addresses
	service       // the PubSub service
	contact       // a printer
)

// placeOf says what an address is, for a sender.
func (s *Server) placeOf(a asker, to string) (place, jid) {
	t := parseJID(to)
	own := strings.ToLower(s.cfg.Service)
	switch {
	case a.here && (to == "" || t.bare() == a.bare()):
		return account, t
	case t.bare() == own:
		return service, t
	case t.domain == own:
		return contact, t
	case a.here && t.bare() == strings.ToLower(s.cfg.Domain):
		return host, t
	}
	return nowhere, t
}

// ask finds what a request asks, and returns the payload of the answer.
func (s *Server) ask(ctx context.Context, a asker, n stream.Node) (string, error) {
	if len(n.Nodes) != 1 {
		return "", errBadRequest // RFC 6120, 8.2.3
	}
	p, set := n.Nodes[0], n.Attr("type") == "set"
	at, to := s.placeOf(a, n.Attr("to"))
	switch {
	case at == nowhere:
		return "", errUnavailable
	case !set && p.Is(nsPing, "ping"):
		return "", nil
	case !set && p.Is(nsInfo, "query"):
		return s.info(ctx, a, at, to, p.Attr("node"))
	case !set && p.Is(nsItems, "query"):
		return s.list(ctx, a, at, p.Attr("node"))
	case at == account && p.Is(nsRoster, "query"):
		return s.roster(ctx, a, set)
	case p.Is(nsPubSub, "pubsub") && (at == service || at == account):
		return s.pubsub(ctx, verb{a, at, set}, p)
	case p.Is(nsOwner, "pubsub") && (at == service || at == account):
		return s.owner(ctx, verb{a, at, set}, p)
	}
	return "", errUnavailable
}
