package rules

import (
	"path"
	"slices"
	"strings"

	"platen/connector"
	"platen/gcp"
	"platen/printer"
)

// Offer is what rules say of sharing a printer with the cloud.
type Offer string

// The offers.
const (
	OfferUnsaid Offer = ""    // no rule speaks of it: the settings decide
	OfferYes    Offer = "yes" // it is shared, of whatever kind it is
	OfferNo     Offer = "no"  // it is not registered; one that is registered stays so
)

// Offer returns what the last rule says that speaks of it.
func (f File) Offer(name printer.Name) Offer {
	said := OfferUnsaid
	for _, r := range f.Rules {
		if r.Offer != "" && r.matches(name) {
			said = Offer(r.Offer)
		}
	}
	return said
}

// Of returns what the rules want of a printer.
func (f File) Of(p printer.Printer) connector.Rule {
	var u connector.Rule
	name, prefix := p.Info, ""
	if name == "" {
		name = string(p.Name)
	}
	for _, r := range f.Rules {
		if !r.matches(p.Name) {
			continue
		}
		if r.Name != "" {
			name = r.Name
			u.Name = name
		}
		if r.NamePrefix != "" {
			prefix = r.NamePrefix
		}
		if r.Location != "" {
			u.Location = r.Location
		}
		for _, t := range r.Tags {
			if !slices.Contains(u.Tags, t) {
				u.Tags = append(u.Tags, t)
			}
		}
		r.Defaults.over(&u.Defaults)
		for _, s := range r.Share {
			u.Access = give(u.Access, s)
		}
	}
	if prefix != "" {
		u.Name = prefix + name
	}
	return u
}

// matches reports whether a rule is about a printer.
func (r Rule) matches(name printer.Name) bool {
	return (len(r.Include) == 0 || matchesAny(r.Include, name)) && !matchesAny(r.Exclude, name)
}

func matchesAny(patterns []string, name printer.Name) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, _ := path.Match(p, string(name)) // Check refused bad patterns
		return ok
	})
}

// over puts what a rule chooses over what earlier ones did.
func (d Defaults) over(to *printer.Defaults) {
	switch d.Color {
	case "color":
		to.Color = gcp.ColorStandard
	case "monochrome":
		to.Color = gcp.ColorMonochrome
	}
	switch d.Sides {
	case "one-sided":
		to.Duplex = gcp.DuplexNone
	case "two-sided-long-edge":
		to.Duplex = gcp.DuplexLongEdge
	case "two-sided-short-edge":
		to.Duplex = gcp.DuplexShortEdge
	}
	if d.Media != "" {
		to.Media = d.Media
	}
	for _, o := range d.Options {
		id, value, _ := strings.Cut(o, "=")
		if to.Options == nil {
			to.Options = map[string]string{}
		}
		to.Options[id] = value
	}
}

// give adds those of a share; who is named twice has the role named last.
func give(list []connector.Access, s Share) []connector.Access {
	for _, scope := range s.scopes() {
		a := connector.Access{Scope: scope, Role: s.role()}
		at := slices.IndexFunc(list, func(o connector.Access) bool { return o.Scope == scope })
		if at < 0 {
			list = append(list, a)
			continue
		}
		list[at] = a
	}
	return list
}

// scopes returns those of a share as the protocol names them.
func (s Share) scopes() []string {
	var scopes []string
	for _, p := range s.People {
		scopes = append(scopes, strings.ToLower(p))
	}
	for _, g := range s.Groups {
		scopes = append(scopes, "/group/"+strings.ToLower(g))
	}
	for _, d := range s.Domains {
		scopes = append(scopes, "/hd/domain/"+strings.ToLower(d))
	}
	return scopes
}
