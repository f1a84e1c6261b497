// Package backoff waits longer after each failure, with jitter, and stops when
// told. It decides how long, never whether to try again.
package backoff

import (
	"context"
	"math/rand/v2"
	"time"
)

// Backoff is a row of growing waits. The zero value waits from one second to
// five minutes. It is not safe for concurrent use.
type Backoff struct {
	Min time.Duration // first wait; 0 means 1 s
	Max time.Duration // longest wait; 0 means 5 min

	failures int
}

// Next returns the next wait: between half and the whole of Min doubled once for
// each failure so far, at most Max.
func (b *Backoff) Next() time.Duration {
	lo, hi := b.Min, b.Max
	if lo <= 0 {
		lo = time.Second
	}
	if hi <= 0 {
		hi = 5 * time.Minute
	}
	d := hi
	if lo <= hi>>b.failures { // the other way round it would overflow
		d = lo << b.failures
	}
	b.failures++
	return d/2 + b.jitter(d/2+1)
}

// jitter returns something below n. It hangs on the clock alone, so that programs
// that failed together part, and a test under a virtual clock can be repeated.
func (b *Backoff) jitter(n time.Duration) time.Duration {
	r := rand.NewPCG(uint64(time.Now().UnixNano()), uint64(b.failures))
	return time.Duration(r.Uint64() % uint64(n))
}

// Wait sleeps for the next wait, or until ctx ends, whose error it then returns.
func (b *Backoff) Wait(ctx context.Context) error { return Sleep(ctx, b.Next()) }

// Reset starts again at the shortest wait: the last try succeeded.
func (b *Backoff) Reset() { b.failures = 0 }

// Failures returns how many waits there were since the last Reset.
func (b *Backoff) Failures() int { return b.failures }

// Sleep waits for d, or until ctx ends, whose error it then returns.
func Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
