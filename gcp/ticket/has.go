package ticket

import (
	"slices"
	"strings"

	"platen/gcp"
)

// Has reports whether a printer's capabilities have anything of an item, which is named
// as in a Note.
func Has(cdd gcp.CDD, item string) bool {
	can := cdd.Printer
	if id, ok := strings.CutPrefix(item, VendorItem("")); ok {
		return hasVendor(can, id)
	}
	switch item {
	case ItemColor:
		return hasColor(can)
	case ItemDuplex:
		return hasDuplex(can)
	case ItemOrientation:
		return hasOrientation(can)
	case ItemCopies:
		return can.Copies != nil
	case ItemMargins:
		return can.Margins != nil
	case ItemDPI:
		return hasDPI(can)
	case ItemFit:
		return hasFit(can)
	case ItemPageRange:
		return can.PageRange != nil
	case ItemMediaSize:
		return hasMedia(can)
	case ItemCollate:
		return can.Collate != nil
	case ItemReverse:
		return can.ReverseOrder != nil
	}
	return false
}

func hasVendor(can gcp.PrinterDescriptionSection, id string) bool {
	return slices.ContainsFunc(can.VendorCapability, func(c gcp.VendorCapability) bool { return c.ID == id })
}
