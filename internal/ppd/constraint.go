package ppd

import (
	"fmt"
	"strings"
)

// constraint says that its terms exclude each other when all of them are chosen.
type constraint []term

// term is a choice of an option; "" means any but None and False (PPD 4.3, 5.7).
type term struct{ option, choice string }

func (t term) meets(choice string) bool {
	if t.choice == "" {
		return !off(choice)
	}
	return t.choice == choice
}

// constrain reads *Option1 Choice1 *Option2 Choice2 and, as CUPS has them, more.
func (p *parser) constrain(value string) error {
	c := terms(value)
	if len(c) < 2 {
		return nil
	}
	if len(p.constraints) == maxConstraints {
		return fmt.Errorf("there are more than %d constraints", maxConstraints)
	}
	p.constraints = append(p.constraints, c)
	return nil
}

// terms reads options and their choices. The name of a resolver before them, which
// CUPS adds, is no term.
func terms(value string) constraint {
	var out constraint
	for w := range strings.FieldsSeq(value) {
		switch o, option := strings.CutPrefix(w, "*"); {
		case option && len(out) == 16:
			return nil
		case option:
			out = append(out, term{option: o})
		case len(out) > 0 && out[len(out)-1].choice == "":
			out[len(out)-1].choice = w
		}
	}
	return out
}

// Possible returns the choices of an option that what is installed does not
// exclude, in their order.
func (f *File) Possible(o Option) []Choice {
	var out []Choice
	on := !f.excluded[Choosing{Option: o.Keyword}]
	for _, c := range o.Choices {
		if !f.excluded[Choosing{o.Keyword, c.Keyword}] && (on || off(c.Keyword)) {
			out = append(out, c)
		}
	}
	return out
}

// exclude finds what is excluded by what is installed: the last term of a
// constraint of which all others are about installed parts, and true.
func (p *parser) exclude() {
	for _, c := range p.constraints {
		left := c[:0:0]
		for _, t := range c {
			if !p.installed(t) {
				left = append(left, t)
			}
		}
		if len(left) == 1 {
			p.file.excluded[Choosing{left[0].option, left[0].choice}] = true
		}
	}
}

// installed reports whether a term is about an installable part and true.
func (p *parser) installed(t term) bool {
	i, ok := p.known[t.option]
	if !ok {
		return false
	}
	o := p.file.Options[i]
	return o.Installable && o.Default != "" && t.meets(o.Default)
}
