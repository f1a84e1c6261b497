package sim

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"syscall"
	"time"

	"platen/cloud"
	"platen/cloud/blob"
	"platen/cloud/store/memory"
	"platen/gcp"
	"platen/internal/disk/diskmem"
	"platen/printer"
)

var (
	errDisk = syscall.EIO
	errFull = syscall.ENOSPC
)

// ghost is a call whose caller has given up, and that takes effect later.
type ghost struct {
	name string
	do   func() error
}

// world is everything in one schedule. The controller alone touches it, but for
// what has a lock.
type world struct {
	seams
	plan   Plan
	bugs   bugs
	ledger *ledger
	ctx    context.Context // ends with the schedule
	step   int
	idle   int    // how often nothing but time passed in this step
	calm   bool   // nothing goes wrong any more
	next   effect // on the next call that goes on
	trace  func(string)

	devices []*device
	hosts   []*host
	gone    []*life // which may still be on their way out

	store      *memory.Store
	ward       *ward
	service    *cloud.Service // nil while it is away
	endService func()
	blobs      *blob.Dir
	documents  *diskmem.Disk
	person     cloud.User
	robot      gcp.RobotID
	skew       time.Duration // of the service's clock
	ghosts     []ghost
	bodies     map[gcp.JobID]string
	later      []later
	stateLost  bool // a state folder was restored from a backup
	rowsLost   bool // the service was

	submits   []*submission
	submitsMu sync.Mutex // guards what follows
	accepted  []gcp.JobID

	witnessMu sync.Mutex // guards what witnesses keep

	hintsMu sync.Mutex // guards hints
	hints   []gcp.Notification
}

// later is the end of something that goes wrong for a while.
type later struct {
	step int
	do   func()
}

func newWorld(ctx context.Context, p Plan, bug Bug, trace func(string)) *world {
	w := &world{plan: p, bugs: bugs{bug}, ledger: newLedger(), ctx: ctx, trace: trace, bodies: map[gcp.JobID]string{}}
	for i, m := range p.Models {
		w.devices = append(w.devices, &device{
			name: printer.Name(fmt.Sprintf("p%d", i)), uuid: fmt.Sprintf("00000000-0000-4000-8000-%012d", i),
			model: models()[m], ledger: w.ledger,
		})
	}
	for i, j := range p.Jobs {
		name := fmt.Sprintf("job%d", i)
		w.submits = append(w.submits, &submission{name: name, side: &side{name: "client of " + name}, body: bodyFor(name, j.Size)})
	}
	return w
}

func (w *world) tell(format string, args ...any) {
	if w.trace != nil {
		w.trace(fmt.Sprintf("%4d ", w.step) + fmt.Sprintf(format, args...))
	}
}

func (w *world) nameOf(id gcp.JobID) string { return w.ledger.name(id) }

func (w *world) bodyOf(id gcp.JobID) string { return w.bodies[id] }

func (w *world) device(n printer.Name) *device {
	for _, d := range w.devices {
		if d.name == n && !d.gone {
			return d
		}
	}
	return nil
}

// registered takes up that the service has a printer.
func (w *world) registered(id gcp.PrinterID, uuid string) {
	for _, d := range w.devices {
		if d.uuid == uuid {
			w.ledger.printers[id] = string(d.name)
			w.ledger.printer(id, uuid, d.name)
		}
	}
}

// rng returns what chooses in this step. It depends on the seed and on the step
// alone, so that a fault that is left out changes the others little.
func (w *world) rng(salt uint64) *rand.Rand {
	return rand.New(rand.NewPCG(w.plan.Seed, uint64(w.step)<<8|salt))
}

// admit begins the submissions whose time has come, once their printer is known.
func (w *world) admit() {
	for i, s := range w.submits {
		j := w.plan.Jobs[i]
		id := w.ledger.ids[w.devices[j.Printer].uuid]
		if s.begun || j.Step > w.step || id == "" {
			continue
		}
		s.begun, s.printer = true, id
		go w.submit(s)
	}
	w.submitsMu.Lock()
	for _, id := range w.accepted {
		w.ledger.of(id).accepted = true
	}
	w.accepted = nil
	w.submitsMu.Unlock()
}

// settled reports whether every job has ended, as far as the service knows.
func (w *world) settled() bool {
	for _, s := range w.submits {
		if !s.begun && w.ledger.ids[w.devices[w.plan.Jobs[slices.Index(w.submits, s)].Printer].uuid] == "" {
			return false
		}
		if !w.over(s) {
			return false
		}
	}
	for _, a := range w.ledger.order {
		if j, _, err := w.store.Job(w.ctx, a.id); err == nil && !j.State.Type.Ended() {
			return false
		}
	}
	return true
}

func (w *world) over(s *submission) bool {
	w.submitsMu.Lock()
	defer w.submitsMu.Unlock()
	return s.over
}

// missing checks that every job that was accepted is there and has ended.
func (w *world) missing() {
	for _, a := range w.ledger.order {
		j, _, err := w.store.Job(w.ctx, a.id)
		switch {
		case errors.Is(err, cloud.ErrNotFound) && (!a.accepted || a.excused):
		case err != nil:
			w.ledger.broken("%s was accepted and is lost: %v", w.nameOf(a.id), err)
		case !j.State.Type.Ended():
			w.ledger.broken("%s stays %s for ever", w.nameOf(a.id), j.State.Type)
		case len(w.plan.Faults) == 0 && j.State.Type != gcp.JobDone:
			w.ledger.broken("%s ended as %s although nothing went wrong: %s", w.nameOf(a.id), j.State.Type, j.Message)
		}
	}
	seen := map[string]bool{}
	for _, a := range w.ledger.order {
		if n := w.nameOf(a.id); seen[n] && !a.excused {
			w.ledger.broken("%s was submitted once and is there twice", n)
		} else {
			seen[n] = !a.excused
		}
	}
}
