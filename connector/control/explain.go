package control

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/internal/impose"
	"platen/printer"
)

// Wish asks what a printer is, and what would become of a job on it.
type Wish struct {
	Printer string          `json:"printer"`          // local name, or address
	Ticket  json.RawMessage `json:"ticket,omitempty"` // CJT; none is an empty one
	Format  string          `json:"format,omitempty"` // MIME type of the document; "" is what the printer mostly gets
}

// Explanation is what the service sees of a printer, and what it would be sent for
// a ticket.
type Explanation struct {
	CDD           gcp.CDD      `json:"cdd"`
	State         gcp.CDS      `json:"state"`
	JobAttributes []Attribute  `json:"job_attributes"`
	Format        string       `json:"format,omitempty"` // MIME type of what is sent
	Work          *impose.Work `json:"work,omitempty"`   // done to the document before
	Notes         []string     `json:"notes,omitempty"`  // what of the ticket is left out
	Error         string       `json:"error,omitempty"`  // why such a job is refused

	Name printer.Name `json:"name,omitempty"`
	Info string       `json:"info,omitempty"`
	Kind printer.Kind `json:"kind,omitempty"`
}

// Attribute is one IPP attribute in words.
type Attribute struct {
	Name   string   `json:"name"`
	Type   string   `json:"type"` // the IPP syntax, such as keyword
	Values []string `json:"values"`
}

// Explain says what the service sees of a printer with the defaults that rules choose,
// and what would become of a job.
func Explain(p printer.Printer, chosen printer.Defaults, w Wish) Explanation {
	e := Explanation{State: p.State, JobAttributes: []Attribute{}, Name: p.Name, Info: p.Info, Kind: p.Kind}
	e.CDD, _ = chosen.Describe(p.CDD)
	var t gcp.CJT
	var ignored []string
	if len(w.Ticket) > 0 {
		var err error
		if t, ignored, err = readTicket(w.Ticket); err != nil {
			e.Error = err.Error()
			return e
		}
	}
	if w.Format == "" {
		w.Format = usualFormat(p)
	}
	plan, err := printer.PlanJob(p, chosen.Fill(p.CDD, t), w.Format)
	if err != nil {
		e.Error = err.Error()
		return e
	}
	e.JobAttributes, e.Format, e.Notes = inWords(plan.Attributes), plan.Format, append(ignored, plan.Notes...)
	if !plan.Work.IsZero() {
		e.Work = &plan.Work
	}
	return e
}

// usualFormat is what a printer mostly gets: PDF, or bytes in its own language if it
// takes nothing else.
func usualFormat(p printer.Printer) string {
	isPDF := func(t gcp.SupportedContentType) bool { return t.ContentType == impose.PDF }
	if p.Capabilities.Raw && !slices.ContainsFunc(p.CDD.Printer.SupportedContentType, isPDF) {
		return "application/octet-stream"
	}
	return impose.PDF
}

// inWords writes attributes for people, without the passwords: those of IPP, and a
// PPD's LockedPrintPassword.
func inWords(attrs goipp.Attributes) []Attribute {
	list := make([]Attribute, 0, len(attrs))
	for _, a := range attrs {
		row := Attribute{Name: a.Name}
		for _, v := range a.Values {
			row.Type = v.T.String()
			if strings.HasSuffix(strings.ToLower(a.Name), "password") {
				v.V = goipp.String("(secret)")
			}
			row.Values = append(row.Values, v.V.String())
		}
		list = append(list, row)
	}
	return list
}
