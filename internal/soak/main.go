// Command soak runs both real programs for a long time under load and faults, and
// counts what became of every job: lost, printed twice, unconfirmed and why. It
// exits with 1 if a job was lost, printed twice by us, or is told wrongly.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"platen/internal/lab"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// plan is what a run is to be.
type plan struct {
	length     time.Duration
	queues     int // of these, one in ten is a printer without CUPS
	people     int
	rate       float64 // jobs a second
	faultEvery time.Duration
	settle     time.Duration // how long the end waits for jobs that are under way
	seed       uint64
	json       bool
}

const usage = `usage: soak [--minutes N] [--queues N] [--people N] [--rate N] [--fault-every D] [--settle D] [--seed N] [--json]

Prints one table; with --json the same as JSON. Needs root (cupsd, and a small
disk of its own for the faults of full disks; without one these are left out).
`

func parse(args []string, stderr io.Writer) (plan, error) {
	var p plan
	f := flag.NewFlagSet("soak", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() { fmt.Fprint(stderr, usage) }
	minutes := f.Float64("minutes", 30, "how long jobs are sent")
	f.IntVar(&p.queues, "queues", 400, "printers")
	f.IntVar(&p.people, "people", 40, "accounts that send")
	f.Float64Var(&p.rate, "rate", 20, "jobs a second")
	f.DurationVar(&p.faultEvery, "fault-every", time.Minute, "from the begin of one fault to the next")
	f.DurationVar(&p.settle, "settle", 8*time.Minute, "how long the end waits for jobs under way")
	f.Uint64Var(&p.seed, "seed", 1, "of all that is left to chance")
	f.BoolVar(&p.json, "json", false, "print JSON")
	if err := f.Parse(args); err != nil {
		return p, err
	}
	p.length = time.Duration(*minutes * float64(time.Minute))
	return p, nil
}

func run(args []string, stdout, stderr io.Writer) int {
	p, err := parse(args, stderr)
	if err != nil {
		return 2
	}
	t := lab.NewProgram(stderr)
	defer t.Close()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		t.Close() // nothing of ours goes on
		os.Exit(1)
	}()
	var r report
	if !t.Try(func() { r = soak(t, p) }) {
		return 1
	}
	if err := r.print(stdout, p.json); err != nil {
		fmt.Fprintln(stderr, "soak:", err)
		return 1
	}
	if !r.Good() {
		return 1
	}
	return 0
}

// soak builds a world, lets people print in it while things break, and judges.
func soak(t *lab.Program, p plan) report {
	w := newWorld(t, p)
	load := newLoad(w)
	gauges := newGauges(w)
	breaker := newBreaker(w)
	begin := time.Now()
	end := begin.Add(p.length)
	t.Logf("sending %g jobs a second to %d printers for %v", p.rate, p.queues, p.length)
	stop := make(chan struct{})
	done := make(chan struct{}, 3)
	for _, f := range []func(){
		func() { gauges.watch(stop) },
		func() { w.paper.watch(stop) },
		func() { breaker.breakThings(end) },
	} {
		go func() {
			f()
			done <- struct{}{}
		}()
	}
	load.send(end)
	<-done // the breaker: the others wait for stop
	quiet := w.settle(load)
	close(stop)
	<-done
	<-done
	return judge(w, load, judged{begin: begin, faults: breaker.faults, gauges: gauges, quiet: quiet})
}
