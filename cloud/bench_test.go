package cloud_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"platen/cloud"
	"platen/gcp"
)

// BenchmarkJob carries jobs through the cloud's half, many at once: document
// saved, submitted, read, and reported IN_PROGRESS and DONE, each step on disk.
func BenchmarkJob(b *testing.B) {
	w := newWorld(b)
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	go func() {
		for range w.push {
		}
	}()
	body := "%PDF-1.4" + strings.Repeat("x", 20<<10)
	b.SetParallelism(16)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			doc, err := w.blobs.Save(ctx, strings.NewReader(body), 1<<20, "application/pdf")
			if err != nil {
				b.Error(err)
				return
			}
			j, err := w.Submit(ctx, w.alice, cloud.Submission{Printer: w.printer, ContentType: "application/pdf", Document: doc})
			if err != nil {
				b.Error(err)
				return
			}
			if _, err := w.text(w.robot, j.ID); err != nil {
				b.Error(err)
			}
			for _, s := range []gcp.JobStateType{gcp.JobInProgress, gcp.JobDone} {
				if _, err := w.report(w.robot, j.ID, gcp.StateOf(s)); err != nil {
					b.Error(err)
				}
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
	cancel()
	if err := <-done; err != nil && ctx.Err() == nil {
		b.Error(err)
	}
}

// BenchmarkSubmit measures one submission after the other.
func BenchmarkSubmit(b *testing.B) {
	w := newWorld(b)
	doc := w.document()
	for b.Loop() {
		_, err := w.Submit(b.Context(), w.alice, cloud.Submission{Printer: w.printer, ContentType: "application/pdf", Document: doc})
		must(b, err)
	}
}

// BenchmarkFetch2000 fetches one and a hundred of 2000 queued jobs.
func BenchmarkFetch2000(b *testing.B) {
	w := newWorld(b)
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	var left atomic.Int64
	left.Store(2000)
	doc := w.document()
	b.SetParallelism(16)
	fill := make(chan error, 16)
	for range 16 {
		go func() {
			var err error
			for err == nil && left.Add(-1) >= 0 {
				_, err = w.Submit(ctx, w.alice, cloud.Submission{Printer: w.printer, ContentType: "application/pdf", Document: doc})
			}
			fill <- err
		}()
	}
	for range 16 {
		must(b, <-fill)
	}
	for name, limit := range map[string]int{"one": 1, "hundred": 100, "all": 0} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, err := w.Fetch(ctx, w.robot, cloud.FetchQuery{Printer: w.printer, Limit: limit})
				must(b, err)
			}
		})
	}
	cancel()
	if err := <-done; err != nil && ctx.Err() == nil {
		b.Error(err)
	}
}
