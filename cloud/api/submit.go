package api

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/fault"
	"platen/internal/stall"
)

// Limits of a submission besides the document, in bytes.
const (
	maxSubmitFields = 256 << 10       // all other fields together, unless tickets may be longer
	answerTime      = 5 * time.Minute // longer than a fetch from an address
)

// upload is a submission while its body is read. The document goes to the blob
// store as it comes: it may stand before the fields that say what it is.
type upload struct {
	c        *call
	content  document
	partType string // of the multipart part of the content
	held     bool   // content is in the blob store and has no job yet
	fields   int    // bytes of the other fields
	in       *cloud.Intake
}

// submit takes a new job.
func (h *handler) submit(c *call) error {
	u := &upload{c: c, in: h.cfg.Service.Intake(c.caller)}
	defer u.in.Close()
	defer u.discard()
	if err := u.read(); err != nil {
		return err
	}
	received := time.Now()
	if err := c.checkXSRF(c.args.get("xsrf")); err != nil {
		return err
	}
	sub, err := u.submission()
	if err != nil {
		return err
	}
	sub.Received = received
	fault.Point("cloud.submit.saved")
	view, err := h.cfg.Service.Submit(c.ctx, c.caller, sub)
	if err != nil {
		return err
	}
	u.held = false
	fault.Point("cloud.submit.committed")
	c.write(&jobAnswer{c.done("Print job added."), c.jobOf(&view, c.jobFields())})
	return nil
}

// discard removes a document that no job came of.
func (u *upload) discard() {
	if u.held {
		u.c.h.cfg.Service.Discard(u.c.ctx, u.content.Document)
		u.held = false
	}
}

// read reads query and body.
func (u *upload) read() error {
	c := u.c
	if err := c.readQuery(); err != nil {
		return err
	}
	limit := bodyLimit(c.h.cfg.MaxDocument)
	if c.r.ContentLength > limit { // no need to read it first
		return &cloud.Error{Kind: cloud.KindTooLarge, Message: "The document is too large."}
	}
	f := fieldsOf(c.r, http.MaxBytesReader(c.w, stall.Body(c.w, c.r.Body, stallTime), limit))
	for {
		one, err := f.next()
		if errors.Is(err, io.EOF) {
			return c.bodyRead()
		}
		if err == nil {
			err = u.field(one)
		}
		if err != nil {
			return bodyError(err)
		}
	}
}

// bodyRead ends the reader's deadline, which would otherwise end the call while
// the document is looked at, and gives the answer one of its own: the server's
// has run since the request began.
func (c *call) bodyRead() error {
	return stall.Deadlines(c.w, time.Time{}, time.Now().Add(answerTime))
}

// contentLimit is how long a document may be as it is sent: base64 makes three
// bytes four.
func contentLimit(document int64) int64 { return document/3*4 + 4096 }

// bodyLimit is how long a whole request may be: urlencoding makes one byte three.
func bodyLimit(document int64) int64 { return 3*document + maxOrdinary }

func (u *upload) field(f field) error {
	if f.name == "content" {
		if u.held {
			return invalid("There is more than one document.")
		}
		doc, err := u.c.save(u.in.Of(f), contentLimit(u.c.h.cfg.MaxDocument))
		if err != nil {
			return err
		}
		u.content, u.held, u.partType = doc, true, f.contentType
		return nil
	}
	before := u.size(f.name)
	if err := u.c.addField(f, int64(max(maxSubmitFields, 2*u.c.h.cfg.Service.Limits().Ticket)-u.fields)); err != nil {
		return err
	}
	u.fields += u.size(f.name) - before
	return nil
}

func (u *upload) size(name string) int {
	n := 0
	for _, v := range u.c.args[name] {
		n += len(name) + len(v) + 1
	}
	return n
}

// submission turns the fields into what the service takes.
func (u *upload) submission() (cloud.Submission, error) {
	printer, err := u.c.printerID()
	if err != nil {
		return cloud.Submission{}, err
	}
	if !u.held {
		if err := u.plainContent(); err != nil {
			return cloud.Submission{}, err
		}
	}
	ticket, err := ticketArg(u.c.args)
	if err != nil {
		return cloud.Submission{}, err
	}
	kind, err := u.decode()
	if err != nil {
		return cloud.Submission{}, err
	}
	if u.content.Size > u.c.h.cfg.MaxDocument {
		return cloud.Submission{}, tooLarge()
	}
	if err := cloud.CheckContent(kind, u.content.head); err != nil {
		return cloud.Submission{}, err
	}
	sub := cloud.Submission{
		Printer: gcp.PrinterID(printer), Title: u.c.args.get("title"), Ticket: ticket, ContentType: kind,
		Opaque: u.opaque(), Document: u.content.Document, Tags: u.c.args["tag"],
	}
	return sub, u.terms(&sub)
}

// jobKey is the caller's own key for the job that the call makes; "" for none.
func (c *call) jobKey() (string, error) {
	header, field := c.r.Header.Get("Idempotency-Key"), c.args.get("client_job_id")
	if header != "" && field != "" && header != field {
		return "", invalid("Idempotency-Key and client_job_id differ: send one of them.")
	}
	return cmp.Or(header, field), nil
}

// terms reads the sender's key, and how long the job may wait.
func (u *upload) terms(sub *cloud.Submission) error {
	var err error
	if sub.Key, err = u.c.jobKey(); err != nil {
		return err
	}
	text := strings.TrimSpace(u.c.args.get("expire_after"))
	if text == "" {
		return nil
	}
	seconds, err := strconv.ParseInt(text, 10, 32)
	if err != nil || seconds <= 0 {
		return invalid("The argument expire_after is not a number of seconds.")
	}
	sub.ExpireAfter = time.Duration(seconds) * time.Second
	return nil
}

// plainContent takes the document from the query, where a short address may be.
func (u *upload) plainContent() error {
	text, ok := u.c.args["content"]
	if !ok {
		return missing()
	}
	doc, err := u.c.saveText(text[0])
	if err != nil {
		return err
	}
	u.content, u.held = doc, true
	return nil
}

func tooLarge() error {
	return &cloud.Error{Kind: cloud.KindTooLarge, Message: "The document is too large."}
}
