package push

import (
	"context"
	"slices"
	"strings"
	"sync"

	"platen/cloud"
	"platen/internal/secret"
)

// People lets people in beside connectors, with streams that look the same, and answers
// what they say. A connector's login never gets here.
type People interface {
	// Names reports whether the user of a login names a person, and not a connector.
	Names(user string) bool
	// SignIn returns the local part of the address of the person whom the login names, if
	// the token is that person's. Its errors are as those of Config.Authenticate.
	SignIn(ctx context.Context, l cloud.Login) (local string, err error)
	// Handle answers a stanza of a session, by its full address.
	Handle(ctx context.Context, from string, n node) []string
	// Ended is told that a session has ended.
	Ended(ctx context.Context, full string)
}

// Bounds of people's streams.
const (
	maxPersonConns = 32      // of one person
	maxOutbox      = 512     // stanzas that wait for one stream
	maxOutboxBytes = 2 << 20 // of them
)

// person is a stream's state where it is a person's and no connector's.
type person struct {
	user      string // of the login
	local     string // part of the address, in lower case; "" for a connector
	available bool   // it takes what is sent to the person; guarded by Server.mu
	due       reason // for which the token is to be looked at again; guarded by Server.mu
	checking  bool   // a goroutine looks at it; guarded by Server.mu
	out       outbox
}

// reason says why a person's token is looked at again.
type reason int

// The reasons, the weaker ones first.
const (
	noReason  reason = iota
	longSince        // a while has passed
	tokenLost        // the person lost one, perhaps this one
)

// outbox holds the stanzas that wait for one stream.
type outbox struct {
	mu       sync.Mutex // guards what follows
	list     []string
	bytes    int
	draining bool
}

// add reports whether there was room, and whether somebody must begin to write.
func (o *outbox) add(stanza string) (ok, start bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.list) >= maxOutbox || o.bytes+len(stanza) > maxOutboxBytes {
		return false, false
	}
	o.list, o.bytes = append(o.list, stanza), o.bytes+len(stanza)
	start = !o.draining
	o.draining = true
	return true, start
}

// take empties the box; who finds it empty writes no more.
func (o *outbox) take() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	list := o.list
	o.list, o.bytes, o.draining = nil, 0, len(list) > 0
	return list
}

// admitPerson finds the person whom a login names, as checkToken finds a robot.
func (c *conn) admitPerson(ctx context.Context, user, tok string) saslFailure {
	c.token, c.person.user = secret.New(tok), user
	seen := c.srv.losses()
	call, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	local, err := c.srv.cfg.People.SignIn(call, c.shown())
	switch {
	case cloud.Denies(err):
		return failDenied
	case cloud.KindOf(err) == cloud.KindQuota:
		return failTemporary
	}
	c.srv.fault(ctx, "check of a token", err)
	if err != nil || !c.srv.joinPerson(ctx, c, strings.ToLower(local), seen) {
		return failTemporary
	}
	return ""
}

// losses counts the calls of RevokePerson.
func (s *Server) losses() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lost
}

// joinPerson is join for a person. When somebody lost a token since seen, this one is looked
// at once more: others who lose theirs keep nobody out.
func (s *Server) joinPerson(ctx context.Context, c *conn, local string, seen uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing || local == "" || len(s.people[local]) >= maxPersonConns {
		return false
	}
	s.people[local] = append(s.people[local], c)
	c.person.local = local
	if s.lost != seen {
		s.recheckLocked(context.WithoutCancel(ctx), c, tokenLost)
	}
	return true
}

// leavePerson takes c from its person; Server.mu is held.
func (s *Server) leavePerson(ctx context.Context, c *conn) {
	local := c.person.local
	if local == "" {
		return
	}
	s.people[local] = slices.DeleteFunc(s.people[local], func(o *conn) bool { return o == c })
	if len(s.people[local]) == 0 {
		delete(s.people, local)
	}
	if full := c.full; full != "" {
		s.spawnLocked(func() { s.cfg.People.Ended(ctx, full) })
	}
}

// RevokePerson has the streams of a person, by the local part of the address, show again
// that their tokens are good: the person lost some, or is not let in any more.
func (s *Server) RevokePerson(ctx context.Context, local string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost++
	for _, c := range s.people[strings.ToLower(local)] {
		s.recheckLocked(context.WithoutCancel(ctx), c, tokenLost)
	}
}

// recheck has the token of a person's stream looked at soon.
func (s *Server) recheck(ctx context.Context, c *conn, why reason) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recheckLocked(ctx, c, why)
}

// recheckLocked is recheck for who holds Server.mu. One goroutine a stream does it, and once
// more if it is asked for meanwhile.
func (s *Server) recheckLocked(ctx context.Context, c *conn, why reason) {
	c.person.due = max(c.person.due, why)
	if c.person.checking {
		return
	}
	c.person.checking = true
	s.spawnLocked(func() {
		for c.recheckPerson(ctx) {
		}
	})
}

// recheckPerson looks at a person's token once, and reports whether that is due again. After
// a loss only a good one stays, for sure; else trouble of the service itself ends nothing.
func (c *conn) recheckPerson(ctx context.Context) bool {
	s := c.srv
	s.mu.Lock()
	why := c.person.due
	c.person.due = noReason
	s.mu.Unlock()

	call, cancel := context.WithTimeout(ctx, callTime)
	local, err := s.cfg.People.SignIn(call, c.shown())
	cancel()
	denied := cloud.Denies(err)
	if !denied {
		s.fault(ctx, "check of a token", err)
	}
	if denied || err != nil && why == tokenLost || err == nil && strings.ToLower(local) != c.person.local {
		c.fail(errNotAuthorized)
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	c.person.checking = c.person.due != noReason
	return c.person.checking
}

// converse handles a stanza of a person after the resource is bound.
func (c *conn) converse(ctx context.Context, n node) error {
	if n.Is(nsClient, "presence") && n.Attr("to") == "" {
		c.srv.mu.Lock()
		c.person.available = n.Attr("type") == "" && !negative(n)
		c.srv.mu.Unlock()
	}
	for _, text := range c.srv.cfg.People.Handle(ctx, c.full, n) {
		if err := c.write(text); err != nil {
			return err
		}
	}
	return nil
}

// negative reports whether presence has a priority below 0: such a session gets only
// what is sent to itself (RFC 6121, 4.7.2.3).
func negative(n node) bool {
	p := n.Child(nsClient, "priority")
	return p != nil && strings.HasPrefix(strings.TrimSpace(p.Text), "-")
}

// Reaches reports whether an address has a stream here.
func (s *Server) Reaches(jid string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.streamsOf(jid)) > 0
}

// Send has a stanza written soon to the streams of an address: one session's, or all of a
// person's that are available (RFC 6121, 8.5.2.1.1).
func (s *Server) Send(ctx context.Context, to, stanza string) {
	s.mu.Lock()
	list := s.streamsOf(to)
	s.mu.Unlock()
	for _, c := range list {
		c.deliver(context.WithoutCancel(ctx), stanza)
	}
}

// streamsOf returns the streams that an address means; Server.mu is held.
func (s *Server) streamsOf(jid string) []*conn {
	bare, resource, _ := strings.Cut(jid, "/")
	local, domain, _ := strings.Cut(bare, "@")
	if !strings.EqualFold(domain, s.cfg.Domain) {
		return nil
	}
	var list []*conn
	for _, c := range s.people[strings.ToLower(local)] {
		_, own, _ := strings.Cut(c.full, "/")
		if resource == "" && c.person.available || resource != "" && own == resource {
			list = append(list, c)
		}
	}
	return list
}

// deliver has a stanza written soon. Who lets too many pile up is cut off, and asks for
// the items on coming back.
func (c *conn) deliver(ctx context.Context, stanza string) {
	ok, start := c.person.out.add(stanza)
	switch {
	case !ok:
		c.srv.spawn(func() { c.fail(errResources) })
	case start:
		c.srv.spawn(func() { c.empty(ctx) })
	}
}

// empty writes what waits until nothing does.
func (c *conn) empty(ctx context.Context) {
	for {
		list := c.person.out.take()
		if len(list) == 0 {
			return
		}
		for _, text := range list {
			if err := c.write(text); err != nil {
				c.srv.cfg.Logger.DebugContext(ctx, "stanza lost", "person", c.person.local, "err", err)
				_ = c.guard.Close() // the reader ends the stream
				return
			}
		}
	}
}
