package connector

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"platen/gcp"
	"platen/internal/backoff"
	"platen/printer"
)

const (
	// missesBeforeStopped is how many good looks must miss a printer before it
	// is told as stopped: a print server that starts lists nothing at first.
	missesBeforeStopped = 2
	// registryCalls is how many printers are told to the service at once.
	registryCalls = 4
	// lookTimeout bounds one look at all local printers.
	lookTimeout = 45 * time.Second
)

// reconciler keeps the service's printers as the local ones are. Its goroutine
// alone touches it.
type reconciler struct {
	c      *Connector
	ids    []Identity
	locals []printer.Printer // of the last good look
	looked bool
	listed bool                     // the service was listed since the start
	retry  backoff.Backoff          // of the list
	states map[gcp.PrinterID]string // as the service has them
	misses map[gcp.PrinterID]int
	errs   map[printer.Name]string
	wanted map[printer.Name]bool // a person asks to share them although they were removed
}

func newReconciler(c *Connector) *reconciler {
	return &reconciler{
		c: c, ids: c.Identities.Identities(), states: map[gcp.PrinterID]string{},
		misses: map[gcp.PrinterID]int{}, errs: map[printer.Name]string{}, wanted: map[printer.Name]bool{},
	}
}

func (r *reconciler) run(ctx context.Context) {
	for {
		wait := r.c.Options.PrinterPoll
		if err := r.list(ctx); err != nil { // first: a print system that hangs delays no catching up
			wait = min(wait, r.retry.Next())
		}
		r.look(ctx)
		r.register(ctx)
		r.update(ctx)
		r.publish()
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return
		case ask := <-r.c.asks:
			ask(ctx)
		case <-r.c.wake:
		case <-t.C:
		}
		t.Stop()
	}
}

// look takes a look at the local printers. What is not seen changes nothing but
// the state told, and a look that failed not even that.
func (r *reconciler) look(ctx context.Context) {
	lctx, done := context.WithTimeout(ctx, lookTimeout)
	defer done()
	seen, err := r.c.PrintSystem.Printers(lctx)
	r.c.failing(ctx, "look for printers", err)
	if ctx.Err() != nil || err != nil && len(seen) == 0 {
		return
	}
	if err != nil { // those that answered, and the others as they were
		for _, p := range r.locals {
			if !slices.ContainsFunc(seen, func(s printer.Printer) bool { return s.Name == p.Name }) {
				seen = append(seen, p)
			}
		}
	}
	r.locals, r.looked = seen, true
	r.recognise(ctx, err == nil)
}

// recognise gives the printers their identities, and counts the missing.
func (r *reconciler) recognise(ctx context.Context, whole bool) {
	missing := map[gcp.PrinterID]bool{}
	for _, id := range r.ids {
		missing[id.ID] = true
	}
	changed := false
	for i, k := range match(r.locals, r.ids) {
		if k < 0 {
			continue
		}
		p, id := r.locals[i], &r.ids[k]
		delete(missing, id.ID)
		delete(r.misses, id.ID)
		if id.Name != p.Name || p.UUID != "" && id.UUID != p.UUID {
			id.Name, changed = p.Name, true
			if p.UUID != "" {
				id.UUID = p.UUID
			}
		}
		if !id.Removed {
			r.c.startQueue(ctx, id.ID, id.Name, nil)
		}
		if q := r.c.queue(id.ID); q != nil {
			q.setLocal(ctx, p)
		}
	}
	if whole {
		for id := range missing {
			r.misses[id]++
		}
	}
	if changed {
		r.keep(ctx)
	}
}

// keep writes the identities down.
func (r *reconciler) keep(ctx context.Context) {
	r.c.failing(ctx, "keep the known printers", r.c.Identities.KeepIdentities(r.ids))
}

// list asks the service for its printers, if something says that it should:
// the start, a connect, or a hint about a printer. It hints the queues with
// waiting jobs, learns of printers it did not know, and of deleted ones.
func (r *reconciler) list(ctx context.Context) error {
	r.c.mu.Lock()
	due := r.c.catchUp
	r.c.catchUp = false
	r.c.mu.Unlock()
	if !due {
		return nil
	}
	cctx, done := r.c.call(ctx)
	defer done()
	remote, err := r.c.Registry.List(cctx)
	r.c.failing(ctx, "list the service's printers", err)
	if err != nil {
		r.c.mu.Lock()
		r.c.catchUp = true
		r.c.mu.Unlock()
		return fmt.Errorf("list the service's printers: %w", err)
	}
	r.retry.Reset()
	r.listed = true
	r.takeList(ctx, remote)
	return nil
}

func (r *reconciler) takeList(ctx context.Context, remote []gcp.Printer) {
	there := map[gcp.PrinterID]gcp.Printer{}
	for _, p := range remote {
		there[p.ID] = p
		var s gcp.CDS
		if json.Unmarshal(p.SemanticState, &s) == nil && s.Printer != nil {
			r.states[p.ID] = stateKey(s)
		}
	}
	changed := false
	for i := range r.ids {
		id := &r.ids[i]
		_, ok := there[id.ID]
		if id.Removed == ok { // deleted there, or back again
			id.Removed, changed = !ok, true
		}
		delete(there, id.ID)
	}
	for _, p := range remote {
		if _, fresh := there[p.ID]; fresh { // registered earlier, and our answer or memory was lost
			r.ids = append(r.ids, Identity{Name: printer.Name(p.Name), UUID: p.UUID, ID: p.ID})
			changed = true
		}
	}
	if changed {
		r.keep(ctx)
	}
	r.recognise(ctx, false)
	for _, p := range remote {
		q := r.c.startQueue(ctx, p.ID, printer.Name(p.Name), nil)
		if p.QueuedJobsCount == nil || *p.QueuedJobsCount > 0 {
			q.hint(time.Time{})
		}
	}
}

// register adds the printers that the service does not know. Without a list
// from the service nothing is added: it may know them.
func (r *reconciler) register(ctx context.Context) {
	if !r.listed || !r.looked {
		return
	}
	matched := match(r.locals, r.ids)
	var fresh []printer.Printer
	for i, p := range r.locals {
		if matched[i] < 0 && (r.wanted[p.Name] || r.c.Options.Share(p)) {
			fresh = append(fresh, p)
		}
	}
	var mu sync.Mutex
	r.each(len(fresh), func(i int) {
		cctx, done := r.c.call(ctx)
		defer done()
		remote, err := r.c.Registry.Register(cctx, fresh[i])
		mu.Lock()
		defer mu.Unlock()
		r.note(ctx, "register", fresh[i].Name, err)
		if err != nil {
			return
		}
		delete(r.wanted, fresh[i].Name)
		r.states[remote.ID] = stateKey(fresh[i].State)
		r.ids = append(r.ids, Identity{Name: fresh[i].Name, UUID: fresh[i].UUID, ID: remote.ID, Hash: hash(fresh[i])})
	})
	if len(fresh) > 0 {
		r.keep(ctx)
		r.recognise(ctx, false)
	}
}

// each calls f for 0 to n-1, a few at once, and waits.
func (r *reconciler) each(n int, f func(i int)) {
	var wg sync.WaitGroup
	slots := make(chan struct{}, registryCalls)
	for i := range n {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			f(i)
		})
	}
	wg.Wait()
}

// note keeps why the service does not have the latest of a printer.
func (r *reconciler) note(ctx context.Context, what string, name printer.Name, err error) {
	r.c.failing(ctx, what+" printer "+string(name), err)
	if err != nil {
		r.errs[name] = err.Error()
		return
	}
	delete(r.errs, name)
}

// publish makes the view for snapshots.
func (r *reconciler) publish() {
	view := make([]PrinterStatus, 0, len(r.locals))
	here := map[int]bool{}
	for i, k := range match(r.locals, r.ids) {
		p := r.locals[i]
		s := PrinterStatus{Name: p.Name, UUID: p.UUID, Info: p.Info, URI: p.URI, Source: p.Source, State: p.State, Error: r.errs[p.Name]}
		if k >= 0 {
			here[k] = true
			s.ID, s.Removed = r.ids[k].ID, r.ids[k].Removed
			s.Missing = r.misses[s.ID] > 0
		}
		view = append(view, s)
	}
	for k, id := range r.ids {
		if !here[k] && !id.Removed {
			view = append(view, PrinterStatus{Name: id.Name, UUID: id.UUID, ID: id.ID, Removed: id.Removed, Missing: true, State: missingState()})
		}
	}
	r.c.mu.Lock()
	r.c.view = view
	r.c.mu.Unlock()
}
