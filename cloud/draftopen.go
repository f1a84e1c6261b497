package cloud

import (
	"context"

	"platen/gcp"
)

var errNoInbox = &Error{Kind: KindUnsupported, Message: "This service cannot keep a document until you have chosen a printer: choose the printer first, and then the document."}

// AddUnplaced keeps a document for a while, for its sender alone, who chooses a printer
// for it later (UseDraft). Until then it is neither looked at nor printed.
func (s *Service) AddUnplaced(ctx context.Context, c Caller, n NewDraft) (Draft, error) {
	if c.User == nil {
		return Draft{}, errSignIn
	}
	if !s.draws() {
		return Draft{}, errNoInbox
	}
	n.Printer = ""
	return s.keepDraft(ctx, c, n, mediaType(n.ContentType))
}

// UseDraft chooses the printer of a draft of the caller, in place of the one before.
func (s *Service) UseDraft(ctx context.Context, c Caller, id DraftID, to gcp.PrinterID) error {
	d, err := s.Draft(c, id)
	if err != nil {
		return err
	}
	_, caps, err := s.printableCaps(ctx, c, to)
	if err != nil {
		return err
	}
	kind, err := s.admitted(caps, Submission{ContentType: d.ContentType, Opaque: d.Opaque})
	if err != nil {
		return err
	}
	s.drafts.change(id, func(d *Draft) { d.Printer, d.ContentType = to, kind })
	return nil
}
