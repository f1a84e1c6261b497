package printer

import (
	"errors"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/gcp/ticket"
	"platen/internal/impose"
)

// Plan is what becomes of a ticket at a printer: what the printer is asked for,
// what is done to the document before, and what is left out.
type Plan struct {
	Attributes goipp.Attributes // job attributes; see ForOperation
	Work       impose.Work      // done before sending; zero: the document goes as it is
	Format     string           // MIME type of what is sent
	Notes      []string         // sentences about items of the ticket that are left out
}

// PlanJob plans a job with a ticket and a document of a format (a MIME type). Every
// item of the ticket is either in Attributes or in Work or in Notes, never in two;
// one that asks for what happens anyway is in none. An impossible wish is an
// *ErrTicket; the printer's default never takes its place. A format that neither
// the printer nor the renderer takes is an *ErrFormat.
func PlanJob(p Printer, t gcp.CJT, format string) (Plan, error) {
	w, err := readTicket(p, t)
	if err != nil {
		return Plan{}, err
	}
	r, err := w.route(canonical(format))
	if err != nil {
		return Plan{}, err
	}
	return w.plan(r)
}

// plan puts every wish into its place.
func (w *wish) plan(r route) (Plan, error) {
	if r.raw {
		notes, err := w.untouched()
		return Plan{Format: r.format, Notes: notes}, err
	}
	p := Plan{Format: r.format, Notes: w.notes}
	attrs, err := w.attributes(r)
	if err != nil {
		return Plan{}, err
	}
	p.Attributes = attrs
	p.Work, err = w.work(r)
	return p, err
}

// checked returns the notes of the check that the service makes too, before it
// takes a job, or an *ErrTicket.
func checked(can gcp.CDD, t gcp.CJT) ([]string, error) {
	list, err := ticket.Check(can, t)
	if err != nil {
		if e, ok := errors.AsType[*ticket.Error](err); ok {
			return nil, &ErrTicket{Reason: e.Message}
		}
		return nil, &ErrTicket{Reason: err.Error()}
	}
	var notes []string
	for _, n := range list {
		notes = append(notes, n.Message)
	}
	return notes, nil
}
