package connector

import (
	"slices"
	"time"

	"platen/gcp"
)

// vigilTime is how long the jobs of earlier lives wait in a folder that may be a
// copy of one that is in use: the service asks the other one for a sign of life.
const vigilTime = 20 * time.Second

// vigil is the time after a start in which another life of the same folder may
// show itself. Of the reconciler.
type vigil struct {
	over  bool
	until time.Time
	known map[twinKey]gcp.Millis // installations that were known when it began, and when they were seen
}

// twinKey tells installations apart.
type twinKey struct {
	host, address string
	since         gcp.Millis
}

func keyOf(t gcp.Twin) twinKey { return twinKey{t.Host, t.Address, t.Since} }

// watch looks at an answer that grants a run. Jobs in hand from before the start
// are held until it is known that nobody else has them in hand: at once if the
// folder is where it was, because then its last user is dead.
func (r *reconciler) watch(inst gcp.Installation) {
	v := &r.vigil
	switch {
	case v.over:
	case v.until.IsZero() && (!r.c.inherits || r.c.history().Place == r.c.Options.Place):
		v.over = true
	case alive(inst.Twins):
		r.recovered, v.over = true, true // the answer to an earlier announcement was lost
	case v.until.IsZero():
		v.until, v.known = time.Now().Add(vigilTime), map[twinKey]gcp.Millis{}
		for _, t := range inst.Twins {
			v.known[keyOf(t)] = t.Seen
		}
	case v.another(inst.Twins):
		r.recovered, v.over = true, true // the other one may print them
	default:
		v.over = !time.Now().Before(v.until)
	}
	if !v.over {
		r.askAt = v.until
	}
	r.c.holds.Store(!v.over || r.recovered) // they are given up first, see begin
}

// inherits reports whether jobs in hand at the start may be printed yet.
func inherits(records []Record) bool {
	for _, rec := range records {
		switch rec.Stage {
		case EventSent, EventEnded, EventReported, EventForgotten:
		default:
			return true
		}
	}
	return false
}

// another reports whether an installation showed itself since: the one that had
// the run before does not count as another until it does. The service's clock may
// be put back.
func (v *vigil) another(twins []gcp.Twin) bool {
	return slices.ContainsFunc(twins, func(t gcp.Twin) bool { return !t.Self && t.Seen != v.known[keyOf(t)] })
}

// alive reports whether another installation was seen since this program announced
// itself first, by the service's clock.
func alive(twins []gcp.Twin) bool {
	self := slices.IndexFunc(twins, func(t gcp.Twin) bool { return t.Self })
	return self >= 0 && slices.ContainsFunc(twins, func(t gcp.Twin) bool { return !t.Self && t.Seen >= twins[self].Since })
}
