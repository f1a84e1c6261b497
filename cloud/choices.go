package cloud

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"platen/gcp"
	"platen/gcp/ticket"
)

// SetChoices sets what a printer does where a ticket leaves an item out, in place of
// what its connector says: a ticket, of which pages and passwords are no choice for
// others; one without items is the printer's own choices. What the printer cannot do
// is returned as objections, and nothing is changed.
func (s *Service) SetChoices(ctx context.Context, c Caller, id gcp.PrinterID, text []byte) ([]Objection, error) {
	_, of, err := s.needRole(ctx, c, id, gcp.RoleManager)
	switch {
	case err != nil:
		return nil, err
	case c.User == nil:
		return nil, errSignIn
	case of.Hidden:
		return nil, hiddenFor(c)
	}
	if wrong, err := s.CheckTicket(ctx, c, id, text); err != nil || len(wrong) > 0 {
		return wrong, err
	}
	var t gcp.CJT
	if err := json.Unmarshal(keptTicket(text), &t); err != nil {
		return nil, &Error{Kind: KindInvalid, Message: "The ticket is not a print ticket (CJT).", Cause: err}
	}
	t.Version, t.Print.PageRange = "1.0", nil
	var vendor []gcp.VendorTicketItem
	for _, item := range t.Print.VendorTicketItem {
		if !strings.Contains(item.ID, "password") {
			vendor = append(vendor, item)
		}
	}
	t.Print.VendorTicketItem = vendor
	kept, err := json.Marshal(t.Print)
	if err != nil {
		return nil, err
	}
	_, err = s.UpdatePrinter(ctx, c, id, PrinterFields{Choices: kept})
	return nil, err
}

// chosen reads what a printer does where a ticket leaves an item out.
func (p *Printer) chosen() gcp.PrintTicketSection {
	var chosen gcp.PrintTicketSection
	if len(p.Choices) > 0 {
		_ = json.Unmarshal(p.Choices, &chosen) // it was written by SetChoices
	}
	return chosen
}

// readFull is readTicket, with the printer's choices where the ticket leaves items
// out. One that the printer cannot do any more, has nothing of any more, or cannot do
// with the rest of the ticket, is left out as if nobody had made it.
func readFull(p Printer, caps capabilities, text json.RawMessage) (gcp.CJT, json.RawMessage, error) {
	t, text, err := readTicket(caps, text)
	if err != nil || caps.legacy != nil || len(p.Choices) == 0 {
		return t, text, err
	}
	if _, err := ticket.Check(caps.cdd, t); err != nil {
		return t, text, nil // whoever asked for it hears of it
	}
	var whole, print, chosen map[string]json.RawMessage
	if json.Unmarshal(text, &whole) != nil || json.Unmarshal(p.Choices, &chosen) != nil {
		return t, text, nil
	}
	if raw := whole["print"]; len(raw) > 0 && json.Unmarshal(raw, &print) != nil || print == nil {
		print = map[string]json.RawMessage{}
	}
	full := filling{caps: caps, whole: whole, print: print, ticket: t, text: text}
	for _, item := range []string{
		ticket.ItemMediaSize, ticket.ItemColor, ticket.ItemDuplex, ticket.ItemOrientation, ticket.ItemFit, ticket.ItemMargins,
		ticket.ItemDPI, ticket.ItemCopies, ticket.ItemCollate, ticket.ItemReverse,
	} {
		if have := string(print[item]); chosen[item] != nil && (have == "" || have == "null") && ticket.Has(caps.cdd, item) {
			full.try(item, chosen[item])
		}
	}
	for _, v := range p.chosen().VendorTicketItem {
		if ticket.Has(caps.cdd, ticket.VendorItem(v.ID)) {
			full.tryVendor(v)
		}
	}
	return full.ticket, full.text, nil
}

// filling is a ticket that is being filled. Members that we do not know stay.
type filling struct {
	caps         capabilities
	whole, print map[string]json.RawMessage
	ticket       gcp.CJT
	text         json.RawMessage
}

// try puts an item in, if that can be printed.
func (f *filling) try(item string, value json.RawMessage) {
	before, had := f.print[item]
	f.print[item] = value
	if f.written() {
		return
	}
	if delete(f.print, item); had {
		f.print[item] = before
	}
}

// tryVendor adds an item of the printer's own, unless the ticket has it.
func (f *filling) tryVendor(v gcp.VendorTicketItem) {
	if slices.ContainsFunc(f.ticket.Print.VendorTicketItem, func(have gcp.VendorTicketItem) bool { return have.ID == v.ID }) {
		return
	}
	var raw []json.RawMessage
	_ = json.Unmarshal(f.print[ticket.ItemVendor], &raw) // it was read before, as part of the ticket
	one, err := json.Marshal(v)
	if err != nil {
		return
	}
	all, err := json.Marshal(append(raw, one))
	if err == nil {
		f.try(ticket.ItemVendor, all)
	}
}

// written takes what is filled in, and reports whether it can be printed so.
func (f *filling) written() bool {
	print, err := json.Marshal(f.print)
	if err != nil {
		return false
	}
	whole := map[string]json.RawMessage{}
	maps.Copy(whole, f.whole) // which null makes nil
	whole["print"] = print
	text, err := json.Marshal(whole)
	var t gcp.CJT
	if err = errors.Join(err, json.Unmarshal(text, &t)); err != nil {
		return false
	}
	if _, err := ticket.Check(f.caps.cdd, t); err != nil {
		return false
	}
	f.ticket, f.text = t, text
	return true
}
