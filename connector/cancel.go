package connector

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"platen/gcp"
	"platen/internal/backoff"
	"platen/printer"
)

// cancelState is what a queue's loop knows about asking for cancelled jobs.
type cancelState struct {
	wanted  bool // a hint may have been about one
	running bool
	waits   bool // for the pause after the last question
	try     backoff.Backoff
}

// cancelPause is the time between two questions for cancelled jobs.
const cancelPause = time.Second

// askIfDue asks the service once which of the jobs in hand somebody cancelled.
// Hints that come meanwhile share the next question.
func (q *queue) askIfDue(ctx context.Context) {
	s := &q.cancels
	if !s.wanted || s.running || s.waits {
		return
	}
	s.wanted = false
	if !q.active() {
		return
	}
	s.running = true
	q.c.fetches.run(func() {
		jobs, err := q.unfinished(ctx)
		q.post(ctx, func(ctx context.Context) {
			s.running, s.waits = false, true
			pause := cancelPause
			if err != nil {
				s.wanted, pause = true, s.try.Next()
			} else {
				s.try.Reset()
			}
			q.later(ctx, pause, func(context.Context) { s.waits = false })
			q.c.failing(ctx, "ask for cancelled jobs of "+string(q.name), err)
			for _, o := range jobs {
				if j, ok := q.jobs[o.ID]; ok && o.CancelRequested {
					j.wantsAck = !j.cancel
					q.cancelJob(ctx, j)
				}
			}
		})
	})
}

func (q *queue) unfinished(ctx context.Context) ([]gcp.Job, error) {
	ctx, done := q.c.call(ctx)
	defer done()
	jobs, err := q.c.Cloud.Jobs(ctx, q.id)
	if err != nil {
		return nil, fmt.Errorf("list unfinished jobs: %w", err)
	}
	return jobs, nil
}

// active reports whether there are jobs that can still be cancelled.
func (q *queue) active() bool {
	for _, j := range q.jobs {
		if j.phase < phaseEnding {
			return true
		}
	}
	return false
}

// cancelJob cancels a job, wherever it stands. What the printer has, only the
// printer can end: it may have printed it.
func (q *queue) cancelJob(ctx context.Context, j *job) {
	if j.cancel || j.phase >= phaseEnding {
		return
	}
	j.cancel = true
	switch j.phase {
	case phaseWaiting, phaseReady:
		q.end(ctx, j, j.calledOff())
	case phaseLoading, phaseMaking:
		j.stop() // its helper's answer ends it
	case phaseCreated:
		if i := slices.Index(q.created, j); i >= 0 {
			q.created = slices.Delete(q.created, i, i+1)
			q.cancelCreated(ctx, j)
		}
	case phaseOut:
		if j.rec.Stage == EventSent {
			q.cancelLocal(ctx, j)
		}
	}
}

// cancelCreated cancels a local job without document, and ends it.
func (q *queue) cancelCreated(ctx context.Context, j *job) {
	id, end := j.rec.Job.ID, j.calledOff()
	q.takeBack(ctx, j, func(ctx context.Context) { q.writeEnd(ctx, id, end) })
}

// takeBack cancels a local job without document, and then calls next.
func (q *queue) takeBack(ctx context.Context, j *job, next func(context.Context)) {
	j.phase = phaseEnding
	l := *j.rec.Local
	q.c.wg.Go(func() {
		cctx, done := q.c.call(ctx)
		err := q.c.PrintSystem.Cancel(cctx, l)
		done()
		if errors.Is(err, printer.ErrNoJob) {
			err = nil
		}
		// Should it fail, the printer drops a job without document by itself.
		q.c.failing(ctx, "cancel jobs on "+string(l.Printer), err)
		next(ctx)
	})
}

// cancelLocal tells the service that we act on the wish, and then asks the
// printer. Its answer, by way of follow, decides how the job ends.
func (q *queue) cancelLocal(ctx context.Context, j *job) {
	q.tell(ctx, j)
	l := *j.rec.Local
	cctx, stop := context.WithCancel(ctx)
	j.stop = stop
	q.c.wg.Go(func() { q.c.cancelAt(cctx, l) })
}
