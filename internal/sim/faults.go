package sim

import (
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"platen/cloud"
	"platen/connector"
	"platen/gcp"
)

// forA is how many steps something lasts that ends by itself.
func forA(f Fault) int { return 2 + int(f.Arg>>8%20) }

func (w *world) after(steps int, do func()) {
	w.later = append(w.later, later{w.step + steps, do})
}

// onCall returns what a fault does to the call of its step.
func onCall(k Kind) (effect, bool) {
	switch k {
	case callFails:
		return fail, true
	case answerLost:
		return lose, true
	case callLate:
		return late, true
	case callTwice:
		return twice, true
	case halfSent:
		return halfOf, true
	}
	return goOn, false
}

// inflict lets a fault happen that is not one of a call.
func (w *world) inflict(f Fault) {
	w.tell("** %s", f.Kind)
	for _, group := range []func(Fault) bool{w.inflictConnector, w.inflictService, w.inflictPrinter, w.inflictPerson} {
		if group(f) {
			return
		}
	}
}

// pick returns one of the hosts.
func (w *world) pick(f Fault) *host { return w.hosts[f.Arg%uint64(len(w.hosts))] }

func (w *world) inflictConnector(f Fault) bool {
	h, rng := w.pick(f), rand.New(rand.NewPCG(f.Arg, 2))
	switch f.Kind {
	case connKilled:
		w.crash(h, nil)
		w.after(forA(f), func() { w.restart(h) })
	case connPower:
		w.crash(h, rng)
		w.after(forA(f), func() { w.restart(h) })
	case connStopped:
		w.leave(h)
		w.after(forA(f)+20, func() { w.restart(h) })
	case diskPower:
		h.trip = h.ops + 1 + rng.IntN(12)
	case diskFails:
		h.failAt = h.ops + 1 + rng.IntN(12)
	case diskFull:
		h.full = true
		w.after(forA(f), func() { h.full = false })
	case clockConn:
		h.skew += time.Duration(rng.IntN(5)-2) * 7 * time.Hour
	case lineCut:
		h.cut = true
		w.presence(w.alive() > 0)
		w.after(forA(f), func() {
			h.cut = false
			w.connected(h)
		})
	case twin:
		w.copied(h)
	case connBackup:
		w.returned(h, f)
	default:
		return false
	}
	return true
}

// restart starts a connector that does not run.
func (w *world) restart(h *host) {
	if h.life == nil {
		w.start(h)
	}
}

// copied starts a second connector with a copy of a state folder.
func (w *world) copied(h *host) {
	if len(w.hosts) > 1 {
		return
	}
	if h.life != nil && !w.plan.quiet() {
		w.excuse(w.inHand(h)) // the other one may not be able to show itself in time
	}
	copied := &host{name: "twin", disk: h.disk.Kill(), skew: h.skew, ended: maps.Clone(h.ended)}
	w.hosts = append(w.hosts, copied)
	w.start(copied)
}

// returned makes a backup of a state folder, and gives it back later.
func (w *world) returned(h *host, f Fault) {
	backup, fits, hand, ended := h.disk.Kill(), w.runs(h), w.inHand(h), maps.Clone(h.ended)
	w.after(6+forA(f), func() {
		w.tell("** the backup of %s is restored", h.name)
		w.crash(h, nil)
		if slices.Contains(fits, w.current()) {
			w.excuse(hand)
		}
		w.forgotten(&w.stateLost, w.rowsLost)
		h.disk, h.death, h.ended = backup.Kill(), "", maps.Clone(ended)
		w.after(1, func() { w.restart(h) })
	})
}

// runs returns the runs of a state folder with which it goes on.
func (w *world) runs(h *host) []gcp.RunID {
	past := w.history(h)
	return append(past.Wanted, past.Current)
}

func (w *world) history(h *host) connector.History {
	past, err := openState[connector.History](h.disk.Kill(), historyPath)
	if err != nil {
		w.ledger.broken("reading the history of %s: %v", h.name, err)
		return connector.History{}
	}
	return past.now
}

// current returns the run that the service counts as the one that prints.
func (w *world) current() gcp.RunID {
	r, err := w.store.Robot(context.Background(), w.robot)
	if err != nil {
		w.ledger.broken("reading the robot: %v", err)
	}
	return r.Run
}

// inHand returns the jobs that a state folder holds and has not ended.
func (w *world) inHand(h *host) []gcp.JobID {
	copied := &host{disk: h.disk.Kill()}
	dir, err := w.spool(copied)
	if err != nil {
		w.tell("looking into the spool of %s: %v", h.name, err)
		return nil
	}
	var ids []gcp.JobID
	for _, r := range dir.Unfinished() {
		if r.End == nil {
			ids = append(ids, r.Job.ID)
		}
	}
	return ids
}

// excuse lets jobs print twice: those that two lives of a state folder have in hand
// while nothing tells one that there is the other, see decision 006.
func (w *world) excuse(ids []gcp.JobID) {
	for _, id := range ids {
		w.ledger.of(id).excused = true
	}
}

// excuseTwins excuses what several copies of a state folder have in hand when the
// service forgets which of them was the last to print; and everything if one of them
// was not told yet that there is another.
func (w *world) excuseTwins() {
	if len(w.hosts) == 1 {
		return
	}
	for _, h := range w.hosts {
		w.excuse(w.inHand(h))
		if w.history(h).Stood == 0 {
			w.excuse(w.known())
		}
	}
}

// known returns all jobs.
func (w *world) known() []gcp.JobID {
	var ids []gcp.JobID
	for _, a := range w.ledger.order {
		ids = append(ids, a.id)
	}
	return ids
}

// forgotten takes up that one side lost its memory. When both have, nobody can know
// any more what was printed in between.
func (w *world) forgotten(side *bool, other bool) {
	*side = true
	for _, a := range w.ledger.order {
		a.excused = a.excused || other
	}
}

func (w *world) inflictService(f Fault) bool {
	rng := rand.New(rand.NewPCG(f.Arg, 3))
	switch f.Kind {
	case cloudKilled:
		w.down(nil)
		w.serve()
	case cloudPower:
		w.down(rng)
		w.serve()
	case cloudWithin:
		if w.service != nil {
			w.ward.fuse = 1 + rng.IntN(6)
		}
	case cloudDown:
		w.down(nil)
		w.after(forA(f), w.up)
	case clockCloud:
		w.skew += []time.Duration{-time.Hour, time.Minute, 5 * time.Hour, 25 * time.Hour, 80 * time.Hour}[rng.IntN(5)]
	case cloudBackup:
		w.keep(f)
	case hintLost, hintTwice, hintsTurned:
		w.disturb(f.Kind)
	default:
		return false
	}
	return true
}

func (w *world) up() {
	if w.service == nil {
		w.serve()
	}
}

func (w *world) disturb(k Kind) {
	w.hintsMu.Lock()
	defer w.hintsMu.Unlock()
	switch k {
	case hintLost:
		w.hints = nil
	case hintTwice:
		w.hints = append(w.hints, w.hints...)
	default:
		slices.Reverse(w.hints)
	}
}

// keep makes a backup of the service's data, and restores it later. What was
// submitted in between is lost with it.
func (w *world) keep(f Fault) {
	if w.service == nil || len(w.ledger.ids) < len(w.devices) {
		return
	}
	rows, documents := w.store.Clone(), w.documents.Kill()
	ids, deleted := maps.Clone(w.ledger.ids), maps.Clone(w.ledger.deleted)
	kept := map[gcp.JobID]bool{}
	for _, a := range w.ledger.order {
		kept[a.id] = true
	}
	w.after(6+forA(f), func() {
		w.tell("** the backup of the service is restored")
		w.down(nil)
		for _, a := range w.ledger.order {
			a.excused = a.excused || !kept[a.id]
		}
		w.store, w.documents = rows, documents
		w.ledger.ids, w.ledger.deleted = ids, deleted // a person's deletion since is undone too
		if err := w.store.BeginEpoch(context.Background(), w.now()); err != nil {
			w.ledger.broken("beginning an epoch: %v", err)
		}
		w.reread()
		w.excuseTwins()
		w.forgotten(&w.rowsLost, w.stateLost)
		w.serve()
	})
}

// reread takes up what the service knows now of the jobs.
func (w *world) reread() {
	for _, a := range w.ledger.order {
		if j, _, err := w.store.Job(w.ctx, a.id); err == nil {
			a.state = j.State
		}
	}
}

func (w *world) inflictPrinter(f Fault) bool {
	d := w.devices[f.Arg%uint64(len(w.devices))]
	switch f.Kind {
	case printerOff:
		d.away = true
		w.after(forA(f), func() { d.away = false })
	case printerReset:
		d.restart()
	case printerDrops:
		d.forget()
	case printerStops:
		if busy := d.busy(); len(busy) > 0 {
			d.set(busy[0], stopped)
		}
	default:
		return false
	}
	return true
}

func (w *world) inflictPerson(f Fault) bool {
	if len(w.ledger.order) == 0 || w.service == nil {
		return true
	}
	a := w.ledger.order[f.Arg%uint64(len(w.ledger.order))]
	switch f.Kind {
	case personCancel:
		w.wish(a, gcp.StateOf(gcp.JobAborted))
	case personHolds:
		if a.state.Type == gcp.JobHeld {
			w.release(a)
		} else {
			w.wish(a, gcp.StateOf(gcp.JobHeld))
		}
	case personSays:
		a.vouched = true
		w.wish(a, gcp.StateOf(gcp.JobDone))
		a.vouched = a.state.Type == gcp.JobDone
	case personAgain:
		if view, err := w.service.PrintAgain(context.Background(), w.caller(), a.id, ""); err == nil {
			w.bodies[view.ID] = w.bodies[a.id]
		}
	case printerGone:
		d := w.devices[f.Arg%uint64(len(w.devices))]
		if w.service.DeletePrinter(context.Background(), w.caller(), w.ledger.ids[d.uuid]) == nil {
			w.ledger.deleted[d.uuid] = w.ledger.ids[d.uuid]
		}
	}
	return true
}

// release releases a held job; one that a restore holds may be printed again then,
// as the person decided.
func (w *world) release(a *account) {
	if j, _, err := w.store.Job(context.Background(), a.id); err == nil && j.Restored != "" {
		a.excused = true
	}
	w.wish(a, gcp.StateOf(gcp.JobQueued))
}

func (w *world) wish(a *account, to gcp.JobState) {
	_, err := w.service.Control(context.Background(), w.caller(), cloud.JobReport{Job: a.id, State: &to})
	w.tell("a person wants %s %s: %v", w.nameOf(a.id), to.Type, err)
}
