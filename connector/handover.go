package connector

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"platen/gcp"
	"platen/internal/impose"
	"platen/printer"
)

// maxSends is how often a document is handed over again although the printer
// refused it for certain and did not say that it may take it later.
const maxSends = 5

const (
	// maxFollowing is how many jobs one printer has at once.
	maxFollowing = 128
	// unreachable is how long a hand-over waits before it is told as STOPPED.
	unreachable = time.Minute
)

// handOver keeps two jobs on their way to the printer, in the service's order:
// one sends its document while the next is being created.
func (q *queue) handOver(ctx context.Context) {
	run, may := q.c.permit()
	if !may {
		return
	}
	head := q.head(ctx)
	if !q.sending && len(q.created) > 0 && (head == nil || q.created[0].seq < head.seq) {
		j := q.created[0]
		q.created = q.created[1:]
		q.send(ctx, j)
	}
	if q.making || q.local == nil || q.out() >= maxFollowing || head == nil || head.phase != phaseReady {
		return
	}
	// The document of a job from before the start is here because its claim was
	// granted once. Another life may have ended the job since.
	if head.old && run != "" && (!head.confirmed || q.c.holds.Load()) {
		return
	}
	// One ahead is enough, but a job that goes again comes before later ones.
	if len(q.created) == 0 || head.seq < q.created[0].seq {
		q.make(ctx, head)
	}
}

// head returns the job whose turn it is to be created, ready or not.
func (q *queue) head(ctx context.Context) *job {
	for _, j := range q.order {
		if j.phase != phaseWaiting && j.phase != phaseLoading || !q.stepsAside(ctx, j) {
			return j
		}
	}
	return nil
}

// handing is a job on its way to the printer.
type handing struct {
	printer.Job                 // as the printer gets it
	rec         Record          // as it is known here
	local       printer.Printer // where it goes
	work        impose.Work     // done to the document before
	made        *rendered       // what the document was made into; nil if it goes as it is
	notes       []string        // what of the ticket is left out
	trace       gcp.Trace       // of what was done so far
	tell        func(Status)    // says how it goes
}

// make creates the job at the printer.
func (q *queue) make(ctx context.Context, j *job) {
	q.making = true
	j.phase = phaseMaking
	q.delist(j)
	h := &handing{
		rec: j.rec, local: without(*q.local, j.refused), made: j.made, trace: gcp.Trace{},
		tell: func(s Status) { q.postMaking(ctx, j, s) },
	}
	jctx, stop := context.WithCancel(ctx)
	j.stop = stop
	q.c.wg.Go(func() {
		var e Event
		err := q.c.prepare(jctx, h)
		if err == nil {
			var written bool
			if e, written, err = q.create(ctx, jctx, h); !written {
				return
			}
		}
		q.post(ctx, func(ctx context.Context) {
			q.making = false
			stop()
			q.made(ctx, j, h, e, err)
		})
	})
}

// prepare translates the ticket, and does to the document what the printer does not.
func (c *Connector) prepare(ctx context.Context, h *handing) error {
	over := c.attempt(ctx, h.rec.Job.ID, h.rec.Job.Title, HopCreate)
	err := c.translate(ctx, h)
	over()
	if err != nil {
		return err
	}
	h.trace[gcp.HopTranslated] = time.Now().UnixMicro()
	point("connector.translated")
	if h.work.IsZero() {
		h.made = nil
		return nil
	}
	return c.render(ctx, h) // no hop of ours: a document that kills there kills a child
}

// create creates the job, writes that down, and tells when it takes long. A passing
// failure is tried again until jctx ends. It returns false when ctx ended before it
// was written down.
func (q *queue) create(ctx, jctx context.Context, h *handing) (Event, bool, error) {
	defer q.c.attempt(jctx, h.ID, h.Title, HopCreate)()
	e := q.c.event(EventCreated, h.ID)
	e.Trace, e.Notes = h.trace, h.notes
	var last atomic.Pointer[printer.Error]
	slow := time.AfterFunc(unreachable, func() { h.tell(waitsForPrinter(last.Load())) })
	defer slow.Stop()
	var refusal error
	if !q.c.insist(jctx, "create jobs on "+string(h.Printer), func() error {
		l, err := q.c.PrintSystem.Create(jctx, h.Job)
		if _, final := ending(err); final {
			refusal = err
			return nil
		}
		if err == nil {
			point("connector.created")
			l.Cloud, l.Printer = h.ID, h.Printer
			e.Local = &l
			q.c.logRefused(jctx, l, 0)
		}
		if why, ok := errors.AsType[*printer.Error](err); ok {
			last.Store(why)
		}
		return err
	}) {
		return e, true, jctx.Err()
	}
	if refusal != nil {
		return e, true, refusal
	}
	if !q.c.write(ctx, e) {
		return e, false, nil
	}
	point("connector.created-journaled")
	return e, true, nil
}

// logRefused tells what of a ticket a printer refused, beyond the first known of it.
func (c *Connector) logRefused(ctx context.Context, l printer.LocalJob, known int) {
	if len(l.Refused) <= known {
		return
	}
	c.Logger.InfoContext(ctx, "the printer refused some of a ticket, and prints without it",
		slog.String("job", string(l.Cloud)), slog.String("printer", string(l.Printer)), slog.Any("attributes", l.Refused))
}

// waitsForPrinter is the state of a job that its printer does not take; why may be
// nil.
func waitsForPrinter(why *printer.Error) Status {
	s := Status{
		State:   gcp.ByService(gcp.JobStopped, gcp.ServiceCommunication),
		Message: "the printer takes no job now; it is tried again",
	}
	if why != nil && why.State.Type == gcp.JobStopped {
		s.State, s.Message = why.State, why.Text+"; it is tried again"
	}
	return s
}

// made takes up a created job.
func (q *queue) made(ctx context.Context, j *job, h *handing, e Event, err error) {
	j.made = h.made
	if err == nil {
		j.rec.Apply(e)
		j.phase = phaseCreated
	}
	s, final := ending(err)
	switch {
	case j.dropped && err != nil:
		q.drop(ctx, j)
	case j.dropped:
		q.takeBack(ctx, j, func(ctx context.Context) { q.post(ctx, func(ctx context.Context) { q.drop(ctx, j) }) })
	case j.disowned && err != nil:
		q.giveUp(ctx, j)
	case j.disowned:
		q.settleCreated(ctx, j)
	case j.cancel && err != nil:
		q.end(ctx, j, j.calledOff())
	case j.cancel:
		q.cancelCreated(ctx, j)
	case final && q.otherFormat(j, h.Format, err):
		q.prepared(j)
		q.enlist(j)
	case final:
		q.end(ctx, j, s)
	case err != nil: // ctx ends
		q.prepared(j)
		q.enlist(j)
	default:
		if j.want.State.Type == gcp.JobStopped || j.want.Message != "" {
			j.want = Status{State: gcp.StateOf(gcp.JobInProgress)}
			q.tell(ctx, j)
		}
		j.handing = h
		q.created = insert(q.created, j)
	}
}
