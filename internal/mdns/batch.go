package mdns

import (
	"slices"

	"github.com/miekg/dns"
)

// batch makes few answers of many records: as many in each as fit into a frame.
type batch struct{ list []*dns.Msg }

func newBatch() *batch { return &batch{} }

// response is an answer of ours (RFC 6762, 18): without a number, and authoritative.
func response() *dns.Msg {
	m := new(dns.Msg)
	m.Response, m.Authoritative, m.Compress = true, true, true
	return m
}

// add puts records that belong together, and what whoever wants them will ask next, into
// the answer that is being filled, or a new one. What is in an answer already is not
// said twice in it.
func (b *batch) add(answers, extra []dns.RR) {
	if len(answers) == 0 {
		return
	}
	part := response()
	part.Answer, part.Extra = answers, extra
	if n := len(b.list); n == 0 || long(b.list[n-1], part) {
		b.list = append(b.list, response())
	}
	join(b.list[len(b.list)-1], part)
}

func (b *batch) messages() []*dns.Msg { return b.list }

// long reports whether two messages are too much for one. One that is too much by itself
// is sent by itself (RFC 6762, 17).
func long(m, more *dns.Msg) bool {
	both := m.Copy()
	both.Compress = true
	join(both, more)
	return len(m.Question)+len(m.Answer) > 0 && both.Len() > maxMessage
}

// join adds a message to another one.
func join(m, more *dns.Msg) {
	m.Question = append(m.Question, more.Question...)
	m.Ns = append(m.Ns, more.Ns...)
	for _, rr := range more.Answer {
		if !has(m.Answer, rr) {
			m.Answer = append(m.Answer, rr)
		}
	}
	m.Extra = slices.DeleteFunc(m.Extra, func(rr dns.RR) bool { return has(more.Answer, rr) })
	for _, rr := range more.Extra {
		if !has(m.Answer, rr) && !has(m.Extra, rr) {
			m.Extra = append(m.Extra, rr)
		}
	}
}
