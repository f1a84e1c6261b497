package connector

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"platen/gcp"
)

// expireTime is when a job ends if it still waits then; zero for never. It is by
// this machine's clock, see Connector.fetchJobs.
func (j *job) expireTime() time.Time {
	if j.rec.Job.ExpireTime == 0 {
		return time.Time{}
	}
	return j.rec.Job.ExpireTime.Time()
}

// expects notes when the queue must look for jobs that have waited too long.
func (q *queue) expects(ctx context.Context, at time.Time) {
	if at.IsZero() || !q.expireAt.IsZero() && !at.Before(q.expireAt) {
		return
	}
	q.expireAt = at
	q.later(ctx, time.Until(at), func(context.Context) {})
}

// expire ends the jobs that waited for longer than they may.
func (q *queue) expire(ctx context.Context) {
	now := time.Now()
	if q.expireAt.IsZero() || now.Before(q.expireAt) {
		return
	}
	if _, may := q.c.permit(); !may || q.c.holds.Load() {
		return // another life may print them
	}
	q.expireAt = time.Time{}
	for _, j := range slices.SortedFunc(maps.Values(q.jobs), func(a, b *job) int { return cmp.Compare(a.seq, b.seq) }) {
		if !q.expireJob(ctx, j, now) {
			q.expects(ctx, j.expireTime())
		}
	}
}

// expireJob ends a job if it waited too long, and reports whether its time has
// come. What the printer works on is let go on. What only waits there, behind others
// or for a printer that is stopped or cannot be reached, is taken back, so that it
// does not come out when the printer is there again.
func (q *queue) expireJob(ctx context.Context, j *job, now time.Time) bool {
	at := j.expireTime()
	switch {
	case at.IsZero(), now.Before(at):
		return at.IsZero()
	case j.cancel || j.disowned || j.mute || j.phase >= phaseEnding:
		return true
	case q.unsure(j): // looked at again when the service has answered
		q.expects(ctx, now.Add(time.Second))
		return true
	case j.phase == phaseOut && (j.rec.Stage != EventSent || !j.heard || j.want.Begun || j.want.Pages > 0):
		return true // looked at again with the printer's next word
	}
	end := expired(j.begun)
	j.expired.Store(&end)
	q.cancelJob(ctx, j)
	return true
}

// expired is the end of a job that waited too long; begun says that the printer
// was at it once.
func expired(begun bool) Status {
	s := Status{State: gcp.ByService(gcp.JobAborted, gcp.ServiceExpiration), Message: "waited longer than it may"}
	if begun {
		s.Message += "; " + gcp.PartlyPrintedMessage
	}
	return s
}

// calledOff is the end of a job that was cancelled, by a person or by time.
func (j *job) calledOff() Status {
	if end := j.expired.Load(); end != nil {
		return *end
	}
	return cancelled()
}

// endOf is how a job ended of which the printer says s: one that was taken back
// because it waited too long expired.
func (j *job) endOf(s Status) Status {
	end := j.expired.Load()
	switch {
	case end == nil || s.State.Type != gcp.JobAborted:
		return s
	case s.Pages > 0: // it had just begun
		late := expired(true)
		late.Pages = s.Pages
		return late
	}
	return *end
}
