package cloud

import (
	"bytes"
	"context"
	"errors"

	"platen/gcp"
)

// Resubmit copies a job, with its document, to another printer.
func (s *Service) Resubmit(ctx context.Context, c Caller, job gcp.JobID, to gcp.PrinterID, ticketText []byte) (JobView, error) {
	old, err := s.Job(ctx, c, job)
	if err != nil {
		return JobView{}, err
	}
	if old.Overseen {
		return JobView{}, errNotAllowed
	}
	sub := copyOf(old.Job, to)
	if len(bytes.TrimSpace(ticketText)) > 0 {
		sub.Ticket = ticketText
	}
	return s.submitCopy(ctx, c, old.Job, sub)
}

// PrintAgain makes a new job with the document, the ticket and the printer of one
// that has ended. The new one names the old one. With a key (see Submission.Key)
// that the caller used before for this it gives the job that came of it; "" is none.
func (s *Service) PrintAgain(ctx context.Context, c Caller, job gcp.JobID, key string) (JobView, error) {
	old, err := s.Job(ctx, c, job)
	if err != nil {
		return JobView{}, err
	}
	if old.Overseen {
		return JobView{}, errNotAllowed
	}
	if !old.State.Type.Ended() {
		return JobView{}, &Error{Kind: KindInvalid, Message: "Only a job that has ended can be printed again."}
	}
	sub := copyOf(old.Job, old.Printer)
	sub.AgainOf, sub.Key = old.ID, key
	return s.submitCopy(ctx, c, old.Job, sub)
}

func copyOf(old Job, to gcp.PrinterID) Submission {
	return Submission{Printer: to, Title: old.Title, Ticket: old.Ticket, ContentType: old.ContentType, Tags: old.Tags}
}

// submitCopy submits a second document with the content of a job's.
func (s *Service) submitCopy(ctx context.Context, c Caller, old Job, sub Submission) (JobView, error) {
	var doc Document
	err := error(ErrNotFound)
	if old.Document.ID != "" {
		doc, err = s.cfg.Blobs.Copy(ctx, old.Document)
	}
	if errors.Is(err, ErrNotFound) {
		sub.Document.Digest = old.Document.Digest
		return s.repeated(ctx, c, sub, errDocumentGone)
	}
	if err != nil {
		return JobView{}, err
	}
	sub.Document, sub.Received = doc, s.cfg.Now()
	view, err := s.Submit(ctx, c, sub)
	if err != nil {
		s.Discard(ctx, doc)
		return JobView{}, err
	}
	return view, nil
}
