package mdns

import (
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// phase is how far an entry is.
type phase int

const (
	probing    phase = iota // whether its names are free is asked (RFC 6762, 8.1)
	announcing              // the network is told (RFC 6762, 8.3)
	standing                // it is asked for and answered
	yielded                 // somebody else has the name of the host, and answers for it
)

const (
	probes        = 3
	probeEvery    = 250 * time.Millisecond
	announcements = 2
	announceEvery = time.Second
	// manyConflicts is how many there may be before each try waits for slowly, which a
	// neighbour that claims every name would make endless else (RFC 6762, 8.1).
	manyConflicts = 15
	slowly        = 5 * time.Second
	// lostWait is how long another one that asked for the same name at the same time is
	// waited for (RFC 6762, 8.2).
	lostWait = time.Second
)

// entry is a service, or a host, on its way to being known.
type entry struct {
	records
	service Service // of a host its Host only
	isHost  bool

	called    string // the service's name as it is tried
	try       int    // numbers the names tried, from 1
	phase     phase
	sent      int       // probes, or announcements
	at        time.Time // of the next step; zero for none
	conflicts int
	told      bool     // the network heard of it under this name
	old       []dns.RR // its unique records before, which may still come back to us
}

// begin asks for the name again.
func (e *entry) begin(now time.Time, wait time.Duration) {
	if e.conflicts >= manyConflicts {
		wait = max(wait, slowly)
	}
	e.phase, e.sent, e.at = probing, 0, now.Add(wait)
}

// atRandom is how long the first probe waits, so that machines that start together part
// (RFC 6762, 8.1).
func atRandom() time.Duration { return rand.N(probeEvery) }

// answers reports whether the entry's records are given out.
func (e *entry) answers() bool { return e.phase == announcing || e.phase == standing }

// announce tells the network of the entry anew.
func (e *entry) announce(now time.Time) { e.phase, e.sent, e.at = announcing, 0, now }

// conflicting reports whether a record of somebody else contradicts ours.
func (e *entry) conflicting(rr dns.RR) bool {
	h := rr.Header()
	if h.Ttl == 0 || has(e.unique, rr) || has(e.old, rr) {
		return false
	}
	for _, kind := range e.owns(h.Name) {
		hostly := h.Rrtype == dns.TypeA || h.Rrtype == dns.TypeAAAA
		if h.Rrtype == kind || e.isHost && hostly {
			return true
		}
	}
	return false
}

// loses compares the records of two that ask for a name at the same time, see inOrder: the
// lesser one gives way (RFC 6762, 8.2).
func loses(ours, theirs []string) bool { return slices.Compare(ours, theirs) < 0 }

// inOrder are the records of a name as they are compared: class, type, and the bytes.
func inOrder(list []dns.RR, name string) []string {
	var all []string
	for _, rr := range list {
		if !strings.EqualFold(rr.Header().Name, name) {
			continue
		}
		buf := make([]byte, dns.Len(rr)+maxReceived)
		end, err := dns.PackRR(rr, buf, 0, nil, false)
		start, nameErr := dns.PackDomainName(rr.Header().Name, make([]byte, 256), 0, nil, false)
		if err != nil || nameErr != nil {
			continue
		}
		// After the name: type, class, time to live, length, contents (RFC 1035, 3.2.1).
		b := buf[start:end]
		all = append(all, string(b[2:4])+string(b[0:2])+string(b[10:]))
	}
	slices.Sort(all)
	return all
}
