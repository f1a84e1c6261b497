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
	lease      = time.Hour // of the subscription; it outlives a crash by no more
	renewAfter = lease / 2
	lookLimit  = 500 // jobs asked for in one request
	lingerFor  = 30 * time.Second
)

// listener is the subscription of a hub, for as long as the hub runs.
type listener struct {
	h      *hub
	id     int // notify-subscription-id, 0 for none
	next   int // notify-sequence-number
	renew  time.Time
	queues map[printer.Name]goipp.Attributes // the queues' states, as of asked
	asked  time.Time
}

// run asks for events until no job is left.
func (h *hub) run(ctx context.Context) {
	l := &listener{h: h}
	defer l.end(ctx)
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
	if l.id == 0 {
		if err := l.subscribe(ctx); err != nil {
			return false, err
		}
		// What happened before is asked for.
		return true, l.look(ctx, l.h.due(always))
	}
	if time.Now().After(l.renew) {
		l.renewLease(ctx)
	}
	news, gap, err := l.hear(ctx)
	if statusOf(err) == goipp.StatusErrorNotFound { // the server forgot us
		l.id = 0
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if gap {
		return true, l.look(ctx, l.h.due(always))
	}
	return news, l.look(ctx, l.h.due(seldom))
}

// subscribe makes one subscription for all queues (RFC 3995, 11.1.2).
func (l *listener) subscribe(ctx context.Context) error {
	r := newRequest(goipp.OpCreatePrinterSubscriptions, "/").uri("ipp://localhost/").user(l.h.v.user)
	r.sub = goipp.Attributes{
		{Name: "notify-events", Values: goipp.Values{
			{T: goipp.TagKeyword, V: goipp.String("job-completed")},
			{T: goipp.TagKeyword, V: goipp.String("job-stopped")},
		}},
		goipp.MakeAttribute("notify-pull-method", goipp.TagKeyword, goipp.String("ippget")),
		goipp.MakeAttribute("notify-lease-duration", goipp.TagInteger, goipp.Integer(lease/time.Second)),
		goipp.MakeAttribute("notify-user-data", goipp.TagString, goipp.Binary("platen")),
	}
	m, err := l.h.v.peer.ask(ctx, r, networkLimit)
	if err != nil {
		return explain(r.op, err)
	}
	l.id = number(m.Subscription, "notify-subscription-id", 0)
	if l.id == 0 {
		return errors.New("the server gave the subscription no number")
	}
	l.next, l.renew = 1, time.Now().Add(renewAfter)
	return nil
}

func (l *listener) renewLease(ctx context.Context) {
	l.renew = time.Now().Add(renewAfter)
	r := newRequest(goipp.OpRenewSubscription, "/").uri("ipp://localhost/").integer("notify-subscription-id", l.id).user(l.h.v.user)
	r.sub = goipp.Attributes{goipp.MakeAttribute("notify-lease-duration", goipp.TagInteger, goipp.Integer(lease/time.Second))}
	_, err := l.h.v.peer.ask(ctx, r, networkLimit)
	if err != nil { // then it ends, and is made anew
		l.h.v.log.DebugContext(ctx, "cannot renew the subscription", "err", err)
	}
}

// end cancels the subscription: no events are kept for nobody.
func (l *listener) end(ctx context.Context) {
	if l.id == 0 {
		return
	}
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer stop()
	r := newRequest(goipp.OpCancelSubscription, "/").uri("ipp://localhost/").integer("notify-subscription-id", l.id).user(l.h.v.user)
	_, _ = l.h.v.peer.ask(ctx, r, networkLimit) // else its lease ends
}

// hear fetches the events since the last time (RFC 3996, 5). A gap in their
// numbers means that the server kept only the newest.
func (l *listener) hear(ctx context.Context) (news, gap bool, err error) {
	r := newRequest(goipp.OpGetNotifications, "/").uri("ipp://localhost/").user(l.h.v.user).
		integer("notify-subscription-ids", l.id).integer("notify-sequence-numbers", l.next)
	m, err := l.h.v.peer.ask(ctx, r, networkLimit)
	if err != nil {
		return false, false, err
	}
	for _, g := range m.Groups {
		if g.Tag != goipp.TagEventNotificationGroup {
			continue
		}
		n := number(g.Attrs, "notify-sequence-number", l.next)
		gap = gap || n > l.next
		l.next = max(l.next, n+1)
		if id := number(g.Attrs, "notify-job-id", 0); id != 0 && number(g.Attrs, "job-state", 0) != 0 {
			news = true
			l.h.tell(id, g.Attrs)
		}
	}
	return news, gap, nil
}

// look asks for the state of jobs, many in one request. A job that is missing
// from the answer is asked for by its owner before it counts as gone.
func (l *listener) look(ctx context.Context, jobs []printer.LocalJob) error {
	for len(jobs) > 0 {
		some := jobs[:min(len(jobs), lookLimit)]
		jobs = jobs[len(some):]
		if err := l.lookAt(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

func (l *listener) lookAt(ctx context.Context, jobs []printer.LocalJob) error {
	ids := goipp.Attribute{Name: "job-ids"} // PWG 5100.11, 5.1.1
	for _, j := range jobs {
		ids.Values.Add(goipp.TagInteger, goipp.Integer(j.ID))
	}
	r := newRequest(goipp.OpGetJobs, "/").uri("ipp://localhost/").user(l.h.v.user).
		wanting(jobAttributes()...)
	r.attr.Add(ids)
	m, err := l.h.v.peer.ask(ctx, r, networkLimit)
	if err != nil && statusOf(err) == 0 {
		return explain(r.op, err)
	}
	found := map[int]goipp.Attributes{}
	if err == nil {
		for _, g := range m.Groups {
			if id := number(g.Attrs, "job-id", 0); g.Tag == goipp.TagJobGroup && id != 0 && number(g.Attrs, "job-state", 0) != 0 {
				found[id] = g.Attrs
			}
		}
	}
	err = nil // a server that refuses the list may answer for each job
	for _, j := range jobs {
		if found[j.ID] != nil {
			continue
		}
		if found[j.ID], err = l.askOwner(ctx, j); err != nil {
			break // the others' news is told all the same
		}
	}
	l.addQueues(ctx, jobs, found)
	for id, attrs := range found {
		if attrs != nil {
			l.h.tell(id, attrs)
		}
	}
	return err
}

// askOwner asks for a job as its owner; nil if the server does not know it.
func (l *listener) askOwner(ctx context.Context, j printer.LocalJob) (goipp.Attributes, error) {
	at := place{peer: l.h.v.peer, uri: "ipp://localhost/", path: "/jobs/", server: l.h.v}
	job, err := at.job(ctx, j)
	if errors.Is(err, printer.ErrNoJob) {
		l.h.lost(j.ID)
		return nil, nil
	}
	return job, err
}

// addQueues adds to the jobs that wait what their queues say: CUPS gives no
// reason with a job whose queue is disabled.
func (l *listener) addQueues(ctx context.Context, jobs []printer.LocalJob, found map[int]goipp.Attributes) {
	if !slices.ContainsFunc(jobs, func(j printer.LocalJob) bool { return number(found[j.ID], "job-state", 0) == jobPending }) {
		return
	}
	if time.Since(l.asked) >= lookAfter { // many jobs may wait, one after the other
		l.queues, l.asked = l.h.v.states(ctx), time.Now()
	}
	for _, j := range jobs {
		if attrs := found[j.ID]; number(attrs, "job-state", 0) == jobPending {
			found[j.ID] = append(attrs, l.queues[j.Printer]...)
		}
	}
}
