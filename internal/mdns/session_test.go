package mdns

import (
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// paper is a network that writes down what is sent.
type paper struct {
	t    testing.TB
	said []*dns.Msg // by multicast
	told []*dns.Msg // by unicast
}

func (p *paper) read(b []byte) *dns.Msg {
	m := new(dns.Msg)
	if err := m.Unpack(b); err != nil {
		p.t.Errorf("what was sent: %v", err)
	}
	return m
}

func (p *paper) multicast(_ link, b []byte) { p.said = append(p.said, p.read(b)) }

func (p *paper) unicast(_ netip.AddrPort, _ bool, b []byte) { p.told = append(p.told, p.read(b)) }
func (p *paper) all() []link                                { return []link{{1, false}} }
func (p *paper) answerOn(l link) []link                     { return []link{l} }
func (p *paper) since() (said, told []*dns.Msg) {
	said, told = p.said, p.told
	p.said, p.told = nil, nil
	return
}
func (p *paper) answers() (list []dns.RR) { return answersOf(p.said) }
func answersOf(all []*dns.Msg) (list []dns.RR) {
	for _, m := range all {
		list = append(list, m.Answer...)
	}
	return list
}

var began = time.Now()

// stage is a session, and the time there.
type stage struct {
	*session
	*paper
	now time.Time
}

func newStage(t testing.TB, services ...Service) *stage {
	p := &paper{t: t}
	s := &stage{&session{log: slog.New(slog.DiscardHandler), wire: p, sent: map[sentOn]time.Time{}}, p, began}
	s.want(t.Context(), services, s.now)
	return s
}

// wait goes on until all that was to be done for so long is done.
func (s *stage) wait(d time.Duration) {
	end := s.now.Add(d)
	for next := s.next(); !next.After(end); next = s.next() {
		s.now = next
		s.step(next)
	}
	s.now = end
}

// hears hands over a message from a port of a neighbour.
func (s *stage) hears(m *dns.Msg, from uint16) {
	b, err := m.Pack()
	if err != nil {
		s.t.Fatal(err)
	}
	s.receive(s.t.(*testing.T).Context(), packet{s.read(b), netip.AddrPortFrom(netip.MustParseAddr("192.0.2.9"), from), link{1, false}}, s.now)
}

func printerNamed(id, name string) Service {
	return Service{
		ID: id, Name: name, Type: "_ipps._tcp", Subtypes: []string{"_print"}, Host: Host{Name: "print.example.com"}, Port: 443, Text: []string{"note=" + id},
	}
}

const (
	kind = "_ipps._tcp.local."
	here = `Front\ desk._ipps._tcp.local.`
)

func asking(name string, kind uint16, known ...dns.RR) *dns.Msg {
	m := new(dns.Msg)
	m.Question = []dns.Question{{Name: name, Qtype: kind, Qclass: dns.ClassINET}}
	m.Answer = known
	return m
}

func record(t testing.TB, text string) dns.RR {
	rr, err := dns.NewRR(text)
	if err != nil {
		t.Fatal(err)
	}
	return rr
}

// Three questions at least 250 ms apart, with the records that are asked for in them, and
// two announcements a second apart, in which our own records replace what was known (RFC
// 6762, 8.1, 8.3 and 10.2).
func TestProbesAndAnnounces(t *testing.T) {
	s := newStage(t, printerNamed("1", "Front desk"))
	s.wait(probeEvery) // at most
	for i := range probes {
		said, _ := s.since()
		if len(said) != 1 || said[0].Response || len(said[0].Question) != 1 || len(said[0].Ns) != 2 {
			t.Fatalf("question %d: %v", i, said)
		}
		if q := said[0].Question[0]; q.Name != here || q.Qtype != dns.TypeANY || q.Qclass != dns.ClassINET {
			t.Errorf("question %d: %v", i, q)
		}
		s.wait(probeEvery)
	}
	for i := range announcements {
		said, _ := s.since()
		if len(said) != 1 || !said[0].Response || !said[0].Authoritative || len(said[0].Question) != 0 || len(said[0].Answer) != 5 {
			t.Fatalf("announcement %d: %v", i, said)
		}
		for _, rr := range said[0].Answer {
			h := rr.Header()
			if (h.Class&flush != 0) != (h.Name == here) {
				t.Errorf("flush of %v", rr)
			}
			if want := map[uint16]uint32{dns.TypeSRV: 120}[h.Rrtype]; h.Ttl != max(want, 120) && h.Ttl != 4500 {
				t.Errorf("time to live of %v", rr)
			}
		}
		if srv := said[0].Answer[0].(*dns.SRV); srv.Target != "print.example.com." || srv.Port != 443 {
			t.Errorf("target %v", srv)
		}
		s.wait(announceEvery)
	}
	s.wait(time.Minute)
	if said, _ := s.since(); len(said) != 0 {
		t.Errorf("said once more: %v", said)
	}
}

// What the asker knows is not said (RFC 6762, 7.1), also where that comes in a second
// message (7.2), and nothing is said twice in a second (6).
func TestAnswersAreSpared(t *testing.T) {
	s := newStage(t, printerNamed("1", "Front desk"))
	s.wait(10 * time.Second)
	pointer := func(ttl int) dns.RR { return record(t, fmt.Sprintf(`%s %d IN PTR %s`, kind, ttl, here)) }
	for name, tt := range map[string]struct {
		known []dns.RR
		later []dns.RR
		want  int
	}{
		"nothing known":   {nil, nil, 1},
		"known":           {[]dns.RR{pointer(2250)}, nil, 0},
		"soon forgotten":  {[]dns.RR{pointer(2249)}, nil, 1},
		"known, as later": {nil, []dns.RR{pointer(4000)}, 0},
	} {
		s.since()
		q := asking(kind, dns.TypePTR, tt.known...)
		q.Truncated = tt.later != nil
		s.hears(q, port)
		if tt.later != nil {
			s.wait(300 * time.Millisecond)
			s.hears(&dns.Msg{Answer: tt.later}, port)
		}
		s.wait(600 * time.Millisecond)
		if got := s.answers(); len(got) != tt.want {
			t.Errorf("%s: %v, want %d", name, got, tt.want)
		}
		if tt.want > 0 && (len(s.said[0].Extra) != 2 || s.said[0].Extra[0].(*dns.SRV).Port != 443) {
			t.Errorf("%s: what is asked next is not there: %v", name, s.said[0].Extra)
		}
		s.hears(asking(kind, dns.TypePTR), port)
		s.wait(200 * time.Millisecond)
		s.since()
		s.wait(2 * time.Second)
	}
	s.hears(asking(kind, dns.TypePTR), port)
	s.hears(asking(kind, dns.TypePTR), port)
	s.wait(500 * time.Millisecond)
	if got := s.answers(); len(got) != 1 {
		t.Errorf("asked twice: %v", got)
	}
	s.hears(asking(here, dns.TypeSRV), port)
	s.wait(300 * time.Millisecond)
	s.since()
	probe := asking(here, dns.TypeANY)
	probe.Ns = []dns.RR{record(t, here+" 120 IN SRV 0 0 631 other.local.")}
	s.hears(probe, port)
	s.wait(0)
	if got := s.answers(); !slices.ContainsFunc(got, func(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeSRV }) {
		t.Errorf("who takes our name is not told that it is ours: %v", got)
	}
}

// RFC 6762, 8.2.1 has the example: 169.254.99.200 gives way to 169.254.200.50.
func TestTies(t *testing.T) {
	a, b := record(t, "MyPrinter.local. 120 IN A 169.254.99.200"), record(t, "MyPrinter.local. 120 IN A 169.254.200.50")
	order := func(list ...dns.RR) []string { return inOrder(list, "myprinter.local.") }
	if !loses(order(a), order(b)) || loses(order(b), order(a)) || loses(order(a), order(a)) || !loses(order(a), order(a, b)) {
		t.Error("the wrong one gives way")
	}
	s := newStage(t, printerNamed("1", "Front desk"))
	s.wait(probeEvery)
	s.since()
	probe := asking(here, dns.TypeANY)
	probe.Ns = []dns.RR{record(t, here+" 120 IN SRV 0 0 9999 zzz.local."), record(t, here+` 4500 IN TXT "note=2"`)}
	s.hears(probe, port)
	s.wait(lostWait - time.Millisecond)
	if said, _ := s.since(); len(said) != 0 {
		t.Errorf("asked on, though the other one is first: %v", said)
	}
	s.wait(2 * probeEvery)
	if said, _ := s.since(); len(said) == 0 || said[0].Response {
		t.Errorf("did not ask again: %v", said)
	}
}

// A name that somebody has is left to them before it is ours, and asked about once more
// after (RFC 6762, 9).
func TestConflicts(t *testing.T) {
	s := newStage(t, printerNamed("1", "Front desk"))
	theirs := func(name string) *dns.Msg {
		m := response()
		m.Answer = []dns.RR{record(t, name+" 120 IN SRV 0 0 631 other.local.")}
		m.Answer[0].Header().Class |= flush
		return m
	}
	s.wait(probeEvery)
	s.hears(theirs(here), 12345) // it is no responder
	if e := s.entries[0]; e.called != "Front desk" {
		t.Errorf("called %s by somebody who may not say so", e.called)
	}
	s.hears(theirs(`FRONT\ DESK._ipps._tcp.local.`), port)
	s.wait(10 * time.Second)
	e := s.entries[0]
	if e.called != "Front desk (2)" || e.phase != standing {
		t.Fatalf("called %s in phase %d", e.called, e.phase)
	}
	s.since()
	s.hears(theirs(e.name), port)
	if e.phase != probing || e.called != "Front desk (2)" {
		t.Errorf("called %s in phase %d", e.called, e.phase)
	}
	s.hears(theirs(e.name), port) // they insist
	s.wait(10 * time.Second)
	if e.called != "Front desk (3)" || e.phase != standing {
		t.Errorf("called %s in phase %d", e.called, e.phase)
	}
	if got := s.answers()[0]; got.Header().Ttl != 0 || got.Header().Rrtype != dns.TypePTR || !strings.Contains(got.String(), `Front\ desk\ \(2\)`) {
		t.Errorf("no farewell for the name before: %v", got)
	}
	for range 20 {
		s.hears(theirs(e.name), port)
	}
	if wait := e.at.Sub(s.now); wait < slowly {
		t.Errorf("after %d conflicts the next try is in %v", e.conflicts, wait)
	}
}

// A host that answers for its name itself is let do so.
func TestHostAnswersForItself(t *testing.T) {
	v := printerNamed("1", "Front desk")
	v.Host = Host{Name: "cloud.local", Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.1")}}
	s := newStage(t, v)
	s.wait(10 * time.Second)
	s.since()
	s.hears(asking("Cloud.local.", dns.TypeA), port)
	s.wait(time.Second)
	if got := s.answers(); len(got) != 1 || got[0].(*dns.A).A.String() != "192.0.2.1" {
		t.Fatalf("address: %v", got)
	}
	s.hears(asking("cloud.local.", dns.TypeAAAA), port)
	s.wait(time.Second)
	if got := s.answers(); len(got) != 2 || !slices.Equal(got[1].(*dns.NSEC).TypeBitMap, []uint16{dns.TypeA}) {
		t.Errorf("no other address: %v, want that there is none (RFC 6762, 6.1)", got)
	}
	s.since()
	m := response()
	m.Answer = []dns.RR{record(t, "cloud.local. 120 IN AAAA 2001:db8::7")}
	s.hears(m, port)
	s.hears(asking("cloud.local.", dns.TypeA), port)
	s.wait(10 * time.Second)
	s.withdraw(s.entries)
	for _, rr := range s.answers() {
		if rr.Header().Rrtype == dns.TypeA {
			t.Errorf("said of a host that speaks for itself: %v", rr)
		}
	}
}

// What is withdrawn is said to be good for no more time (RFC 6762, 10.1); that there are
// services of its type may still be so. What nobody heard of needs no farewell.
func TestFarewell(t *testing.T) {
	one, two := printerNamed("1", "Front desk"), printerNamed("2", "Cellar")
	s := newStage(t, one)
	s.wait(10 * time.Second)
	s.since()
	s.want(t.Context(), []Service{two}, s.now)
	got := s.answers()
	if len(got) != 4 {
		t.Errorf("farewell %v", got)
	}
	for _, rr := range got {
		if rr.Header().Ttl != 0 || rr.Header().Name == enumeration {
			t.Errorf("farewell %v", rr)
		}
	}
	s.since()
	s.want(t.Context(), nil, s.now)
	if said, _ := s.since(); len(said) != 0 {
		t.Errorf("farewell of what nobody knows: %v", said)
	}
	// Another one had the same records and leaves: ours stay.
	s.want(t.Context(), []Service{one}, s.now)
	s.wait(10 * time.Second)
	s.since()
	m := response()
	m.Answer = leaving(s.entries[0].unique)
	s.hears(m, port)
	s.wait(5 * time.Second)
	if len(s.answers()) == 0 {
		t.Error("another one's farewell is believed to be ours")
	}
}

// What is new of a service is told without a question whose name it is (RFC 6762, 8.4); a
// record of ours from before, which may come back to us, is no conflict.
func TestChanges(t *testing.T) {
	v := printerNamed("1", "Front desk")
	s := newStage(t, v)
	s.wait(10 * time.Second)
	before := s.entries[0].unique
	s.since()
	v.Text = []string{`note=\ "ü"`}
	s.want(t.Context(), []Service{v}, s.now)
	m := response()
	m.Answer = before
	s.hears(m, port)
	s.wait(10 * time.Second)
	said, _ := s.since()
	if len(said) != announcements || s.entries[0].called != "Front desk" {
		t.Fatalf("said %v as %s", said, s.entries[0].called)
	}
	for _, one := range said {
		txt := one.Answer[1].(*dns.TXT)
		if b := []byte(txt.Txt[0]); txt.Hdr.Class&flush == 0 || string(b) != `note=\\ \"\195\188\"` {
			t.Errorf("said %v", txt)
		}
	}
	s.want(t.Context(), []Service{v}, s.now)
	if s.wait(10 * time.Second); len(s.said) != 0 {
		t.Errorf("said what is not new: %v", s.said)
	}
}

// Clients of the ordinary DNS get an ordinary answer (RFC 6762, 6.7), and who wants one
// alone gets it alone (5.4).
func TestDirectAnswers(t *testing.T) {
	s := newStage(t, printerNamed("1", "Front desk"))
	s.wait(10 * time.Second)
	s.since()
	q := asking(here, dns.TypeSRV)
	q.Id = 77
	s.hears(q, 40000)
	s.wait(time.Second)
	said, told := s.since()
	if len(said) != 0 || len(told) != 1 || told[0].Id != 77 || len(told[0].Question) != 1 {
		t.Fatalf("said %v, told %v", said, told)
	}
	if h := told[0].Answer[0].Header(); h.Ttl > 10 || h.Class != dns.ClassINET {
		t.Errorf("answer %v", told[0].Answer)
	}
	q.Question[0].Qclass |= flush
	s.hears(q, port)
	s.wait(time.Second)
	if said, told := s.since(); len(said) != 0 || len(told) != 1 || told[0].Id != 0 || told[0].Answer[0].Header().Ttl != 120 {
		t.Errorf("said %v, told %v", said, told)
	}
	for _, m := range []*dns.Msg{
		asking("_http._tcp.local.", dns.TypePTR), {MsgHdr: dns.MsgHdr{Opcode: dns.OpcodeStatus}, Question: asking(kind, dns.TypePTR).Question},
	} {
		s.hears(m, port)
		s.wait(time.Second)
		if said, told := s.since(); len(said)+len(told) != 0 {
			t.Errorf("answered %v", m)
		}
	}
}

// Many printers are told in messages that fit into a frame, each of them.
func TestManyFitIntoFrames(t *testing.T) {
	var list []Service
	for i := range 100 {
		v := printerNamed(fmt.Sprint(i), "Printer in the long corridor")
		v.Text = slices.Repeat([]string{strings.Repeat("x", 200)}, 4)
		list = append(list, v)
	}
	s := newStage(t, list...)
	s.wait(20 * time.Second)
	s.since()
	s.hears(asking(kind, dns.TypePTR), port)
	s.wait(time.Second)
	names := map[string]bool{}
	for _, m := range s.said {
		if m.Compress = true; m.Len() > maxMessage {
			t.Errorf("a message of %d bytes", m.Len())
		}
	}
	for _, rr := range s.answers() {
		names[rr.(*dns.PTR).Ptr] = true
	}
	if len(names) != len(list) {
		t.Errorf("%d names of %d", len(names), len(list))
	}
}

// Who is not of the network hears nothing (RFC 6762, 11).
func TestOnlyTheNetworkIsHeard(t *testing.T) {
	w := &wire{near: map[int][]netip.Prefix{3: {netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::/64")}}}
	for from, want := range map[string]bool{
		"192.0.2.77": true, "::ffff:192.0.2.77": true, "2001:db8::5": true, "fe80::1%eth0": true, "169.254.3.4": true,
		"198.51.100.1": false, "2001:db8:1::5": false, "127.0.0.1": false,
	} {
		if got := w.isNear(packet{from: netip.AddrPortFrom(netip.MustParseAddr(from), port), on: link{index: 3}}); got != want {
			t.Errorf("%s is heard: %t", from, got)
		}
	}
	if w.isNear(packet{from: netip.MustParseAddrPort("192.0.2.77:5353"), on: link{index: 4}}) {
		t.Error("heard on the wrong card")
	}
}

func TestNames(t *testing.T) {
	for in, want := range map[string]string{
		"": "", " a \n b\x00": "a b", "Büro": "Büro", strings.Repeat("ü", 40): strings.Repeat("ü", 31), "a\xffb": "a b",
	} {
		if got := cleanName(in); got != want {
			t.Errorf("cleanName(%q) = %q, want %q", in, got, want)
		}
	}
	if got := numbered(strings.Repeat("ü", 31), 12); len(got) > maxLabel || !strings.HasSuffix(got, "ü (12)") {
		t.Errorf("numbered: %q", got)
	}
}

func FuzzReceive(f *testing.F) {
	for _, m := range []*dns.Msg{asking(kind, dns.TypePTR), asking(here, dns.TypeANY, record(f, here+" 120 IN SRV 0 0 631 other.local."))} {
		b, err := m.Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m := new(dns.Msg)
		if m.Unpack(b) != nil {
			return
		}
		s := newStage(t, printerNamed("1", "Front desk"))
		for range 3 {
			s.receive(t.Context(), packet{m.Copy(), netip.MustParseAddrPort("192.0.2.9:5353"), link{1, false}}, s.now)
			s.wait(time.Second)
		}
	})
}
