package spool

import (
	"time"

	"platen/connector"
	"platen/gcp"
)

// past remembers how jobs ended: the latest in memory, as the journal has them,
// and the others in the archive.
type past struct {
	archive *archive
	ends    map[gcp.JobID]*end
	order   []gcp.JobID // oldest first
}

// end is how a job ended. It never changes.
type end struct {
	at     int64 // microseconds since 1970
	status connector.Status
	claim  gcp.ClaimID
}

func newPast(a *archive) *past {
	return &past{archive: a, ends: map[gcp.JobID]*end{}}
}

// add remembers an end.
func (p *past) add(id gcp.JobID, e end) {
	if _, ok := p.ends[id]; !ok {
		p.order = append(p.order, id)
	}
	p.ends[id] = &e
}

// find returns how a job ended.
func (p *past) find(id gcp.JobID) (*end, error) {
	if e, ok := p.ends[id]; ok {
		return e, nil
	}
	return p.archive.find(id)
}

// events returns what brings the latest ends back.
func (p *past) events() []connector.Event {
	list := make([]connector.Event, 0, len(p.order))
	for _, id := range p.order {
		list = append(list, p.ends[id].event(id))
	}
	return list
}

// archived forgets the ends that the archive has now, unless there is a newer one.
func (p *past) archived(events []connector.Event) {
	kept := p.order[:0]
	gone := make(map[gcp.JobID]*connector.Status, len(events))
	for _, e := range events {
		gone[e.ID] = e.Status
	}
	for _, id := range p.order {
		if gone[id] == &p.ends[id].status {
			delete(p.ends, id)
			continue
		}
		kept = append(kept, id)
	}
	p.order = kept
}

func (e *end) event(id gcp.JobID) connector.Event {
	return connector.Event{Kind: eventPast, ID: id, At: e.at, Status: &e.status, Claim: e.claim}
}

// endOf is how a job ended that is forgotten otherwise.
func endOf(r connector.Record, now func() time.Time) end {
	at := r.Ended.UnixMicro()
	if r.Ended.IsZero() {
		at = now().UnixMicro()
	}
	return end{at, *r.End, r.Claim}
}
