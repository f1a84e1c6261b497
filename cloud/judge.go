package cloud

import (
	"context"
	"encoding/json"
	"errors"

	"platen/gcp"
	"platen/gcp/ticket"
)

// Objection is a sentence about one item of a ticket.
type Objection struct {
	Item string // the ticket's member, or "vendor_ticket_item/" and the id
	Text string
}

// CheckTicket returns what of a ticket cannot be done on a printer, an objection for
// each item: what Submit would refuse, before there is a document.
func (s *Service) CheckTicket(ctx context.Context, c Caller, id gcp.PrinterID, text []byte) ([]Objection, error) {
	_, caps, err := s.printableCaps(ctx, c, id)
	if err != nil {
		return nil, err
	}
	kept := keptTicket(text)
	if err := s.checkTicketSize(kept); err != nil {
		return nil, err
	}
	t, _, err := readTicket(caps, kept)
	if err != nil {
		return nil, err
	}
	wrong := objections(caps.cdd, t)
	if len(s.makes(caps)) == 0 {
		return wrong, nil
	}
	err = checkPlan(planned(caps.cdd.Printer, t.Print))
	if why, ok := errors.AsType[*ticket.Error](err); ok {
		wrong = append(wrong, Objection{why.Item, why.Message})
	} else if err != nil {
		wrong = append(wrong, Objection{ticket.ItemCopies, err.Error()})
	}
	return wrong, nil
}

// readTicket reads a ticket for a printer; one of version 1.0 is told in the words of
// now. The text is what is kept of it.
func readTicket(caps capabilities, text json.RawMessage) (gcp.CJT, json.RawMessage, error) {
	var t gcp.CJT
	if err := json.Unmarshal(text, &t); err != nil {
		return t, nil, &Error{Kind: KindInvalid, Message: "The ticket is not a print ticket (CJT).", Cause: err}
	}
	if caps.legacy == nil || len(t.Print.VendorTicketItem) == 0 {
		return t, text, nil
	}
	t = modern(caps.legacy, t)
	text, err := json.Marshal(t)
	return t, text, err
}

// objections asks about a ticket again without what was wrong, until nothing is.
func objections(cdd gcp.CDD, t gcp.CJT) []Objection {
	wrong := vendorObjections(cdd, t)
	t.Print.VendorTicketItem = nil
	for {
		_, err := ticket.Check(cdd, t)
		why, ok := errors.AsType[*ticket.Error](err)
		if !ok || !drop(&t.Print, why.Item) {
			return wrong
		}
		wrong = append(wrong, Objection{why.Item, why.Message})
	}
}

// vendorObjections looks at each vendor item alone: Check does not say which is wrong.
func vendorObjections(cdd gcp.CDD, t gcp.CJT) []Objection {
	var wrong []Objection
	for _, item := range t.Print.VendorTicketItem {
		alone := gcp.CJT{Version: t.Version, Print: gcp.PrintTicketSection{VendorTicketItem: []gcp.VendorTicketItem{item}}}
		if _, err := ticket.Check(cdd, alone); err != nil {
			wrong = append(wrong, Objection{ticket.VendorItem(item.ID), err.Error()})
		}
	}
	return wrong
}

// drop takes an item off a ticket; it reports whether there is such an item.
func drop(t *gcp.PrintTicketSection, item string) bool {
	switch item {
	case ticket.ItemColor:
		t.Color = nil
	case ticket.ItemDuplex:
		t.Duplex = nil
	case ticket.ItemOrientation:
		t.PageOrientation = nil
	case ticket.ItemCopies:
		t.Copies = nil
	case ticket.ItemMargins:
		t.Margins = nil
	case ticket.ItemDPI:
		t.DPI = nil
	case ticket.ItemFit:
		t.FitToPage = nil
	case ticket.ItemPageRange:
		t.PageRange = nil
	case ticket.ItemMediaSize:
		t.MediaSize = nil
	default:
		return false
	}
	return true
}
