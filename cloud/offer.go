package cloud

import (
	"context"
	"slices"
	"strconv"

	"platen/gcp"
	"platen/gcp/ticket"
	"platen/internal/impose"
)

// Offer is what somebody can choose who prints on a printer.
type Offer struct {
	Printer  Printer
	CDD      gcp.CDD // its capabilities, and what the service does in its place; the defaults are its manager's choices
	Own      gcp.CDD // likewise with the printer's own defaults
	Choices  gcp.PrintTicketSection
	Accepts  []string // MIME types of documents; nil for any
	Previews bool     // drafts of documents can be looked at
}

// Offer returns what the caller can choose on a printer.
func (s *Service) Offer(ctx context.Context, c Caller, id gcp.PrinterID) (Offer, error) {
	p, caps, err := s.printableCaps(ctx, c, id)
	if err != nil {
		return Offer{}, err
	}
	accepts, err := s.Accepts(p)
	if err != nil {
		return Offer{}, err
	}
	o := Offer{Printer: p, Own: s.completed(caps), Choices: p.chosen(), Accepts: accepts, Previews: s.draws()}
	o.CDD, err = s.preferred(p, caps)
	return o, err
}

// printableCaps returns a printer that the caller may print to, and what it can.
func (s *Service) printableCaps(ctx context.Context, c Caller, id gcp.PrinterID) (Printer, capabilities, error) {
	if c.User == nil {
		return Printer{}, capabilities{}, errSignIn
	}
	p, _, err := s.printable(ctx, c, id)
	if err != nil {
		return p, capabilities{}, err
	}
	caps, err := s.caps.of(p)
	return p, caps, err
}

// completed adds to a printer's capabilities what the service does where they lack it.
func (s *Service) completed(caps capabilities) gcp.CDD {
	cdd := caps.cdd
	if len(s.makes(caps)) == 0 {
		return cdd
	}
	can := &cdd.Printer
	if can.PageRange == nil {
		can.PageRange = &gcp.PageRange{}
	}
	if can.PageOrientation == nil || len(can.PageOrientation.Option) == 0 {
		can.PageOrientation = &gcp.PageOrientation{Option: []gcp.OrientationOption{
			{Type: gcp.OrientationAuto, IsDefault: true}, {Type: gcp.OrientationPortrait}, {Type: gcp.OrientationLandscape},
		}}
	}
	if (can.FitToPage == nil || len(can.FitToPage.Option) == 0) && mediaOf(*can, gcp.PrintTicketSection{}) != (impose.Media{}) {
		can.FitToPage = &gcp.FitToPage{Option: []gcp.FitToPageOption{
			{Type: gcp.FitShrink, IsDefault: true}, {Type: gcp.FitPage}, {Type: gcp.FitFill}, {Type: gcp.FitNone},
		}}
	}
	if can.Copies == nil {
		can.Copies = &gcp.Copies{Default: 1, Max: maxCopies}
	}
	if can.ReverseOrder == nil {
		can.ReverseOrder = &gcp.ReverseOrder{}
	}
	if !offers(*can, ticket.NumberUp) {
		can.VendorCapability = append(slices.Clip(can.VendorCapability), numbersUp())
	}
	return cdd
}

// numbersUp is the choice of how many pages lie on a side.
func numbersUp() gcp.VendorCapability {
	var list []gcp.SelectCapOption
	for _, n := range impose.NumbersUp() {
		text := strconv.Itoa(n)
		list = append(list, gcp.SelectCapOption{Value: gcp.Text(text), DisplayName: text, IsDefault: n == 1})
	}
	return gcp.VendorCapability{
		ID: ticket.NumberUp, DisplayName: "Pages per side", Type: gcp.VendorSelect, SelectCap: &gcp.SelectCap{Option: list},
	}
}
