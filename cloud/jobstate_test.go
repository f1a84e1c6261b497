package cloud_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// The transitions that a device may report (QUEUED, IN_PROGRESS, STOPPED and back,
// DONE or ABORTED), with the answers to late and repeated reports.
func TestDeviceReports(t *testing.T) {
	var (
		queued   = gcp.StateOf(gcp.JobQueued)
		progress = gcp.StateOf(gcp.JobInProgress)
		jam      = gcp.ByDeviceState(gcp.JobStopped, gcp.DeviceMediaPath)
		done     = gcp.StateOf(gcp.JobDone)
		failed   = gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure)
	)
	finished, back := cloud.KindFinished, cloud.KindInvalid
	w := newWorld(t)
	for i, tt := range []struct {
		from []gcp.JobState
		to   gcp.JobState
		kind cloud.Kind
	}{
		{nil, progress, ""},
		{nil, jam, ""},
		{nil, done, ""}, // the reports between were lost
		{nil, failed, ""},
		{nil, queued, ""},
		{nil, gcp.StateOf(gcp.JobHeld), back},
		{nil, gcp.StateOf(gcp.JobDraft), back},
		{nil, gcp.StateOf("PRINTED"), back},
		{[]gcp.JobState{progress}, progress, ""},
		{[]gcp.JobState{progress}, jam, ""},
		{[]gcp.JobState{progress}, done, ""},
		{[]gcp.JobState{progress}, failed, ""},
		{[]gcp.JobState{progress}, queued, back},
		{[]gcp.JobState{progress, jam}, progress, ""},
		{[]gcp.JobState{progress, jam}, done, ""},
		{[]gcp.JobState{progress, jam}, queued, back},
		{[]gcp.JobState{done}, done, ""},
		{[]gcp.JobState{done}, progress, finished},
		{[]gcp.JobState{done}, failed, finished},
		{[]gcp.JobState{failed}, failed, ""},
		{[]gcp.JobState{failed}, done, finished},
		{[]gcp.JobState{failed}, gcp.ByDevice(gcp.JobAborted, gcp.DeviceDownloadFailure), finished},
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			j := w.submit(w.alice)
			for _, s := range tt.from {
				_, err := w.report(w.robot, j.ID, s)
				must(t, err)
			}
			before, err := w.Job(t.Context(), w.alice, j.ID)
			must(t, err)
			got, err := w.report(w.robot, j.ID, tt.to)
			if cloud.KindOf(err) != tt.kind || (tt.kind == "") != (err == nil) {
				t.Fatalf("%v -> %s: %v, want kind %q", tt.from, tt.to.Type, err, tt.kind)
			}
			after, err := w.Job(t.Context(), w.alice, j.ID)
			must(t, err)
			want := tt.to
			if tt.kind != "" {
				want = before.State
			} else if !got.State.Equal(tt.to) {
				t.Errorf("answer %v", got.State)
			}
			if !after.State.Equal(want) {
				t.Errorf("state %v, want %v", after.State, want)
			}
		})
	}
}

func TestPagesOnlyGrow(t *testing.T) {
	w := newWorld(t)
	j := w.submit(w.alice)
	for _, tt := range []struct{ report, want int }{{3, 3}, {2, 3}, {5, 5}} {
		got, err := w.Control(t.Context(), w.robot, cloud.JobReport{Job: j.ID, PagesPrinted: &tt.report})
		must(t, err)
		if got.PagesPrinted != tt.want {
			t.Errorf("after a report of %d: %d pages, want %d", tt.report, got.PagesPrinted, tt.want)
		}
	}
}

// An unconfirmed job is the one end that may still become DONE, by the printer or
// by a person.
func TestUnconfirmed(t *testing.T) {
	for name, who := range map[string]func(*world) cloud.Caller{
		"printer": func(w *world) cloud.Caller { return w.robot },
		"person":  func(w *world) cloud.Caller { return w.alice },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			j := w.submit(w.alice)
			end, words := gcp.ByDevice(gcp.JobAborted, gcp.DeviceActionOther), gcp.UnconfirmedMessage+" (power cut)"
			got, err := w.Control(t.Context(), w.robot, cloud.JobReport{Job: j.ID, State: &end, Message: &words})
			must(t, err)
			if !got.Unconfirmed {
				t.Fatal("not unconfirmed")
			}
			if _, err := w.report(w.robot, j.ID, gcp.StateOf(gcp.JobInProgress)); !errors.Is(err, cloud.ErrFinished) {
				t.Errorf("IN_PROGRESS after the end: %v", err)
			}
			got, err = w.report(who(w), j.ID, gcp.StateOf(gcp.JobDone))
			must(t, err)
			if got.Unconfirmed || got.State.Type != gcp.JobDone || got.Message != "" {
				t.Errorf("after DONE: %+v", got.Job)
			}
		})
	}
}

// Cancelling a job that waits ends it; one in progress is the connector's to end,
// unless it stays silent for a minute.
func TestCancel(t *testing.T) {
	cancelled := gcp.ByUser(gcp.JobAborted, gcp.UserCancelled)
	w := newWorld(t)
	j := w.submit(w.alice)
	got, err := w.report(w.alice, j.ID, cancelled)
	must(t, err)
	if !got.State.Equal(cancelled) || got.EndTime.IsZero() {
		t.Errorf("a waiting job, cancelled: %+v", got.State)
	}
	if _, err := w.report(w.alice, j.ID, cancelled); err != nil {
		t.Errorf("cancelled twice: %v", err)
	}

	for name, tt := range map[string]struct {
		answer *cloud.JobReport
		want   gcp.JobState
	}{
		"silent":       {nil, cancelled},
		"acknowledged": {&cloud.JobReport{CancelAcknowledged: true}, gcp.StateOf(gcp.JobInProgress)},
		"printed":      {&cloud.JobReport{State: &gcp.JobState{Type: gcp.JobDone}}, gcp.StateOf(gcp.JobDone)},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			stop := w.run()
			defer stop()
			j := w.submit(w.alice)
			_, err := w.report(w.robot, j.ID, gcp.StateOf(gcp.JobInProgress))
			must(t, err)
			got, err := w.report(w.alice, j.ID, cancelled)
			must(t, err)
			if got.State.Type != gcp.JobInProgress || got.CancelRequested.IsZero() {
				t.Fatalf("a job in progress, cancelled: %+v", got.Job)
			}
			if tt.answer != nil {
				tt.answer.Job = j.ID
				_, err := w.Control(t.Context(), w.robot, *tt.answer)
				must(t, err)
			}
			w.clock.add(59 * time.Second)
			w.ticks(2)
			if name == "silent" {
				got, err := w.Job(t.Context(), w.alice, j.ID)
				must(t, err)
				if got.State.Type != gcp.JobInProgress {
					t.Errorf("after 59 s: %v", got.State)
				}
			}
			w.clock.add(2 * time.Second)
			w.eventually(func() bool {
				got, err := w.Job(t.Context(), w.alice, j.ID)
				return err == nil && got.State.Equal(tt.want)
			})
		})
	}
}

func TestHoldAndRelease(t *testing.T) {
	w := newWorld(t)
	j := w.submit(w.alice)
	_, err := w.report(w.alice, j.ID, gcp.StateOf(gcp.JobHeld))
	must(t, err)
	if _, err := w.Fetch(t.Context(), w.robot, cloud.FetchQuery{Printer: w.printer}); cloud.KindOf(err) != cloud.KindNoJob {
		t.Errorf("a held job was fetched: %v", err)
	}
	_, err = w.report(w.alice, j.ID, gcp.StateOf(gcp.JobQueued))
	must(t, err)
	jobs, err := w.Fetch(t.Context(), w.robot, cloud.FetchQuery{Printer: w.printer})
	if err != nil || len(jobs) != 1 {
		t.Fatalf("after the release: %d jobs, %v", len(jobs), err)
	}
	_, err = w.report(w.robot, j.ID, gcp.StateOf(gcp.JobInProgress))
	must(t, err)
	for _, s := range []gcp.JobStateType{gcp.JobHeld, gcp.JobQueued} {
		if _, err := w.report(w.alice, j.ID, gcp.StateOf(s)); cloud.KindOf(err) != cloud.KindInvalid {
			t.Errorf("%s of a job in progress: %v", s, err)
		}
	}
	if _, err := w.report(w.alice, j.ID, gcp.StateOf(gcp.JobDone)); cloud.KindOf(err) != cloud.KindForbidden {
		t.Errorf("DONE by a person: %v", err)
	}
}
