package cups

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/internal/backoff"
	"platen/printer"
)

const (
	lookLimit = 500 // jobs asked for in one request
	lingerFor = 30 * time.Second
)

// listener listens for a hub, for as long as that runs.
type listener struct {
	h      *hub
	sub    subscription
	queues map[printer.Name]goipp.Attributes // the queues' states, as of asked
	asked  time.Time
}

func newListener(h *hub) *listener {
	return &listener{h: h, sub: subscription{v: h.v, name: jobEvents, events: []string{"job-completed", "job-stopped"}}}
}

// run asks for events until no job is left.
func (h *hub) run(ctx context.Context) {
	l := newListener(h)
	defer l.sub.end(ctx)
	wait := step{min: hubMin, max: hubMax}
	away := backoff.Backoff{Min: 100 * time.Millisecond, Max: 5 * time.Second}
	for ctx.Err() == nil {
		if h.idle() {
			if !h.linger(ctx) {
				break
			}
			continue
		}
		news, err := l.round(ctx)
		h.setFailing(err != nil)
		if err != nil {
			if ctx.Err() == nil {
				h.v.log.WarnContext(ctx, "cannot hear of jobs", "server", h.v.peer.target, "err", err)
			}
			_ = away.Wait(ctx) // the loop sees that ctx ended
			continue
		}
		away.Reset()
		if news {
			wait.reset()
		}
		if h.pause(ctx, &wait) != nil {
			break
		}
	}
}

// linger keeps the subscription, asking nothing, for the next job to come soon.
// It reports whether one came; else the hub counts as not running.
func (h *hub) linger(ctx context.Context) bool {
	t := time.NewTimer(lingerFor)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-h.kick:
			if !h.idle() {
				return true
			}
		case <-t.C:
			h.mu.Lock()
			defer h.mu.Unlock()
			h.running = len(h.jobs) > 0
			return h.running
		}
	}
}

// pause waits a step, which a kick makes the shortest one.
func (h *hub) pause(ctx context.Context, wait *step) error {
	t := time.NewTimer(wait.next())
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	case <-h.kick:
		wait.reset()
		return backoff.Sleep(ctx, wait.next())
	}
}

// round hears the events there are, and asks for jobs of which none came.
func (l *listener) round(ctx context.Context) (news bool, err error) {
	fresh := l.sub.id == 0
	if err := l.sub.keep(ctx); refused(err) != nil {
		return false, l.look(ctx, l.h.due(always), nil)
	} else if err != nil {
		return false, err
	}
	if fresh { // what happened before is asked for
		return true, l.look(ctx, l.h.due(always), nil)
	}
	events, gap, err := l.hear(ctx)
	if statusOf(err) == goipp.StatusErrorNotFound { // the server forgot us
		l.sub.id = 0
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if gap {
		return true, l.look(ctx, l.h.due(always), events)
	}
	// An event names a number alone, which may be another job's by now.
	if ours := l.h.heard(events); len(ours) > 0 {
		return true, l.look(ctx, ours, events)
	}
	return false, l.look(ctx, l.h.due(seldom), nil)
}

// hear fetches the events since the last time, by the numbers of the jobs that they
// are of.
func (l *listener) hear(ctx context.Context) (events map[int]goipp.Attributes, gap bool, err error) {
	list, gap, err := l.sub.hear(ctx)
	if err != nil {
		return nil, false, err
	}
	events = map[int]goipp.Attributes{}
	for _, attrs := range list {
		if id := number(attrs, "notify-job-id", 0); id != 0 && number(attrs, "job-state", 0) != 0 {
			events[id] = attrs
		}
	}
	return events, gap, nil
}

// look asks for the state of jobs, many in one request. A job that is missing
// from the answer is asked for by its owner before it counts as gone; of one that
// CUPS forgot because it keeps no history, the event is the last word.
func (l *listener) look(ctx context.Context, jobs []printer.LocalJob, events map[int]goipp.Attributes) error {
	for len(jobs) > 0 {
		some := jobs[:min(len(jobs), lookLimit)]
		jobs = jobs[len(some):]
		if err := l.lookAt(ctx, some, events); err != nil {
			return err
		}
	}
	return nil
}

func (l *listener) lookAt(ctx context.Context, jobs []printer.LocalJob, events map[int]goipp.Attributes) error {
	names := jobAttributes()
	if !slices.ContainsFunc(jobs, func(j printer.LocalJob) bool { return events[j.ID] == nil }) {
		names = []string{"job-id", "job-uuid", "job-state"} // the events say the rest
	}
	byNumber, err := l.list(ctx, jobs, names)
	if err != nil {
		return err
	}
	found := map[sightingKey]goipp.Attributes{}
	for _, j := range jobs {
		attrs := byNumber[j.ID]
		if attrs != nil && l.h.v.another(attrs, j) {
			l.h.lost(j)
			continue
		}
		if attrs == nil {
			if attrs, err = l.askOwner(ctx, j, events[j.ID]); err != nil {
				break // the others' news is told all the same
			}
		}
		if attrs != nil {
			found[keyOf(j)] = with(attrs, events[j.ID])
		}
	}
	l.addQueues(ctx, jobs, found)
	for key, attrs := range found {
		l.h.tell(key, attrs)
	}
	return err
}

// with adds what only the event says.
func with(job, event goipp.Attributes) goipp.Attributes {
	for _, a := range event {
		if !slices.ContainsFunc(job, func(b goipp.Attribute) bool { return b.Name == a.Name }) {
			job = append(job, a)
		}
	}
	return job
}

// list asks for jobs in one request. A server that refuses may answer for each.
func (l *listener) list(ctx context.Context, jobs []printer.LocalJob, names []string) (map[int]goipp.Attributes, error) {
	ids := goipp.Attribute{Name: "job-ids"} // PWG 5100.11, 5.1.1
	for _, j := range jobs {
		ids.Values.Add(goipp.TagInteger, goipp.Integer(j.ID))
	}
	r := newRequest(goipp.OpGetJobs, "/").uri("ipp://localhost/").user(l.h.v.user).
		wanting(append(names, cloudJob)...)
	r.attr.Add(ids)
	m, err := l.h.v.peer.ask(ctx, r, networkLimit)
	if err != nil && statusOf(err) == 0 {
		return nil, explain(r.op, err)
	}
	found := map[int]goipp.Attributes{}
	if err != nil {
		return found, nil
	}
	for _, g := range m.Groups {
		if id := number(g.Attrs, "job-id", 0); g.Tag == goipp.TagJobGroup && id != 0 && number(g.Attrs, "job-state", 0) != 0 {
			found[id] = g.Attrs
		}
	}
	return found, nil
}

// askOwner asks for a job as its owner. If the server does not know it, the event
// counts; without one it is lost.
func (l *listener) askOwner(ctx context.Context, j printer.LocalJob, event goipp.Attributes) (goipp.Attributes, error) {
	at := place{peer: l.h.v.peer, uri: "ipp://localhost/", path: "/jobs/", server: l.h.v}
	job, err := at.job(ctx, j)
	if !errors.Is(err, printer.ErrNoJob) {
		return job, err
	}
	if event == nil || errors.Is(err, errAnother) {
		l.h.lost(j)
		return nil, nil
	}
	return event, nil
}

// addQueues adds to the jobs that wait what their queues say: CUPS gives no
// reason with a job whose queue is disabled.
func (l *listener) addQueues(ctx context.Context, jobs []printer.LocalJob, found map[sightingKey]goipp.Attributes) {
	if !slices.ContainsFunc(jobs, func(j printer.LocalJob) bool { return number(found[keyOf(j)], "job-state", 0) == jobPending }) {
		return
	}
	if time.Since(l.asked) >= lookAfter { // many jobs may wait, one after the other
		l.queues, l.asked = l.h.v.statesNow(ctx), time.Now()
	}
	for _, j := range jobs {
		if attrs := found[keyOf(j)]; number(attrs, "job-state", 0) == jobPending {
			found[keyOf(j)] = append(attrs, l.queues[j.Printer]...)
		}
	}
}
