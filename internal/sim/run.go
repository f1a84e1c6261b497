package sim

import (
	"context"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"platen/gcp"
	"platen/internal/disk/diskmem"
)

// restTime is how long a schedule may take to come to rest once nothing goes wrong
// any more.
const restTime = 8 * time.Minute

// Run plays a schedule and returns the promise that it broke, or nil. trace, which
// may be nil, is told what happens.
func Run(t *testing.T, p Plan, bug Bug, trace func(string)) error {
	t.Helper()
	var breach error
	synctest.Test(t, func(*testing.T) {
		ctx, end := context.WithCancel(context.Background())
		w := newWorld(ctx, p, bug, trace)
		w.found()
		w.hosts = []*host{w.machine("connector")}
		w.serve()
		w.start(w.hosts[0])
		w.play()
		breach = w.ledger.breach
		end()
		w.close()
	})
	return breach
}

// play is the whole schedule: first things go wrong, then they come to rest.
func (w *world) play() {
	for w.step = 1; w.step <= w.plan.Steps && w.ledger.breach == nil; {
		switch busy := w.one(); {
		case busy:
			w.step, w.idle = w.step+1, 0
		case w.idle < patience:
			w.idle++
		default:
			w.step, w.idle = w.upcoming(), 0
		}
		if w.step > lastFault(w.plan) && len(w.later) == 0 && w.settled() {
			break
		}
	}
	w.heal()
	for _, jump := range []time.Duration{0, 4 * 24 * time.Hour, 20 * 24 * time.Hour} {
		if w.skew += jump; jump > 0 {
			w.tell("** the service's clock goes on by %s", jump)
		}
		w.rest()
		if w.ledger.breach != nil {
			return
		}
		if w.settled() {
			break
		}
	}
	w.missing()
}

// patience is how often nothing but time passes before the schedule goes on.
const patience = 2

// upcoming returns the next step for which something is planned.
func (w *world) upcoming() int {
	next := w.plan.Steps + 1
	for _, f := range w.plan.Faults {
		if f.Step > w.step {
			next = min(next, f.Step)
		}
	}
	for _, l := range w.later {
		next = min(next, max(l.step, w.step+1))
	}
	for i, j := range w.plan.Jobs {
		if !w.submits[i].begun && j.Step > w.step {
			next = min(next, j.Step)
		}
	}
	return next
}

func lastFault(p Plan) int {
	if len(p.Faults) == 0 {
		return 0
	}
	return p.Faults[len(p.Faults)-1].Step
}

// rest plays on until every job has ended and nothing happens any more.
func (w *world) rest() {
	idle := 0
	for end := time.Now().Add(restTime); time.Now().Before(end) && w.ledger.breach == nil && idle < 3; w.step++ {
		if w.one() {
			idle = 0
		} else if w.settled() {
			idle++
		}
	}
}

// heal ends everything that goes wrong.
func (w *world) heal() {
	w.tell("** nothing goes wrong any more")
	synctest.Wait()
	w.calm, w.next = true, goOn
	for _, h := range w.hosts {
		h.full, h.trip, h.failAt = false, 0, 0
	}
	for len(w.later) > 0 && w.ledger.breach == nil {
		due := w.later
		w.later = nil
		for _, l := range due {
			l.do()
		}
	}
	for _, d := range w.devices {
		d.away = false
	}
	if w.service != nil && w.ward.fuse > 0 {
		w.ward.fuse = 0
	}
	for _, h := range w.hosts {
		for h.life != nil && h.life.stopping {
			w.one()
		}
		if h.tripped {
			w.crash(h, w.rng(7))
		}
	}
	w.up()
	for _, h := range w.hosts {
		w.restart(h)
		if h.cut {
			h.cut = false
			w.connected(h)
		}
	}
}

// one is one step. It reports whether anything could be done but wait.
func (w *world) one() bool {
	synctest.Wait()
	rng := w.rng(16 + uint64(w.idle))
	for _, h := range w.hosts {
		w.reap(h, w.rng(1))
	}
	w.elapse()
	if w.ward != nil && w.ward.dead && w.service != nil {
		w.down(nil)
		w.after(2, w.up)
	}
	pauses := w.faults()
	w.admit()
	time.Sleep(time.Duration(rng.IntN(20)+1) * time.Millisecond) // nothing takes no time
	return w.choose(rng, pauses)
}

// elapse ends what lasted for a while.
func (w *world) elapse() {
	kept := w.later[:0:0]
	due := w.later
	w.later = nil
	for _, l := range due {
		if l.step <= w.step {
			l.do()
		} else {
			kept = append(kept, l)
		}
	}
	w.later = append(w.later, kept...)
}

// faults lets the faults of this step happen, and reports whether one is that time
// passes.
func (w *world) faults() (pauses bool) {
	if w.calm {
		return false
	}
	for _, f := range w.plan.Faults {
		if w.idle > 0 {
			break // they have happened
		}
		e, ofCall := onCall(f.Kind)
		switch {
		case f.Step != w.step:
		case ofCall:
			w.next = e
		case f.Kind == pause:
			pauses = true
		default:
			w.inflict(f)
		}
	}
	return pauses
}

// choose lets one thing happen: a call goes on, a printer prints, a hint arrives;
// or time passes.
func (w *world) choose(rng *rand.Rand, pauses bool) bool {
	synctest.Wait() // for what the faults began
	calls := w.list()
	turns := w.turns()
	n := len(calls) + len(turns)
	switch {
	case pauses || n == 0:
		w.wait(rng, n == 0)
	default:
		if k := rng.IntN(n); k < len(turns) {
			turns[k]()
		} else {
			w.answer(calls[k-len(turns)])
		}
	}
	return n > 0
}

// turns returns what can happen beside the calls that wait.
func (w *world) turns() []func() {
	var turns []func()
	for _, d := range w.devices {
		for _, l := range d.busy() {
			turns = append(turns, func() {
				w.tell("printer %s goes on with %s", d.name, w.nameOf(l.cloud))
				d.work(l)
			})
		}
	}
	w.hintsMu.Lock()
	if len(w.hints) > 0 {
		turns = append(turns, w.deliver)
	}
	w.hintsMu.Unlock()
	for i := range w.ghosts {
		turns = append(turns, func() { w.haunt(i) })
	}
	return turns
}

// deliver brings the oldest hint.
func (w *world) deliver() {
	w.hintsMu.Lock()
	hint := w.hints[0]
	w.hints = w.hints[1:]
	w.hintsMu.Unlock()
	w.tell("hint for %s %s", w.ledger.printers[hint.Printer], hint.Kind)
	w.hear(hint)
}

// haunt lets a call happen that nobody waits for any more.
func (w *world) haunt(i int) {
	g := w.ghosts[i]
	w.ghosts = append(w.ghosts[:i:i], w.ghosts[i+1:]...)
	w.tell("late: %s", g.name)
	if w.service != nil {
		_ = g.do() // as said
	}
}

// answer lets a call go on, with the effect that a fault wanted for the next one.
func (w *world) answer(c *call) {
	e := w.next
	w.next = goOn
	w.drop(c)
	err := c.do(e)
	if e == goOn {
		w.tell("%s: %s", c.name, word(err))
	} else {
		w.tell("%s (%s): %s", c.name, e, word(err))
	}
	c.done <- err
}

func word(err error) string {
	if err == nil {
		return "ok"
	}
	return err.Error()
}

// wait lets time pass: more of it when nothing happens.
func (w *world) wait(rng *rand.Rand, idle bool) {
	d := time.Duration(1+rng.IntN(5000)) * time.Millisecond
	if rng.IntN(8) == 0 || idle && w.calm {
		d *= 12
	}
	w.tell("%s pass", d)
	time.Sleep(d)
}

func (w *world) machine(name string) *host {
	return &host{name: name, disk: diskmem.New(), ended: map[gcp.JobID]bool{}}
}

// close ends all that still runs.
func (w *world) close() {
	for _, h := range w.hosts {
		w.crash(h, nil)
	}
	for _, s := range w.submits {
		w.kill(s.side)
	}
	w.down(nil)
	for _, l := range w.gone {
		<-l.done
	}
}
