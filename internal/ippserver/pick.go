package ippserver

import (
	"slices"
	"strings"

	"github.com/OpenPrinting/goipp"
)

// Pick returns the attributes that a request asks for; without a wish, those named in
// otherwise, separated by blanks, or all if it is "".
func Pick(m *goipp.Message, attrs goipp.Attributes, otherwise string) goipp.Attributes {
	w := WishOf(m, otherwise)
	out := goipp.Attributes{}
	for _, a := range attrs {
		if w.Has(a.Name) {
			out = append(out, a)
		}
	}
	return out
}

// Wish is which attributes a request asks for.
type Wish struct {
	names            map[string]bool
	all, own, common bool // all, description, job-template
}

// WishOf reads requested-attributes.
func WishOf(m *goipp.Message, otherwise string) Wish {
	want := Texts(m.Operation, "requested-attributes")
	if len(want) == 0 {
		want = strings.Fields(otherwise)
	}
	if len(want) == 0 {
		want = []string{"all"}
	}
	w := Wish{names: map[string]bool{}}
	for _, name := range want {
		switch name {
		case "all":
			w.all = true
		case "printer-description", "job-description", "printer-status", "job-status", "subscription-description", "subscription-template":
			w.own = true
		case "job-template":
			w.common = true
		}
		w.names[name] = true
	}
	return w
}

// Has reports whether an attribute is asked for. The media database must be asked for
// by its own name (PWG 5100.7, 6.5.2).
func (w Wish) Has(name string) bool {
	switch {
	case w.names[name]:
		return true
	case name == "media-col-database":
		return false
	}
	return w.all || w.common && template(name) || w.own && !template(name)
}

// template reports whether an attribute is one of the group job-template.
func template(name string) bool {
	if strings.HasPrefix(name, "media-") {
		return true
	}
	for _, end := range []string{"-default", "-supported", "-ready"} {
		name = strings.TrimSuffix(name, end)
	}
	return slices.Contains([]string{
		"copies", "finishings", "finishings-col", "job-hold-until", "job-priority", "job-sheets", "media",
		"multiple-document-handling", "number-up", "orientation-requested", "output-bin", "page-delivery", "page-ranges",
		"presentation-direction-number-up", "print-color-mode", "print-content-optimize", "print-quality",
		"print-rendering-intent", "print-scaling", "printer-resolution", "sides",
	}, name)
}
