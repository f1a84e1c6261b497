package connector

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"strings"
	"time"

	"platen/gcp"
	"platen/internal/backoff"
	"platen/printer"
)

// follow asks the printer until it knows how the job ended, and writes that
// down. It is a helper's whole work after the document was sent.
func (q *queue) follow(ctx context.Context, j *job, l printer.LocalJob) {
	wait := backoff.Backoff{Max: time.Minute}
	report := func(s printer.JobStatus) { q.postStatus(ctx, j, statusOf(s, l)) }
	for {
		s, err := q.c.PrintSystem.Follow(ctx, l, report)
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, printer.ErrNoJob):
			q.writeEnd(ctx, l.Cloud, Unconfirmed())
			return
		case err == nil && s.State.Type.Ended():
			q.writeEnd(ctx, l.Cloud, j.endOf(statusOf(s, l)))
			return
		}
		// A failure to ask says nothing about the job.
		q.c.failing(ctx, "follow jobs on "+string(l.Printer), err)
		if wait.Wait(ctx) != nil {
			return
		}
	}
}

// statusOf is what is told of a local job: what the printer says, and as long as
// all is well and it says nothing, what of the ticket it refused.
func statusOf(s printer.JobStatus, l printer.LocalJob) Status {
	message := s.Message
	if message == "" && (s.State.Type == gcp.JobInProgress || s.State.Type == gcp.JobDone) {
		message = refusedNote(l)
	}
	return Status{State: s.State, Pages: s.Pages, Message: message, Begun: s.Begun}
}

// refusedNote says what of a ticket the printer refused, "" for nothing.
func refusedNote(l printer.LocalJob) string {
	if len(l.Refused) == 0 {
		return ""
	}
	return "the printer refused some options, and prints without them: " + strings.ReplaceAll(strings.Join(l.Refused, ", "), "-", " ")
}

// postStatus tells the loop what a printer says of a job that has not ended.
func (q *queue) postStatus(ctx context.Context, j *job, s Status) {
	if s.State.Type.Ended() {
		return // Follow returns it
	}
	q.post(ctx, func(ctx context.Context) { q.status(ctx, j, s) })
}

// postMaking posts how a job is that is being made. It may come late: a job that is
// further has a newer status.
func (q *queue) postMaking(ctx context.Context, j *job, s Status) {
	q.post(ctx, func(ctx context.Context) {
		if j.phase == phaseMaking {
			q.status(ctx, j, s)
		}
	})
}

// status takes up how a job is, and tells it.
func (q *queue) status(ctx context.Context, j *job, s Status) {
	s.Pages = max(s.Pages, j.want.Pages)
	j.want = s
	j.heard, j.begun = j.phase == phaseOut, j.begun || s.Begun
	q.expireJob(ctx, j, time.Now())
	q.tell(ctx, j)
}

// settleAgain finds out what became of a hand-over that a restart cut.
func (q *queue) settleAgain(ctx context.Context, j *job) {
	if j.rec.Local == nil { // the journal lost it: nobody can be asked
		q.end(ctx, j, Unconfirmed())
		return
	}
	l, sent := *j.rec.Local, j.rec.Stage == EventSent
	q.c.wg.Go(func() { q.decide(ctx, j, l, sent) })
}

// settle finds out what became of a hand-over that failed with cause. Until
// then no other job is sent. It is for the helper that sent.
func (q *queue) settle(ctx context.Context, j *job, l printer.LocalJob, cause error) {
	fate := q.ask(ctx, l, false)
	if fate == "" {
		return
	}
	s, final := ending(cause)
	if fate == printer.FateResend && (!final || wrongFormat(cause)) {
		q.resend(ctx, j, l.Cloud, cause)
		return
	}
	q.post(ctx, func(context.Context) { q.sending = false })
	if fate == printer.FateResend {
		q.writeEnd(ctx, l.Cloud, s)
		return
	}
	q.act(ctx, j, l, fate)
}

func (q *queue) decide(ctx context.Context, j *job, l printer.LocalJob, sent bool) {
	if fate := q.ask(ctx, l, sent); fate != "" {
		q.act(ctx, j, l, fate)
	}
}

// ask asks the printer for the fate of a job until it answers, or ctx ends.
func (q *queue) ask(ctx context.Context, l printer.LocalJob, sent bool) printer.Fate {
	var fate printer.Fate
	q.c.insist(ctx, "ask for jobs on "+string(l.Printer), func() (err error) {
		fate, err = q.c.PrintSystem.Settle(ctx, l, sent)
		return err
	})
	return fate
}

// act does what a job's fate wants. Anything unknown counts as unconfirmed.
func (q *queue) act(ctx context.Context, j *job, l printer.LocalJob, fate printer.Fate) {
	switch fate {
	case printer.FateFollow:
		e := q.c.event(EventSent, l.Cloud)
		e.Local = &l
		if !q.c.write(ctx, e) {
			return
		}
		q.post(ctx, func(ctx context.Context) { q.sent(ctx, j, e) })
		q.follow(ctx, j, l)
	case printer.FateResend:
		q.resend(ctx, j, l.Cloud, nil)
	default:
		q.writeEnd(ctx, l.Cloud, Unconfirmed())
	}
}

// resend puts a job back into the order: certainly nothing was printed. cause
// is why its sending failed; nil after a restart.
func (q *queue) resend(ctx context.Context, j *job, id gcp.JobID, cause error) {
	e := q.c.event(EventResend, id)
	if !q.c.write(ctx, e) {
		return
	}
	var passing interface{ Temporary() bool }
	q.post(ctx, func(ctx context.Context) {
		var s Status
		final := false
		j.undoing = false
		j.rec.Apply(e)
		if cause != nil {
			q.sending = false
			if errors.Is(cause, fs.ErrNotExist) {
				j.made = nil // what it was made into is not there any more
			}
			if !errors.As(cause, &passing) || !passing.Temporary() {
				j.sends++
			}
			s, final = ending(cause)
			final = final && !q.otherFormat(j, j.sentAs, cause)
		}
		switch {
		case q.jobs[id] != j: // dropped meanwhile
		case j.dropped:
			q.drop(ctx, j)
		case j.disowned:
			q.giveUp(ctx, j)
		case j.cancel:
			q.end(ctx, j, j.calledOff())
		case final:
			q.end(ctx, j, s)
		case j.sends >= maxSends:
			q.end(ctx, j, Status{State: gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure), Message: cause.Error()})
		case cause != nil:
			j.phase = phaseUndoing // its turn, but not at once
			q.enlist(j)
			q.later(ctx, j.handTry.Next(), func(context.Context) { q.retake(j) })
		default:
			q.prepared(j)
			q.enlist(j)
		}
	})
}

// retake makes a job ready again that waited for its next hand-over.
func (q *queue) retake(j *job) {
	if j.phase == phaseUndoing {
		q.prepared(j)
	}
}

// undoOld takes back the local jobs that were created before a crash, once jobs
// may be handed over: another installation may be about to send their documents.
func (q *queue) undoOld(ctx context.Context) {
	if _, may := q.c.permit(); !may || q.c.holds.Load() {
		return
	}
	for _, j := range q.order {
		if j.phase == phaseUndoing && j.rec.Local != nil && !j.undoing {
			j.undoing = true
			q.undo(ctx, j)
		}
	}
}

// undo cancels a job that was created before a crash and got no document, so
// that it can be created anew.
func (q *queue) undo(ctx context.Context, j *job) {
	l := *j.rec.Local
	q.c.wg.Go(func() {
		if !q.c.cancelAt(ctx, l) {
			return
		}
		q.post(ctx, func(context.Context) { q.delist(j) })
		q.resend(ctx, j, l.Cloud, nil)
	})
}

// unconfirmedFollow is how long an unconfirmed job may still turn out done.
const unconfirmedFollow = 10 * time.Minute

// watch goes on asking for a job that ended unconfirmed: the printer may come
// back and say that it printed it. Of a hand-over that was cut it is not believed:
// printers that print half a document call it completed.
func (q *queue) watch(ctx context.Context, j *job) {
	end := j.rec.End
	left := unconfirmedFollow - time.Since(j.rec.Ended)
	if end == nil || !end.Unconfirmed || j.rec.Local == nil || !j.rec.Sent || left <= 0 {
		return
	}
	j.watching = true
	l := *j.rec.Local
	q.c.wg.Go(func() {
		s, done := q.watchFor(ctx, l, left)
		if done {
			q.writeEnd(ctx, l.Cloud, s)
		}
		q.post(ctx, func(ctx context.Context) {
			j.watching = false
			q.tell(ctx, j)
		})
	})
}

// watchFor follows a job for d at most, and reports whether the printer said
// that it is done.
func (q *queue) watchFor(ctx context.Context, l printer.LocalJob, d time.Duration) (Status, bool) {
	ctx, stop := context.WithTimeout(ctx, d)
	defer stop()
	wait := backoff.Backoff{Max: time.Minute}
	for ctx.Err() == nil {
		s, err := q.c.PrintSystem.Follow(ctx, l, func(printer.JobStatus) {})
		if err == nil && s.State.Type.Ended() {
			return statusOf(s, l), s.State.Type == gcp.JobDone
		}
		_ = wait.Wait(ctx) // the loop sees that ctx ended
	}
	return Status{}, false
}

func (q *queue) logEnd(ctx context.Context, j *job) {
	q.c.Logger.InfoContext(ctx, "job ended",
		slog.String("job", string(j.rec.Job.ID)), slog.String("printer", string(q.name)),
		slog.String("state", string(j.rec.End.State.Type)), slog.String("cause", j.rec.End.State.Cause()))
}
