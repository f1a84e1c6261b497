package cups_test

import (
	"context"
	"testing"
	"time"

	"platen/cups"
	"platen/gcp"
	"platen/internal/lab"
	"platen/internal/vprinter"
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

func TestMediaEmptyStopsTheJobUntilItIsFilled(t *testing.T) {
	t.Parallel()
	c := lab.CUPS(t, lab.CUPSOptions{DebianPolicy: true})
	c.AddRaw("raw", "")
	c.SetFault("media-empty-error")
	v, uri := virtual(t, vprinter.Options{})
	v.SetFault(vprinter.Fault{Reasons: []string{"media-empty-error"}})
	s := open(t, cups.Config{Servers: []cups.Server{{Address: c.Socket}}, Direct: []cups.Direct{{Name: "v", URI: uri}}})
	doc := pdf(10_000)
	for name, mend := range map[printer.Name]func(){"raw": func() { c.SetFault("") }, "v": func() { v.SetFault(vprinter.Fault{}) }} {
		l := begin(t, s, newJob(name, doc), doc)
		ctx, stop := context.WithTimeout(t.Context(), 60*time.Second)
		defer stop()
		mended := false
		st, err := s.Follow(ctx, l, func(st printer.JobStatus) {
			t.Logf("%s: %s %s %q", name, st.State.Type, st.State.Cause(), st.Message)
			if !mended && st.State.Equal(gcp.ByDeviceState(gcp.JobStopped, gcp.DeviceInputTray)) {
				mended = true
				mend()
			}
		})
		if err != nil || !mended {
			t.Fatalf("%s: %v, mended %v", name, err, mended)
		}
		wantState(t, st, gcp.StateOf(gcp.JobDone))
	}
}
