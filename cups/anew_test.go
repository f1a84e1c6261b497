package cups_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/gcp"
	"platen/internal/lab"
	"platen/printer"
)

// A cupsd that dies before it wrote its jobs down forgets them and begins its
// numbers anew. A job of which it knows nothing is not taken for the next one
// with its number, neither by an event nor by a question.
func TestNumbersBeginAnew(t *testing.T) {
	for _, history := range []string{"Yes", "No"} {
		t.Run("history "+history, func(t *testing.T) {
			c := lab.CUPS(t, lab.CUPSOptions{DebianPolicy: true, Directives: "PreserveJobHistory " + history})
			c.AddRaw("slow", "delay=2")
			c.AddRaw("fast", "")
			c.Stop() // the queues are on disk then
			c.Start()
			s := onCUPS(t, c)
			doc := pdf(1000)
			wantState(t, finish(t, s, begin(t, s, newJob("fast", doc), doc)), gcp.StateOf(gcp.JobDone)) // from here on it is known that cupsd keeps our mark
			old := []printer.LocalJob{begin(t, s, newJob("slow", doc), doc), begin(t, s, newJob("slow", doc), doc)}
			type end struct {
				st  printer.JobStatus
				err error
			}
			ends := make(chan end, len(old))
			ctx, stop := context.WithTimeout(t.Context(), time.Minute)
			defer stop()
			for _, l := range old {
				go func() {
					st, err := s.Follow(ctx, l, func(printer.JobStatus) {})
					ends <- end{st, err}
				}()
			}
			lab.Until(t, 10*time.Second, "the first to print", func() bool {
				return strings.Contains(c.Run("lpstat", "-p", "slow"), "now printing")
			})
			c.Kill()
			c.Start()
			path := filepath.Join(t.TempDir(), "other.pdf")
			if err := os.WriteFile(path, doc, 0o644); err != nil {
				t.Fatal(err)
			}
			for range 3 { // somebody else's take the numbers
				c.Run("lp", "-d", "fast", path)
			}
			// Without history an end is lost that comes before the listener is back.
			lab.Until(t, 30*time.Second, "ends to be heard again", func() bool {
				st, err := s.Follow(ctx, begin(t, s, newJob("fast", doc), doc), func(printer.JobStatus) {})
				return err == nil && st.State.Type == gcp.JobDone
			})
			// One of ours has a number of theirs, and each keeps its own end.
			mine := begin(t, s, newJob("fast", doc), doc)
			wantState(t, finish(t, s, mine), gcp.StateOf(gcp.JobDone))
			for range old {
				if e := <-ends; !errors.Is(e.err, printer.ErrNoJob) {
					t.Errorf("Follow of a job that is forgotten: %v, %v, want ErrNoJob", e.st, e.err)
				}
			}
		})
	}
}
