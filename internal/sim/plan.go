package sim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// Plan is one schedule: what is printed, and what goes wrong when. All that it does
// not say is chosen by the seed at each step.
type Plan struct {
	Seed   uint64
	Models []int   // of the printers, by their index in models
	Jobs   []Job   // what people submit
	Faults []Fault // in the order of their steps
	Steps  int     // after which nothing goes wrong any more
}

// Job is a submission.
type Job struct {
	Step    int
	Printer int // index of Plan.Models
	Size    int // bytes
}

// Fault is something that goes wrong, or that a person does.
type Fault struct {
	Step int
	Kind Kind
	Arg  uint64 // chooses among what it may be done to
}

func (f Fault) String() string { return fmt.Sprintf("%d:%s", f.Step, f.Kind) }

// Kind is a kind of fault.
type Kind string

// The kinds of faults.
const (
	callFails    Kind = "call fails"
	answerLost   Kind = "answer lost"
	callLate     Kind = "call takes effect late"
	callTwice    Kind = "call made twice"
	halfSent     Kind = "half of a document sent"
	hintLost     Kind = "hint lost"
	hintTwice    Kind = "hint twice"
	hintsTurned  Kind = "hints in another order"
	connKilled   Kind = "connector killed"
	connStopped  Kind = "connector stopped"
	connPower    Kind = "connector loses power"
	diskPower    Kind = "power cut at a write of the connector"
	diskFails    Kind = "disk of the connector fails once"
	diskFull     Kind = "disk of the connector full for a while"
	cloudKilled  Kind = "service killed"
	cloudPower   Kind = "service loses power"
	cloudWithin  Kind = "service dies within a call"
	cloudDown    Kind = "service away for a while"
	lineCut      Kind = "line to the service cut for a while"
	clockCloud   Kind = "clock of the service jumps"
	clockConn    Kind = "clock of the connector jumps"
	twin         Kind = "state folder copied, and the copy started"
	connBackup   Kind = "state folder restored from a backup"
	cloudBackup  Kind = "service restored from a backup"
	printerOff   Kind = "printer off for a while"
	printerReset Kind = "printer restarts"
	printerStops Kind = "printer stops a job"
	printerDrops Kind = "printer forgets ended jobs"
	personCancel Kind = "person cancels"
	personHolds  Kind = "person holds or releases"
	personSays   Kind = "person says that it came out"
	personAgain  Kind = "person prints again"
	printerGone  Kind = "person deletes the printer"
	pause        Kind = "pause"
)

// weights say how often each kind is drawn.
func weights() []struct {
	kind Kind
	n    int
} {
	return []struct {
		kind Kind
		n    int
	}{
		{callFails, 8},
		{answerLost, 14},
		{callLate, 6},
		{callTwice, 6},
		{halfSent, 6},
		{hintLost, 4},
		{hintTwice, 3},
		{hintsTurned, 2},
		{connKilled, 8},
		{connStopped, 3},
		{connPower, 8},
		{diskPower, 14},
		{diskFails, 8},
		{diskFull, 3},
		{cloudKilled, 5},
		{cloudPower, 3},
		{cloudWithin, 6},
		{cloudDown, 3},
		{lineCut, 5},
		{clockCloud, 2},
		{clockConn, 2},
		{twin, 5},
		{connBackup, 4},
		{cloudBackup, 5},
		{printerOff, 3},
		{printerReset, 5},
		{printerStops, 4},
		{printerDrops, 5},
		{personCancel, 6},
		{personHolds, 4},
		{personSays, 4},
		{personAgain, 2},
		{printerGone, 1},
		{pause, 5},
	}
}

// quiet reports whether nothing keeps two connectors from hearing of each other.
func (p Plan) quiet() bool {
	for _, f := range p.Faults {
		switch f.Kind {
		case twin, hintTwice, hintsTurned, callTwice, halfSent, printerReset, printerStops, printerDrops,
			personCancel, personHolds, personSays, personAgain:
		default:
			return false
		}
	}
	return true
}

func models() []model {
	return []model{
		{server: true, uuids: true},
		{uuids: true},
		{uuids: true, resets: true},
		{resets: true},
		{printJob: true},
	}
}

// maxSteps is how many steps things may go wrong in.
const maxSteps = 60

// NewPlan draws a schedule.
func NewPlan(seed uint64) Plan {
	rng := rand.New(rand.NewPCG(seed, 1))
	p := Plan{Seed: seed, Steps: maxSteps, Models: []int{rng.IntN(len(models()))}}
	if rng.IntN(4) == 0 {
		p.Models = append(p.Models, rng.IntN(len(models())))
	}
	for range 1 + rng.IntN(3) {
		j := Job{Printer: rng.IntN(len(p.Models)), Size: 1 + rng.IntN(200)}
		if rng.IntN(3) == 0 {
			j.Step = rng.IntN(maxSteps / 2)
		}
		if rng.IntN(8) == 0 {
			j.Size += 9000 // more than one page of the disk
		}
		p.Jobs = append(p.Jobs, j)
	}
	for range rng.IntN(9) {
		p.Faults = append(p.Faults, draw(rng))
	}
	slices.SortStableFunc(p.Faults, func(a, b Fault) int { return a.Step - b.Step })
	return p
}

func draw(rng *rand.Rand) Fault {
	all, sum := weights(), 0
	for _, w := range all {
		sum += w.n
	}
	n := rng.IntN(sum)
	for _, w := range all {
		if n -= w.n; n < 0 {
			f := Fault{Step: rng.IntN(maxSteps), Kind: w.kind, Arg: rng.Uint64()}
			if f.Kind == cloudBackup || f.Kind == connBackup || f.Kind == twin {
				f.Step /= 3 // while there is work in hand, and time to go on with it
			}
			return f
		}
	}
	return Fault{}
}

// String tells what is planned.
func (p Plan) String() string {
	words := make([]string, len(p.Faults))
	for i, f := range p.Faults {
		words[i] = f.String()
	}
	return fmt.Sprintf("seed %d: %d jobs, printers %v, %d steps, faults [%s]", p.Seed, len(p.Jobs), p.Models, p.Steps, strings.Join(words, ", "))
}
