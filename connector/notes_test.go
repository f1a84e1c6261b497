package connector_test

import (
	"strings"
	"testing"
	"time"

	"platen/gcp"
)

// What of a ticket the printer has no section for is told to those who ask, also of
// a job that a restart found at the printer.
func TestNotesAreKept(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.start()
		l.submit("lp", "a").Ticket = []byte(`{"version":"1.0","print":{"page_range":{"interval":[{"start":1,"end":1}]}}}`)
		l.locals["lp"].hold = true
		l.hint("lp")
		l.settle(time.Minute)
		for range 2 {
			if notes := l.notes("a"); len(notes) != 1 || !strings.Contains(notes[0], "page") {
				t.Errorf("notes %q", notes)
			}
			l.restart()
			l.settle(time.Minute)
		}
	}, "lp")
}

// What of a ticket the printer refuses, and prints without, is told to the sender,
// and to those who ask, also after a restart. DONE stays DONE.
func TestRefusedOptionsAreTold(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.start()
		l.submit("lp", "a")
		l.locals["lp"].hold, l.locals["lp"].refused = true, []string{"output-bin", "print-quality"}
		l.hint("lp")
		l.settle(time.Minute)
		const want = "output bin, print quality"
		for range 2 {
			if notes := l.notes("a"); len(notes) != 1 || !strings.Contains(notes[0], want) {
				t.Errorf("notes %q", notes)
			}
			if j := l.seen("a"); j.state.Type != gcp.JobInProgress || !strings.Contains(j.msg, want) {
				t.Errorf("the service was told %s %q", j.state.Type, j.msg)
			}
			l.restart()
			l.settle(time.Minute)
		}
		l.change(func() { l.locals["lp"].hold = false })
		l.settle(time.Minute)
		l.want("a", gcp.JobDone, 1)
		if j := l.seen("a"); !strings.Contains(j.msg, want) {
			t.Errorf("at the end the service was told %q", j.msg)
		}
	}, "lp")
}

// notes returns what a snapshot says of a job's ticket.
func (l *lab) notes(id gcp.JobID) []string {
	l.t.Helper()
	s, err := l.c.Snapshot(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	for _, j := range s.Jobs {
		if j.ID == id {
			return j.Notes
		}
	}
	return nil
}
