package store

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// BenchmarkAddJob adds jobs without and with all that a submission is checked
// against, from 16 callers at once, at a printer with a history.
func BenchmarkAddJob(b *testing.B) {
	now := time.Unix(1_700_000_000, 0)
	for name, a := range map[string]cloud.Admission{
		"bare": {},
		"checked": {
			Key: "k", Digest: "d", Quota: cloud.Quota{Limit: 1 << 40, Since: now.Add(time.Hour)},
			Rate: cloud.Quota{Limit: 60, Since: now.Add(time.Hour)}, Waiting: 500, Stored: 1 << 50,
		},
	} {
		b.Run(name, func(b *testing.B) {
			d := openTest(b)
			add := func(ctx context.Context, id string, st gcp.JobStateType, a cloud.Admission) {
				j := cloud.Job{
					ID: gcp.JobID(id), Printer: "p", Owner: "o", State: gcp.StateOf(st), CreateTime: now, UpdateTime: now,
					Document: cloud.Document{ID: id, Size: 100}, DueTime: now.Add(time.Hour), ExpireTime: now.Add(time.Hour),
				}
				if a.Key != "" {
					a.Key = id
				}
				e := cloud.Event{Time: now, Kind: cloud.EventJobQueued, Job: j.ID}
				if _, err := d.AddJob(ctx, j, a, e); err != nil {
					b.Error(err)
				}
			}
			for i := range 400 {
				add(b.Context(), fmt.Sprint("old", i), gcp.JobQueued, cloud.Admission{})
			}
			var n atomic.Int64
			b.SetParallelism(16)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					add(b.Context(), fmt.Sprint("j", n.Add(1)), gcp.JobInProgress, a)
				}
			})
		})
	}
}
