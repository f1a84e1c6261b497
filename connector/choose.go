package connector

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"platen/gcp"
	"platen/printer"
)

// UnknownError says that nothing here has a name that somebody gave.
type UnknownError struct{ What string }

// Error names what is not known.
func (e *UnknownError) Error() string { return e.What + " is not known here" }

// NotFound returns true.
func (e *UnknownError) NotFound() bool { return true }

// TwinError says that a printer is shared already under another name.
type TwinError struct{ Name, Other printer.Name }

// Error names both.
func (e *TwinError) Error() string {
	return fmt.Sprintf("%s is the same printer as %s, which is shared: 'platen printer share %s' shares it once more", e.Name, e.Other, e.Name)
}

var errNameTaken = errors.New("the service has a printer of this name: adopt that one, or remove it")

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

// AdoptPrinter says that a local printer is one of the service's, which keeps its
// id, shares and history.
func (c *Connector) AdoptPrinter(ctx context.Context, name printer.Name, id gcp.PrinterID) error {
	var result error
	if err := c.ask(ctx, func(run context.Context) { result = c.reconciler.adopt(run, name, id) }); err != nil {
		return err // f may still run, and writes result
	}
	return result
}

// OfferPrinter registers a printer that was added by address, unless it is shared
// as a queue already: then the error is a TwinError.
func (c *Connector) OfferPrinter(ctx context.Context, name printer.Name) (gcp.PrinterID, error) {
	var id gcp.PrinterID
	var result error
	if err := c.ask(ctx, func(run context.Context) { id, result = c.reconciler.offer(run, name) }); err != nil {
		return "", err // f may still run, and writes the others
	}
	return id, result
}

// local finds a printer by its name.
func (r *reconciler) local(name printer.Name) (int, error) {
	i := slices.IndexFunc(r.locals, func(p printer.Printer) bool { return p.Name == name })
	if i < 0 {
		return i, &UnknownError{"printer " + string(name)}
	}
	return i, nil
}

// offer shares a printer if it is not shared under another name.
func (r *reconciler) offer(ctx context.Context, name printer.Name) (gcp.PrinterID, error) {
	r.look(ctx)
	i, err := r.local(name)
	if err != nil {
		return "", err
	}
	m := r.match()
	if other, twice := r.twin(m, i); twice && m.found[i] < 0 {
		return "", &TwinError{name, other}
	}
	return r.share(ctx, name)
}

// share forgets that a printer was removed, and registers it at once. One that may
// be another one becomes a new printer: that is what the person says.
func (r *reconciler) share(ctx context.Context, name printer.Name) (gcp.PrinterID, error) {
	r.look(ctx)
	i, err := r.local(name)
	if err != nil {
		return "", err
	}
	if k := r.match().found[i]; k >= 0 {
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
	if k := r.match().found[i]; k >= 0 {
		return r.ids[k].ID, nil
	}
	if e := r.errs[name]; e != "" {
		return "", errors.New(e)
	}
	return "", errors.New("the service was not asked yet: is it reachable?")
}

// adopt ties a local printer to an identity that a person names. Whatever the
// printer was tied to before, and whatever has its name, is loose then.
func (r *reconciler) adopt(ctx context.Context, name printer.Name, id gcp.PrinterID) error {
	r.look(ctx)
	i, err := r.local(name)
	if err != nil {
		return err
	}
	of := func(o Identity) bool { return o.ID == id }
	if !slices.ContainsFunc(r.ids, of) {
		r.c.list()
		if err := r.list(ctx); err != nil {
			return err
		}
	}
	k := slices.IndexFunc(r.ids, of)
	if k < 0 || r.ids[k].Removed {
		return &UnknownError{"printer id " + string(id)}
	}
	found := r.match().found
	if other := slices.Index(found, k); other >= 0 && other != i {
		return fmt.Errorf("%s is %s, which is there: remove or rename that one first", id, r.locals[other].Name)
	}
	p := r.locals[i]
	for j := range r.ids {
		if o := &r.ids[j]; j != k && (j == found[i] || o.Name == p.Name) {
			o.loosen()
		}
	}
	delete(r.wanted, name)
	r.ids[k].tie(p)
	r.ids[k].Hash = ""
	if r.sharesUUID(k) && r.ids[k].Alias == "" {
		r.ids[k].Alias = alias(p)
	}
	r.keep(ctx)
	r.recognise(ctx)
	r.update(ctx)
	return nil
}

// sharesUUID reports whether another identity has the UUID of k.
func (r *reconciler) sharesUUID(k int) bool {
	for j, o := range r.ids {
		if j != k && o.UUID != "" && o.UUID == r.ids[k].UUID {
			return true
		}
	}
	return false
}

// remove deletes a printer from the service. A printer that is tied to none here
// is named by its id.
func (r *reconciler) remove(ctx context.Context, name printer.Name) error {
	k := slices.IndexFunc(r.ids, func(id Identity) bool {
		return !id.Removed && (id.Name == name || r.nameOf(id) == name || id.ID == gcp.PrinterID(name))
	})
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
