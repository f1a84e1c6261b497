package cups_test

import (
	"context"
	"testing"
	"time"

	"platen/gcp"
	"platen/internal/lab"
	"platen/printer"
)

// A job in a queue that is disabled is stopped, not printing, and goes on when
// the queue does.
func TestDisabledQueueStopsTheJob(t *testing.T) {
	for _, debian := range []bool{false, true} {
		c := lab.CUPS(t, lab.CUPSOptions{DebianPolicy: debian})
		c.AddRaw("raw", "")
		c.Run("cupsdisable", "raw")
		s := onCUPS(t, c)
		doc := pdf(10_000)
		l := begin(t, s, newJob("raw", doc), doc)
		ctx, stop := context.WithTimeout(t.Context(), 60*time.Second)
		defer stop()
		began, paused := time.Now(), false
		st, err := s.Follow(ctx, l, func(st printer.JobStatus) {
			t.Logf("%v: %s %s %q", time.Since(began), st.State.Type, st.State.Cause(), st.Message)
			if !paused && st.State.Equal(gcp.ByUser(gcp.JobStopped, gcp.UserPaused)) {
				paused = true
				c.Run("cupsenable", "raw")
			}
		})
		if err != nil || !paused {
			t.Fatalf("%v, told of the pause: %v", err, paused)
		}
		wantState(t, st, gcp.StateOf(gcp.JobDone))
	}
}
