package connector

import (
	"context"
	"time"

	"platen/gcp"
	"platen/internal/backoff"
	"platen/printer"
)

// phase is where a job stands in its queue's loop.
type phase int

const (
	phaseWaiting phase = iota // for its document
	phaseLoading              // the document is being downloaded
	phaseUndoing              // a job created before a crash is being taken back
	phaseReady                // to be handed over
	phaseMaking               // being created at the printer
	phaseCreated              // waits to send its document
	phaseOut                  // the printer may have the document
	phaseEnding               // how it ended is being written down
	phaseEnded                // how it ended is to be told
)

// job is a job in hand. Only its queue's loop touches it.
type job struct {
	rec   Record
	seq   int // of the claim
	phase phase
	stop  context.CancelFunc // ends the helper that works for it; never nil

	docTry  backoff.Backoff
	retryAt time.Time // no download before
	sends   int       // hand-overs that the printer refused
	handTry backoff.Backoff

	handing  printer.Job // created, to be sent
	cancel   bool        // somebody wants it cancelled
	wantsAck bool        // and the service waits to hear that we know

	want        Status // what there is to tell while it has not ended
	told        *Status
	toldAt      time.Time
	reportedAt  int64 // microseconds since 1970 when the end was first sent
	dropped     bool  // the service ended it while its document was on the way
	telling     bool  // a report is on its way
	reportWaits bool  // for its next try
	reportTry   backoff.Backoff
	watching    bool // unconfirmed, and the printer is asked on
}

func newJob(rec Record, seq int) *job {
	return &job{
		rec: rec, seq: seq, stop: func() {},
		reportTry: backoff.Backoff{Max: time.Minute},
		handTry:   backoff.Backoff{Max: time.Minute},
		want:      Status{State: gcp.StateOf(gcp.JobInProgress)},
	}
}

// add takes a fresh job into the queue.
func (q *queue) add(rec Record) *job {
	q.seq++
	j := newJob(rec, q.seq)
	q.jobs[rec.Job.ID] = j
	return j
}

// resume takes up a job where a restart left it.
func (q *queue) resume(ctx context.Context, rec Record) {
	j := q.add(rec)
	switch rec.Stage {
	case EventSending, EventSent:
		j.phase = phaseOut
		q.settleAgain(ctx, j)
	case EventEnded, EventReported:
		j.phase = phaseEnded
		if rec.Stage == EventReported {
			j.told = rec.End
		}
		q.watch(ctx, j)
	case EventCreated:
		j.phase = phaseUndoing
		q.enlist(j)
		q.undo(ctx, j)
	default:
		q.enlist(j)
		q.prepared(j)
	}
	q.tell(ctx, j)
}

// prepared sets the phase of a job that the printer does not know.
func (q *queue) prepared(j *job) {
	j.phase = phaseWaiting
	if j.rec.Document != nil {
		j.phase = phaseReady
	}
}

// end writes down how a job ended that no helper works for.
func (q *queue) end(ctx context.Context, j *job, s Status) {
	q.delist(j)
	j.phase = phaseEnding
	id := j.rec.Job.ID
	q.c.wg.Go(func() { q.writeEnd(ctx, id, s) })
}

// writeEnd writes down how a job ended, and tells the loop. It is for helpers.
func (q *queue) writeEnd(ctx context.Context, id gcp.JobID, s Status) {
	point("connector.ended")
	e := q.c.event(EventEnded, id)
	e.Status, e.Trace = &s, gcp.Trace{gcp.HopEnded: e.At}
	if !q.c.write(ctx, e) {
		return
	}
	point("connector.ended-journaled")
	q.post(ctx, func(ctx context.Context) { q.ended(ctx, id, e) })
}

func (q *queue) ended(ctx context.Context, id gcp.JobID, e Event) {
	j, ok := q.jobs[id]
	if !ok {
		return
	}
	j.stop()
	j.rec.Apply(e)
	j.phase = phaseEnded
	j.reportWaits = false
	j.reportTry.Reset()
	q.logEnd(ctx, j)
	q.watch(ctx, j)
	q.tell(ctx, j)
}

// cancelled is the end of a job that a person cancelled before it was printed.
func cancelled() Status {
	return Status{State: gcp.ByUser(gcp.JobAborted, gcp.UserCancelled)}
}

// Unconfirmed returns the end of a job that may have printed.
func Unconfirmed() Status {
	return Status{
		State:   gcp.ByDevice(gcp.JobAborted, gcp.DeviceActionOther),
		Message: gcp.UnconfirmedMessage, Unconfirmed: true,
	}
}
