package cloud

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"platen/gcp"
)

// maxOffers bounds how many jobs it is remembered for when they were offered.
const maxOffers = 10_000

// offered remembers when jobs were last given in the answer to a fetch: by that the
// connector's hops, which its own clock tells, are placed among the service's. What
// a restart forgets is that, and nothing else.
type offered struct {
	mu sync.Mutex // guards at
	at map[gcp.JobID]time.Time
}

// note remembers that jobs were offered now.
func (o *offered) note(jobs []Job, now time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.at == nil || len(o.at)+len(jobs) > maxOffers {
		o.at = map[gcp.JobID]time.Time{} // of jobs that nobody took
	}
	for _, j := range jobs {
		o.at[j.ID] = now
	}
}

// taken keeps with a job that does not wait any more when it was offered.
func (o *offered) taken(j *Job) {
	if j.State.Type == gcp.JobQueued {
		return
	}
	o.mu.Lock()
	at, known := o.at[j.ID]
	delete(o.at, j.ID)
	o.mu.Unlock()
	if known && (j.taken() || j.State.Type.Ended()) {
		j.addHops(gcp.Trace{gcp.HopOffered: at.UnixMicro()})
	}
}

// theirs are the hops that a connector can tell of.
func theirs(t gcp.Trace) gcp.Trace {
	own := maps.Clone(t)
	maps.DeleteFunc(own, func(h gcp.Hop, _ int64) bool { return !h.ByConnector() })
	return own
}

// Timeline lists the hops of a job in the order in which they happened. Two clocks
// tell of them, which may differ: the connector's hops are placed by how long after
// HopFetched they were, from HopOffered on. Where that is not known they have their
// durations alone.
func Timeline(t gcp.Trace) []gcp.TraceStep {
	service, connector := sides(t)
	at := maps.Clone(t)
	notified, called := t[gcp.HopNotified]
	if queued, ok := t[gcp.HopQueued]; ok && called {
		at[gcp.HopQueued] = min(queued, notified) // it is called for what is stored, and told afterwards
	}
	offered, known := t[gcp.HopOffered]
	fetched, told := t[gcp.HopFetched]
	if known && told {
		for _, h := range connector {
			at[h] = offered + t[h] - fetched
			if called {
				at[h] = max(at[h], notified) // the answer needs some time to the connector: nothing comes before its cause
			}
		}
		return steps(at, append(service, connector...), offset{from: earliest(at, service), known: true})
	}
	cut := slices.IndexFunc(inOrder(at, service), func(h gcp.Hop) bool { return h == gcp.HopRecorded })
	all := steps(at, service, offset{from: earliest(at, service), known: true})
	if cut < 0 {
		cut = len(all)
	}
	own := steps(at, connector, offset{})
	if len(own) > 0 && cut < len(all) {
		all[cut].TookMS = nil // nobody knows how long after the connector's
	}
	return slices.Concat(all[:cut], own, all[cut:])
}

// sides tells apart who told of the hops; those that we do not know are left out.
func sides(t gcp.Trace) (service, connector []gcp.Hop) {
	for h := range t {
		switch {
		case h.String() == "":
		case h.ByConnector():
			connector = append(connector, h)
		default:
			service = append(service, h)
		}
	}
	return service, connector
}

// offset says from when on a list of steps counts.
type offset struct {
	from  int64
	known bool
}

func earliest(at gcp.Trace, hops []gcp.Hop) int64 {
	var first int64
	for i, h := range hops {
		if i == 0 || at[h] < first {
			first = at[h]
		}
	}
	return first
}

// inOrder sorts hops by their time, those of the same time as they follow each other.
func inOrder(at gcp.Trace, hops []gcp.Hop) []gcp.Hop {
	slices.SortFunc(hops, func(a, b gcp.Hop) int { return cmp.Or(cmp.Compare(at[a], at[b]), rank(a)-rank(b)) })
	return hops
}

// rank is where a hop stands in the life of a job.
func rank(h gcp.Hop) int {
	switch h {
	case gcp.HopOffered:
		return 10*int(gcp.HopFetched) - 1
	case gcp.HopRendered:
		return 10*int(gcp.HopTranslated) + 1
	}
	return 10 * int(h)
}

// steps describes hops of which one clock tells.
func steps(at gcp.Trace, hops []gcp.Hop, o offset) []gcp.TraceStep {
	list := make([]gcp.TraceStep, 0, len(hops))
	var last int64
	for i, h := range inOrder(at, hops) {
		s := gcp.TraceStep{Hop: h, Name: h.String(), By: gcp.SideService}
		if h.ByConnector() {
			s.By = gcp.SideConnector
		}
		if o.known {
			s.AfterMS = millis(at[h] - o.from)
		}
		if i > 0 {
			s.TookMS = millis(at[h] - last)
		}
		last = at[h]
		list = append(list, s)
	}
	return list
}

func millis(micros int64) *float64 {
	ms := float64(micros) / 1000
	return &ms
}

// TraceReport is the job's trace as it is exported.
func (j *Job) TraceReport() gcp.TraceReport {
	r := gcp.TraceReport{
		Job: j.ID, Printer: j.Printer, State: j.State, Message: j.Message, Notes: j.Notes, Steps: Timeline(j.Trace),
	}
	if service, _ := sides(j.Trace); len(service) > 0 {
		r.Start = time.UnixMicro(earliest(j.Trace, service)).UTC().Format(time.RFC3339Nano)
	}
	return r
}
