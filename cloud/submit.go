package cloud

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"time"

	"platen/gcp"
	"platen/gcp/ticket"
	"platen/internal/impose"
)

// Submit checks and stores a new job, and tells the connector. The document must
// be in the blob store already; on error the caller discards it. A submission
// whose key the caller used before gives the first job, and its document is
// discarded here.
func (s *Service) Submit(ctx context.Context, c Caller, sub Submission) (JobView, error) {
	started := s.cfg.Now()
	if c.User == nil {
		return JobView{}, errSignIn
	}
	if err := checkTerms(sub); err != nil {
		return JobView{}, err
	}
	p, role, err := s.printable(ctx, c, sub.Printer)
	if err != nil {
		return s.repeated(ctx, c, sub, err)
	}
	if sub.Document.ID == "" || sub.Document.Size == 0 {
		return JobView{}, &Error{Kind: KindInvalid, Message: "The document is empty."}
	}
	plan, err := s.checkDocument(p, &sub)
	if err != nil {
		return s.repeated(ctx, c, sub, err)
	}
	id := gcp.NewID()
	now := s.cfg.Now()
	j := Job{
		ID: gcp.JobID(id), Printer: p.ID, PrinterName: p.ShownName(),
		Owner: c.User.ID, OwnerEmail: c.User.Email,
		Title: CleanTitle(sub.Title), ContentType: sub.ContentType, Ticket: plan.ticket, Work: plan.work, Notes: plan.notes,
		Document: sub.Document, Tags: jobTags(sub.Tags), State: gcp.StateOf(gcp.JobQueued),
		ExpireTime: now.Add(s.cfg.Limits.ExpireAfter(sub.ExpireAfter, p.ExpireAfter)), AgainOf: sub.AgainOf,
		CreateTime: now, UpdateTime: now,
	}
	if p.HoldJobs || sub.Hold || sub.Releasers != (Releasers{}) {
		j.hold(wish{now: now, hold: s.cfg.Limits.Hold})
		if j.ReleaseBy, err = s.releaseBy(ctx, c, sub.Releasers); err != nil {
			return JobView{}, err
		}
	}
	j.addHops(submitHops(sub, started, now))
	j.DueTime = j.due(s.cfg.Limits)
	if j, err = s.addJob(ctx, p, j, asked{sub.Key, plan.sent}); err != nil {
		return JobView{}, err
	}
	if j.ID != gcp.JobID(id) && j.Document.ID != sub.Document.ID {
		s.Discard(ctx, sub.Document)
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
	case !p.Hidden.IsZero():
		return p, "", errHidden
	case !p.TOSAccepted:
		return p, "", &Error{Kind: KindForbidden, Message: "The owner has not accepted the terms of service of this printer."}
	}
	return p, role, nil
}

// plan is what becomes of a submission's ticket.
type plan struct {
	ticket json.RawMessage // as it is kept
	sent   json.RawMessage // as it came
	work   impose.Work     // what the service does of it
	notes  []string        // what is ignored of it
}

// checkDocument checks the document's type and the ticket against what the printer
// can do, and what the service can do in its place.
func (s *Service) checkDocument(p Printer, sub *Submission) (plan, error) {
	sub.ContentType = mediaType(sub.ContentType)
	caps, err := s.caps.of(p)
	if err != nil {
		return plan{}, err
	}
	kind, err := s.admitted(caps, *sub)
	if err != nil {
		return plan{}, err
	}
	sub.ContentType = kind
	text := keptTicket(sub.Ticket)
	if err := s.checkTicketSize(text); err != nil {
		return plan{}, err
	}
	sent := text
	t, text, err := readFull(p, caps, sent)
	if err != nil {
		return plan{}, err
	}
	notes, err := ticket.Check(caps.cdd, t)
	if err != nil {
		return plan{}, &Error{Kind: KindInvalid, Message: err.Error(), Cause: err}
	}
	made := plan{ticket: text, sent: sent}
	if made.work, err = s.workOf(caps, sub.ContentType, t); err != nil {
		return plan{}, err
	}
	done := carried(made.work.Layout)
	for _, n := range notes {
		if !slices.Contains(done, n.Item) {
			made.notes = append(made.notes, n.Message)
		}
	}
	return made, nil
}

// workOf returns what the service does to a document for a printer: what its
// capabilities lack, if the document can be made into what it takes.
func (s *Service) workOf(caps capabilities, kind string, t gcp.CJT) (impose.Work, error) {
	makes := s.makes(caps)
	if len(makes) == 0 || !s.reads(kind) {
		return impose.Work{}, nil
	}
	w := impose.Work{Layout: planned(caps.cdd.Printer, t.Print)}
	if !w.Layout.IsZero() || !caps.takes(kind) {
		w.To = makes[0]
	}
	return w, checkPlan(w.Layout)
}

// keptTicket returns a ticket as it is kept.
func keptTicket(sent []byte) json.RawMessage {
	text := bytes.TrimSpace(sent)
	if len(text) == 0 {
		return json.RawMessage("{}")
	}
	return json.RawMessage(text)
}

// maxJobTags bounds the tags of a job.
const maxJobTags = 1000

// jobTags keeps a person's tags, not those that only the service may set.
func jobTags(tags []string) []string {
	kept, err := changeList(nil, nil, tags, maxJobTags)
	if err != nil {
		return nil // far too many to mean anything
	}
	return kept
}
