package ticket

import (
	"fmt"

	"platen/gcp"
)

// The names of the items that Check tells of.
const (
	ItemColor       = "color"
	ItemDuplex      = "duplex"
	ItemOrientation = "page_orientation"
	ItemCopies      = "copies"
	ItemMargins     = "margins"
	ItemDPI         = "dpi"
	ItemFit         = "fit_to_page"
	ItemPageRange   = "page_range"
	ItemMediaSize   = "media_size"
	ItemCollate     = "collate"
	ItemReverse     = "reverse_order"
	ItemVendor      = "vendor_ticket_item"
)

// NumberUp is the vendor capability for several pages on a side, as connectors name it.
const NumberUp = "number-up"

// VendorItem names a vendor item in a Note.
func VendorItem(id string) string { return ItemVendor + "/" + id }

// notes lists what a ticket asks for in vain.
func notes(can gcp.PrinterDescriptionSection, want gcp.PrintTicketSection) []Note {
	var list []Note
	for _, m := range []struct {
		item, what  string
		asked, have bool
	}{
		{ItemColor, "the colour mode", wantsColor(want), hasColor(can)},
		{ItemDuplex, "two-sided printing", wantsDuplex(want), hasDuplex(can)},
		{ItemOrientation, "the orientation", wantsOrientation(want), hasOrientation(can)},
		{ItemCopies, "the number of copies", want.Copies != nil && want.Copies.Copies > 1, can.Copies != nil},
		{ItemMargins, "the margins", want.Margins != nil, can.Margins != nil},
		{ItemDPI, "the resolution", want.DPI != nil && *want.DPI != gcp.DPITicketItem{}, hasDPI(can)},
		{ItemFit, "the scaling", wantsFit(want), hasFit(can)},
		{ItemPageRange, "the page range", want.PageRange != nil && len(want.PageRange.Interval) > 0, can.PageRange != nil},
		{ItemMediaSize, "the media size", wantsMedia(want), hasMedia(can)},
		{ItemCollate, "the order of the copies", wantsCollate(want), can.Collate != nil},
		{ItemReverse, "the reverse order", want.ReverseOrder != nil && want.ReverseOrder.ReverseOrder, can.ReverseOrder != nil},
	} {
		if m.asked && !m.have {
			list = append(list, Note{m.item, m.what, fmt.Sprintf("The printer cannot be told %s: it is ignored.", m.what)})
		}
	}
	return append(list, vendorNotes(can, want)...)
}

func vendorNotes(can gcp.PrinterDescriptionSection, want gcp.PrintTicketSection) []Note {
	var list []Note
	noted := map[string]bool{}
	for _, item := range want.VendorTicketItem {
		if hasVendor(can, item.ID) || item.ID == "" || item.Value == "" || noted[item.ID] {
			continue
		}
		noted[item.ID] = true
		list = append(list, Note{
			VendorItem(item.ID), fmt.Sprintf("the option %q", item.ID),
			fmt.Sprintf("The printer has no option %q: it is ignored.", item.ID),
		})
	}
	return list
}

// A section without a choice is none.

func hasColor(can gcp.PrinterDescriptionSection) bool {
	return can.Color != nil && len(can.Color.Option) > 0
}

func hasDuplex(can gcp.PrinterDescriptionSection) bool {
	return can.Duplex != nil && len(can.Duplex.Option) > 0
}

func hasOrientation(can gcp.PrinterDescriptionSection) bool {
	return can.PageOrientation != nil && len(can.PageOrientation.Option) > 0
}

func hasFit(can gcp.PrinterDescriptionSection) bool {
	return can.FitToPage != nil && len(can.FitToPage.Option) > 0
}

func hasDPI(can gcp.PrinterDescriptionSection) bool {
	return can.DPI != nil && (len(can.DPI.Option) > 0 || can.DPI.MaxHorizontalDPI > 0)
}

func hasMedia(can gcp.PrinterDescriptionSection) bool {
	return can.MediaSize != nil && (len(can.MediaSize.Option) > 0 || can.MediaSize.MaxWidthMicrons > 0)
}

func wantsColor(w gcp.PrintTicketSection) bool {
	return w.Color != nil && *w.Color != gcp.ColorTicketItem{}
}

// wantsDuplex is not so for one side: a printer that cannot be told prints on one.
func wantsDuplex(w gcp.PrintTicketSection) bool {
	return w.Duplex != nil && w.Duplex.Type != "" && w.Duplex.Type != gcp.DuplexNone
}

func wantsOrientation(w gcp.PrintTicketSection) bool {
	return w.PageOrientation != nil && w.PageOrientation.Type != "" && w.PageOrientation.Type != gcp.OrientationAuto
}

func wantsFit(w gcp.PrintTicketSection) bool { return w.FitToPage != nil && w.FitToPage.Type != "" }

func wantsMedia(w gcp.PrintTicketSection) bool {
	m := w.MediaSize
	return m != nil && (m.WidthMicrons != 0 || m.HeightMicrons != 0 || m.VendorID != "")
}

// wantsCollate is so where there are copies to be put in order.
func wantsCollate(w gcp.PrintTicketSection) bool {
	return w.Collate != nil && w.Copies != nil && w.Copies.Copies > 1
}
