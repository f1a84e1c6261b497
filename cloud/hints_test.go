package cloud

import (
	"testing"
	"time"
)

// After 5 s, 30 s and then every 5 min, whatever the rhythm of the looks.
func TestHintSchedule(t *testing.T) {
	queued := time.Unix(1_700_000_000, 123)
	want := []time.Duration{5 * time.Second, 30 * time.Second, 330 * time.Second, 630 * time.Second, 930 * time.Second}
	for _, step := range []time.Duration{time.Second, 700 * time.Millisecond, 4 * time.Second} {
		var hints []time.Duration
		for at := time.Duration(0); at < 1000*time.Second; at += step {
			if hintDue(queued, queued.Add(at), queued.Add(at+step)) {
				hints = append(hints, at+step)
			}
		}
		if len(hints) != len(want) {
			t.Fatalf("every %s: hints at %v, want %v", step, hints, want)
		}
		for i := range want {
			if late := hints[i] - want[i]; late < 0 || late >= step {
				t.Errorf("every %s: hint at %s, want %s", step, hints[i], want[i])
			}
		}
	}
}
