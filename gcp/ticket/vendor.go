package ticket

import (
	"math"
	"strconv"
	"strings"
	"unicode"

	"platen/gcp"
)

// maxText is the longest text that a printer takes, in bytes (RFC 8011, 5.1.2).
const maxText = 1023

// maxList is how many options or ranges of pages a ticket may name: no form has as
// many, and each costs time here and at the printer.
const maxList = 1000

func checkVendorItems(can gcp.PrinterDescriptionSection, want gcp.PrintTicketSection) error {
	if len(want.VendorTicketItem) > maxList {
		return impossible(ItemVendor, "The ticket asks for more than %d options.", maxList)
	}
	said := map[string]gcp.Text{}
	for _, item := range want.VendorTicketItem {
		for _, c := range can.VendorCapability {
			if c.ID != item.ID {
				continue
			}
			if before, ok := said[item.ID]; ok && before != item.Value && c.TypedValueCap != nil {
				return impossible(ItemVendor, "The ticket asks for two values of %s.", label(c)) // they may be secret
			} else if ok && before != item.Value {
				return impossible(ItemVendor, "The ticket asks for both %q and %q for %s.", before, item.Value, label(c))
			}
			said[item.ID] = item.Value
			if err := checkVendorItem(c, string(item.Value)); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkVendorItem takes an empty value for no choice.
func checkVendorItem(c gcp.VendorCapability, value string) error {
	switch {
	case value == "":
		return nil
	case c.SelectCap != nil:
		return checkSelect(c, value)
	case c.RangeCap != nil:
		return checkRange(c, value)
	case c.TypedValueCap != nil && !isOf(c.TypedValueCap.ValueType, value):
		return impossible(ItemVendor, "%q is no value of type %s for %s.",
			value, strings.ToLower(string(c.TypedValueCap.ValueType)), label(c))
	case c.TypedValueCap != nil && len(value) > maxText:
		return impossible(ItemVendor, "The text for %s is longer than %d bytes.", label(c), maxText)
	case c.TypedValueCap != nil && strings.ContainsFunc(value, unicode.IsControl):
		return impossible(ItemVendor, "The text for %s has characters that cannot be written.", label(c))
	}
	return nil
}

func checkSelect(c gcp.VendorCapability, value string) error {
	for _, o := range c.SelectCap.Option {
		if string(o.Value) == value {
			return nil
		}
	}
	return impossible(ItemVendor, "The printer does not offer %q for %s.", value, label(c))
}

func checkRange(c gcp.VendorCapability, value string) error {
	r := c.RangeCap
	if !isOf(r.ValueType, value) {
		return impossible(ItemVendor, "%q is no number for %s.", value, label(c))
	}
	n, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return impossible(ItemVendor, "%q is no number for %s.", value, label(c))
	}
	if lo, err := strconv.ParseFloat(string(r.Min), 64); err == nil && n < lo {
		return impossible(ItemVendor, "%s for %s is less than %s.", value, label(c), r.Min)
	}
	if hi, err := strconv.ParseFloat(string(r.Max), 64); err == nil && n > hi {
		return impossible(ItemVendor, "%s for %s is more than %s.", value, label(c), r.Max)
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
		_, err := strconv.ParseInt(value, 10, 32) // RFC 8011, 5.1.5
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
