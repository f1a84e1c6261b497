package main

import (
	"context"
	"runtime/metrics"
	"time"
)

// The heap of a service that was busy keeps what it grew to: thousands of connectors that
// log in at the same time leave three times what they need afterwards.
const (
	lookAtHeap  = 15 * time.Second
	quietHeap   = 8 << 20  // bytes allocated from one look to the next: less is no work worth speaking of
	worthTaking = 16 << 20 // bytes allocated since memory was given back: less is not worth collecting
)

// giveBack calls release once the service is quiet after work, until ctx ends.
func giveBack(ctx context.Context, every time.Duration, release func()) {
	ticks := time.NewTicker(every)
	defer ticks.Stop()
	released, before := uint64(0), allocated()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		now := allocated()
		if now-before < quietHeap && now-released >= worthTaking {
			release()
			released = now
		}
		before = now
	}
}

// allocated is how many bytes the heap was asked for since the start.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
