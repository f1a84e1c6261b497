package ppd

import (
	"fmt"

	"platen/gcp"
)

// The options of Ricoh that hold a job until somebody types its number at the
// device.
const (
	jobType     = "JobType"
	lockedPrint = "LockedPrint"
	lockedPIN   = "LockedPrintPassword"

	// LockedPrintID is the vendor capability that stands for both, without prefix:
	// its value is the number.
	LockedPrintID = jobType + ":" + lockedPrint + "/" + lockedPIN
)

// PINDigits returns how many digits the number of a locked print may have; ok is
// false for a printer without locked print.
func (f *File) PINDigits() (least, most int, ok bool) {
	job, pin := f.Option(jobType), f.Option(lockedPIN)
	if job == nil || pin == nil {
		return 0, 0, false
	}
	for _, c := range f.Possible(*job) {
		ok = ok || c.Keyword == lockedPrint
	}
	least, most = 4, 8
	for _, p := range pin.Params {
		if (p.Type == "passcode" || p.Type == "password" || p.Type == "string") && p.Min >= 1 && p.Max >= p.Min && p.Max <= 32 {
			least, most = int(p.Min), int(p.Max)
		}
	}
	return least, most, ok
}

// Vendor turns the options that people choose into vendor capabilities, but for
// those that are covered. The ids are prefix and keyword.
func (f *File) Vendor(prefix string, covered func(Option) bool) []gcp.VendorCapability {
	var out []gcp.VendorCapability
	least, most, locked := f.PINDigits()
	for _, o := range f.Options {
		if o.Installable || covered(o) {
			continue
		}
		choices := f.Possible(o)
		if locked && o.Keyword == lockedPIN {
			out = append(out, pinCapability(prefix, least, most))
			continue
		}
		if locked && o.Keyword == jobType {
			choices = without(choices, lockedPrint) // it needs the number
		}
		switch {
		case len(choices) == 0:
		case o.UI == Boolean && len(choices) == 2:
			out = append(out, boolean(prefix, o))
		case o.UI == PickOne:
			out = append(out, selection(prefix, o, choices))
		}
	}
	return out
}

func without(choices []Choice, keyword string) []Choice {
	var out []Choice
	for _, c := range choices {
		if c.Keyword != keyword {
			out = append(out, c)
		}
	}
	return out
}

func pinCapability(prefix string, least, most int) gcp.VendorCapability {
	name := fmt.Sprintf("PIN for locked print (%d to %d digits)", least, most)
	if least == most {
		name = fmt.Sprintf("PIN for locked print (%d digits)", least)
	}
	return gcp.VendorCapability{
		ID: prefix + LockedPrintID, DisplayName: name, Type: gcp.VendorTypedValue,
		TypedValueCap: &gcp.TypedValueCap{ValueType: gcp.ValueString},
	}
}

func boolean(prefix string, o Option) gcp.VendorCapability {
	def := gcp.Text("false")
	if o.Default == "True" {
		def = "true"
	}
	return gcp.VendorCapability{
		ID: prefix + o.Keyword, DisplayName: o.Text, Type: gcp.VendorTypedValue,
		TypedValueCap: &gcp.TypedValueCap{ValueType: gcp.ValueBoolean, Default: def},
	}
}

func selection(prefix string, o Option, choices []Choice) gcp.VendorCapability {
	s := gcp.SelectCap{}
	for _, c := range choices {
		s.Option = append(s.Option, gcp.SelectCapOption{
			Value: gcp.Text(c.Keyword), DisplayName: c.Text, IsDefault: c.Keyword == o.Default,
		})
	}
	gcp.OneDefault(s.Option, func(o *gcp.SelectCapOption) *bool { return &o.IsDefault })
	return gcp.VendorCapability{ID: prefix + o.Keyword, DisplayName: o.Text, Type: gcp.VendorSelect, SelectCap: &s}
}
