package cups

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/internal/backoff"
	"platen/printer"
)

// Create makes a local job without a document; see connector.PrintSystem.
func (s *System) Create(ctx context.Context, j printer.Job) (printer.LocalJob, error) {
	at, err := s.find(j.Printer)
	if err != nil {
		return printer.LocalJob{}, err
	}
	if at.socket != nil {
		return at.socket.create(ctx, j)
	}
	l := printer.LocalJob{Printer: j.Printer, Cloud: j.ID, User: j.User}
	var pause error // a person holds the printer: not to be waited out in silence
	err = retry(ctx, func() error {
		if at.direct != nil {
			only, err := at.direct.printJobOnly(ctx)
			if err != nil || only {
				return err // Send makes the job
			}
		}
		err := at.create(ctx, j, &l)
		if at.direct != nil && statusOf(err) == goipp.StatusErrorOperationNotSupported {
			at.direct.lackCreate()
			return nil
		}
		if at.direct != nil && temporary(err) {
			at.removeOrphan(ctx, l)
		}
		if held(err) {
			pause = err
			return nil
		}
		return err
	})
	if pause != nil {
		return l, pause
	}
	if err == nil && at.server != nil {
		at.server.hub.made(l)
	}
	return l, err
}

func (at place) create(ctx context.Context, j printer.Job, l *printer.LocalJob) error {
	r := newRequest(goipp.OpCreateJob, at.path).uri(at.uri).user(j.User).
		set("job-name", goipp.TagName, goipp.String(at.jobName(j))).
		set("ipp-attribute-fidelity", goipp.TagBoolean, goipp.Boolean(false))
	r.ticket(j.Attributes)
	if at.server != nil {
		r.job = append(r.job, goipp.MakeAttribute(cloudJob, goipp.TagName, goipp.String(cut(string(j.ID), maxName))))
		l.Tagged = true
	}
	m, err := at.peer.ask(ctx, r, networkLimit)
	if lesser := r.lesser(err); lesser != nil {
		l.Tagged = slices.ContainsFunc(lesser.job, func(a goipp.Attribute) bool { return a.Name == cloudJob })
		l.Refused = lesser.lacks(j.Attributes)
		m, err = at.peer.ask(ctx, lesser, networkLimit)
	}
	if err != nil {
		return explain(r.op, err)
	}
	return take(l, r.op, m)
}

// take notes what the printer says of a job that it took.
func take(l *printer.LocalJob, op goipp.Op, m *goipp.Message) error {
	if id := number(m.Job, "job-id", 0); id > 0 {
		l.ID = id
	}
	if l.ID == 0 {
		return &printer.Error{Op: op.String(), Text: "the printer gave the job no number"}
	}
	if u := text(m.Job, "job-uri"); u != "" {
		l.URI = u
	}
	if u := text(m.Job, "job-uuid"); u != "" {
		l.UUID = u
	}
	return nil
}

// jobName is the title. On printers that are asked directly it carries the cloud
// job's ID, by which a job is found when its number was lost; CUPS needs no such
// thing, and people read the names of its jobs.
func (at place) jobName(j printer.Job) string {
	if at.server != nil {
		return cut(orTitle(j.Title), maxName)
	}
	tag := nameTag(printer.LocalJob{Cloud: j.ID})
	return cut(orTitle(j.Title), maxName-len(tag)) + tag
}

func orTitle(title string) string {
	if strings.TrimSpace(title) == "" {
		return "Document"
	}
	return title
}

func nameTag(l printer.LocalJob) string { return " [" + cut(string(l.Cloud), maxName/2) + "]" }

// Send gives the local job its document; see connector.PrintSystem.
func (s *System) Send(ctx context.Context, l printer.LocalJob, j printer.Job, doc io.ReadSeeker) (printer.LocalJob, error) {
	at, err := s.find(l.Printer)
	if err != nil {
		return l, err
	}
	if size, err := doc.Seek(0, io.SeekEnd); err != nil || size != j.Size {
		return l, errors.Join(fmt.Errorf("the document has %d bytes, not %d", size, j.Size), err)
	}
	if at.socket != nil {
		return l, at.socket.send(ctx, l, j, doc)
	}
	if at.server != nil {
		at.server.hub.expect(l)
	}
	err = retry(ctx, func() error { return at.send(ctx, &l, j, doc) })
	return l, err
}

// send tries once.
func (at place) send(ctx context.Context, l *printer.LocalJob, j printer.Job, doc io.ReadSeeker) error {
	r := newRequest(goipp.OpSendDocument, at.path).uri(at.uri)
	if l.ID != 0 {
		r.integer("job-id", l.ID).user(l.User)
	} else {
		r.op = goipp.OpPrintJob
		r.user(l.User).set("job-name", goipp.TagName, goipp.String(at.jobName(j))).
			set("ipp-attribute-fidelity", goipp.TagBoolean, goipp.Boolean(false))
	}
	r.set("document-name", goipp.TagName, goipp.String(cut(orTitle(j.Title), maxName)))
	if j.Format != "" {
		r.set("document-format", goipp.TagMimeType, goipp.String(j.Format))
	}
	r.ticket(j.Attributes)
	if r.op == goipp.OpSendDocument {
		r.set("last-document", goipp.TagBoolean, goipp.Boolean(true))
	}
	m, err := at.peer.exchange(ctx, r, &document{doc, j.Size}, networkLimit)
	if lesser := r.lesser(err); lesser != nil {
		if r.op == goipp.OpPrintJob { // the other carries little of the ticket
			l.Refused = lesser.lacks(j.Attributes)
		}
		m, err = at.peer.exchange(ctx, lesser, &document{doc, j.Size}, networkLimit)
	}
	if err == nil {
		return take(l, r.op, m)
	}
	again := notBegun(err) || clearlyRefused(err)
	err = explain(r.op, err)
	if !again {
		return &unclear{err}
	}
	return err
}

// unclear is an error after which the printer may have the document: it may be
// passing, but nothing is sent again before Settle has said so.
type unclear struct{ error }

// Unwrap returns what happened.
func (u *unclear) Unwrap() error { return u.error }

// clearlyRefused reports whether the answer says that the document was not taken.
func clearlyRefused(err error) bool {
	switch statusOf(err) {
	case goipp.StatusErrorBusy, goipp.StatusErrorServiceUnavailable, goipp.StatusErrorNotAcceptingJobs,
		goipp.StatusErrorTooManyJobs, goipp.StatusErrorPrinterIsDeactivated:
		return true
	}
	return false
}

// held reports whether a person holds the printer up.
func held(err error) bool {
	var e *printer.Error
	return errors.As(err, &e) && e.Retry && e.State.UserAction != nil
}

// temporary reports whether trying again may help.
func temporary(err error) bool {
	var t interface{ Temporary() bool }
	return errors.As(err, &t) && t.Temporary()
}

// retry repeats f while its error says so, until ctx ends: soon while the
// printer is busy, later when it is away.
func retry(ctx context.Context, f func() error) error {
	busy := backoff.Backoff{Min: 200 * time.Millisecond, Max: 5 * time.Second}
	away := backoff.Backoff{Min: time.Second, Max: time.Minute}
	for {
		err := f()
		var u *unclear
		if errors.As(err, &u) {
			return u.error
		}
		if err == nil || !temporary(err) {
			return err
		}
		wait := &away
		if e := (*printer.Error)(nil); errors.As(err, &e) && e.Busy {
			wait = &busy
		}
		if end := wait.Wait(ctx); end != nil {
			return fmt.Errorf("%w: %w", err, end)
		}
	}
}

// Cancel asks the printer to cancel the job; see connector.PrintSystem.
func (s *System) Cancel(ctx context.Context, l printer.LocalJob) error {
	at, err := s.find(l.Printer)
	if err != nil || at.socket != nil { // bytes cannot be taken back
		return err
	}
	if l.ID == 0 {
		found, err := at.search(ctx, l)
		if err != nil || found.ID == 0 {
			return err
		}
		l = found
	}
	if l.UUID != "" { // the printer may have given the number to another job since
		if _, err := at.job(ctx, l); err != nil {
			return gone(err)
		}
	}
	err = at.cancel(ctx, l)
	if at.server != nil {
		at.server.hub.hurry()
	}
	return err
}

// gone makes success of an error that says that there is nothing to cancel.
func gone(err error) error {
	if errors.Is(err, printer.ErrNoJob) {
		return nil
	}
	return err
}

func (at place) cancel(ctx context.Context, l printer.LocalJob) error {
	r := newRequest(goipp.OpCancelJob, at.path).uri(at.uri).integer("job-id", l.ID).user(l.User)
	_, err := at.peer.ask(ctx, r, networkLimit)
	switch statusOf(err) {
	case goipp.StatusErrorNotPossible, goipp.StatusErrorNotFound, goipp.StatusErrorGone:
		return nil // it ended already
	}
	return explain(r.op, err)
}
