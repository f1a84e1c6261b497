package cups

import (
	"slices"
	"strings"

	"github.com/OpenPrinting/goipp"
)

// shortName is how long a name may be for printers that turn longer ones down.
const shortName = 63

// lesser returns what may be sent once instead of a request that was refused: less
// of what does not matter, or shorter names. Nil if the refusal stands.
func (r *request) lesser(err error) *request {
	no := refused(err)
	if no == nil {
		return nil
	}
	switch no.status {
	case goipp.StatusErrorAttributesOrValues, goipp.StatusErrorConflicting:
		if len(no.unsupported) == 0 || slices.ContainsFunc(no.unsupported, essential) {
			return nil
		}
		return r.without(no.unsupported)
	case goipp.StatusErrorRequestValue:
		return r.shortened()
	}
	return nil
}

// lacks names the attributes of a ticket that a request has no more.
func (r *request) lacks(ticket goipp.Attributes) []string {
	has := func(list goipp.Attributes, name string) bool {
		return slices.ContainsFunc(list, func(a goipp.Attribute) bool { return a.Name == name })
	}
	var names []string
	for _, a := range ticket {
		if !has(r.attr, a.Name) && !has(r.job, a.Name) {
			names = append(names, a.Name)
		}
	}
	return names
}

// essential reports whether a document printed without an attribute is not what its
// sender wanted. How fine it is and how it lies in the printer matters less; what,
// how large and how often does not.
func essential(name string) bool {
	switch name {
	case "document-name", "job-name", "ipp-attribute-fidelity", "print-quality", "printer-resolution", "print-content-optimize",
		"print-rendering-intent", "output-bin", "page-delivery", "job-priority", "multiple-document-handling", cloudJob:
		return false
	}
	return true
}

func (r *request) without(names []string) *request {
	drop := func(a goipp.Attribute) bool { return slices.Contains(names, a.Name) }
	next := *r
	next.attr = slices.DeleteFunc(slices.Clone(r.attr), drop)
	next.job = slices.DeleteFunc(slices.Clone(r.job), drop)
	if len(next.attr) == len(r.attr) && len(next.job) == len(r.job) {
		return nil // it was not ours
	}
	return &next
}

// shortened returns the request with shorter names, nil if none was long. A job's
// name keeps its end, by which it is found.
func (r *request) shortened() *request {
	next := *r
	next.attr = slices.Clone(r.attr)
	changed := false
	for i, a := range next.attr {
		name := text(r.attr, a.Name)
		if a.Name != "job-name" && a.Name != "document-name" || len(name) <= shortName {
			continue
		}
		tag := ""
		if at := strings.LastIndex(name, " ["); at >= 0 && strings.HasSuffix(name, "]") && len(name)-at < shortName {
			tag = name[at:]
		}
		short := cut(strings.TrimSuffix(name, tag), shortName-len(tag)) + tag
		next.attr[i], changed = goipp.MakeAttribute(a.Name, goipp.TagName, goipp.String(short)), true
	}
	if !changed {
		return nil
	}
	return &next
}
