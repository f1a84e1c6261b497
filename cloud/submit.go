package cloud

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"platen/gcp"
	"platen/gcp/ticket"
)

// maxTicket bounds a ticket, in bytes.
const maxTicket = 256 << 10

// Submit checks and stores a new job, and tells the connector. The document must
// be in the blob store already; on error the caller discards it.
func (s *Service) Submit(ctx context.Context, c Caller, sub Submission) (JobView, error) {
	started := s.cfg.Now()
	if c.User == nil {
		return JobView{}, errSignIn
	}
	p, role, err := s.printable(ctx, c, sub.Printer)
	if err != nil {
		return JobView{}, err
	}
	if sub.Document.ID == "" || sub.Document.Size == 0 {
		return JobView{}, &Error{Kind: KindInvalid, Message: "The document is empty."}
	}
	ticketText, err := s.checkDocument(p, &sub)
	if err != nil {
		return JobView{}, err
	}
	id := newID()
	now := s.cfg.Now()
	j := Job{
		ID: gcp.JobID(id), Printer: p.ID, PrinterName: p.shownName(),
		Owner: c.User.ID, OwnerEmail: c.User.Email,
		Title: cleanTitle(sub.Title), ContentType: sub.ContentType, Ticket: ticketText,
		Document: sub.Document, Tags: jobTags(sub.Tags), State: gcp.StateOf(gcp.JobQueued),
		CreateTime: now, UpdateTime: now,
	}
	j.addHops(submitHops(sub, started, now))
	if err := s.addJob(ctx, p, j); err != nil {
		return JobView{}, err
	}
	return JobView{Job: j, Role: role}, nil
}

// discardTime bounds the clean-up after a refused submission.
const discardTime = 10 * time.Second

// Discard deletes a document that no job came of, also when the caller is gone.
// What cannot be deleted now is swept later.
func (s *Service) Discard(ctx context.Context, doc Document) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), discardTime)
	defer cancel()
	if err := s.cfg.Blobs.Remove(ctx, doc.ID); err != nil {
		s.log.WarnContext(ctx, "removing a refused document", "document", doc.ID, "err", err)
	}
}

// submitHops are the hops of a job until it is written down.
func submitHops(sub Submission, started, checked time.Time) gcp.Trace {
	t := gcp.Trace{gcp.HopSubmitted: started.UnixMicro(), gcp.HopChecked: checked.UnixMicro()}
	if !sub.Received.IsZero() {
		t[gcp.HopReceived] = sub.Received.UnixMicro()
	}
	return t
}

// printable returns a printer that the caller may print to.
func (s *Service) printable(ctx context.Context, c Caller, id gcp.PrinterID) (Printer, gcp.Role, error) {
	if id == "" {
		return Printer{}, "", &Error{Kind: KindMissing, Message: "Missing required parameters: printerid."}
	}
	p, err := s.cfg.Store.Printer(ctx, id)
	if err != nil {
		return p, "", unknownPrinter(err)
	}
	role, err := s.printerRole(ctx, c, rightsOf(p))
	switch {
	case err != nil:
		return p, "", err
	case role == "":
		return p, "", errUnknownPrinter
	case !p.TOSAccepted:
		return p, "", &Error{Kind: KindForbidden, Message: "The owner has not accepted the terms of service of this printer."}
	}
	return p, role, nil
}

// addJob writes the job down; from here it is not lost.
func (s *Service) addJob(ctx context.Context, p Printer, j Job) error {
	quota := Quota{}
	if p.QuotaEnabled {
		quota = Quota{Limit: p.DailyQuota, Since: midnight(j.CreateTime)}
		if quota.Limit == 0 {
			return errQuotaUsed
		}
	}
	err := s.cfg.Store.AddJob(ctx, j, quota, Event{
		Time: j.CreateTime, Kind: EventJobQueued, Printer: j.Printer, Job: j.ID,
		Robot: p.Robot, User: j.Owner, State: j.State.Type,
	})
	if errors.Is(err, ErrQuota) {
		return errQuotaUsed
	}
	if err == nil {
		s.note(ctx, JobNote{Job: j.ID, Hops: gcp.Trace{gcp.HopQueued: s.cfg.Now().UnixMicro()}})
	}
	return err
}

var errQuotaUsed = &Error{Kind: KindQuota, Message: "The printer's daily quota is used up."}

// checkDocument checks the document's type and the ticket against what the
// printer can do, and returns the ticket as it is kept.
func (s *Service) checkDocument(p Printer, sub *Submission) (json.RawMessage, error) {
	sub.ContentType = mediaType(sub.ContentType)
	caps, err := s.caps.of(p)
	if err != nil {
		return nil, err
	}
	if !caps.takes(sub.ContentType) {
		return nil, &Error{Kind: KindUnsupported, Message: caps.refusal(sub.ContentType)}
	}
	text := bytes.TrimSpace(sub.Ticket)
	if len(text) == 0 {
		return json.RawMessage("{}"), nil
	}
	if len(text) > maxTicket {
		return nil, &Error{Kind: KindTooLarge, Message: "The ticket is too long."}
	}
	var t gcp.CJT
	if err := json.Unmarshal(text, &t); err != nil {
		return nil, &Error{Kind: KindInvalid, Message: "The ticket is not a print ticket (CJT).", Cause: err}
	}
	if err := ticket.Check(caps.cdd, t); err != nil {
		return nil, &Error{Kind: KindInvalid, Message: err.Error(), Cause: err}
	}
	return json.RawMessage(text), nil
}

// jobTags keeps a person's tags, not those that only the service may set.
func jobTags(tags []string) []string {
	kept, err := changeList(nil, nil, tags)
	if err != nil {
		return nil // far too many to mean anything
	}
	return kept
}

// Resubmit copies a job, with its document, to another printer.
func (s *Service) Resubmit(ctx context.Context, c Caller, job gcp.JobID, to gcp.PrinterID, ticketText []byte) (JobView, error) {
	if _, err := s.jobRole(ctx, c, job); err != nil {
		return JobView{}, err
	}
	old, _, err := s.cfg.Store.Job(ctx, job)
	if err != nil {
		return JobView{}, unknownJob(err)
	}
	if old.Document.ID == "" {
		return JobView{}, errDocumentGone
	}
	doc, err := s.cfg.Blobs.Copy(ctx, old.Document)
	if errors.Is(err, ErrNotFound) {
		return JobView{}, errDocumentGone
	}
	if err != nil {
		return JobView{}, err
	}
	if len(bytes.TrimSpace(ticketText)) == 0 {
		ticketText = old.Ticket
	}
	view, err := s.Submit(ctx, c, Submission{
		Printer: to, Title: old.Title, Ticket: ticketText, ContentType: old.ContentType,
		Document: doc, Tags: old.Tags, Received: s.cfg.Now(),
	})
	if err != nil {
		s.Discard(ctx, doc)
		return JobView{}, err
	}
	return view, nil
}
