package api

import (
	"platen/cloud"
	"platen/gcp"
)

// Objects writes printers and jobs as the interfaces do, for those who hear of them in
// another way. The zero value is of no use; see NewObjects.
type Objects struct{ h *handler }

// NewObjects returns what writes the objects of a service.
func NewObjects(cfg Config) Objects { return Objects{newHandler(cfg, publicAddr)} }

// Printer is a printer as /search lists it, with its state.
func (o Objects) Printer(to cloud.Caller, p *cloud.PrinterView) gcp.Printer {
	return o.call(to).printerOf(p, printerFields{tags: true, connection: true, state: true, uiState: true, queued: true})
}

// Job is a job as /jobs lists it.
func (o Objects) Job(to cloud.Caller, j *cloud.JobView) gcp.Job {
	return o.call(to).jobOf(j, jobFields{})
}

func (o Objects) call(to cloud.Caller) *call { return &call{h: o.h, caller: to} }
