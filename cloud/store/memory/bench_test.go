package memory

import (
	"fmt"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// BenchmarkSchedule does what one schedule of the simulator asks of a store: five
// jobs, each with a dozen changes. There are hundred thousands of schedules.
func BenchmarkSchedule(b *testing.B) {
	ctx := b.Context()
	now := time.Unix(1_700_000_000, 0)
	names := make([]gcp.JobID, 5)
	for i := range names {
		names[i] = gcp.JobID(fmt.Sprint("j", i))
	}
	b.ReportAllocs()
	for b.Loop() {
		s := New()
		_, _ = s.SavePrinter(ctx, cloud.PrinterKey{}, func(*cloud.Printer) (cloud.Printer, []cloud.Event, error) {
			return cloud.Printer{ID: "p"}, nil, nil
		})
		for _, id := range names {
			j := cloud.Job{ID: id, Printer: "p", State: gcp.StateOf(gcp.JobQueued), CreateTime: now}
			_, _ = s.AddJob(ctx, j, cloud.Admission{Key: string(id), Waiting: 500}, cloud.Event{Kind: cloud.EventJobQueued})
			_, _ = s.QueuedJobs(ctx, "p", 100)
			for n := range 12 {
				_, _ = s.UpdateJob(ctx, id, func(j *cloud.Job, _ cloud.PrinterRights) ([]cloud.Event, error) {
					j.PagesPrinted = n
					return []cloud.Event{{Kind: cloud.EventJobState, Job: id}}, nil
				})
			}
			_, _ = s.DueJobs(ctx, now, 100)
			_, _ = s.Waiting(ctx, "", now)
		}
	}
}
