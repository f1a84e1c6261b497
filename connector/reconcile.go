package connector

import (
	"context"
	"encoding/json"
	"errors"
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
	c         *Connector
	ids       []Identity
	locals    []printer.Printer // of the last good look
	looked    bool
	listed    bool            // the service was listed since the start
	retry     backoff.Backoff // of the list
	askAt     time.Time       // when to announce again while standing by; zero otherwise
	vigil     vigil
	retold    string                   // the epoch in which the printers were told again
	recovered bool                     // the service said so, and it is not written down yet
	states    map[gcp.PrinterID]string // as the service has them
	names     map[gcp.PrinterID]string // likewise, see WireName
	misses    map[gcp.PrinterID]int
	errs      map[printer.Name]string
	wanted    map[printer.Name]bool             // a person asks to share them whatever speaks against it
	young     map[printer.Name]time.Time        // when new queues for known devices were first seen
	denied    map[gcp.PrinterID]map[string]bool // access that the service refused
	unopened  map[printer.Name]string           // why a rule's access was not given
	hidden    func(printer.Name) bool           // whether the last good look could not see a printer
}

func newReconciler(c *Connector) *reconciler {
	return &reconciler{
		c: c, ids: c.Identities.Identities(), states: map[gcp.PrinterID]string{}, names: map[gcp.PrinterID]string{},
		misses: map[gcp.PrinterID]int{}, errs: map[printer.Name]string{}, wanted: map[printer.Name]bool{},
		young: map[printer.Name]time.Time{}, denied: map[gcp.PrinterID]map[string]bool{}, unopened: map[printer.Name]string{}, hidden: hiddenBy(nil),
	}
}

func (r *reconciler) run(ctx context.Context) {
	for {
		wait := r.c.Options.PrinterPoll
		if err := r.list(ctx); err != nil { // first: a print system that hangs delays no catching up
			wait = min(wait, r.retry.Next())
		}
		if !r.askAt.IsZero() {
			wait = max(min(wait, time.Until(r.askAt)), 0)
		}
		if r.c.changed.Swap(false) {
			r.forgive()
		}
		r.look(ctx)
		r.update(ctx) // first: a new printer may have the name that another one had
		r.register(ctx)
		r.open(ctx)
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
	r.hidden = hiddenBy(err)
	for _, p := range r.locals { // those that could not be seen are as they were
		if r.hidden(p.Name) && !slices.ContainsFunc(seen, func(s printer.Printer) bool { return s.Name == p.Name }) {
			seen = append(seen, p)
		}
	}
	r.locals, r.looked = seen, true
	for _, id := range r.recognise(ctx) {
		if !r.hidden(id.Name) {
			r.misses[id.ID]++
		}
	}
}

// hiddenBy returns what a look with this error could not see.
func hiddenBy(err error) func(printer.Name) bool {
	if partial, ok := errors.AsType[*printer.PartialError](err); ok {
		return partial.Hidden
	}
	return func(printer.Name) bool { return err != nil }
}

// match recognises the local printers.
func (r *reconciler) match() matching {
	return match(r.locals, r.ids, func(id Identity) bool { return !r.hidden(id.Name) || r.misses[id.ID] > 0 })
}

// recognise gives the printers their identities, and returns those whose printer
// is missing.
func (r *reconciler) recognise(ctx context.Context) []Identity {
	found := r.match().found
	changed := false
	for i, k := range found {
		if k < 0 {
			continue
		}
		p, id := r.locals[i], &r.ids[k]
		delete(r.misses, id.ID)
		changed = id.tie(p) || changed
		if !id.Removed {
			r.c.startQueue(ctx, id.ID, id.Name, nil)
		}
		if q := r.c.queue(id.ID); q != nil {
			q.setLocal(ctx, p)
		}
	}
	if changed {
		r.keep(ctx)
	}
	var missing []Identity
	for k, id := range r.ids {
		if !slices.Contains(found, k) {
			missing = append(missing, id)
		}
	}
	return missing
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
	due := r.c.catchUp || !r.askAt.IsZero() && !time.Now().Before(r.askAt)
	r.c.catchUp = false
	r.c.mu.Unlock()
	if !due {
		return nil
	}
	err := r.announce(ctx)
	r.c.failing(ctx, "list the service's printers", err)
	if err != nil {
		r.c.mu.Lock()
		r.c.catchUp = true
		r.c.mu.Unlock()
		return fmt.Errorf("list the service's printers: %w", err)
	}
	r.retry.Reset()
	return nil
}

// announce begins a run, asks the service for its printers and for our standing,
// and takes both up.
func (r *reconciler) announce(ctx context.Context) error {
	a, err := r.c.announcement()
	if err != nil {
		return err
	}
	cctx, done := r.c.call(ctx)
	defer done()
	remote, inst, err := r.c.Registry.List(cctx, a)
	if err != nil {
		return err
	}
	r.listed = true
	if known := r.c.history().Epoch; inst != nil && known != "" && inst.Epoch != known && inst.Epoch != r.retold {
		r.retold = inst.Epoch // once: to deal with the restored jobs may take long, and who stands by does not
		r.retell(ctx)
	}
	r.takeList(ctx, remote)
	return r.stand(ctx, a.Run, inst, remote)
}

// retell forgets what the service was told: it was restored and may have older
// descriptions and states.
func (r *reconciler) retell(ctx context.Context) {
	clear(r.states)
	for i := range r.ids {
		r.ids[i].Hash = ""
	}
	r.keep(ctx)
	r.c.eachQueue(func(q *queue) { q.retell(ctx) })
}

func (r *reconciler) takeList(ctx context.Context, remote []gcp.Printer) {
	there := map[gcp.PrinterID]gcp.Printer{}
	for _, p := range remote {
		there[p.ID], r.names[p.ID] = p, p.Name
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
			if id.Removed {
				r.c.gone(ctx, id.ID)
			}
		}
		delete(there, id.ID)
	}
	for _, p := range remote {
		if _, fresh := there[p.ID]; fresh { // registered earlier, and our answer or memory was lost
			r.ids = append(r.ids, learned(p))
			changed = true
		}
	}
	if changed {
		r.keep(ctx)
	}
	r.recognise(ctx)
	for _, p := range remote {
		q := r.c.startQueue(ctx, p.ID, learned(p).Name, nil)
		if p.QueuedJobsCount == nil || *p.QueuedJobsCount > 0 {
			q.hint(time.Time{})
		}
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
