package cups

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/printer"
)

// look is what one look at all print systems gave.
type look struct {
	list    []printer.Printer
	errs    []error
	unread  []printer.Name // named by their server, but not read
	silent  []*server      // servers that did not answer, or not in sense
	system  *System
	directs []*direct
	sockets []*socket
}

// Printers lists the printers of all servers and the direct ones. With an error,
// a printer.PartialError, the list holds those that answered, and those known from
// before as stopped. A queue with the name of a printer that was added by address
// is left out: jobs for that name go to the latter.
func (s *System) Printers(ctx context.Context) ([]printer.Printer, error) {
	l := &look{system: s, directs: s.directs(), sockets: s.withoutIPP()}
	for _, v := range s.servers {
		l.addServer(ctx, v)
	}
	l.addDirects(ctx)
	if len(l.errs) == 0 {
		return l.list, nil
	}
	return l.list, &printer.PartialError{Err: errors.Join(l.errs...), Hidden: l.hidden}
}

// addDirects asks several at once: one that is away answers late.
func (l *look) addDirects(ctx context.Context) {
	type question struct {
		name printer.Name
		ask  func(context.Context) (printer.Printer, error)
		seen printer.Printer
		err  error
	}
	var all []*question
	for _, d := range l.directs {
		all = append(all, &question{name: d.name, ask: d.look})
	}
	for _, s := range l.sockets {
		all = append(all, &question{name: s.name, ask: s.look})
	}
	slots := make(chan struct{}, idleAsks)
	var wg sync.WaitGroup
	for _, one := range all {
		slots <- struct{}{}
		wg.Go(func() {
			one.seen, one.err = one.ask(ctx)
			<-slots
		})
	}
	wg.Wait()
	for _, one := range all {
		if one.seen.Name != "" {
			l.list = append(l.list, one.seen)
		} else {
			l.unread = append(l.unread, one.name)
		}
		if one.err != nil {
			l.errs = append(l.errs, fmt.Errorf("asking %s: %w", one.name, one.err))
		}
	}
}

func (l *look) addServer(ctx context.Context, v *server) {
	list, unread, err := v.list(ctx)
	for _, p := range list {
		if l.direct(p.Name) {
			l.system.cfg.Log.DebugContext(ctx, "a queue has the name of a printer added by address", "queue", string(p.Name))
			continue
		}
		l.list = append(l.list, p)
	}
	l.unread = append(l.unread, unread...)
	if err != nil {
		l.errs = append(l.errs, fmt.Errorf("listing the queues of %s: %w", v.peer.target, err))
		if len(unread) == 0 {
			l.silent = append(l.silent, v)
		}
	}
}

func (l *look) direct(n printer.Name) bool {
	return slices.ContainsFunc(l.directs, func(d *direct) bool { return d.name == n }) ||
		slices.ContainsFunc(l.sockets, func(v *socket) bool { return v.name == n })
}

// hidden reports whether a printer of this name may be there although the look
// did not find it.
func (l *look) hidden(n printer.Name) bool {
	return slices.Contains(l.unread, n) || slices.ContainsFunc(l.silent, func(v *server) bool { return l.system.has(v, n) })
}

// has reports whether a name is one of a queue of v.
func (s *System) has(v *server, n printer.Name) bool {
	return strings.HasSuffix(string(n), v.suffix()) && (v.label != "" || !s.labelled(n))
}

// unheard returns the queues of a server that has not answered for a while, as
// offline: nothing prints there. v.mu is held.
func (v *server) unheard(err error) []printer.Printer {
	if refused(err) != nil {
		return nil
	}
	if v.silent.IsZero() {
		v.silent = time.Now()
	}
	if time.Since(v.silent) < serverSilent {
		return nil
	}
	var list []printer.Printer
	for _, q := range v.known {
		p := q.p
		p.State = printer.Offline("its print server does not answer")
		list = append(list, p)
	}
	return list
}

// list returns the server's queues and classes, and the names of those that it
// named but that could not be read. Only what changed is read in full.
func (v *server) list(ctx context.Context) (list []printer.Printer, unread []printer.Name, err error) {
	r := newRequest(goipp.OpCupsGetPrinters, "/").user(v.user).wanting(lightAttributes()...)
	m, err := v.peer.ask(ctx, r, v.limit())
	if statusOf(err) == goipp.StatusErrorNotFound {
		return nil, nil, nil // "No destinations added." says nothing about those we know
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if err != nil {
		return v.unheard(err), nil, explain(r.op, err)
	}
	v.silent = time.Time{}
	var errs []error
	seen := map[string]*knownQueue{}
	for _, g := range m.Groups {
		if g.Tag != goipp.TagPrinterGroup {
			continue
		}
		name := text(g.Attrs, "printer-name")
		if name == "" {
			return nil, nil, errors.New("the server named a queue without a name")
		}
		q, err := v.refresh(ctx, name, g.Attrs)
		if err != nil {
			v.log.WarnContext(ctx, "cannot read a queue", "queue", name, "err", err)
		}
		if q == nil {
			unread = append(unread, printer.Name(name+v.suffix()))
			errs = append(errs, fmt.Errorf("reading queue %s: %w", name, err))
			continue
		}
		seen[name] = q
		list = append(list, v.devices.overlay(q.p))
	}
	v.known = seen
	v.note()
	v.states.keep(func(name string) bool { return seen[name] != nil })
	return list, unread, errors.Join(errs...)
}
