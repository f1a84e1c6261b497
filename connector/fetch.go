package connector

import (
	"context"
	"fmt"
	"slices"
	"time"

	"platen/gcp"
	"platen/internal/backoff"
	"platen/internal/fault"
)

// point marks a place for crash tests.
func point(name string) { fault.Point(name) }

// fetchState is what a queue's loop knows about waiting jobs at the service.
type fetchState struct {
	hinted       bool // there may be work
	pushed, woke time.Time
	running      bool
	more         bool // the last page was not short
	barren       bool // and held nothing new
	waits        bool // for the next try after a failure
	try          backoff.Backoff
	noRoom       int                     // jobs of the last page that did not fit on the disk
	need         int64                   // bytes of the smallest of them
	roomWaits    bool                    // the disk is looked at
	refused      map[gcp.JobID]time.Time // taken back by the service, and when
}

// refusedPause keeps jobs that the service took back from being claimed again
// at once, should it go on offering them.
const refusedPause = time.Minute

// fetchLimit is how many new jobs are asked for at once. Services give at least as
// many where they have them; a classic one gives 100 at most.
const fetchLimit = 64

// fetchIfDue fetches if a hint was not served yet, or if the last page was not short
// and most of it is done with. No timer leads here but the retry of a failure.
func (q *queue) fetchIfDue(ctx context.Context) {
	f, limit := &q.fetch, fetchLimit
	run, may := q.c.permit()
	if !may || f.running || f.waits || !f.hinted && !f.more || len(q.order) > limit {
		return
	}
	untold := q.untold()
	if !f.hinted && (untold > limit/2 || f.barren && untold > 0) {
		return
	}
	// Jobs that the service does not yet know to be ours come again.
	limit += untold + f.noRoom
	trace := gcp.Trace{}
	if f.hinted && !f.pushed.IsZero() {
		trace[gcp.HopPushed] = f.pushed.UnixMicro()
	}
	if f.hinted {
		trace[gcp.HopHinted] = f.woke.UnixMicro()
	}
	f.running, f.hinted, f.more = true, false, false
	name, started := q.name, time.Now()
	skip := q.stillRefused(started)
	q.c.fetches.run(func() {
		point("connector.hinted")
		jobs, err := q.fetchJobs(ctx, run, limit, trace)
		full := len(jobs) >= fetchLimit // less than asked for may be all that the service gives at once
		offered := len(jobs)
		jobs = slices.DeleteFunc(jobs, func(j gcp.Job) bool { return skip[j.ID] })
		skipped := len(jobs) < offered
		var claims []Claim
		if err == nil && len(jobs) > 0 && ctx.Err() == nil {
			claims, err = q.c.Spool.Claim(name, q.c.offers(jobs, run), trace)
			if err == nil {
				point("connector.claimed")
			}
		}
		q.post(ctx, func(ctx context.Context) {
			f.running = false
			if standsBy(err) {
				q.fetchFailed(ctx)
				q.c.outrun(run)
				return
			}
			q.c.failing(ctx, "fetch jobs of "+string(name), err)
			if err != nil {
				q.fetchFailed(ctx)
				return
			}
			f.try.Reset()
			q.claimed(ctx, jobs, claims, started)
			if skipped { // then this hint is not served yet
				q.later(ctx, refusedPause, func(context.Context) { q.rehint() })
			}
			f.barren = full && !anyFresh(claims)
			f.more = full && (!f.barren || untold > 0)
		})
	})
}

// offers gives each job a claim, unless the service knows none. It is one of this
// life: see foreign.
func (c *Connector) offers(jobs []gcp.Job, run gcp.RunID) []Offer {
	list := make([]Offer, len(jobs))
	recovered := c.history().Recovered
	for i, j := range jobs {
		list[i].Job, list[i].After = j, recovered
		if run != "" {
			list[i].Claim = gcp.ClaimID(gcp.NewID())
		}
	}
	return list
}

func (q *queue) fetchJobs(ctx context.Context, run gcp.RunID, limit int, trace gcp.Trace) ([]gcp.Job, error) {
	ctx, done := q.c.call(ctx)
	defer done()
	jobs, err := q.c.Cloud.Fetch(ctx, q.id, run, limit)
	if err != nil {
		return nil, fmt.Errorf("fetch jobs: %w", err)
	}
	point("connector.fetched")
	for i := range jobs {
		jobs[i].PrinterID = q.id
		// The clocks of the two may differ, so that what is left is counted from here.
		jobs[i].ExpireTime = 0
		if left := jobs[i].ExpiresIn; left > 0 {
			jobs[i].ExpireTime = gcp.MillisOf(time.Now().Add(time.Duration(left) * time.Second))
		}
	}
	trace[gcp.HopFetched] = time.Now().UnixMicro()
	return jobs, nil
}

// stillRefused returns the jobs that the service took back a moment ago.
func (q *queue) stillRefused(now time.Time) map[gcp.JobID]bool {
	skip := map[gcp.JobID]bool{}
	for id, at := range q.fetch.refused {
		if now.Sub(at) > refusedPause {
			delete(q.fetch.refused, id)
			continue
		}
		skip[id] = true
	}
	return skip
}

func (q *queue) fetchFailed(ctx context.Context) {
	f := &q.fetch
	f.hinted, f.waits = true, true
	q.later(ctx, f.try.Next(), func(context.Context) { f.waits = false })
}

func anyFresh(claims []Claim) bool {
	for _, c := range claims {
		if c.Outcome == ClaimFresh {
			return true
		}
	}
	return false
}

// untold counts the jobs that the service does not know to be ours.
func (q *queue) untold() int {
	n := 0
	for _, j := range q.jobs {
		if j.told == nil {
			n++
		}
	}
	return n
}

// claimed takes up what was fetched.
func (q *queue) claimed(ctx context.Context, jobs []gcp.Job, claims []Claim, started time.Time) {
	need, noRoom := int64(-1), 0
	for i, cl := range claims {
		switch cl.Outcome {
		case ClaimFresh:
			j := q.add(cl.Record)
			q.expects(ctx, j.expireTime())
			q.enlist(j)
			q.tell(ctx, j)
		case ClaimHeld:
			q.offeredAgain(ctx, jobs[i].ID, started)
		case ClaimEnded:
			q.tellAgain(ctx, jobs[i], cl.Record)
		case ClaimNoRoom:
			noRoom++
			if size := int64(jobs[i].ContentLength); need < 0 || size < need {
				need = size
			}
		}
	}
	if (noRoom > 0) != (q.fetch.noRoom > 0) {
		q.c.spoolFull(q.id, noRoom > 0)
	}
	q.fetch.noRoom, q.fetch.need = noRoom, need
	if noRoom > 0 && !q.fetch.roomWaits {
		q.waitForRoom(ctx)
	}
}

// offeredAgain tells the service once more of a job that it offers although it
// was told before it was asked.
func (q *queue) offeredAgain(ctx context.Context, id gcp.JobID, started time.Time) {
	if j, ok := q.jobs[id]; ok && j.told != nil && !j.telling && j.toldAt.Before(started) {
		j.told = nil
		q.tell(ctx, j)
	}
}

// tellAgain tells how a job ended that the service offers again: it must have
// forgotten. Nothing is printed.
func (q *queue) tellAgain(ctx context.Context, job gcp.Job, rec Record) {
	if _, ok := q.jobs[job.ID]; ok {
		return
	}
	j := q.add(Record{Job: job, Claim: rec.Claim, Printer: q.name, Stage: EventEnded, End: rec.End, Ended: time.Now()})
	j.phase = phaseEnded
	q.tell(ctx, j)
}

// roomCheck is the time between two looks at a full disk.
const roomCheck = 30 * time.Second

// waitForRoom looks at the disk, not at the service, until a job fits: then the
// hint that could not be served is served.
func (q *queue) waitForRoom(ctx context.Context) {
	f := &q.fetch
	f.roomWaits = true
	q.later(ctx, roomCheck, func(ctx context.Context) {
		f.roomWaits = false
		switch {
		case f.noRoom == 0: // a later fetch met none
		case !q.c.Spool.Room(f.need):
			q.waitForRoom(ctx)
		default:
			f.noRoom = 0
			q.rehint()
			q.c.spoolFull(q.id, false)
		}
	})
}

// rehint serves a hint that could not be served when it came.
func (q *queue) rehint() {
	q.fetch.hinted = true
	q.fetch.pushed, q.fetch.woke = time.Time{}, time.Now()
}

// spoolFull notes whether a printer's jobs find no room.
func (c *Connector) spoolFull(id gcp.PrinterID, full bool) {
	c.mu.Lock()
	if full {
		c.full[id] = true
	} else {
		delete(c.full, id)
	}
	c.mu.Unlock()
	c.Refresh()
}
