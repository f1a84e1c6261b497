package memory

import (
	"testing"
	"testing/synctest"
	"time"

	"platen/cloud"
	"platen/cloud/store/storetest"
	"platen/gcp"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) cloud.Store { return New() })
}

// A clone has a life of its own, and a restored one an epoch that no other has.
func TestClone(t *testing.T) {
	ctx := t.Context()
	s := New()
	if _, err := s.AddJob(ctx, cloud.Job{ID: "a", State: gcp.StateOf(gcp.JobQueued)}, cloud.Admission{}); err != nil {
		t.Fatal(err)
	}
	first, second := s.Clone(), s.Clone()
	seen := map[string]bool{}
	for _, c := range []*Store{s, first, second} {
		if c != s {
			if err := c.BeginEpoch(ctx, time.Unix(1, 0)); err != nil {
				t.Fatal(err)
			}
		}
		epoch, err := c.Epoch(ctx)
		if err != nil || seen[epoch] {
			t.Errorf("epoch %q again, %v", epoch, err)
		}
		seen[epoch] = true
	}
	j, _, err := s.Job(ctx, "a")
	if err != nil || j.State.Type != gcp.JobQueued {
		t.Errorf("the first store's job is %v, %v", j.State, err)
	}
}

// Waiting for events lets virtual time pass, and ends.
func TestAwaitEventsInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		go func() {
			time.Sleep(time.Hour)
			_ = s.RemoveShare(t.Context(), "", "") // nothing there, no event
			_, _ = s.AddJob(t.Context(), cloud.Job{ID: "a"}, cloud.Admission{}, cloud.Event{Kind: cloud.EventJobQueued})
		}()
		begun := time.Now()
		if err := s.AwaitEvents(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(begun); waited != time.Hour {
			t.Errorf("it waited %v", waited)
		}
	})
}
