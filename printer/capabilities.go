package printer

import "slices"

// Capabilities keeps what turning a ticket into job attributes needs to know of
// a printer beyond its CDD.
type Capabilities struct {
	JobAttributes []string // names that may be sent, sorted
	Media         []Media  // in the order of the CDD's media sizes
}

// Media is one media size as the printer itself has it, in 1/100 mm.
type Media struct {
	Keyword string // PWG 5101.1 name, "" if the printer gave none
	X, Y    int
	Margins []Inset // the sets of margins that the size comes with
}

// Inset is one set of margins in 1/100 mm.
type Inset struct{ Top, Right, Bottom, Left int }

// takes reports whether the printer lists a job attribute.
func (c Capabilities) takes(name string) bool {
	_, ok := slices.BinarySearch(c.JobAttributes, name)
	return ok
}

// jobAttributeNames returns which of our attributes may be sent: those of
// job-creation-attributes-supported, and those with an X-supported for printers
// that do not list them.
func jobAttributeNames(m attributes) []string {
	listed := m.texts("job-creation-attributes-supported")
	var names []string
	for _, n := range ourAttributes() {
		// media-col-supported alone says which members exist, not that jobs take it.
		if slices.Contains(listed, n) || m.has(n+"-supported") && (n != "media-col" || len(listed) == 0) {
			names = append(names, n)
		}
	}
	return names
}

// ourAttributes are the job attributes that JobAttributes may send, sorted.
func ourAttributes() []string {
	return []string{
		"copies", "media", "media-col", "multiple-document-handling", "orientation-requested", "page-delivery",
		"page-ranges", "print-color-mode", "print-scaling", "printer-resolution", "sides",
	}
}
