package connector_test

import (
	"context"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"platen/connector"
	"platen/connector/spool"
	"platen/gcp"
	"platen/printer"
)

// BenchmarkJobs carries jobs that wait already through one connector and a real
// spool to printers that take no time: what is left is our own.
func BenchmarkJobs(b *testing.B) {
	for _, printers := range []int{1, 50} {
		b.Run(fmt.Sprintf("printers=%d", printers), func(b *testing.B) { benchJobs(b, printers) })
	}
}

func benchJobs(b *testing.B, printers int) {
	var names []printer.Name
	for i := range printers {
		names = append(names, printer.Name(fmt.Sprintf("lp%d", i)))
	}
	w := newWorld(names...)
	for _, n := range names {
		w.printers[w.idOf(n)] = &gcp.Printer{ID: w.idOf(n), Name: string(n)}
	}
	for i := range b.N {
		w.submit(names[i%printers], gcp.JobID(fmt.Sprintf("j%d", i))).body = make([]byte, 100<<10)
	}
	dir, err := spool.Open(b.TempDir(), spool.Options{})
	if err != nil {
		b.Fatal(err)
	}
	c, err := connector.New(connector.Config{Cloud: w, Registry: w, PrintSystem: w, Spool: dir, Identities: &identities{}, Runs: &histories{}})
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	done := make(chan error, 1)
	b.ResetTimer()
	go func() { done <- c.Run(ctx) }()
	for w.done() < b.N {
		time.Sleep(time.Millisecond) // not to synchronise: the end of the measure
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
	stop()
	if err := <-done; err != nil {
		b.Error(err)
	}
}

func (w *world) done() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.finished
}

// slow is a service that is far away.
type slow struct {
	connector.Cloud
	trip time.Duration
}

func (s slow) Fetch(ctx context.Context, p gcp.PrinterID, run gcp.RunID, n int) ([]gcp.Job, error) {
	time.Sleep(s.trip)
	return s.Cloud.Fetch(ctx, p, run, n)
}

func (s slow) Download(ctx context.Context, j gcp.Job, g gcp.Grant, w io.Writer) (string, error) {
	time.Sleep(s.trip)
	return s.Cloud.Download(ctx, j, g, w)
}

func (s slow) Report(ctx context.Context, r gcp.Report) error {
	time.Sleep(s.trip)
	return s.Cloud.Report(ctx, r)
}

// From the push to the document on the disk there are two round trips.
func TestTwoRoundTrips(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, "lp")
		l.start(func(s seams) seams { s.cloud = slow{s.cloud, 80 * time.Millisecond}; return s })
		l.settle(time.Second)
		l.submit("lp", "j")
		l.hint("lp")
		l.settle(10 * time.Second)
		l.want("j", gcp.JobDone, 1)
		tr := l.seen("j").trace
		if took := time.Duration(tr[gcp.HopPrinted]-tr[gcp.HopPushed]) * time.Microsecond; took != 160*time.Millisecond {
			t.Errorf("from push to printer %s, want two trips of 80ms", took)
		}
		l.end()
	})
}
