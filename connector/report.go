package connector

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"

	"platen/gcp"
)

// tell reports what the service does not know of a job yet: one report of a job
// at a time, the newest state only, until the service has it.
func (q *queue) tell(ctx context.Context, j *job) {
	if j.telling || j.reportWaits {
		return
	}
	s := j.want
	if j.phase == phaseEnded {
		s = *j.rec.End
	}
	if j.told != nil && j.told.equal(s) && !j.wantsAck && !q.unsure(j) || j.phase == phaseEnding {
		q.forgetIfTold(ctx, j)
		return
	}
	_, may := q.c.permit()
	switch {
	case !may && j.phase < phaseOut:
		return // the standing decides first
	case j.mute:
		j.told = &s
		q.forgetIfTold(ctx, j)
		return
	}
	r := gcp.Report{Grant: q.c.grant(j.rec.Claim), Job: j.rec.Job.ID, State: &s.State, Message: s.Message, CancelAcknowledged: j.cancel}
	if s.Pages > 0 {
		r.PagesPrinted = &s.Pages
	}
	final := j.phase == phaseEnded
	if final {
		if j.reportedAt == 0 {
			j.reportedAt = time.Now().UnixMicro()
		}
		r.Trace = gcp.Trace{gcp.HopReported: j.reportedAt}
		maps.Copy(r.Trace, j.rec.Trace)
	}
	ack, sure := j.wantsAck, !q.c.holds.Load()
	j.telling = true
	q.c.reports.run(func() {
		err := q.c.report(ctx, r)
		if final && (err == nil || refused(err)) {
			point("connector.report-sent")
			e := q.c.event(EventReported, r.Job)
			e.Trace = gcp.Trace{gcp.HopReported: r.Trace[gcp.HopReported]}
			if !q.c.write(ctx, e) {
				return
			}
			point("connector.reported-journaled")
		}
		q.post(ctx, func(ctx context.Context) {
			j.telling = false
			if err == nil {
				j.wantsAck = j.wantsAck && !ack
				j.confirmed = j.confirmed || sure
			}
			switch {
			case q.jobs[r.Job] != j: // forgotten meanwhile
			case j.leaving:
				q.leave(ctx, j, err)
			default:
				q.reported(ctx, j, r.Grant, s, err)
			}
		})
	})
}

func (c *Connector) report(ctx context.Context, r gcp.Report) error {
	ctx, done := c.call(ctx)
	defer done()
	return c.Cloud.Report(ctx, r)
}

// unsure reports whether the service must be asked by a report whether a job from
// before the start is still to be printed: while another life of this folder may
// have it in hand, an answer says only that it has not ended yet.
func (q *queue) unsure(j *job) bool {
	return j.old && !j.confirmed && j.phase < phaseMaking && !q.c.holds.Load()
}

// reported takes up what the service answered to a report.
func (q *queue) reported(ctx context.Context, j *job, grant gcp.Grant, s Status, err error) {
	switch {
	case err == nil:
		point("connector.reported-progress")
		q.repeatLater(ctx)
	case standsBy(err):
		q.c.outrun(grant.Run)
		q.tellLater(ctx, j)
		return
	case claimedElsewhere(err):
		if q.loseTo(ctx, j) {
			return
		}
	case refused(err):
		q.c.Logger.LogAttrs(ctx, slog.LevelInfo, "the service does not take the state",
			slog.String("job", string(j.rec.Job.ID)), slog.String("state", string(s.State.Type)), slog.Any("err", err))
		j.wantsAck = false
		if q.takenBack(ctx, j) {
			return
		}
	default:
		q.c.failing(ctx, "report jobs of "+string(q.name), err)
		q.tellLater(ctx, j)
		return
	}
	q.c.failing(ctx, "report jobs of "+string(q.name), nil)
	j.reportTry.Reset()
	j.told, j.toldAt = &s, time.Now()
	q.tell(ctx, j)
}

// tellLater tries a report again after a pause.
func (q *queue) tellLater(ctx context.Context, j *job) {
	j.reportWaits = true
	q.later(ctx, j.reportTry.Next(), func(ctx context.Context) {
		if j.reportWaits = false; q.jobs[j.rec.Job.ID] == j {
			q.tell(ctx, j)
		}
	})
}

// loseTo drops a job that another claim has. What a printer has already is still
// followed, but nothing more is told.
func (q *queue) loseTo(ctx context.Context, j *job) bool {
	q.c.Logger.LogAttrs(ctx, slog.LevelWarn, "another installation has this job",
		slog.String("job", string(j.rec.Job.ID)), slog.String("stage", string(j.rec.Stage)))
	j.wantsAck = false
	switch j.phase {
	case phaseCreated:
		q.created = slices.DeleteFunc(q.created, func(o *job) bool { return o == j })
		q.takeBack(ctx, j, func(ctx context.Context) { q.post(ctx, func(ctx context.Context) { q.drop(ctx, j) }) })
	case phaseMaking:
		j.dropped = true
		j.stop() // made forgets it
	case phaseWaiting, phaseReady, phaseUndoing, phaseLoading:
		return q.takenBack(ctx, j)
	default:
		j.mute = true
		return false
	}
	return true
}

// takenBack drops a job that the service has ended and that no printer knows.
func (q *queue) takenBack(ctx context.Context, j *job) bool {
	switch j.phase {
	case phaseWaiting, phaseReady:
	case phaseUndoing:
		if j.undoing {
			j.dropped = true // resend forgets it
			return true
		}
	case phaseLoading:
		j.dropped = true
		j.stop() // loaded forgets it
		return true
	case phaseMaking, phaseCreated:
		q.cancelJob(ctx, j)
		return false
	default:
		return false
	}
	q.drop(ctx, j)
	return true
}

// drop forgets a job as if it had never been claimed.
func (q *queue) drop(ctx context.Context, j *job) {
	if q.fetch.refused == nil {
		q.fetch.refused = map[gcp.JobID]time.Time{}
	}
	q.fetch.refused[j.rec.Job.ID] = time.Now()
	q.delist(j)
	q.forget(ctx, j)
}

// forgetIfTold forgets a job whose end the service knows.
func (q *queue) forgetIfTold(ctx context.Context, j *job) {
	if j.phase == phaseEnded && !j.watching && j.told != nil && j.told.equal(*j.rec.End) {
		q.forget(ctx, j)
	}
}

// forget deletes the document and the job; its end stays known to the spool.
func (q *queue) forget(ctx context.Context, j *job) {
	id := j.rec.Job.ID
	delete(q.jobs, id)
	j.stop()
	if j.rec.End != nil {
		s := j.snapshot(q.name)
		if s.Trace == nil {
			s.Trace = gcp.Trace{}
		}
		s.Trace[gcp.HopReported] = j.reportedAt
		s.Trace[gcp.HopForgotten] = time.Now().UnixMicro()
		q.c.remember(s)
	}
	q.c.wg.Go(func() {
		if q.c.insist(ctx, "spool", func() error { return q.c.Spool.Forget(id) }) {
			point("connector.forgotten")
		}
	})
}

// repeatAfter is how long the service hears nothing of a job in hand: it ends one
// that nobody speaks of.
const repeatAfter = 6 * time.Hour

// repeatLater makes sure that jobs in hand are told again. One timer serves a
// queue, and none one without jobs.
func (q *queue) repeatLater(ctx context.Context) {
	if q.repeats || len(q.jobs) == 0 {
		return
	}
	q.repeats = true
	q.later(ctx, repeatAfter, func(ctx context.Context) {
		q.repeats = false
		for _, j := range q.jobs {
			if j.phase < phaseEnding && j.told != nil && time.Since(j.toldAt) >= repeatAfter {
				j.told = nil
				q.tell(ctx, j)
			}
		}
		q.repeatLater(ctx)
	})
}
