package connector

import (
	"context"
	"log/slog"
	"maps"
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
	if j.told != nil && j.told.equal(s) && !j.wantsAck || j.phase == phaseEnding {
		q.forgetIfTold(ctx, j)
		return
	}
	r := gcp.Report{Job: j.rec.Job.ID, State: &s.State, Message: s.Message, CancelAcknowledged: j.cancel}
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
	ack := j.wantsAck
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
			if ack && err == nil {
				j.wantsAck = false
			}
			q.reported(ctx, j, s, err)
		})
	})
}

func (c *Connector) report(ctx context.Context, r gcp.Report) error {
	ctx, done := c.call(ctx)
	defer done()
	return c.Cloud.Report(ctx, r)
}

// reported takes up what the service answered to a report.
func (q *queue) reported(ctx context.Context, j *job, s Status, err error) {
	switch {
	case err == nil:
		point("connector.reported-progress")
	case refused(err):
		q.c.Logger.LogAttrs(ctx, slog.LevelInfo, "the service does not take the state",
			slog.String("job", string(j.rec.Job.ID)), slog.String("state", string(s.State.Type)), slog.Any("err", err))
		j.wantsAck = false
		if q.takenBack(ctx, j) {
			return
		}
	default:
		q.c.failing(ctx, "report jobs of "+string(q.name), err)
		j.reportWaits = true
		q.later(ctx, j.reportTry.Next(), func(ctx context.Context) {
			j.reportWaits = false
			q.tell(ctx, j)
		})
		return
	}
	q.c.failing(ctx, "report jobs of "+string(q.name), nil)
	j.reportTry.Reset()
	j.told, j.toldAt = &s, time.Now()
	q.tell(ctx, j)
}

// takenBack drops a job that the service has ended and that no printer knows.
func (q *queue) takenBack(ctx context.Context, j *job) bool {
	switch j.phase {
	case phaseWaiting, phaseReady, phaseUndoing:
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
