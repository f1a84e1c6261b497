package cloud

import (
	"cmp"
	"slices"
	"strconv"

	"platen/gcp"
	"platen/gcp/ticket"
	"platen/internal/impose"
)

// maxCopies bounds the copies that the service makes itself: each is in the
// document that the connector downloads.
const maxCopies = 1000

// wishes are the items of a ticket that a printer or the service can carry out.
// Each is done to the result of those before it, in the order of decision 009.
type wishes struct {
	pages, turn, fit, numberUp, copies, reverse bool
}

// planned decides what the service does of a ticket: the items that the printer's
// capabilities lack, and those whose order demands that they are done before.
func planned(can gcp.PrinterDescriptionSection, want gcp.PrintTicketSection) impose.Layout {
	media := mediaOf(can, want)
	up, known := numberUp(want)
	asked := wishes{
		pages:    want.PageRange != nil && len(want.PageRange.Interval) > 0,
		turn:     want.PageOrientation != nil && want.PageOrientation.Type != "" && want.PageOrientation.Type != gcp.OrientationAuto,
		fit:      want.FitToPage != nil && want.FitToPage.Type != "" && media != (impose.Media{}),
		numberUp: up > 1, copies: want.Copies != nil && want.Copies.Copies > 1,
		reverse: want.ReverseOrder != nil && want.ReverseOrder.ReverseOrder,
	}
	ours := wishes{
		pages:    asked.pages && can.PageRange == nil,
		turn:     asked.turn && (can.PageOrientation == nil || len(can.PageOrientation.Option) == 0),
		fit:      asked.fit && (can.FitToPage == nil || len(can.FitToPage.Option) == 0),
		numberUp: asked.numberUp && known && !offers(can, ticket.NumberUp),
		copies:   asked.copies && (can.Copies == nil || can.Collate == nil && want.Collate != nil),
		reverse:  asked.reverse && can.ReverseOrder == nil,
	}
	if asked.numberUp && !known {
		// The printer puts the pages together: what would come after is not ours.
		ours.copies, ours.reverse, asked.numberUp = false, false, false
	}
	l := layoutOf(ours.complete(asked), want, media, up)
	l.TwoSided = (l.Copies > 1 || l.Reverse) && sidesOf(can.Duplex, want.Duplex).TwoSided()
	return l
}

// complete adds what must be done before the items that we do: what comes later in
// the order must not be done by the printer to something else. Orientation, scaling
// and number-up are one: whoever lays out the sheets does all three.
func (ours wishes) complete(asked wishes) wishes {
	whole := ours.copies || ours.reverse
	if ours.turn || ours.fit || ours.numberUp || whole && asked.numberUp {
		ours.turn, ours.fit, ours.numberUp = asked.turn, asked.fit, asked.numberUp
	}
	ours.pages = ours.pages || (whole || ours.numberUp) && asked.pages
	return ours
}

func layoutOf(ours wishes, want gcp.PrintTicketSection, media impose.Media, up int) impose.Layout {
	var l impose.Layout
	if ours.pages {
		l.Pages = impose.Ascending(want.PageRange.Interval)
	}
	if ours.turn {
		l.Turn = want.PageOrientation.Type
	}
	if ours.fit {
		l.Fit = want.FitToPage.Type
	}
	if ours.numberUp {
		l.NumberUp = up
	}
	if ours.copies {
		l.Copies = want.Copies.Copies
		l.Uncollated = want.Collate != nil && !want.Collate.Collate
	}
	l.Reverse = ours.reverse
	if ours.turn || ours.fit || ours.numberUp {
		l.Media = media
	}
	return l
}

// sidesOf returns the way to print on sheets: as the ticket says, or the printer's
// default; on one side where the capabilities offer no way.
func sidesOf(can *gcp.Duplex, want *gcp.DuplexTicketItem) gcp.DuplexType {
	if can == nil || len(can.Option) == 0 {
		return gcp.DuplexNone
	}
	if want != nil && want.Type != "" {
		return want.Type
	}
	for _, o := range can.Option {
		if o.IsDefault {
			return cmp.Or(o.Type, gcp.DuplexNone)
		}
	}
	return gcp.DuplexNone
}

func offers(can gcp.PrinterDescriptionSection, id string) bool {
	return slices.ContainsFunc(can.VendorCapability, func(c gcp.VendorCapability) bool { return c.ID == id })
}

// numberUp returns how many pages a ticket wants on a side, and whether we can.
func numberUp(want gcp.PrintTicketSection) (n int, known bool) {
	for _, item := range want.VendorTicketItem {
		if item.ID != ticket.NumberUp {
			continue
		}
		n, err := strconv.Atoi(string(item.Value))
		return n, err == nil && slices.Contains(impose.NumbersUp(), n)
	}
	return 1, true
}

// carried returns the items that a layout carries out, as Check names them.
func carried(l impose.Layout) []string {
	var items []string
	for _, m := range []struct {
		done  bool
		items []string
	}{
		{len(l.Pages) > 0, []string{ticket.ItemPageRange}},
		{l.Turn != "", []string{ticket.ItemOrientation}},
		{l.Fit != "", []string{ticket.ItemFit}},
		{l.NumberUp > 1, []string{ticket.VendorItem(ticket.NumberUp)}},
		{l.Copies > 1, []string{ticket.ItemCopies, ticket.ItemCollate}},
		{l.Reverse, []string{ticket.ItemReverse}},
	} {
		if m.done {
			items = append(items, m.items...)
		}
	}
	return items
}

// checkPlan refuses what the service cannot do itself.
func checkPlan(l impose.Layout) error {
	if l.Copies > maxCopies {
		return &Error{Kind: KindInvalid, Message: "The printer makes no copies itself, and the service makes at most " + strconv.Itoa(maxCopies) + "."}
	}
	if err := ticket.Pages(l.Pages); err != nil {
		return &Error{Kind: KindInvalid, Message: err.Error(), Cause: err}
	}
	return nil
}
