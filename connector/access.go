package connector

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"platen/gcp"
	"platen/printer"
)

// accessTime is how long one round gives access to printers before other work has its
// turn: a new rule may name a dozen groups for hundreds of printers.
const accessTime = 5 * time.Second

// lacking is a printer that a rule names somebody for who was not given access yet.
type lacking struct {
	identity int // index
	name     printer.Name
	access   []Access
}

// open gives access as the rules say, each once: what people took back since stays so,
// and what a rule no longer says is not taken back. What the service refuses is not
// asked again before the rules change or this process starts anew.
func (r *reconciler) open(ctx context.Context) {
	if !r.listed || !r.looked {
		return
	}
	todo := r.lacking()
	until := time.Now().Add(accessTime)
	var mu sync.Mutex
	given, late := false, false
	r.each(len(todo), func(i int) {
		l := todo[i]
		for _, a := range l.access {
			mu.Lock()
			late = late || time.Now().After(until)
			stop := late
			mu.Unlock()
			if stop || ctx.Err() != nil {
				return
			}
			err := r.give(ctx, r.ids[l.identity].ID, a)
			mu.Lock()
			given = r.gave(ctx, l, a, err) || given
			mu.Unlock()
			if err != nil && !errors.Is(err, errDenied) {
				return // the others would fail, too
			}
		}
	})
	if given {
		r.keep(ctx)
	}
	if late {
		r.c.Refresh()
	}
}

// forgive forgets what the service refused.
func (r *reconciler) forgive() {
	clear(r.denied)
	clear(r.unopened)
}

var errDenied = errors.New("the service refuses it")

func (r *reconciler) give(ctx context.Context, id gcp.PrinterID, a Access) error {
	cctx, done := r.c.call(ctx)
	defer done()
	err := r.c.Registry.Share(cctx, id, a)
	if e, ok := errors.AsType[*gcp.Error](err); ok && refused(err) {
		return fmt.Errorf("%w: %s", errDenied, e.Message)
	}
	return err
}

// gave notes what became of a wish, and reports whether it is to be written down.
func (r *reconciler) gave(ctx context.Context, l lacking, a Access, err error) bool {
	id := &r.ids[l.identity]
	r.c.failing(ctx, "share printer "+string(l.name), err)
	switch {
	case err == nil:
		id.Given = append(slices.Clone(id.Given), a.key())
		if len(r.denied[id.ID]) == 0 {
			delete(r.unopened, l.name)
		}
		return true
	case errors.Is(err, errDenied):
		if r.denied[id.ID] == nil {
			r.denied[id.ID] = map[string]bool{}
		}
		r.denied[id.ID][a.key()] = true
	}
	r.unopened[l.name] = fmt.Sprintf("share with %s as %s: %v", a.Scope, a.Role, err)
	return false
}

// lacking returns what is still to be given.
func (r *reconciler) lacking() []lacking {
	if r.c.Options.Rule == nil {
		return nil
	}
	var todo []lacking
	for i, k := range r.match().found {
		if k < 0 || r.ids[k].Removed {
			continue
		}
		if left := r.missing(k, r.c.Options.Rule(r.locals[i]).Access); len(left) > 0 {
			todo = append(todo, lacking{k, r.locals[i].Name, left})
		}
	}
	return todo
}

func (r *reconciler) missing(k int, wanted []Access) []Access {
	id := r.ids[k]
	return slices.DeleteFunc(id.Lacks(wanted), func(a Access) bool { return r.denied[id.ID][a.key()] })
}

// Lacks returns those of the wanted that were not given to a printer yet.
func (id Identity) Lacks(wanted []Access) []Access {
	var left []Access
	for _, a := range wanted {
		if !slices.Contains(id.Given, a.key()) {
			left = append(left, a)
		}
	}
	return left
}

// key is how it is written down that access was given.
func (a Access) key() string { return string(a.Role) + " " + a.Scope }

// Sync takes a look at the local printers, and tells the service all that it does not
// know, as the rules in force want it. It returns when that is done; an error means
// that it could not be.
func (c *Connector) Sync(ctx context.Context) error {
	var result error
	if err := c.ask(ctx, func(run context.Context) { result = c.reconciler.sync(run, ctx) }); err != nil {
		return err // f may still run, and writes result
	}
	return result
}

// sync works until nothing is left, or until ends, or run.
func (r *reconciler) sync(run context.Context, until context.Context) error {
	r.forgive()
	if !r.listed {
		r.c.list()
		if err := r.list(run); err != nil {
			return err
		}
	}
	r.look(run)
	if !r.looked {
		return errors.New("the local printers could not be looked at")
	}
	r.update(run)
	r.register(run)
	for left := r.lacking(); len(left) > 0; {
		before := count(left)
		r.open(run)
		left = r.lacking()
		if until.Err() != nil || run.Err() != nil {
			return errors.Join(until.Err(), run.Err())
		}
		if count(left) == before { // nothing can be given now
			return errors.New("some printers could not be shared: 'platen printer list' says why")
		}
	}
	return nil
}

func count(list []lacking) int {
	n := 0
	for _, l := range list {
		n += len(l.access)
	}
	return n
}
