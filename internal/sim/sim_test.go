package sim_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"

	"platen/internal/sim"
)

// How many schedules are played: by the ordinary test, with -short, and with
// PLATEN_SOAK=1.
const (
	schedules      = 100_000
	shortSchedules = 4_000
	soakSchedules  = 5_000_000
)

var (
	seed = flag.Uint64("seed", 0, "the schedule that TestSeed plays")
	from = flag.Uint64("from", 0, "of a worker: its first seed")
	to   = flag.Uint64("to", 0, "of a worker: the seed after its last")
)

// alone makes goroutines take turns in one order: a schedule is repeatable only
// on one processor.
func alone(t *testing.T) {
	t.Helper()
	n := runtime.GOMAXPROCS(1)
	gc := debug.SetGCPercent(-1)
	t.Cleanup(func() {
		runtime.GOMAXPROCS(n)
		debug.SetGCPercent(gc)
	})
}

// play plays a schedule, and tells of a broken promise all that is needed to see
// how it came to it.
func play(t *testing.T, p sim.Plan) error {
	t.Helper()
	err := sim.Run(t, p, sim.NoBug, nil)
	if err == nil {
		return nil
	}
	small := sim.Shrink(t, p, sim.NoBug)
	var steps strings.Builder
	why := sim.Run(t, small, sim.NoBug, func(s string) { fmt.Fprintln(&steps, s) })
	return fmt.Errorf("%w\n%v\nshrunk to %v: %w\n%srepeat it: go test ./internal/sim -run TestSeed -seed %d -v", err, p, small, why, steps.String(), p.Seed)
}

// TestSeed plays one schedule and tells every step.
func TestSeed(t *testing.T) {
	alone(t)
	p := sim.NewPlan(*seed)
	t.Log(p)
	_ = sim.Run(t, p, sim.NoBug, func(s string) { t.Log(s) })
	if err := play(t, p); err != nil {
		t.Error(err)
	}
}

// TestSchedules plays many schedules, in one process for each processor: it starts
// itself again for each of them.
func TestSchedules(t *testing.T) {
	if *to != 0 {
		worker(t)
		return
	}
	all := uint64(schedules)
	switch {
	case testing.Short():
		all = shortSchedules
	case os.Getenv("PLATEN_SOAK") != "":
		all = soakSchedules
	}
	workers := uint64(runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for k := range workers {
		wg.Go(func() {
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestSchedules$", "-test.timeout=0",
				fmt.Sprint("-from=", 1+all*k/workers), fmt.Sprint("-to=", 1+all*(k+1)/workers))
			cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "GOGC=off", "GOMEMLIMIT=200MiB")
			var out bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &out
			if err := cmd.Run(); err != nil {
				t.Errorf("%v:\n%s", err, out.String())
			}
		})
	}
	wg.Wait()
}

func worker(t *testing.T) {
	t.Helper()
	failures := 0
	for n := *from; n < *to && failures < 3; n++ {
		if err := play(t, sim.NewPlan(n)); err != nil {
			failures++
			t.Errorf("seed %d: %v", n, err)
		}
	}
}

// The same seed gives the same steps. Where several things are due at the same
// instant the runtime chooses, which no seed reaches: one schedule in a thousand.
func TestRepeatable(t *testing.T) {
	alone(t)
	differ := 0
	for n := range uint64(500) {
		var first, second []string
		p := sim.NewPlan(n)
		_ = sim.Run(t, p, sim.NoBug, func(s string) { first = append(first, s) })
		_ = sim.Run(t, p, sim.NoBug, func(s string) { second = append(second, s) })
		if a, b := strings.Join(first, "\n"), strings.Join(second, "\n"); a != b {
			differ++
			t.Logf("seed %d differs", n)
		}
	}
	if differ > 3 {
		t.Errorf("%d of 500 schedules differ when they are repeated", differ)
	}
}

// The simulator finds defects: each of these it meets within so many schedules.
func TestPlantedBugs(t *testing.T) {
	alone(t)
	for _, bug := range []sim.Bug{sim.LyingSync, sim.EveryClaim, sim.ForgetsEnds, sim.ResendsAll, sim.EarlyDone} {
		found := uint64(0)
		var err error
		for n := uint64(1); n <= 20_000 && found == 0; n++ {
			p := sim.NewPlan(n)
			if err = sim.Run(t, p, bug, nil); err != nil && sim.Run(t, p, sim.NoBug, nil) == nil {
				found = n
			}
		}
		if found == 0 {
			t.Errorf("not found: %s", bug)
			continue
		}
		t.Logf("%s: found by schedule %d: %v", bug, found, err)
	}
}

// Schedules in which a promise was broken once keep it.
func TestFoundSchedules(t *testing.T) {
	alone(t)
	for seed, what := range map[uint64]string{
		3508411: "a document in the file of one that could not be made durable was not whole after a power cut",
	} {
		if err := play(t, sim.NewPlan(seed)); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}
