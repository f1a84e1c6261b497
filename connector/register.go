package connector

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"platen/printer"
)

// register adds the printers that the service does not know. Without a list
// from the service nothing is added: it may know them.
func (r *reconciler) register(ctx context.Context) {
	if !r.listed || !r.looked {
		return
	}
	fresh := r.named(ctx, r.fresh())
	var mu sync.Mutex
	r.each(len(fresh), func(i int) {
		p := fresh[i].onWire
		cctx, done := r.c.call(ctx)
		defer done()
		remote, err := r.c.Registry.Register(cctx, p)
		mu.Lock()
		defer mu.Unlock()
		r.note(ctx, "register", p.Name, err)
		if err != nil {
			return
		}
		delete(r.wanted, p.Name)
		r.states[remote.ID], r.names[remote.ID] = stateKey(p.State), WireName(p)
		id := Identity{ID: remote.ID, Alias: fresh[i].alias, Hash: hash(p)}
		id.tie(fresh[i].local)
		r.ids = slices.DeleteFunc(r.ids, func(old Identity) bool { return old.ID == id.ID }) // hidden there, and back
		r.ids = append(r.ids, id)
	})
	if len(fresh) > 0 {
		r.keep(ctx)
		r.recognise(ctx)
	}
}

// fresh returns the printers that are to be registered.
func (r *reconciler) fresh() []printer.Printer {
	m := r.match()
	var fresh []printer.Printer
	for i, p := range r.locals {
		if m.found[i] < 0 && r.reason(m, i) == "" {
			fresh = append(fresh, p)
		}
	}
	return fresh
}

// reason returns why a local printer that has no identity is not registered, as a
// sentence for people; "" if it is to be.
func (r *reconciler) reason(m matching, i int) string {
	p := r.locals[i]
	twin, twice := r.twin(m, i)
	switch {
	case r.wanted[p.Name]:
		return ""
	case !r.c.Options.Share(p):
		return unshared(p)
	case m.unsure[i] != nil:
		return "it may be a printer that the service knows"
	case twice:
		return fmt.Sprintf("it is the same printer as %s, which is shared", twin)
	case r.tooYoung(m, i):
		return "it is new for a device that is shared already, and registered soon"
	}
	return ""
}

func unshared(p printer.Printer) string {
	if p.Kind == printer.KindPlain {
		return "the settings or the rules leave it out"
	}
	return fmt.Sprintf("%s queues are shared only when they are chosen", p.Kind)
}

// twin returns the name under which a printer is seen a second time, as a CUPS
// queue and by its address, if it is that one which is shared.
func (r *reconciler) twin(m matching, i int) (printer.Name, bool) {
	p := r.locals[i]
	for j, o := range r.locals {
		if !sameDevice(p, o) {
			continue
		}
		known := m.found[j] >= 0 && !r.ids[m.found[j]].Removed
		queue := o.Source == printer.SourceCUPS && m.found[j] < 0 && r.c.Options.Share(o) // is about to be
		if known || queue {
			return o.Name, true
		}
	}
	return "", false
}

// tooYoung reports whether a queue is for a device that another queue is for, and
// was not there long: who renames a queue makes the new one first.
func (r *reconciler) tooYoung(m matching, i int) bool {
	p := r.locals[i]
	of := func(j, k int) bool {
		o := r.locals[j]
		return k >= 0 && !r.ids[k].Removed && o.Source == p.Source &&
			(p.Serial != "" && p.Serial == o.Serial || deviceMark(p) != "" && deviceMark(p) == deviceMark(o))
	}
	for j, k := range m.found {
		if !of(j, k) {
			continue
		}
		if r.young[p.Name].IsZero() || r.hidden(r.locals[j].Name) { // gone, for all that is known
			r.young[p.Name] = time.Now()
		}
		return time.Since(r.young[p.Name]) < r.c.Options.PrinterPoll
	}
	delete(r.young, p.Name)
	return false
}

// newcomer is a printer to be registered.
type newcomer struct {
	local  printer.Printer
	onWire printer.Printer
	alias  string // instead of a UUID that is another printer's
}

// named gives new printers an alias where their UUID is used already. One whose
// name the service has for another printer waits until that one was told: the
// service takes a name for the same printer.
func (r *reconciler) named(ctx context.Context, fresh []printer.Printer) []newcomer {
	slices.SortFunc(fresh, func(a, b printer.Printer) int { return cmp.Compare(a.Name, b.Name) })
	used := map[string]bool{}
	for _, id := range r.ids {
		used[id.UUID], used[id.Alias] = true, true
	}
	var list []newcomer
	for _, p := range fresh {
		n := newcomer{local: p, onWire: r.c.Options.dress(p)}
		if used[p.UUID] {
			n.alias = alias(p)
			n.onWire.UUID = n.alias
		}
		used[p.UUID] = true
		if r.nameTaken(WireName(n.onWire)) {
			r.note(ctx, "register", p.Name, errNameTaken)
			continue
		}
		list = append(list, n)
	}
	return list
}

func (r *reconciler) nameTaken(wire string) bool {
	return slices.ContainsFunc(r.ids, func(id Identity) bool { return !id.Removed && r.names[id.ID] == wire })
}
