package spool

import (
	"time"

	"platen/connector"
	"platen/gcp"
)

// past remembers how jobs ended, for a while and not too many.
type past struct {
	max   int
	age   time.Duration
	ends  map[gcp.JobID]end
	order []gcp.JobID // oldest first
}

type end struct {
	at     int64 // microseconds since 1970
	status connector.Status
}

func newPast(maxEnds int, age time.Duration) *past {
	return &past{max: maxEnds, age: age, ends: map[gcp.JobID]end{}}
}

// add remembers an end; now is the time to forget older ones by.
func (p *past) add(id gcp.JobID, e end, now time.Time) {
	if e.at < now.Add(-p.age).UnixMicro() {
		return
	}
	if _, ok := p.ends[id]; !ok {
		p.order = append(p.order, id)
	}
	p.ends[id] = e
	for len(p.order) > p.max || len(p.order) > 0 && p.ends[p.order[0]].at < now.Add(-p.age).UnixMicro() {
		delete(p.ends, p.order[0])
		p.order = p.order[1:]
	}
}

// events returns what brings the past back.
func (p *past) events(yield func(connector.Event) bool) {
	for _, id := range p.order {
		e := p.ends[id]
		if !yield(connector.Event{Kind: eventPast, ID: id, At: e.at, Status: &e.status}) {
			return
		}
	}
}
