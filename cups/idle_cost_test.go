package cups_test

import (
	"context"
	"fmt"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"

	"platen/cups"
	"platen/internal/vprinter"
	"platen/printer"
)

func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkIdle tells what it costs to watch 50 idle printers, with the cost of the
// virtual printers themselves, which are in the same process: percent of one
// processor at the usual interval.
func BenchmarkIdle(b *testing.B) {
	const many, faster = 50, 20
	var direct []cups.Direct
	for i := range many {
		_, uri := serve(b, vprinter.Options{Dir: b.TempDir()})
		direct = append(direct, cups.Direct{Name: printer.Name(fmt.Sprintf("v%d", i)), URI: uri})
	}
	s, err := cups.New(cups.Config{Direct: direct, Idle: cups.IdleEvery / faster})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Printers(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for range b.N {
		ctx, stop := context.WithTimeout(context.Background(), 5*time.Second)
		before, began := cpu(b), time.Now()
		s.Watch(ctx, func() {})
		stop()
		b.ReportMetric(100*float64(cpu(b)-before)/float64(time.Since(began))/faster, "%cpu")
	}
}

func serve(b *testing.B, o vprinter.Options) (*vprinter.Printer, string) {
	b.Helper()
	v, err := vprinter.New(o)
	if err != nil {
		b.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = v.Serve(ctx, l) }) // the benchmark tells
	b.Cleanup(func() { stop(); wg.Wait() })
	return v, vprinter.URI(l.Addr())
}
