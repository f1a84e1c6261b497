package backoff

import (
	"testing"
	"time"
)

// However often something failed, the next wait is at most the longest one: thirty seconds
// doubled thirty times do not fit into a Duration.
func TestWaitsAreBounded(t *testing.T) {
	for _, b := range []Backoff{
		{},
		{Min: 30 * time.Second, Max: 5 * time.Minute},
		{Min: 30 * time.Second, Max: 30 * time.Minute},
		{Min: time.Hour, Max: time.Minute},
		{Min: time.Nanosecond, Max: 1<<63 - 1},
	} {
		most := b.Max
		if most == 0 {
			most = 5 * time.Minute
		}
		for n := range 200 {
			if d := b.Next(); d <= 0 && n > 0 || d < 0 || d > most {
				t.Fatalf("wait %d between %v and %v is %v", n, b.Min, b.Max, d)
			}
		}
		if n := b.Failures(); n != 200 {
			t.Errorf("%d failures", n)
		}
	}
}

// Each wait is about twice the one before, until it is the longest.
func TestWaitsDouble(t *testing.T) {
	b := Backoff{Min: time.Second, Max: time.Minute}
	for n, most := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60} {
		if d := b.Next(); d < most*time.Second/2 || d > most*time.Second {
			t.Errorf("wait %d is %v, want between half of %d s and that", n, d, most)
		}
	}
	b.Reset()
	if d := b.Next(); d > time.Second {
		t.Errorf("after a success the wait is %v", d)
	}
}
