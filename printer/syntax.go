package printer

import (
	"slices"

	"github.com/OpenPrinting/goipp"
)

// nameable are the attributes whose values are keywords, or names that an
// administrator or a maker chose (RFC 8011, 5.1.4).
func nameable() []string {
	return []string{
		"imposition-template", "job-hold-until", "job-sheets", "media", "media-source", "media-type", "output-bin",
		"print-color-mode", "print-content-optimize",
	}
}

// namedValues returns which values the printer lists as names, each as
// "attribute/value", sorted. A job asks for them in the same syntax.
func namedValues(m attributes) []string {
	var out []string
	add := func(attribute string, values goipp.Values) {
		for _, v := range first(values) {
			if v.T == goipp.TagName || v.T == goipp.TagNameLang {
				out = append(out, attribute+"/"+valid(textOf(v.V)))
			}
		}
	}
	for _, name := range nameable() {
		add(name, m[name+"-supported"])
	}
	for _, c := range first(m["media-col-database"]) {
		col, _ := c.V.(goipp.Collection)
		for _, a := range col {
			if a.Name == "media-source" || a.Name == "media-type" {
				add(a.Name, a.Values)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// written gives the values of job attributes the syntax that the printer lists them
// in: some list keywords as names, and are strict.
func (c Capabilities) written(attrs goipp.Attributes) goipp.Attributes {
	for _, a := range attrs {
		for i, v := range a.Values {
			if col, ok := v.V.(goipp.Collection); ok {
				c.written(goipp.Attributes(col))
			}
			if _, named := slices.BinarySearch(c.Names, a.Name+"/"+textOf(v.V)); named && v.T == goipp.TagKeyword {
				a.Values[i].T = goipp.TagName
			}
		}
	}
	return attrs
}
