package connector

import (
	"cmp"
	"fmt"
	"slices"

	"platen/gcp"
	"platen/printer"
)

// publish makes the view for snapshots.
func (r *reconciler) publish() {
	m := r.match()
	view := make([]PrinterStatus, 0, len(r.locals))
	here := map[int]bool{}
	for i, k := range m.found {
		p := r.locals[i]
		dressed := r.c.Options.dress(p)
		s := PrinterStatus{
			Name: p.Name, UUID: p.UUID, Info: dressed.Info, Place: dressed.Location, URI: p.URI, Source: p.Source, Kind: p.Kind, State: p.State, Error: cmp.Or(r.errs[p.Name], r.unopened[p.Name]),
		}
		if k >= 0 {
			here[k] = true
			s.ID, s.Removed, s.Told = r.ids[k].ID, r.ids[k].Removed, r.ids[k].Hash
			s.Missing = r.misses[s.ID] > 0
		} else {
			s.Reason, s.MayBe = r.reason(m, i), r.candidates(m, i)
		}
		view = append(view, s)
	}
	for k, id := range r.ids {
		if !here[k] && !id.Removed {
			view = append(view, PrinterStatus{Name: r.nameOf(id), UUID: id.UUID, ID: id.ID, Missing: true, State: missingState(r.question(m, k))})
		}
	}
	r.c.mu.Lock()
	r.c.view = view
	r.c.mu.Unlock()
	if r.c.Viewed != nil {
		r.c.Viewed(slices.Clone(view))
	}
}

// nameOf returns how an identity is called here.
func (r *reconciler) nameOf(id Identity) printer.Name {
	return cmp.Or(id.Name, printer.Name(r.names[id.ID]), printer.Name(id.ID))
}

// candidates returns the printers of the service that a local one may be, and that
// a person can choose.
func (r *reconciler) candidates(m matching, i int) []Candidate {
	if !r.wants(i) {
		return nil
	}
	var list []Candidate
	for _, k := range m.unsure[i] {
		if id := r.ids[k]; !id.Removed {
			list = append(list, Candidate{ID: id.ID, Name: r.nameOf(id)})
		}
	}
	return list
}

// wants reports whether a printer is to be shared.
func (r *reconciler) wants(i int) bool {
	return r.wanted[r.locals[i].Name] || r.c.Options.Share(r.locals[i])
}

// question returns what a person should be asked of an identity whose printer is
// missing; "" for nothing.
func (r *reconciler) question(m matching, k int) string {
	for i, p := range r.locals {
		for _, c := range r.candidates(m, i) {
			if c.ID == r.ids[k].ID {
				return fmt.Sprintf("if it is %s now, say so there with 'platen printer add --adopt %s %s'", p.Name, c.ID, p.Name)
			}
		}
	}
	return ""
}

// Candidate is a printer of the service that a local printer may be.
type Candidate struct {
	ID   gcp.PrinterID
	Name printer.Name // how it was called here
}
