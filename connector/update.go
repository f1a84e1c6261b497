package connector

import (
	"context"
	"slices"
	"sync"

	"platen/gcp"
	"platen/printer"
)

// change is what the service must be told of one printer.
type change struct {
	identity int              // index
	local    *printer.Printer // as the service is told of it; nil if it is missing
	hash     string           // "" if the description is known there
	state    gcp.CDS
	tell     bool // the state
}

// update tells the service what changed of the printers it knows. What fails is
// still different at the next look, and told then.
func (r *reconciler) update(ctx context.Context) {
	if !r.listed || !r.looked {
		return
	}
	changes := r.changes()
	var mu sync.Mutex
	r.each(len(changes), func(i int) {
		ch := changes[i]
		id := r.ids[ch.identity].ID
		err := r.send(ctx, id, ch)
		mu.Lock()
		defer mu.Unlock()
		r.note(ctx, "update", r.ids[ch.identity].Name, err)
		if err != nil {
			return
		}
		if ch.hash != "" {
			r.ids[ch.identity].Hash, r.names[id] = ch.hash, WireName(*ch.local)
		}
		r.states[id] = stateKey(ch.state)
	})
	if slices.ContainsFunc(changes, func(ch change) bool { return ch.hash != "" }) {
		r.keep(ctx)
	}
}

func (r *reconciler) send(ctx context.Context, id gcp.PrinterID, ch change) error {
	ctx, done := r.c.call(ctx)
	defer done()
	if ch.hash != "" {
		if err := r.c.Registry.Update(ctx, id, *ch.local); err != nil {
			return err
		}
	}
	if !ch.tell {
		return nil
	}
	return r.c.Registry.UpdateState(ctx, id, ch.state)
}

// changes compares what is here with what the service was told.
func (r *reconciler) changes() []change {
	m := r.match()
	r.c.mu.Lock()
	defer r.c.mu.Unlock()
	var changes []change
	here := map[int]*printer.Printer{}
	for i, k := range m.found {
		if k >= 0 {
			p := r.ids[k].onWire(r.c.Options.dress(r.locals[i]))
			here[k] = &p
		}
	}
	for k, id := range r.ids {
		ch := change{identity: k, local: here[k]}
		switch {
		case id.Removed:
			continue
		case ch.local != nil:
			ch.state = ch.local.State
			if h := hash(*ch.local); h != id.Hash {
				ch.hash = h
			}
		case r.misses[id.ID] >= missesBeforeStopped:
			ch.state = missingState(r.question(m, k))
		default:
			continue
		}
		if r.c.full[id.ID] {
			ch.state = withFullSpool(ch.state)
		}
		ch.tell = r.states[id.ID] != stateKey(ch.state)
		if ch.tell || ch.hash != "" {
			changes = append(changes, ch)
		}
	}
	return changes
}
