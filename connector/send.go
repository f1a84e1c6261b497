package connector

import (
	"context"
	"time"

	"platen/gcp"
	"platen/printer"
)

// send gives the printer the document. From the moment that this is written
// down, only the printer can say whether it was printed.
func (q *queue) send(ctx context.Context, j *job) {
	q.sending = true
	j.phase = phaseOut
	h, l := j.handing, *j.rec.Local
	j.handing, j.sentAs = nil, h.Format
	q.c.wg.Go(func() {
		grace, done := withGrace(ctx, q.c.Options.StopGrace)
		e, err := q.sendDocument(grace, h, l, func() { q.post(ctx, func(context.Context) { q.sending = false }) })
		done()
		if err == nil {
			q.post(ctx, func(ctx context.Context) { q.sent(ctx, j, e) })
			q.follow(ctx, j, *e.Local)
			return
		}
		if ctx.Err() != nil {
			return
		}
		q.c.failing(ctx, "send documents to "+string(l.Printer), err)
		q.settle(ctx, j, l, err)
	})
}

// withGrace returns a context that outlives ctx by d, so that a document on its
// way arrives when the program is stopped.
func withGrace(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	grace, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(d, cancel) })
	return grace, func() { stop(); cancel() }
}

// sendDocument writes that the document goes, sends it, calls next so that the
// next job's goes, and writes that the printer has it.
func (q *queue) sendDocument(ctx context.Context, h *handing, l printer.LocalJob, next func()) (Event, error) {
	doc, err := q.c.open(h)
	if err != nil {
		return Event{}, err
	}
	defer func() { _ = doc.Close() }() // only read
	defer q.c.attempt(ctx, h.ID, h.Title, HopSend)()
	e := q.c.event(EventSending, h.ID)
	if !q.c.write(ctx, e) {
		return e, ctx.Err()
	}
	point("connector.sending")
	known := len(l.Refused)
	l, err = q.c.PrintSystem.Send(ctx, l, h.Job, doc)
	if err != nil {
		return e, err
	}
	point("connector.sent")
	next()
	e = q.c.event(EventSent, h.ID)
	l.Cloud, l.Printer = h.ID, h.Printer
	e.Local, e.Trace = &l, gcp.Trace{gcp.HopPrinted: e.At}
	q.c.logRefused(ctx, l, known) // by Print-Job
	if !q.c.write(ctx, e) {
		return e, ctx.Err()
	}
	point("connector.sent-journaled")
	return e, nil
}

// sent takes up a job whose document the printer confirmed.
func (q *queue) sent(ctx context.Context, j *job, e Event) {
	q.c.failing(ctx, "send documents to "+string(q.name), nil)
	j.rec.Apply(e)
	if j.cancel {
		q.cancelLocal(ctx, j)
	}
}
