package connector

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"strings"
	"time"

	"platen/gcp"
	"platen/printer"
)

// maxSends is how often a document is handed over again although the printer
// refused it for certain and did not say that it may take it later.
const maxSends = 5

const (
	// maxFollowing is how many jobs one printer has at once.
	maxFollowing = 128
	// unreachable is how long a hand-over waits before it is told as STOPPED.
	unreachable = time.Minute
)

// handOver keeps two jobs on their way to the printer, in the service's order:
// one sends its document while the next is being created.
func (q *queue) handOver(ctx context.Context) {
	head := q.head(ctx)
	if !q.sending && len(q.created) > 0 && (head == nil || q.created[0].seq < head.seq) {
		j := q.created[0]
		q.created = q.created[1:]
		q.send(ctx, j)
	}
	if q.making || q.local == nil || q.out() >= maxFollowing || head == nil || head.phase != phaseReady {
		return
	}
	// One ahead is enough, but a job that goes again comes before later ones.
	if len(q.created) == 0 || head.seq < q.created[0].seq {
		q.make(ctx, head)
	}
}

// head returns the job whose turn it is to be created, ready or not.
func (q *queue) head(ctx context.Context) *job {
	for _, j := range q.order {
		if j.phase != phaseWaiting && j.phase != phaseLoading || !q.stepsAside(ctx, j) {
			return j
		}
	}
	return nil
}

// make creates the job at the printer.
func (q *queue) make(ctx context.Context, j *job) {
	q.making = true
	j.phase = phaseMaking
	q.delist(j)
	rec, local := j.rec, *q.local
	jctx, stop := context.WithCancel(ctx)
	j.stop = stop
	q.c.wg.Go(func() {
		pj, e, err := q.create(jctx, rec, local, func(s Status) { q.postStatus(ctx, j, s) })
		if err == nil {
			if !q.c.write(ctx, e) {
				return
			}
			point("connector.created-journaled")
		}
		q.post(ctx, func(ctx context.Context) {
			q.making = false
			stop()
			q.made(ctx, j, pj, e, err)
		})
	})
}

// create translates the ticket and creates the job, and tells when that takes
// long. A passing failure is tried again until ctx ends.
func (q *queue) create(ctx context.Context, rec Record, local printer.Printer, tell func(Status)) (printer.Job, Event, error) {
	e := q.c.event(EventCreated, rec.Job.ID)
	pj, err := q.c.translate(rec, local)
	if err != nil {
		return pj, e, err
	}
	e.Trace = gcp.Trace{gcp.HopTranslated: time.Now().UnixMicro()}
	point("connector.translated")
	slow := time.AfterFunc(unreachable, func() { tell(waitsForPrinter()) })
	defer slow.Stop()
	var refusal error
	if !q.c.insist(ctx, "create jobs on "+string(local.Name), func() error {
		l, err := q.c.PrintSystem.Create(ctx, pj)
		if _, final := ending(err); final {
			refusal = err
			return nil
		}
		if err == nil {
			point("connector.created")
			l.Cloud, l.Printer = pj.ID, pj.Printer
			e.Local = &l
		}
		return err
	}) {
		return pj, e, ctx.Err()
	}
	return pj, e, refusal
}

func waitsForPrinter() Status {
	return Status{
		State:   gcp.ByService(gcp.JobStopped, gcp.ServiceCommunication),
		Message: "the printer takes no job now; it is tried again",
	}
}

// translate turns a job of the service into one of the printer.
func (c *Connector) translate(rec Record, local printer.Printer) (printer.Job, error) {
	t, err := decodeTicket(rec.Job.Ticket)
	if err != nil {
		return printer.Job{}, &printer.ErrTicket{Reason: "the ticket cannot be read: " + err.Error()}
	}
	attrs, err := printer.JobAttributes(local, t)
	if err != nil {
		var ticket *printer.ErrTicket
		if errors.As(err, &ticket) {
			return printer.Job{}, err
		}
		return printer.Job{}, &printer.ErrTicket{Reason: err.Error()}
	}
	return printer.Job{
		ID: rec.Job.ID, Printer: local.Name, Title: rec.Job.Title, User: c.user(rec.Job.OwnerID),
		Format: format(rec), Size: rec.Document.Size, Attributes: attrs,
	}, nil
}

// user names the sender as the printer shall know it.
func (c *Connector) user(sender string) string {
	if name, _, ok := strings.Cut(sender, "@"); ok && name != "" && c.Options.UserName == UserShort {
		return name
	}
	return sender
}

// format returns the document's MIME type: what came with it, or else what the
// job says.
func format(rec Record) string {
	for _, s := range []string{rec.Document.ContentType, rec.Job.ContentType} {
		if t, _, err := mime.ParseMediaType(s); err == nil && t != "application/octet-stream" {
			return t
		}
	}
	return "application/octet-stream"
}

func decodeTicket(b []byte) (gcp.CJT, error) {
	var t gcp.CJT
	err := json.Unmarshal(b, &t)
	return t, err
}

func encodeTicket(t gcp.CJT) ([]byte, error) {
	b, err := json.Marshal(t)
	if err != nil {
		return nil, fmt.Errorf("keep ticket: %w", err)
	}
	return b, nil
}

// made takes up a created job.
func (q *queue) made(ctx context.Context, j *job, pj printer.Job, e Event, err error) {
	if err == nil {
		j.rec.Apply(e)
		j.phase = phaseCreated
	}
	s, final := ending(err)
	switch {
	case j.cancel && err != nil:
		q.end(ctx, j, cancelled())
	case j.cancel:
		q.takeBack(ctx, j)
	case final:
		q.end(ctx, j, s)
	case err != nil: // ctx ends
		q.prepared(j)
		q.enlist(j)
	default:
		if j.want.State.Type == gcp.JobStopped {
			j.want = Status{State: gcp.StateOf(gcp.JobInProgress)}
			q.tell(ctx, j)
		}
		j.handing = pj
		q.created = insert(q.created, j)
	}
}

// send gives the printer the document. From the moment that this is written
// down, only the printer can say whether it was printed.
func (q *queue) send(ctx context.Context, j *job) {
	q.sending = true
	j.phase = phaseOut
	pj, l := j.handing, *j.rec.Local
	j.handing = printer.Job{}
	q.c.wg.Go(func() {
		grace, done := withGrace(ctx, q.c.Options.StopGrace)
		e, err := q.sendDocument(grace, pj, l, func() { q.post(ctx, func(context.Context) { q.sending = false }) })
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
func (q *queue) sendDocument(ctx context.Context, pj printer.Job, l printer.LocalJob, next func()) (Event, error) {
	doc, err := q.c.Spool.Open(pj.ID)
	if err != nil {
		return Event{}, err
	}
	defer func() { _ = doc.Close() }() // only read
	e := q.c.event(EventSending, pj.ID)
	if !q.c.write(ctx, e) {
		return e, ctx.Err()
	}
	point("connector.sending")
	l, err = q.c.PrintSystem.Send(ctx, l, pj, doc)
	if err != nil {
		return e, err
	}
	point("connector.sent")
	next()
	e = q.c.event(EventSent, pj.ID)
	l.Cloud, l.Printer = pj.ID, pj.Printer
	e.Local, e.Trace = &l, gcp.Trace{gcp.HopPrinted: e.At}
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
