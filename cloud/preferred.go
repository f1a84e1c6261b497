package cloud

import (
	"bytes"
	"encoding/json"

	"platen/gcp"
	"platen/gcp/ticket"
)

// preferring returns capabilities (CDD) in which the choices of whoever manages the
// printer are the defaults: what people see, and their old clients, is what they get.
// Members that we do not know stay.
func preferring(text json.RawMessage, p *Printer) json.RawMessage {
	var whole, can, chosen map[string]json.RawMessage
	if len(p.Choices) == 0 || json.Unmarshal(text, &whole) != nil || json.Unmarshal(whole["printer"], &can) != nil ||
		json.Unmarshal(p.Choices, &chosen) != nil {
		return text
	}
	for name, want := range chosen {
		var item map[string]json.RawMessage
		if can[name] == nil || json.Unmarshal(want, &item) != nil {
			continue
		}
		switch name {
		case ticket.ItemCopies, ticket.ItemCollate, ticket.ItemReverse:
			can[name] = preferValue(can[name], item)
		default:
			can[name] = preferOption(can[name], item)
		}
	}
	if can["vendor_capability"] != nil && chosen[ticket.ItemVendor] != nil {
		can["vendor_capability"] = preferVendor(can["vendor_capability"], p.chosen().VendorTicketItem)
	}
	printer, err := json.Marshal(can)
	if err != nil {
		return text
	}
	whole["printer"] = printer
	out, err := json.Marshal(whole)
	if err != nil {
		return text
	}
	return out
}

// edited returns an object with members changed by fn, or as it is if it is none.
func edited(text json.RawMessage, fn func(map[string]json.RawMessage)) json.RawMessage {
	var o map[string]json.RawMessage
	if json.Unmarshal(text, &o) != nil || o == nil { // null is no object
		return text
	}
	fn(o)
	out, err := json.Marshal(o)
	if err != nil {
		return text
	}
	return out
}

// preferOption makes the option that a ticket's item names the default.
func preferOption(section json.RawMessage, item map[string]json.RawMessage) json.RawMessage {
	return edited(section, func(s map[string]json.RawMessage) {
		s["option"] = preferIn(s["option"], func(o map[string]json.RawMessage) bool {
			for name, value := range item {
				if !bytes.Equal(o[name], value) {
					return false
				}
			}
			return true
		})
	})
}

// preferIn makes the first option that is meant the default, if there is one.
func preferIn(text json.RawMessage, meant func(map[string]json.RawMessage) bool) json.RawMessage {
	var options []map[string]json.RawMessage
	if json.Unmarshal(text, &options) != nil {
		return text
	}
	for i := range options {
		if options[i] == nil || !meant(options[i]) {
			continue
		}
		for _, o := range options {
			delete(o, "is_default")
		}
		options[i]["is_default"] = json.RawMessage("true")
		if out, err := json.Marshal(options); err == nil {
			return out
		}
		return text
	}
	return text
}

// preferValue makes the one value of a ticket's item the default.
func preferValue(section json.RawMessage, item map[string]json.RawMessage) json.RawMessage {
	return edited(section, func(s map[string]json.RawMessage) {
		for _, value := range item {
			s["default"] = value
		}
	})
}

// preferVendor makes values the defaults of the printer's own capabilities.
func preferVendor(text json.RawMessage, items []gcp.VendorTicketItem) json.RawMessage {
	var list []json.RawMessage
	if json.Unmarshal(text, &list) != nil {
		return text
	}
	want := map[string]gcp.Text{}
	for _, item := range items {
		want[item.ID] = item.Value
	}
	for i := range list {
		var known gcp.VendorCapability
		if json.Unmarshal(list[i], &known) != nil {
			continue
		}
		value, ok := want[known.ID]
		if !ok {
			continue
		}
		list[i] = edited(list[i], func(c map[string]json.RawMessage) { preferVendorValue(c, value) })
	}
	out, err := json.Marshal(list)
	if err != nil {
		return text
	}
	return out
}

// preferVendorValue makes a value the default of a capability, of whatever kind.
func preferVendorValue(c map[string]json.RawMessage, value gcp.Text) {
	if text, ok := c["select_cap"]; ok {
		c["select_cap"] = edited(text, func(s map[string]json.RawMessage) {
			s["option"] = preferIn(s["option"], func(o map[string]json.RawMessage) bool {
				var v gcp.Text
				return json.Unmarshal(o["value"], &v) == nil && v == value
			})
		})
	}
	quoted, err := json.Marshal(value)
	if err != nil {
		return
	}
	for _, kind := range []string{"range_cap", "typed_value_cap"} {
		if text, ok := c[kind]; ok {
			c[kind] = edited(text, func(s map[string]json.RawMessage) { s["default"] = quoted })
		}
	}
}
