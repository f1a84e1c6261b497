package connector

import (
	"context"
	"slices"
)

// disown gives up the jobs in hand that no printer got from this life: another
// life of this folder may have printed them. It returns when every loop has heard.
func (c *Connector) disown(ctx context.Context) {
	c.eachQueue(func(q *queue) {
		heard := make(chan struct{})
		q.post(ctx, func(ctx context.Context) {
			for _, j := range q.jobs {
				q.disown(ctx, j)
			}
			close(heard)
		})
		select {
		case <-heard:
		case <-ctx.Done():
		}
	})
}

// foreign reports whether another life of this folder may have printed a job: it
// was claimed before this one was recovered.
func (c *Connector) foreign(rec Record) bool {
	return rec.Claimed.UnixMicro() <= c.history().Recovered
}

// disown gives one job up. What the printer has from this life is followed.
func (q *queue) disown(ctx context.Context, j *job) {
	if j.disowned || j.phase >= phaseEnding {
		return
	}
	j.disowned = true
	switch j.phase {
	case phaseLoading, phaseMaking:
		j.stop() // its helper's answer ends it
	case phaseCreated:
		q.created = slices.DeleteFunc(q.created, func(o *job) bool { return o == j })
		q.settleCreated(ctx, j)
	case phaseUndoing:
		switch {
		case j.undoing: // resend ends it
		case j.rec.Local != nil:
			q.settleCreated(ctx, j)
		default:
			q.giveUp(ctx, j)
		}
	case phaseWaiting, phaseReady:
		q.giveUp(ctx, j)
	}
}

// giveUp ends a job that this life will not print: without a document it is
// forgotten, the service offers it again if nobody has it.
func (q *queue) giveUp(ctx context.Context, j *job) {
	switch {
	case j.rec.Document != nil:
		q.end(ctx, j, Unconfirmed())
	case j.telling: // the report may take it
		q.delist(j)
		j.phase, j.leaving = phaseEnding, true
	default:
		q.delist(j)
		q.forget(ctx, j)
	}
}

// leave ends a job that was given up while a report of it was on the way: the
// service counts it as ours, unless it refused.
func (q *queue) leave(ctx context.Context, j *job, err error) {
	j.leaving = false
	if standsBy(err) || claimedElsewhere(err) || refused(err) {
		q.forget(ctx, j)
		return
	}
	q.end(ctx, j, Unconfirmed())
}

// settleCreated asks the printer whether another life gave its document to a job
// that this one created. If so it is followed; if not it is taken back.
func (q *queue) settleCreated(ctx context.Context, j *job) {
	q.delist(j)
	j.phase = phaseOut
	l := *j.rec.Local
	q.c.wg.Go(func() { q.decide(ctx, j, l, false) })
}
