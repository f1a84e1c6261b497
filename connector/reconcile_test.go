package connector_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"platen/connector"
	"platen/gcp"
	"platen/printer"
)

// registered returns the printers of the service by their local name.
func (l *lab) registered() map[string]gcp.PrinterID {
	l.mu.Lock()
	defer l.mu.Unlock()
	names := map[string]gcp.PrinterID{}
	for id, p := range l.printers {
		names[p.Name] = id
	}
	return names
}

// look lets the connector look at the printers n times.
func (l *lab) lookAgain(n int) {
	l.settle(time.Duration(n) * 61 * time.Second)
}

func TestRegistersAndKeepsTheIDOverARename(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.start()
		l.settle(time.Second)
		before := l.registered()["lp"]
		l.mu.Lock()
		p := l.locals["lp"]
		delete(l.locals, "lp")
		p.Name = "office"
		l.locals["office"] = p
		l.mu.Unlock()
		l.lookAgain(1)
		l.restart()
		l.lookAgain(1)
		if got := l.registered(); len(got) != 1 || got["office"] != before {
			t.Errorf("printers %v, want office as %s", got, before)
		}
		if l.deleted > 0 {
			t.Errorf("%d printers deleted", l.deleted)
		}
	}, "lp")
}

func TestDriverChangeKeepsTheID(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.start()
		l.settle(time.Second)
		l.change(func() { l.locals["lp"].UUID, l.locals["lp"].CapsHash = "another", "2" })
		l.lookAgain(1)
		if n := l.count("register"); n != 1 || l.printer().CapsHash != "2" {
			t.Errorf("%d registrations, capabilities %s", n, l.printer().CapsHash)
		}
	}, "lp")
}

// A look-up that fails, and one that finds nothing, delete nothing.
func TestFailedLookChangesNothing(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.start()
		l.settle(time.Second)
		l.change(func() { l.look = errors.New("cups is away") })
		states := l.count("state")
		l.lookAgain(10)
		if l.count("state") != states || len(l.registered()) != 1 {
			t.Error("a failed look changed the service")
		}
		l.change(func() { l.look, l.locals["lp"].gone = nil, true })
		l.lookAgain(4)
		p := l.printer()
		if l.deleted > 0 || p == nil || p.Status != "STOPPED" {
			t.Fatalf("printer %+v after it was not found, %d deleted", p, l.deleted)
		}
		l.change(func() { l.locals["lp"].gone = false })
		l.lookAgain(1)
		if p = l.printer(); p.Status != "IDLE" || l.count("register") != 1 {
			t.Errorf("back again it is %s", p.Status)
		}
	}, "lp")
}

// A failed update is tried again.
func TestFailedUpdateIsTriedAgain(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.start()
		l.settle(time.Second)
		l.change(func() { l.updates, l.locals["lp"].CapsHash = errDown, "2" })
		l.lookAgain(1)
		s, err := l.c.Snapshot(t.Context())
		if err != nil || s.Printers[0].Error == "" {
			t.Errorf("the failure is not shown: %+v, %v", s, err)
		}
		l.change(func() { l.updates = nil })
		l.lookAgain(1)
		if l.printer().CapsHash != "2" {
			t.Error("the update was not tried again")
		}
	}, "lp")
}

func TestDeletedInTheServiceStaysDeleted(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.start()
		l.settle(time.Second)
		l.mu.Lock()
		delete(l.printers, "id-lp")
		l.mu.Unlock()
		l.c.Hint(gcp.Notification{Printer: "id-lp", Kind: gcp.NotifyDelete}, time.Now())
		l.lookAgain(3)
		l.restart()
		l.lookAgain(3)
		if n := len(l.registered()); n != 0 {
			t.Fatalf("%d printers, want none", n)
		}
		if _, err := l.c.SharePrinter(t.Context(), "lp"); err != nil {
			t.Fatal(err)
		}
		if n := len(l.registered()); n != 1 {
			t.Errorf("%d printers after it was shared again", n)
		}
	}, "lp")
}

func TestRemoveByAPerson(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.start()
		l.settle(time.Second)
		if err := l.c.RemovePrinter(t.Context(), "lp"); err != nil {
			t.Fatal(err)
		}
		l.lookAgain(3)
		if len(l.registered()) != 0 || l.deleted != 1 {
			t.Errorf("printers %v, %d deleted", l.registered(), l.deleted)
		}
		var unknown *connector.UnknownError
		if err := l.c.RemovePrinter(t.Context(), "nobody"); !errors.As(err, &unknown) {
			t.Errorf("removing an unknown printer: %v", err)
		}
	}, "lp")
}

// A registration whose answer was lost is found in the list, not made twice.
func TestAdoptsWhatTheServiceKnows(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		n := 0
		l.printers["id-lp"] = &gcp.Printer{ID: "id-lp", Name: "lp", UUID: "uuid-lp", QueuedJobsCount: &n}
		l.start()
		l.settle(time.Second)
		if got := l.count("register"); got != 0 {
			t.Errorf("%d registrations of a printer that is there", got)
		}
		l.offer("j", 5*time.Second)
		l.want("j", gcp.JobDone, 1)
	}, "lp")
}

func TestSharesOnlyWhatIsChosen(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.opt.Share = func(p printer.Printer) bool { return p.Name == "a" }
		l.start()
		l.settle(time.Second)
		if got := l.registered(); len(got) != 1 || got["a"] == "" {
			t.Errorf("registered %v, want a", got)
		}
	}, "a", "b")
}

func TestRegistersWhenTheServiceComesBack(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.down = true
		l.start()
		l.lookAgain(5)
		l.change(func() { l.down = false })
		l.c.Connected()
		l.settle(time.Second)
		if got := l.registered(); len(got) != 1 {
			t.Errorf("registered %v", got)
		}
	}, "lp")
}

func TestCancelByAPerson(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.locals["lp"].hold = true
		l.start()
		l.offer("j", 5*time.Second)
		if err := l.c.CancelJob(t.Context(), "j"); err != nil {
			t.Fatal(err)
		}
		l.settle(5 * time.Second)
		l.want("j", gcp.JobAborted, 1)
		var unknown *connector.UnknownError
		if err := l.c.CancelJob(t.Context(), "nothing"); !errors.As(err, &unknown) {
			t.Errorf("cancelling an unknown job: %v", err)
		}
	}, "lp")
}

func TestSnapshotRemembersEndedJobs(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.start()
		for i := range 120 {
			l.submit("lp", gcp.JobID(fmt.Sprintf("j%03d", i)))
		}
		l.hint("lp")
		l.settle(time.Minute)
		s, err := l.c.Snapshot(l.t.Context())
		if err != nil || len(s.Jobs) != 0 || len(s.Recent) != 100 {
			t.Fatalf("%d in hand, %d recent, %v", len(s.Jobs), len(s.Recent), err)
		}
		if r := s.Recent[99]; r.State.Type != gcp.JobDone || r.Trace[gcp.HopForgotten] < r.Trace[gcp.HopClaimed] {
			t.Errorf("the last: %+v", r)
		}
	}, "lp")
}
