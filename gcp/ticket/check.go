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

func impossible(item, format string, args ...any) error {
	return &Error{Item: item, Message: fmt.Sprintf(format, args...)}
}

// Check returns an *Error for the first item of t that asks for something that
// the printer described by cdd cannot do, or nil. An item whose section cdd lacks
// is ignored, as devices do, and so is an item that names no choice.
func Check(cdd gcp.CDD, t gcp.CJT) error {
	can, want := cdd.Printer, t.Print
	checks := []func(gcp.PrinterDescriptionSection, gcp.PrintTicketSection) error{
		checkVendorItems, checkColor, checkDuplex, checkOrientation, checkCopies,
		checkMargins, checkDPI, checkFit, checkPageRange, checkMediaSize,
	}
	for _, check := range checks {
		if err := check(can, want); err != nil {
			return err
		}
	}
	return nil
}

func checkColor(can gcp.PrinterDescriptionSection, want gcp.PrintTicketSection) error {
	if can.Color == nil || len(can.Color.Option) == 0 || want.Color == nil || *want.Color == (gcp.ColorTicketItem{}) {
		return nil
	}
	w := want.Color
	for _, o := range can.Color.Option {
		if (w.VendorID == "" || w.VendorID == o.VendorID) && (w.Type == "" || w.Type == o.Type) {
			return nil
		}
	}
	return impossible("color", "The printer does not offer the colour mode %s.", named(string(w.Type), w.VendorID))
}

func checkDuplex(can gcp.PrinterDescriptionSection, want gcp.PrintTicketSection) error {
	if can.Duplex == nil || len(can.Duplex.Option) == 0 || want.Duplex == nil || want.Duplex.Type == "" {
		return nil
	}
	for _, o := range can.Duplex.Option {
		if o.Type == want.Duplex.Type || o.Type == "" && want.Duplex.Type == gcp.DuplexNone {
			return nil
		}
	}
	return impossible("duplex", "The printer does not offer the duplex mode %s.", want.Duplex.Type)
}

func checkOrientation(can gcp.PrinterDescriptionSection, want gcp.PrintTicketSection) error {
	if can.PageOrientation == nil || len(can.PageOrientation.Option) == 0 ||
		want.PageOrientation == nil || want.PageOrientation.Type == "" {
		return nil
	}
	for _, o := range can.PageOrientation.Option {
		if o.Type == want.PageOrientation.Type {
			return nil
		}
	}
	return impossible("page_orientation", "The printer does not offer the orientation %s.", want.PageOrientation.Type)
}

func checkFit(can gcp.PrinterDescriptionSection, want gcp.PrintTicketSection) error {
	if can.FitToPage == nil || len(can.FitToPage.Option) == 0 || want.FitToPage == nil || want.FitToPage.Type == "" {
		return nil
	}
	for _, o := range can.FitToPage.Option {
		if o.Type == want.FitToPage.Type {
			return nil
		}
	}
	return impossible("fit_to_page", "The printer does not offer the fitting %s.", want.FitToPage.Type)
}

// checkCopies accepts 0 as "not said", and any number where no maximum is known.
func checkCopies(can gcp.PrinterDescriptionSection, want gcp.PrintTicketSection) error {
	if can.Copies == nil || want.Copies == nil {
		return nil
	}
	switch n := want.Copies.Copies; {
	case n < 0:
		return impossible("copies", "%d copies cannot be printed.", n)
	case can.Copies.Max > 0 && n > can.Copies.Max:
		return impossible("copies", "The printer makes at most %d copies, not %d.", can.Copies.Max, n)
	}
	return nil
}

// checkPageRange follows gcp.PageInterval: counted from 1, End 0 is the last page.
func checkPageRange(can gcp.PrinterDescriptionSection, want gcp.PrintTicketSection) error {
	if can.PageRange == nil || want.PageRange == nil {
		return nil
	}
	for _, r := range want.PageRange.Interval {
		switch {
		case r.Start < 1:
			return impossible("page_range", "Page %d does not exist: pages are counted from 1.", r.Start)
		case r.End != 0 && r.End < r.Start:
			return impossible("page_range", "The page range %d to %d ends before it begins.", r.Start, r.End)
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
