package web

import (
	"cmp"
	"slices"
	"strings"

	"platen/gcp"
)

// rank says where a printer's own capability stands.
type rank string

// The two places.
const (
	usual rank = "usual" // among the choices that everybody makes
	rare  rank = "rare"
)

// rankOf returns the place of a capability. The names are those of IPP's attributes,
// as connectors write them.
func rankOf(id string) rank {
	if slices.Contains([]string{"media-source", "number-up"}, id) || asksSecret(id) {
		return usual
	}
	return rare
}

// asksSecret reports whether a capability asks for a PIN or a password: job-password of IPP
// (PWG 5100.11, 5.1.5), and what drivers call theirs.
func asksSecret(id string) bool {
	id = strings.ToLower(id)
	words := strings.FieldsFunc(id, func(r rune) bool { return strings.ContainsRune("-_./: ", r) })
	return strings.Contains(id, "password") && !strings.Contains(id, "encryption") || strings.Contains(id, "passcode") ||
		slices.Contains(words, "pin")
}

// vendor offers the printer's own capabilities of one rank.
func (b *builder) vendor(list []gcp.VendorCapability, at rank) {
	for _, c := range list {
		if c.ID == "" || rankOf(c.ID) != at {
			continue
		}
		f := field{
			Name: vendorPrefix + c.ID, Item: "vendor_ticket_item/" + c.ID, Rare: at == rare,
			Label: cmp.Or(c.DisplayName, localized(c.DisplayNameLocalized), readable(c.ID)),
		}
		switch {
		case c.SelectCap != nil:
			b.add(listed(f, c.SelectCap.Option, func(o gcp.SelectCapOption) listing {
				label := cmp.Or(o.DisplayName, localized(o.DisplayNameLocalized), readable(string(o.Value)))
				return listing{fieldChoice{string(o.Value), label}, o.IsDefault}
			}))
		case c.RangeCap != nil:
			f.Kind, f.Default = fieldNumber, string(c.RangeCap.Default)
			f.Min, f.Max, f.Step = string(c.RangeCap.Min), string(c.RangeCap.Max), stepOf(c.RangeCap.ValueType)
			b.add(f)
		case c.TypedValueCap != nil:
			b.typed(f, *c.TypedValueCap)
		}
	}
}

func stepOf(t gcp.ValueType) string {
	if t == gcp.ValueInteger {
		return "1"
	}
	return "any"
}

// typed offers a free value.
func (b *builder) typed(f field, c gcp.TypedValueCap) {
	f.Default = string(c.Default)
	switch {
	case c.ValueType == gcp.ValueBoolean:
		f.Kind, f.Choices = fieldSelect, []fieldChoice{{"false", b.words["print.no"]}, {"true", b.words["print.yes"]}}
		if f.Default != "true" {
			f.Default = "false"
		}
	case asksSecret(f.Name[len(vendorPrefix):]): // also one of digits: it may begin with 0
		f.Kind, f.Default = fieldSecret, ""
		if c.ValueType == gcp.ValueInteger {
			f.Mode = "numeric"
		}
	case c.ValueType == gcp.ValueInteger, c.ValueType == gcp.ValueFloat:
		f.Kind, f.Step = fieldNumber, stepOf(c.ValueType)
	default:
		f.Kind = fieldText
	}
	b.add(f)
}
