package connector

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"platen/gcp"
)

// printerDownloads is how many documents are downloaded at once for one printer.
const printerDownloads = 4

// download starts the downloads that may start: a few ahead, in order. Documents
// of later jobs never keep an earlier one from getting its own.
func (q *queue) download(ctx context.Context) {
	if _, may := q.c.permit(); !may {
		return
	}
	now, ahead := time.Now(), 0
	for _, j := range q.order {
		if q.loading >= printerDownloads || ahead >= q.c.Options.Ahead {
			return
		}
		if j.phase == phaseWaiting && !j.retryAt.After(now) {
			q.load(ctx, j)
		}
		if j.phase != phaseWaiting {
			ahead++
		}
	}
}

// load downloads one document, and its ticket if the service gives it apart.
func (q *queue) load(ctx context.Context, j *job) {
	j.phase = phaseLoading
	q.loading++
	job, grant := j.rec.Job, q.c.grant(j.rec.Claim)
	jctx, stop := context.WithCancel(ctx)
	j.stop = stop
	q.c.downloads.run(func() {
		over := q.c.attempt(jctx, job.ID, job.Title, HopDownload)
		e, err := q.c.save(jctx, job, grant)
		over()
		if err == nil {
			point("connector.spooled")
			if !q.c.write(ctx, e) {
				return
			}
		}
		q.post(ctx, func(ctx context.Context) {
			q.loading--
			stop()
			if standsBy(err) {
				q.c.outrun(grant.Run)
			}
			q.loaded(ctx, j, e, err)
		})
	})
}

// errTicket means that the service will not give a job's ticket.
var errTicket = errors.New("the service does not give the ticket")

// save gets ticket and document of a job, and returns the event to write.
func (c *Connector) save(ctx context.Context, job gcp.Job, grant gcp.Grant) (Event, error) {
	if err := ctx.Err(); err != nil {
		return Event{}, err
	}
	e := c.event(EventSaved, job.ID)
	if len(job.Ticket) == 0 {
		ticket, err := c.ticket(ctx, job.ID)
		if err != nil {
			return e, err
		}
		e.Job = &gcp.Job{ID: job.ID, Ticket: ticket}
	}
	doc, err := c.Spool.Save(job.ID, func(w io.Writer) (string, error) {
		return c.Cloud.Download(ctx, job, grant, &halfway{Writer: w})
	})
	if err != nil {
		return e, fmt.Errorf("download document: %w", err)
	}
	e.At = time.Now().UnixMicro()
	e.Document, e.Trace = &doc, gcp.Trace{gcp.HopSpooled: e.At}
	return e, nil
}

func (c *Connector) ticket(ctx context.Context, id gcp.JobID) ([]byte, error) {
	ctx, done := c.call(ctx)
	defer done()
	t, err := c.Cloud.Ticket(ctx, id)
	if refused(err) {
		return nil, fmt.Errorf("%w: %w", errTicket, err)
	}
	if err != nil {
		return nil, fmt.Errorf("get ticket: %w", err)
	}
	return encodeTicket(t)
}

// loaded takes up the result of a download.
func (q *queue) loaded(ctx context.Context, j *job, e Event, err error) {
	if err == nil {
		j.rec.Apply(e)
		q.prepared(j)
	} else {
		j.phase = phaseWaiting
	}
	switch {
	case j.dropped, claimedElsewhere(err):
		q.drop(ctx, j)
	case j.disowned:
		q.giveUp(ctx, j)
	case j.cancel:
		q.end(ctx, j, j.calledOff())
	case j.phase == phaseReady:
	case errors.Is(err, errTicket):
		q.end(ctx, j, Status{State: gcp.ByDevice(gcp.JobAborted, gcp.DeviceInvalidTicket), Message: err.Error()})
	case noDocument(err), time.Since(j.rec.Claimed) >= q.c.Options.DocumentGiveUp:
		q.end(ctx, j, Status{State: gcp.ByDevice(gcp.JobAborted, gcp.DeviceDownloadFailure), Message: err.Error()})
	default:
		level := slog.LevelWarn
		if standsBy(err) {
			level = slog.LevelDebug
		}
		q.c.Logger.LogAttrs(ctx, level, "document not downloaded, will be tried again",
			slog.String("job", string(j.rec.Job.ID)), slog.Any("err", err))
		wait := j.docTry.Next()
		j.retryAt = time.Now().Add(wait)
		q.later(ctx, wait, func(context.Context) {}) // the step after it tries again
	}
}

// stepsAside reports whether a job without its document lets later ones pass,
// and makes the loop look again when it will.
func (q *queue) stepsAside(ctx context.Context, j *job) bool {
	left := q.c.Options.StepAside - time.Since(j.rec.Claimed)
	if left <= 0 {
		return true
	}
	if q.asideOf != j.rec.Job.ID {
		q.asideOf = j.rec.Job.ID
		q.later(ctx, left, func(context.Context) { q.asideOf = "" })
	}
	return false
}

// halfway marks for crash tests that some of a document came.
type halfway struct {
	io.Writer
	begun bool
}

// Write implements io.Writer.
func (h *halfway) Write(b []byte) (int, error) {
	n, err := h.Writer.Write(b)
	if !h.begun {
		h.begun = true
		point("connector.download-half")
	}
	return n, err
}
