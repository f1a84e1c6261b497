package mdns

import (
	"context"
	"log/slog"
	"net/netip"
	"slices"
	"time"

	"github.com/miekg/dns"
)

// session is the work on one set of network cards; one goroutine has it.
type session struct {
	log     *slog.Logger
	wire    sender
	entries []*entry
	asked   []*question
	sent    map[sentOn]time.Time
}

// sender is the way to the network; a wire is one.
type sender interface {
	multicast(on link, msg []byte)
	unicast(to netip.AddrPort, six bool, msg []byte)
	// all returns the links.
	all() []link
	// answerOn returns those that a question on one is answered on.
	answerOn(on link) []link
}

// sentOn is a record on a link.
type sentOn struct {
	link
	record string
}

// want makes the entries be those of the services. What changes in a service is told, a
// new name or type is another service.
func (s *session) want(ctx context.Context, services []Service, now time.Time) {
	var keep, gone []*entry
	for _, e := range s.entries {
		if slices.ContainsFunc(services, e.stays) {
			keep = append(keep, e)
		} else {
			gone = append(gone, e)
		}
	}
	s.entries = keep
	s.withdraw(gone)
	for _, v := range services {
		i := slices.IndexFunc(s.entries, func(e *entry) bool { return !e.isHost && e.service.ID == v.ID })
		if i < 0 {
			e := &entry{service: v, try: 1}
			s.name(e)
			if e.name == "" {
				s.log.WarnContext(ctx, "this cannot be announced: its name, or what is said of it, is nothing that the network knows", slog.String("name", v.Name))
				continue
			}
			e.begin(now, atRandom())
			s.entries = append(s.entries, e)
		} else {
			s.entries[i].change(v, now)
		}
		s.host(v.Host, now)
	}
}

// stays reports whether an entry is of a service.
func (e *entry) stays(v Service) bool {
	if e.isHost {
		return v.Host.equal(e.service.Host)
	}
	return e.service.ID == v.ID && e.service.Name == v.Name && e.service.Type == v.Type && slices.Equal(e.service.Subtypes, v.Subtypes)
}

// change takes over what is new of a service under the same name (RFC 6762, 8.4).
func (e *entry) change(v Service, now time.Time) {
	fresh := v.of(e.called)
	same := slices.EqualFunc(fresh.unique, e.unique, dns.IsDuplicate)
	e.service = v
	if same || fresh.name == "" {
		return
	}
	e.old, e.records = e.unique, fresh
	if e.answers() {
		e.announce(now)
	}
}

// host answers for a host whose name only the network knows.
func (s *session) host(h Host, now time.Time) {
	if !h.local() || len(h.Addresses) == 0 || slices.ContainsFunc(s.entries, func(e *entry) bool { return e.isHost && e.service.Host.equal(h) }) {
		return
	}
	e := &entry{service: Service{Host: h}, isHost: true, records: h.records()}
	if e.name == "" {
		return
	}
	e.begin(now, atRandom())
	s.entries = append(s.entries, e)
}

// name gives an entry the next name that none of ours has.
func (s *session) name(e *entry) {
	for {
		e.called = numbered(cleanName(e.service.Name), e.try)
		e.records = e.service.of(e.called)
		if e.called == "" || e.name == "" {
			e.records = records{}
			return
		}
		if !slices.ContainsFunc(s.entries, func(o *entry) bool { return o != e && sameName(o.name, e.name) }) {
			return
		}
		e.try++
	}
}

// next is when there is something to do.
func (s *session) next() time.Time {
	next := time.Now().Add(time.Hour)
	for _, e := range s.entries {
		if !e.at.IsZero() && e.at.Before(next) {
			next = e.at
		}
	}
	for _, q := range s.asked {
		if q.due.Before(next) {
			next = q.due
		}
	}
	return next
}

// step does what is due.
func (s *session) step(now time.Time) {
	var ask, tell []*entry
	for _, e := range s.entries {
		if e.at.IsZero() || e.at.After(now) {
			continue
		}
		if e.phase == probing && e.sent < probes {
			ask = append(ask, e)
			e.sent++
			e.at = now.Add(probeEvery)
			continue
		}
		if e.phase == probing {
			e.announce(now)
		}
		tell = append(tell, e)
		e.told = true
		e.at = now.Add(announceEvery << e.sent)
		if e.sent++; e.sent == announcements {
			e.phase, e.at = standing, time.Time{}
		}
	}
	s.probe(ask)
	s.tell(tell)
	s.answerDue(now)
}

// probe asks whether names are free (RFC 6762, 8.1). Answers by unicast may come to
// another program that shares the port: none are asked for (RFC 6762, 15.1).
func (s *session) probe(list []*entry) {
	m := new(dns.Msg)
	for _, e := range list {
		part := new(dns.Msg)
		for _, n := range e.names() {
			part.Question = append(part.Question, dns.Question{Name: n, Qtype: dns.TypeANY, Qclass: dns.ClassINET})
		}
		part.Ns = e.unique
		if long(m, part) {
			s.everywhere(m)
			m = new(dns.Msg)
		}
		join(m, part)
	}
	s.everywhere(m)
}

// tell announces all records of entries (RFC 6762, 8.3).
func (s *session) tell(list []*entry) {
	b := newBatch()
	for _, e := range list {
		b.add(slices.Concat(flushing(e.unique), e.shared), nil)
	}
	for _, m := range b.messages() {
		s.everywhere(m)
	}
}

// withdraw says farewell for entries that the network heard of (RFC 6762, 10.1). The
// types of services may be those of others, too.
func (s *session) withdraw(list []*entry) {
	b := newBatch()
	for _, e := range list {
		if e.told && e.phase != yielded {
			b.add(leaving(slices.Concat(e.unique, e.shared)), nil)
		}
	}
	for _, m := range b.messages() {
		s.everywhere(m)
	}
}

func leaving(list []dns.RR) []dns.RR {
	var out []dns.RR
	for _, rr := range list {
		if rr.Header().Name == enumeration {
			continue
		}
		rr = dns.Copy(rr)
		rr.Header().Ttl = 0
		out = append(out, rr)
	}
	return out
}

// flushing are records that are the only ones of their names and types.
func flushing(list []dns.RR) []dns.RR {
	out := make([]dns.RR, len(list))
	for i, rr := range list {
		out[i] = dns.Copy(rr)
		out[i].Header().Class |= flush
	}
	return out
}

// everywhere sends a message on all links.
func (s *session) everywhere(m *dns.Msg) {
	if len(m.Question)+len(m.Answer) == 0 {
		return
	}
	m.Compress = true
	b, err := m.Pack()
	if err != nil {
		return // what it is made of was packed before
	}
	for _, l := range s.wire.all() {
		s.wire.multicast(l, b)
	}
}
