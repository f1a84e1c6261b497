package ipp

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/fault"
	"platen/internal/ippserver"
	"platen/internal/ippwords"
)

// order is what a request to print says besides the document.
type order struct {
	title   string
	ticket  []byte
	key     string // the client's own name for the job, "" for none
	ignored goipp.Attributes
}

// maxKey is the longest key in bytes: with what stands before it, it must be one of a
// submission.
const maxKey = 200

// order reads what a job is to be. With ipp-attribute-fidelity nothing may be left out
// (RFC 8011, 4.2.1.1).
func (c *call) order(f *cloud.Front) (order, error) {
	op := c.x.Req.Operation
	t, ignored := ticketOf(f, c.x.Req.Job)
	text, err := json.Marshal(t)
	if err != nil {
		return order{}, err
	}
	o := order{title: ippserver.Text(op, "job-name"), ticket: text, ignored: ignored, key: c.key()}
	if o.title == "" {
		o.title = ippserver.Text(op, "document-name")
	}
	if len(ignored) > 0 {
		c.x.Unsupported(ignored...)
		if ippserver.Bool(op, "ipp-attribute-fidelity") {
			return o, refuse(goipp.StatusErrorAttributesOrValues, "The printer cannot do all that the job asks for.")
		}
	}
	if len(o.key) > maxKey {
		return o, refuse(goipp.StatusErrorRequestValue, "The job-uuid or Idempotency-Key is too long.")
	}
	return o, nil
}

// key is by what a repeated request is known: the header that HTTP has for it, or the
// job-uuid, if the client chooses that itself.
func (c *call) key() string {
	if key := c.r.Header.Get("Idempotency-Key"); key != "" {
		return key
	}
	uuid := ippserver.Text(c.x.Req.Operation, "job-uuid")
	if uuid == "" {
		uuid = ippserver.Text(c.x.Req.Job, "job-uuid")
	}
	if uuid == "" {
		return ""
	}
	return "ipp " + strings.ToLower(uuid)
}

// accepted answers that a job was taken, or would be.
func (o order) accepted(c *call) {
	if len(o.ignored) > 0 {
		c.x.Resp.Code = goipp.Code(goipp.StatusOkIgnoredOrSubstituted)
	}
}

// asked checks a request for a job. It is all that Validate-Job does (RFC 8011, 4.2.3).
func (c *call) asked() (cloud.Front, order, error) {
	f, err := c.user()
	if err != nil {
		return f, order{}, err
	}
	if err := c.checkFormat(&f); err != nil {
		return f, order{}, err
	}
	o, err := c.order(&f)
	return f, o, err
}

func (c *call) validateJob() error {
	_, o, err := c.asked()
	if err == nil {
		o.accepted(c)
	}
	return err
}

// printJob is Print-Job (RFC 8011, 4.2.1).
func (c *call) printJob() error {
	f, o, err := c.asked()
	if err != nil {
		return err
	}
	j, err := c.submit(&f, o)
	if err != nil {
		return err
	}
	ctx, stop := c.ending()
	defer stop()
	numbers, err := c.h.cfg.Numbers.JobNumbers(ctx, c.place.printer, j.ID)
	if err != nil {
		return err
	}
	o.accepted(c)
	c.answerJob(shownJob{number: numbers[0], view: j})
	return nil
}

// submit takes the document of the request, and makes a job of it. In the end it is the
// same as a form sent to the service.
func (c *call) submit(f *cloud.Front, o order) (cloud.JobView, error) {
	in := c.h.cfg.Service.Intake(c.caller)
	defer in.Close()
	doc, err := c.receive(f, in)
	if err != nil {
		if doc.ID != "" {
			c.h.cfg.Service.Discard(c.ctx, doc.Document)
		}
		return cloud.JobView{}, err
	}
	fault.Point("cloud.submit.saved")
	j, err := c.h.cfg.Service.Submit(c.ctx, c.caller, cloud.Submission{
		Printer: c.place.printer, Title: o.title, Ticket: o.ticket, ContentType: doc.kind, Opaque: doc.opaque,
		Document: doc.Document, Received: time.Now(), Key: o.key,
	})
	if err != nil {
		c.h.cfg.Service.Discard(c.ctx, doc.Document)
	}
	return j, err
}

// createJob is Create-Job (RFC 8011, 4.2.4): a job whose document is still to come.
func (c *call) createJob() error {
	f, err := c.user()
	if err != nil {
		return err
	}
	o, err := c.order(&f)
	if err != nil {
		return err
	}
	now, kept := c.h.cfg.Now(), o
	kept.title, kept.ignored = cloud.CleanTitle(o.title), nil // up to a megabyte, of which this answer tells
	n, state, err := c.h.incoming.add(&coming{
		printer: c.place.printer, owner: c.caller.User.ID, email: c.caller.User.Email, order: kept, created: now, until: now.Add(incomingTime),
	}, now, func() (int, error) { return c.h.cfg.Numbers.ReserveNumber(c.ctx, c.place.printer) })
	if err != nil {
		return err
	}
	o.accepted(c)
	c.answerJob(shownJob{number: n, coming: state})
	return nil
}

// sendDocument is Send-Document (RFC 8011, 4.3.1). A job has one document here.
func (c *call) sendDocument() error {
	f, err := c.user()
	if err != nil {
		return err
	}
	n := ippserver.JobID(c.x.Req)
	last := ippwords.First(c.x.Req.Operation, "last-document")
	if len(last) == 0 {
		return refuse(goipp.StatusErrorBadRequest, "There is no last-document.")
	}
	j := c.h.incoming.take(c.place.printer, n, c.caller.User.ID, c.h.cfg.Now())
	if j == nil {
		return c.anotherDocument(n)
	}
	end := c.h.incoming.failed
	defer func() { end(j, c.h.cfg.Now()) }() // whatever happens: a job that stayed taken would never end
	if err := c.checkFormat(&f); err != nil {
		end = c.h.incoming.back
		return err
	}
	view, err := c.submit(&f, j.order)
	if err != nil {
		return err
	}
	ctx, stop := c.ending()
	defer stop()
	if err := c.h.cfg.Numbers.BindNumber(ctx, j.printer, j.number, view.ID); err != nil {
		return err
	}
	end = func(*coming, time.Time) {} // it has become one of the service's
	return c.bound(ctx, j, view)
}

// endTime is how long what must not break off with its client may last.
const endTime = 30 * time.Second

// ending is for what must not break off with its client, such as what belongs to a job
// that was taken: the client may be gone after its last byte, and the job prints all the same.
func (c *call) ending() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(c.ctx), endTime)
}

// bound answers for a job whose document came.
func (c *call) bound(ctx context.Context, j *coming, view cloud.JobView) error {
	if c.h.incoming.leave(j) {
		stop := gcp.ByUser(gcp.JobAborted, gcp.UserCancelled)
		if _, err := c.h.cfg.Service.Control(ctx, c.caller, cloud.JobReport{Job: view.ID, State: &stop}); err != nil {
			return err
		}
		return refuse(goipp.StatusErrorJobCanceled, "The job was cancelled meanwhile.")
	}
	c.answerJob(shownJob{number: j.number, view: view})
	return nil
}

// anotherDocument answers a document for a job that takes none any more. One without
// data only says that the document before was the last.
func (c *call) anotherDocument(n int) error {
	j, err := c.jobNumbered(n)
	if err != nil {
		return err
	}
	var one [1]byte
	if got, _ := c.x.Doc.Read(one[:]); got > 0 {
		if j.coming != nil {
			return refuse(goipp.StatusErrorNotPossible, "The job takes no document any more.")
		}
		return refuse(goipp.StatusErrorMultipleJobsNotSupported, "A job has one document here.")
	}
	c.answerJob(j)
	return nil
}

// closeJob is Close-Job (PWG 5100.11, 4.2). A job without a document is over by that.
func (c *call) closeJob() error {
	j, err := c.jobNumbered(ippserver.JobID(c.x.Req))
	if err != nil {
		return err
	}
	if j.coming != nil {
		c.h.incoming.cancel(c.place.printer, j.number, c.caller.User.ID, c.h.cfg.Now())
	}
	return nil
}
