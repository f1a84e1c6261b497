package printer

import (
	"slices"
	"strconv"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
)

// typedCapabilities lists numbers between limits, and values that are typed in.
func typedCapabilities(m attributes, caps Capabilities) []gcp.VendorCapability {
	var out []gcp.VendorCapability
	if m.upper("job-priority-supported") > 1 {
		out = append(out, numberRange("job-priority", 1, 100, m.number("job-priority-default", 50)))
	}
	out = append(out, darkness(m)...)
	out = append(out, speed(m)...)
	if caps.Password.Max > 0 && caps.Password.Encryption != "" {
		out = append(out, typed(passwordID))
	}
	if m.upper("document-password-supported") > 0 {
		out = append(out, typed("document-password"))
	}
	for _, id := range []string{"job-account-id", "job-accounting-user-id"} {
		if yes, _ := m.flag(id + "-supported"); yes {
			out = append(out, typed(id))
		}
	}
	return out
}

func typed(id string) gcp.VendorCapability {
	return gcp.VendorCapability{
		ID: id, DisplayName: attributeText(id), Type: gcp.VendorTypedValue,
		TypedValueCap: &gcp.TypedValueCap{ValueType: gcp.ValueString},
	}
}

func numberRange(id string, lo, hi, def int) gcp.VendorCapability {
	text := func(n int) gcp.Text { return gcp.Text(strconv.Itoa(n)) }
	return gcp.VendorCapability{
		ID: id, DisplayName: attributeText(id), Type: gcp.VendorRange,
		RangeCap: &gcp.RangeCap{ValueType: gcp.ValueInteger, Default: text(min(max(def, lo), hi)), Min: text(lo), Max: text(hi)},
	}
}

// darkness of label printers: print-darkness-supported says how many steps there are
// between -100 and 100; some tell the limits instead.
func darkness(m attributes) []gcp.VendorCapability {
	const id = "print-darkness"
	lo, hi, ok := -100, 100, m.upper(id+"-supported") > 0
	if r := m.ranges(id + "-supported"); len(r) > 0 {
		lo, hi, ok = r[0].Lower, r[0].Upper, r[0].Lower < r[0].Upper
	}
	if !ok {
		return nil
	}
	return []gcp.VendorCapability{numberRange(id, lo, hi, m.number(id+"-default", 0))}
}

// speed of label printers in 1/100 mm a second: between limits, or one of some.
func speed(m attributes) []gcp.VendorCapability {
	const id = "print-speed"
	values := enums(m, id+"-supported")
	ranges := m.ranges(id + "-supported")
	if len(ranges) == 0 {
		list := numberChoice(id, values, m.number(id+"-default", 0))
		for _, c := range list {
			for i, n := range values {
				c.SelectCap.Option[i].DisplayName = strconv.FormatFloat(float64(n)/100, 'f', -1, 64) + " mm/s"
			}
		}
		return list
	}
	lo, hi := ranges[0].Lower, ranges[0].Upper
	for _, r := range ranges {
		lo, hi = min(lo, r.Lower), max(hi, r.Upper)
	}
	for _, n := range values {
		lo, hi = min(lo, n), max(hi, n)
	}
	if lo >= hi {
		return nil
	}
	return []gcp.VendorCapability{numberRange(id, lo, hi, m.number(id+"-default", lo))}
}

// ranges returns the values of an attribute that are ranges.
func (m attributes) ranges(name string) []goipp.Range {
	var out []goipp.Range
	for _, v := range m[name] {
		if r, ok := v.V.(goipp.Range); ok {
			out = append(out, r)
		}
	}
	return slices.Clip(out)
}
