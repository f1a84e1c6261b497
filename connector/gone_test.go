package connector_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"platen/gcp"
)

// Jobs of a printer that a person deleted in the service end there at once. What
// the local printer does not have is dropped here, with its document, and never
// printed; what it has is followed and told once.
func TestPrinterDeletedWhileJobsAreOnTheirWay(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.start()
		l.locals["lp"].hold = true
		l.offer("printing", time.Minute)
		l.mu.Lock()
		l.locals["lp"].refuse = errDown // the printer takes no more
		l.mu.Unlock()
		l.submit("lp", "created")
		l.offer("waiting", time.Minute)

		l.mu.Lock()
		delete(l.printers, l.idOf("lp"))
		for _, j := range l.jobs {
			j.state = gcp.ByService(gcp.JobAborted, gcp.ServicePrinterDeleted)
		}
		l.mu.Unlock()
		l.c.Hint(gcp.Notification{Printer: l.idOf("lp"), Kind: gcp.NotifyDelete}, time.Now())
		l.settle(time.Minute)
		s, err := l.c.Snapshot(t.Context())
		if err != nil || len(s.Jobs) != 1 || s.Jobs[0].ID != "printing" {
			t.Errorf("in hand: %+v, %v; want the one that the printer has", s.Jobs, err)
		}
		l.change(func() { l.locals["lp"].refuse, l.locals["lp"].hold = nil, false })
		l.settle(time.Hour)
		l.want("printing", gcp.JobAborted, 1)
		for _, id := range []gcp.JobID{"created", "waiting"} {
			l.want(id, gcp.JobAborted, 0)
		}
		s, err = l.c.Snapshot(t.Context())
		if err != nil || len(s.Jobs) > 0 {
			t.Errorf("still in hand: %+v, %v", s.Jobs, err)
		}
		docs, err := filepath.Glob(filepath.Join(l.dir, "spool", "*", "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range docs {
			if fi, err := os.Stat(d); err == nil && fi.Size() > 0 && filepath.Base(filepath.Dir(d)) == "docs" {
				t.Errorf("%s is still there, %d bytes", d, fi.Size())
			}
		}
		if n := l.seen("printing").ended; n > 0 {
			t.Errorf("an ended job was ended %d times more", n)
		}
	}, "lp")
}

// A printer that its own connector took away is only hidden: its jobs go on.
func TestPrinterHiddenWhileJobsAreOnTheirWay(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.start()
		l.locals["lp"].refuse = errDown
		l.offer("waiting", time.Minute)
		l.mu.Lock()
		delete(l.printers, l.idOf("lp"))
		l.mu.Unlock()
		l.c.Hint(gcp.Notification{Printer: l.idOf("lp"), Kind: gcp.NotifyDelete}, time.Now())
		l.settle(time.Minute)
		l.change(func() { l.locals["lp"].refuse = nil })
		l.settle(time.Hour)
		l.want("waiting", gcp.JobDone, 1)
	}, "lp")
}
