package cloud_test

import (
	"strings"
	"testing"

	"platen/cloud"
	"platen/gcp"
)

// What was said of a job on its way does not stand once it is printed.
func TestMessageEndsWithDone(t *testing.T) {
	w := newWorld(t)
	progress, end := "Job printing.", "12 pages in the tray"
	for _, last := range []*string{nil, &end} {
		j := w.submit(w.alice)
		moving, done := gcp.StateOf(gcp.JobInProgress), gcp.StateOf(gcp.JobDone)
		_, err := w.Control(t.Context(), w.robot, cloud.JobReport{Job: j.ID, State: &moving, Message: &progress})
		must(t, err)
		for range 2 { // a report may come twice
			got, err := w.Control(t.Context(), w.robot, cloud.JobReport{Job: j.ID, State: &done, Message: last})
			must(t, err)
			want := ""
			if last != nil {
				want = end
			}
			if got.Message != want {
				t.Errorf("message %q, want %q", got.Message, want)
			}
		}
	}
}

// A message is cut to 4096 bytes, between two characters.
func TestMessagesAreCut(t *testing.T) {
	w := newWorld(t)
	j := w.submit(w.alice)
	long := strings.Repeat("€", 2000) // three bytes each
	got, err := w.Control(t.Context(), w.robot, cloud.JobReport{Job: j.ID, Message: &long})
	must(t, err)
	if want := strings.Repeat("€", 1365); got.Message != want {
		t.Errorf("%d bytes are kept, want %d", len(got.Message), len(want))
	}
}
