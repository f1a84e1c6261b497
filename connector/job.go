package connector

import (
	"context"
	"sync/atomic"
	"time"

	"platen/gcp"
	"platen/internal/backoff"
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

	handing *handing  // created, to be sent
	sentAs  string    // format of what was sent last
	refused []string  // formats that the printer lists, and did not take this document in
	made    *rendered // what its document was made into, if that is still there
	cancel  bool      // somebody wants it cancelled, or it waited too long
	heard   bool      // the printer has said something of it
	begun   bool      // and was seen to work on it

	expired  atomic.Pointer[Status] // how it ends because it waited too long; set by the loop, read by helpers too
	wantsAck bool                   // and the service waits to hear that we know

	want        Status // what there is to tell while it has not ended
	told        *Status
	toldAt      time.Time
	reportedAt  int64 // microseconds since 1970 when the end was first sent
	old         bool  // from before the start
	confirmed   bool  // the service took a report of it since the start, and since the vigil
	disowned    bool  // another life may have printed it: this one does not
	leaving     bool  // given up while a report was on its way, whose answer decides
	mute        bool  // another claim has it, and the printer has ours: nothing is told
	undoing     bool  // a helper takes the local job back
	dropped     bool  // the service ended it, or gave it to another claim, while a helper worked for it
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
	q.expects(ctx, j.expireTime())
	j.old, j.disowned = true, q.c.foreign(rec)
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
		if j.disowned {
			q.settleCreated(ctx, j)
			break
		}
		j.phase = phaseUndoing // undone when the standing is known
		q.enlist(j)
	default:
		if j.disowned {
			q.giveUp(ctx, j)
			return
		}
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
