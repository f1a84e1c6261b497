package cups

import (
	"context"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/internal/backoff"
	"platen/printer"
)

const (
	// hearEvery is how often a server is asked for the events of its queues: half a
	// millisecond of its time.
	hearEvery = 2 * time.Second
	// serverSilent is how long a server may not answer before its queues show it: it
	// is started anew in less.
	serverSilent = 30 * time.Second
)

// queueWatch listens to one server for its queues.
type queueWatch struct {
	v     *server
	sub   subscription
	keys  map[string]string // what was seen of the queues
	since time.Time         // since when the server does not answer
	told  bool              // that it does not
}

// watchQueues calls changed when the state of a queue is another, until ctx ends.
func (v *server) watchQueues(ctx context.Context, changed func()) {
	w := &queueWatch{v: v, sub: subscription{v: v, name: queueEvents, events: []string{
		"printer-state-changed", "printer-added", "printer-deleted", "printer-modified", "printer-config-changed",
	}}}
	defer w.sub.end(ctx)
	away := backoff.Backoff{Min: hearEvery, Max: serverSilent / 2}
	for ctx.Err() == nil {
		news, err := w.round(ctx)
		if err != nil {
			if w.silent(err) {
				changed()
			}
			_ = away.Wait(ctx) // the loop sees that ctx ended
			continue
		}
		away.Reset()
		if w.told || news {
			changed()
		}
		w.since, w.told = time.Time{}, false
		_ = backoff.Sleep(ctx, hearEvery)
	}
}

// silent notes that the server did not answer, and reports whether that counts from
// now on. One that answers, but knows no subscriptions, is only looked at.
func (w *queueWatch) silent(err error) bool {
	if refused(err) != nil {
		return false
	}
	if w.since.IsZero() {
		w.since = time.Now()
	}
	if w.told || time.Since(w.since) < serverSilent {
		return false
	}
	w.told = true
	return true
}

// round hears the events, and looks at the queues if there are any.
func (w *queueWatch) round(ctx context.Context) (news bool, err error) {
	fresh := w.sub.id == 0
	if err := w.sub.keep(ctx); refused(err) != nil {
		return w.look(ctx)
	} else if err != nil {
		return false, err
	}
	groups, gap, err := w.sub.hear(ctx)
	if statusOf(err) == goipp.StatusErrorNotFound { // the server forgot us
		w.sub.id = 0
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if !fresh && !gap && len(groups) == 0 && !w.v.states.waits() {
		return false, nil
	}
	return w.look(ctx)
}

// look asks for the states of all queues, and reports whether one is another than
// before.
func (w *queueWatch) look(ctx context.Context) (news bool, err error) {
	r := newRequest(goipp.OpCupsGetPrinters, "/").user(w.v.user).
		wanting("printer-name", "printer-state", "printer-state-reasons", "printer-state-message", "printer-is-accepting-jobs", "printer-config-change-time")
	m, err := w.v.peer.ask(ctx, r, w.v.limit())
	if err != nil && statusOf(err) != goipp.StatusErrorNotFound { // none is no error
		return false, err
	}
	keys := map[string]string{}
	for _, g := range m.Groups {
		if g.Tag != goipp.TagPrinterGroup {
			continue
		}
		var p printer.Printer
		name := text(g.Attrs, "printer-name")
		if p.UpdateState(g.Attrs, w.v.states.see(name, g.Attrs)) == nil {
			keys[name] = stateKey(p.State)
		}
	}
	news = w.keys == nil || !sameKeys(w.keys, keys) // at first, nobody knows what was missed
	w.keys = keys
	return news, nil
}

func sameKeys(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for name, k := range a {
		if o, ok := b[name]; !ok || o != k {
			return false
		}
	}
	return true
}
