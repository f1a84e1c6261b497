// Command bench measures latency, throughput and memory of the two real programs
// against a private cupsd on loopback, and the pages over a long history, and prints
// one table: each figure beside its target and its final goal. Notification is measured over
// everything that may carry it, a private Prosody and ejabberd, too. It needs root or a user's cupsd, and
// some minutes; everything runs in one go, so that the ratios mean something.
package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"platen/internal/lab"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// row is one line of the table.
type row struct {
	what, figure, target, goal string
}

// bench collects the rows of one run.
type bench struct {
	*lab.Program
	bin   string
	rows  []row
	quick bool
}

// measurement is one part of the bench.
type measurement struct {
	name string
	do   func(*bench)
}

func measurements() []measurement {
	return []measurement{
		{"latency", measureLatency},
		{"frontdoor", measureFrontDoor},
		{"roundtrips", measureRoundTrips},
		{"throughput", measureThroughput},
		{"idle", measureIdle},
		{"push", measurePush},
		{"streams", measureAllStreams},
		{"traffic", measureTraffic},
		{"big", measureBig},
		{"raster", measureRaster},
		{"pages", measurePages},
	}
}

func run(args []string, stdout, stderr io.Writer) int {
	if len(args) == 6 && args[0] == peersVerb {
		if err := runPeers(args[1:]); err != nil {
			fmt.Fprintln(stderr, err)
			return 1
		}
		return 0
	}
	b := &bench{Program: lab.NewProgram(stderr)}
	var only []string
	for _, a := range args {
		if a == "-quick" {
			b.quick = true
			continue
		}
		only = append(only, a)
	}
	defer b.Close()
	ok := b.Try(func() {
		b.bin = b.build()
		for _, m := range measurements() {
			if len(only) > 0 && !slices.Contains(only, m.name) {
				continue
			}
			fmt.Fprintf(stderr, "measuring %s ...\n", m.name)
			begin := time.Now()
			b.Part(func() { m.do(b) })
			fmt.Fprintf(stderr, "%s took %v\n", m.name, time.Since(begin).Round(time.Second))
		}
	})
	b.print(stdout)
	if !ok {
		return 1
	}
	return 0
}

func (b *bench) add(what, figure, target, goal string) {
	b.rows = append(b.rows, row{what, figure, target, goal})
	fmt.Fprintf(b.Log, "  %s: %s\n", what, figure)
}

func (b *bench) print(w io.Writer) {
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(tw, "FIGURE\tMEASURED\tTARGET\tFINAL GOAL")
	for _, r := range b.rows {
		fmt.Fprintln(tw, strings.Join([]string{r.what, r.figure, r.target, r.goal}, "\t"))
	}
	_ = tw.Flush() // to a terminal or a pipe: nothing is to be done
}

// scale makes the loads smaller for a quick look, whose figures count nothing.
func (b *bench) scale(n int) int {
	if b.quick {
		return max(n/20, 5)
	}
	return n
}

// percentile returns the p-th part of sorted durations.
func percentile(sorted []time.Duration, p float64) time.Duration {
	return sorted[min(len(sorted)-1, int(p*float64(len(sorted))))]
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
