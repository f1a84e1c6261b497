package mdns

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

const (
	// maxAsked bounds the questions that wait for their answers.
	maxAsked = 200
	// again is how soon a record may be said again to everybody (RFC 6762, 6).
	again = time.Second
	// legacyTTL is for who asks from another port: it does not see what changes
	// (RFC 6762, 6.7).
	legacyTTL = 10
)

// question is a message that asks for something of ours.
type question struct {
	id     uint16
	list   []dns.Question
	known  []dns.RR // what the asker knows already (RFC 6762, 7.1)
	from   netip.AddrPort
	on     link
	due    time.Time
	more   bool // more that the asker knows is to come (RFC 6762, 7.2)
	legacy bool // it is an ordinary client of the DNS (RFC 6762, 6.7)
	direct bool // the answer is wanted by unicast (RFC 6762, 5.4)
	probe  bool // the asker is about to take a name (RFC 6762, 8.1)
}

func sameName(a, b string) bool { return strings.EqualFold(a, b) }

// receive takes in a message.
func (s *session) receive(ctx context.Context, p packet, now time.Time) {
	m := p.msg
	if m.Opcode != dns.OpcodeQuery || m.Rcode != dns.RcodeSuccess {
		return // RFC 6762, 18.3 and 18.11
	}
	for _, list := range [][]dns.RR{m.Answer, m.Ns, m.Extra} {
		for _, rr := range list {
			if rr.Header().Rrtype != dns.TypeOPT {
				rr.Header().Class &^= flush
			}
		}
	}
	if !m.Response {
		s.contend(p, now)
		s.ask(p, now)
		return
	}
	if p.from.Port() != port {
		return // RFC 6762, 6
	}
	for _, rr := range slices.Concat(m.Answer, m.Extra) {
		s.hear(ctx, rr, now)
	}
}

// hear takes in what somebody says of a name.
func (s *session) hear(ctx context.Context, rr dns.RR, now time.Time) {
	for _, e := range s.entries {
		switch {
		case rr.Header().Ttl == 0 && e.answers() && (has(e.unique, rr) || has(e.shared, rr)):
			if e.phase == standing {
				e.announce(now.Add(atRandom())) // another one had the same, and leaves (RFC 6762, 10.1)
			}
		case e.phase != yielded && e.conflicting(rr):
			s.conflict(ctx, e, now)
		}
	}
}

// conflict gives way (RFC 6762, 9): a name that is not ours yet is another one's, of one
// that was ours is asked once more whose it is. A host's name belongs to the host.
func (s *session) conflict(ctx context.Context, e *entry, now time.Time) {
	e.conflicts++
	switch {
	case e.isHost:
		s.log.InfoContext(ctx, "the host of the cloud answers for its name itself", slog.String("host", e.service.Host.Name))
		e.phase, e.at = yielded, time.Time{}
	case e.phase != probing:
		e.begin(now, 0)
	default:
		had := e.called
		if e.told {
			s.withdraw([]*entry{{records: records{shared: e.shared}, told: true}})
		}
		e.try++
		s.name(e)
		e.told, e.old = false, nil
		e.begin(now, atRandom())
		s.log.InfoContext(ctx, "a name is taken on this network", slog.String("name", had), slog.String("instead", e.called))
	}
}

// contend settles who of two that probe for a name at the same time has it (RFC 6762, 8.2).
func (s *session) contend(p packet, now time.Time) {
	if len(p.msg.Ns) == 0 {
		return
	}
	for _, e := range s.entries {
		if e.phase != probing {
			continue
		}
		for _, n := range e.names() {
			theirs := inOrder(p.msg.Ns, n)
			if len(theirs) > 0 && loses(inOrder(e.unique, n), theirs) {
				e.begin(now, lostWait)
				break
			}
		}
	}
}

// ask takes in a question, or what the asker of one knows besides.
func (s *session) ask(p packet, now time.Time) {
	m := p.msg
	if len(m.Question) == 0 {
		for _, q := range s.asked {
			if q.more && q.from == p.from {
				q.known = append(q.known, m.Answer...)
				q.more = m.Truncated
			}
		}
		return
	}
	q := &question{id: m.Id, known: m.Answer, from: p.from, on: p.on, more: m.Truncated, legacy: p.from.Port() != port, probe: len(m.Ns) > 0}
	shared := false
	q.direct = true
	for _, one := range m.Question {
		q.direct = q.direct && one.Qclass&flush != 0
		one.Qclass &^= flush
		if one.Qclass != dns.ClassINET && one.Qclass != dns.ClassANY {
			continue
		}
		if ours, many := s.have(one); ours {
			q.list = append(q.list, one)
			shared = shared || many
		}
	}
	if len(q.list) == 0 || len(s.asked) >= maxAsked {
		return
	}
	switch {
	case q.legacy:
		q.due = now
	case q.more:
		q.due = now.Add(400*time.Millisecond + rand.N(100*time.Millisecond))
	case shared: // others answer, too (RFC 6762, 6)
		q.due = now.Add(20*time.Millisecond + rand.N(100*time.Millisecond))
	default:
		q.due = now
	}
	s.asked = append(s.asked, q)
}

// have reports whether there is an answer to a question, and whether others may have some.
func (s *session) have(q dns.Question) (ours, many bool) {
	for _, e := range s.entries {
		if !e.answers() {
			continue
		}
		ours = ours || len(e.owns(q.Name)) > 0
		for _, rr := range e.shared {
			if sameName(rr.Header().Name, q.Name) && (q.Qtype == dns.TypePTR || q.Qtype == dns.TypeANY) {
				return true, true
			}
		}
	}
	return ours, false
}

// answerDue answers what is due.
func (s *session) answerDue(now time.Time) {
	for at, seen := range s.sent {
		if now.Sub(seen) >= again {
			delete(s.sent, at)
		}
	}
	s.asked = slices.DeleteFunc(s.asked, func(q *question) bool {
		if q.due.After(now) {
			return false
		}
		s.answer(q, now)
		return true
	})
}

// answer answers a question.
func (s *session) answer(q *question, now time.Time) {
	if q.legacy || q.direct {
		b := newBatch()
		s.find(q, func(answers, extra []dns.RR) { b.add(answers, extra) })
		for i, m := range b.messages() {
			if q.legacy {
				if i > 0 {
					return // it takes one answer
				}
				old(m, q)
			}
			if msg, err := m.Pack(); err == nil { // what it is made of was packed before
				s.wire.unicast(q.from, q.on.six, msg)
			}
		}
		return
	}
	for _, l := range s.wire.answerOn(q.on) {
		b := newBatch()
		s.find(q, func(answers, extra []dns.RR) {
			b.add(s.fresh(l, answers, now, q.pause()), extra)
		})
		for _, m := range b.messages() {
			if msg, err := m.Pack(); err == nil { // likewise
				s.wire.multicast(l, msg)
			}
		}
	}
}

// pause is how soon a record may be said again: who is about to take a name of ours is told
// that it is ours each time (RFC 6762, 6).
func (q *question) pause() time.Duration {
	if q.probe {
		return probeEvery
	}
	return again
}

// fresh are the records that were not said on a link just now, and notes them.
func (s *session) fresh(l link, list []dns.RR, now time.Time, pause time.Duration) []dns.RR {
	return slices.DeleteFunc(list, func(rr dns.RR) bool {
		at := sentOn{l, rr.String()}
		if now.Sub(s.sent[at]) < pause {
			return true
		}
		s.sent[at] = now
		return false
	})
}

// old makes an answer as clients of the ordinary DNS want it (RFC 6762, 6.7).
func old(m *dns.Msg, q *question) {
	m.Id, m.Question = q.id, q.list
	for _, list := range [][]dns.RR{m.Answer, m.Extra} {
		for _, rr := range list {
			rr.Header().Class &^= flush
			rr.Header().Ttl = min(rr.Header().Ttl, legacyTTL)
		}
	}
}

// find gives out the records that answer a question, entry by entry, with what will be
// asked next (RFC 6763, 12).
func (s *session) find(q *question, give func(answers, extra []dns.RR)) {
	for _, e := range s.entries {
		if !e.answers() {
			continue
		}
		var answers, extra []dns.RR
		for _, one := range q.list {
			for _, rr := range e.shared {
				if matches(one, rr) && !q.knows(rr) {
					answers = append(answers, dns.Copy(rr))
					if one.Name != enumeration {
						extra = append(flushing(e.unique[:2]), s.hostOf(e)...)
					}
				}
			}
			found := false
			for _, rr := range flushing(e.unique) {
				if !matches(one, rr) {
					continue
				}
				found = true
				if !q.knows(rr) {
					answers = append(answers, rr)
					extra = append(extra, s.hostOf(e)...)
				}
			}
			if kinds := e.owns(one.Name); !found && len(kinds) > 0 {
				answers = append(answers, flushing([]dns.RR{nothingElse(one.Name, kinds)})...)
			}
		}
		give(answers, extra)
	}
}

// hostOf are the addresses of an entry's host, if we answer for it.
func (s *session) hostOf(e *entry) []dns.RR {
	for _, h := range s.entries {
		if h.isHost && h != e && h.answers() && h.service.Host.equal(e.service.Host) {
			return flushing(h.unique)
		}
	}
	return nil
}

func matches(q dns.Question, rr dns.RR) bool {
	h := rr.Header()
	return (q.Qtype == h.Rrtype || q.Qtype == dns.TypeANY) && sameName(q.Name, h.Name)
}

// knows reports whether the asker has a record for long enough (RFC 6762, 7.1).
func (q *question) knows(rr dns.RR) bool {
	rr = dns.Copy(rr)
	rr.Header().Class &^= flush
	return slices.ContainsFunc(q.known, func(k dns.RR) bool { return dns.IsDuplicate(k, rr) && k.Header().Ttl >= rr.Header().Ttl/2 })
}
