package ticket

import (
	"fmt"

	"platen/gcp"
)

// Error says which item of a ticket asks for something the printer cannot do.
type Error struct {
	Item    string // the ticket's member, such as "media_size"
	Message string // a sentence for people
}

// Error returns the sentence.
func (e *Error) Error() string { return e.Message }

// Note says which item of a ticket is ignored, because the printer's capabilities
// have no section for it.
type Note struct {
	Item    string // the ticket's member, or "vendor_ticket_item/" and the id
	What    string // the same in words: "the colour mode"
	Message string // a sentence for people
}

func impossible(item, format string, args ...any) error {
	return &Error{Item: item, Message: fmt.Sprintf(format, args...)}
}

// Check returns an *Error for the first item of t that asks for something that
// the printer described by cdd cannot do. An item whose section cdd lacks is
// ignored, as devices do, and noted. An item that names no choice, or only what
// happens anyway, is neither.
func Check(cdd gcp.CDD, t gcp.CJT) ([]Note, error) {
	can, want := cdd.Printer, t.Print
	checks := []func(gcp.PrinterDescriptionSection, gcp.PrintTicketSection) error{
		checkVendorItems, checkColor, checkDuplex, checkOrientation, checkCopies,
		checkMargins, checkDPI, checkFit, checkPageRange, checkMediaSize,
	}
	for _, check := range checks {
		if err := check(can, want); err != nil {
			return nil, err
		}
	}
	return notes(can, want), nil
}

func checkColor(can gcp.PrinterDescriptionSection, want gcp.PrintTicketSection) error {
	if !hasColor(can) || !wantsColor(want) {
		return nil
	}
	w := want.Color
	for _, o := range can.Color.Option {
		if (w.VendorID == "" || w.VendorID == o.VendorID) && (w.Type == "" || w.Type == o.Type) {
			return nil
		}
	}
	return impossible(ItemColor, "The printer does not offer the colour mode %s.", named(string(w.Type), w.VendorID))
}

func checkDuplex(can gcp.PrinterDescriptionSection, want gcp.PrintTicketSection) error {
	if !hasDuplex(can) || want.Duplex == nil || want.Duplex.Type == "" {
		return nil
	}
	for _, o := range can.Duplex.Option {
		if o.Type == want.Duplex.Type || o.Type == "" && want.Duplex.Type == gcp.DuplexNone {
			return nil
		}
	}
	return impossible(ItemDuplex, "The printer does not offer the duplex mode %s.", want.Duplex.Type)
}

func checkOrientation(can gcp.PrinterDescriptionSection, want gcp.PrintTicketSection) error {
	if !hasOrientation(can) || want.PageOrientation == nil || want.PageOrientation.Type == "" {
		return nil
	}
	for _, o := range can.PageOrientation.Option {
		if o.Type == want.PageOrientation.Type {
			return nil
		}
	}
	return impossible(ItemOrientation, "The printer does not offer the orientation %s.", want.PageOrientation.Type)
}

func checkFit(can gcp.PrinterDescriptionSection, want gcp.PrintTicketSection) error {
	if !hasFit(can) || !wantsFit(want) {
		return nil
	}
	for _, o := range can.FitToPage.Option {
		// Print systems that know one word for both offer the first (PWG 5100.13, 6.2.5).
		if o.Type == want.FitToPage.Type || o.Type == gcp.FitPage && want.FitToPage.Type == gcp.FitGrow {
			return nil
		}
	}
	return impossible(ItemFit, "The printer does not offer the fitting %s.", want.FitToPage.Type)
}

// checkCopies accepts 0 as "not said", and any number where no maximum is known.
func checkCopies(can gcp.PrinterDescriptionSection, want gcp.PrintTicketSection) error {
	if want.Copies == nil {
		return nil
	}
	switch n := want.Copies.Copies; {
	case n < 0 && can.Copies != nil:
		return impossible(ItemCopies, "%d copies cannot be printed.", n)
	case can.Copies != nil && can.Copies.Max > 0 && n > can.Copies.Max:
		return impossible(ItemCopies, "The printer makes at most %d copies, not %d.", can.Copies.Max, n)
	}
	return nil
}

// checkPageRange follows gcp.PageInterval: counted from 1, End 0 is the last page.
func checkPageRange(can gcp.PrinterDescriptionSection, want gcp.PrintTicketSection) error {
	if can.PageRange == nil || want.PageRange == nil {
		return nil
	}
	return Pages(want.PageRange.Interval)
}

// Pages returns an *Error for pages that no document can have.
func Pages(intervals []gcp.PageInterval) error {
	if len(intervals) > maxList {
		return impossible(ItemPageRange, "The ticket names more than %d ranges of pages.", maxList)
	}
	for _, r := range intervals {
		switch {
		case r.Start < 1:
			return impossible(ItemPageRange, "Page %d does not exist: pages are counted from 1.", r.Start)
		case r.End != 0 && r.End < r.Start:
			return impossible(ItemPageRange, "The page range %d to %d ends before it begins.", r.Start, r.End)
		}
	}
	return nil
}

// named prefers the protocol's word to the printer's own.
func named(word, vendorID string) string {
	if word == "" {
		return fmt.Sprintf("%q", vendorID)
	}
	return word
}
