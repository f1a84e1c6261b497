package ticket

import (
	"math"
	"strconv"
	"strings"

	"platen/gcp"
)

func checkVendorItems(can gcp.PrinterDescriptionSection, want gcp.PrintTicketSection) error {
	for _, item := range want.VendorTicketItem {
		for _, c := range can.VendorCapability {
			if c.ID != item.ID {
				continue
			}
			if err := checkVendorItem(c, string(item.Value)); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkVendorItem(c gcp.VendorCapability, value string) error {
	switch {
	case c.SelectCap != nil:
		return checkSelect(c, value)
	case c.RangeCap != nil:
		return checkRange(c, value)
	case c.TypedValueCap != nil && !isOf(c.TypedValueCap.ValueType, value):
		return impossible("vendor_ticket_item", "%q is no value of type %s for %s.",
			value, strings.ToLower(string(c.TypedValueCap.ValueType)), label(c))
	}
	return nil
}

func checkSelect(c gcp.VendorCapability, value string) error {
	for _, o := range c.SelectCap.Option {
		if string(o.Value) == value {
			return nil
		}
	}
	return impossible("vendor_ticket_item", "The printer does not offer %q for %s.", value, label(c))
}

func checkRange(c gcp.VendorCapability, value string) error {
	r := c.RangeCap
	if !isOf(r.ValueType, value) {
		return impossible("vendor_ticket_item", "%q is no number for %s.", value, label(c))
	}
	n, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return impossible("vendor_ticket_item", "%q is no number for %s.", value, label(c))
	}
	if lo, err := strconv.ParseFloat(string(r.Min), 64); err == nil && n < lo {
		return impossible("vendor_ticket_item", "%s for %s is less than %s.", value, label(c), r.Min)
	}
	if hi, err := strconv.ParseFloat(string(r.Max), 64); err == nil && n > hi {
		return impossible("vendor_ticket_item", "%s for %s is more than %s.", value, label(c), r.Max)
	}
	return nil
}

// isOf reports whether value can be read as type t. A type that is not known
// takes anything.
func isOf(t gcp.ValueType, value string) bool {
	switch t {
	case gcp.ValueBoolean:
		_, err := strconv.ParseBool(value)
		return err == nil
	case gcp.ValueInteger:
		_, err := strconv.ParseInt(value, 10, 64)
		return err == nil
	case gcp.ValueFloat:
		f, err := strconv.ParseFloat(value, 64)
		return err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
	}
	return true
}

func label(c gcp.VendorCapability) string {
	if c.DisplayName != "" {
		return strconv.Quote(c.DisplayName)
	}
	for _, l := range c.DisplayNameLocalized {
		if l.Locale == "EN" {
			return strconv.Quote(l.Value)
		}
	}
	return strconv.Quote(c.ID)
}
