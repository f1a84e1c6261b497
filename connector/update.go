package connector

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"platen/gcp"
	"platen/printer"
)

// change is what the service must be told of one printer.
type change struct {
	identity int // index
	local    *printer.Printer
	hash     string // "" if the description is known there
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
			r.ids[ch.identity].Hash = ch.hash
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
	r.c.mu.Lock()
	defer r.c.mu.Unlock()
	var changes []change
	here := map[int]*printer.Printer{}
	for i, k := range match(r.locals, r.ids) {
		if k >= 0 {
			here[k] = &r.locals[i]
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
			ch.state = missingState()
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

// UnknownError says that nothing here has a name that somebody gave.
type UnknownError struct{ What string }

// Error names what is not known.
func (e *UnknownError) Error() string { return e.What + " is not known here" }

// NotFound returns true.
func (e *UnknownError) NotFound() bool { return true }

// ask runs f in the reconciler's goroutine, and waits until what it changed can
// be seen.
func (c *Connector) ask(ctx context.Context, f func(context.Context)) error {
	done := make(chan struct{})
	select {
	case c.asks <- func(run context.Context) { defer close(done); f(run); c.reconciler.publish() }:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// share forgets that a printer was removed, and registers it at once.
func (r *reconciler) share(ctx context.Context, name printer.Name) (gcp.PrinterID, error) {
	r.look(ctx)
	i := slices.IndexFunc(r.locals, func(p printer.Printer) bool { return p.Name == name })
	if i < 0 {
		return "", &UnknownError{"printer " + string(name)}
	}
	if k := match(r.locals, r.ids)[i]; k >= 0 {
		if !r.ids[k].Removed {
			return r.ids[k].ID, nil
		}
		r.ids = slices.Delete(r.ids, k, k+1)
	}
	r.wanted[name] = true
	if !r.listed {
		if err := r.list(ctx); err != nil {
			return "", err
		}
	}
	r.register(ctx)
	if k := match(r.locals, r.ids)[i]; k >= 0 {
		return r.ids[k].ID, nil
	}
	if e := r.errs[name]; e != "" {
		return "", errors.New(e)
	}
	return "", errors.New("the service was not asked yet: is it reachable?")
}

// remove deletes a printer from the service.
func (r *reconciler) remove(ctx context.Context, name printer.Name) error {
	k := slices.IndexFunc(r.ids, func(id Identity) bool { return id.Name == name && !id.Removed })
	if k < 0 {
		return &UnknownError{"printer " + string(name)}
	}
	cctx, done := r.c.call(ctx)
	defer done()
	if err := r.c.Registry.Delete(cctx, r.ids[k].ID); err != nil && !refused(err) {
		return fmt.Errorf("delete printer %s: %w", name, err)
	}
	r.ids[k].Removed = true
	r.keep(ctx)
	return nil
}
