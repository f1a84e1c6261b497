package connector

import (
	"cmp"
	"encoding/json"
	"slices"

	"platen/gcp"
	"platen/printer"
)

// Rule is what the administrator's rules want of one printer. The zero value wants
// nothing. Whether a printer is shared at all is Options.Share.
type Rule struct {
	Name     string           // for people, in place of the printer's own; "" keeps that
	Location string           // likewise
	Tags     []string         // beside the printer's own; the service keeps those of earlier rules
	Defaults printer.Defaults // of jobs that do not choose
	Access   []Access         // who may use the printer; given once, and never taken back
}

// Access is somebody who may use a printer.
type Access struct {
	Scope string   `json:"scope"` // an address, /group/NAME or /hd/domain/NAME, in small letters
	Role  gcp.Role `json:"role"`
}

// dress returns a printer as the service is told of it by a rule.
func (u Rule) dress(p printer.Printer) printer.Printer {
	p.Info, p.Location = cmp.Or(u.Name, p.Info), cmp.Or(u.Location, p.Location)
	p.Tags = slices.Concat(p.Tags, u.Tags)
	if u.Defaults.None() {
		return p
	}
	p.CDD, _ = u.Defaults.Describe(p.CDD)
	if b, err := json.Marshal(u.Defaults); err == nil { // it always encodes
		p.CapsHash = mark(p.CapsHash + string(b))
	}
	return p
}

// dress returns a printer as the service is told of it.
func (o Options) dress(p printer.Printer) printer.Printer {
	if o.Rule == nil {
		return p
	}
	return o.Rule(p).dress(p)
}
