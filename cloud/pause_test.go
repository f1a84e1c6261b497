package cloud_test

import (
	"errors"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// set changes settings of the printer.
func (w *world) set(c cloud.Caller, f cloud.PrinterFields) error {
	_, err := w.UpdatePrinter(w.t.Context(), c, w.printer, f)
	return err
}

func (w *world) fetchable() int {
	w.t.Helper()
	jobs, err := w.Fetch(w.t.Context(), w.robot, cloud.FetchQuery{Printer: w.printer})
	if cloud.KindOf(err) == cloud.KindNoJob {
		return 0
	}
	must(w.t, err)
	return len(jobs)
}

// The jobs of a paused printer wait: they are neither offered, nor given to a
// connector that saw them before, and the connector is called when they go on.
func TestPausedPrinterKeepsItsJobs(t *testing.T) {
	w := newWorld(t)
	yes, no := true, false
	seen := w.submit(w.alice)
	if w.fetchable() != 1 {
		t.Fatal("the job is not offered")
	}
	must(t, w.set(w.alice, cloud.PrinterFields{Paused: &yes}))
	later := w.submit(w.alice)
	if n := w.fetchable(); n != 0 {
		t.Errorf("%d jobs of a paused printer are offered", n)
	}
	ids, err := w.WaitingPrinters(t.Context(), w.robot.Robot.ID)
	if must(t, err); len(ids) != 0 {
		t.Errorf("a connector that comes back is called for %v", ids)
	}
	begun := gcp.StateOf(gcp.JobInProgress)
	_, err = w.Control(t.Context(), w.robot, cloud.JobReport{Job: seen.ID, State: &begun, Grant: gcp.Grant{Claim: "claim"}})
	if cloud.KindOf(err) != cloud.KindClaimed {
		t.Errorf("a claim made after the pause: %v", err)
	}
	if _, err := w.Document(t.Context(), w.robot, seen.ID, gcp.Grant{Claim: "claim"}, cloud.Form{}); cloud.KindOf(err) != cloud.KindClaimed {
		t.Errorf("a download made after the pause: %v", err)
	}
	defer w.run()()
	w.ticks(1)
	for len(w.push) > 0 {
		<-w.push
	}
	must(t, w.set(w.alice, cloud.PrinterFields{Paused: &no}))
	select {
	case n := <-w.push:
		if n.Printer != w.printer || n.Kind != gcp.NotifyJobs {
			t.Errorf("hint %+v", n)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("nobody called the connector when the printer was resumed")
	}
	if n := w.fetchable(); n != 2 {
		t.Errorf("%d jobs after resuming, want 2 (%s, %s)", n, seen.ID, later.ID)
	}
}

// A job that its connector had when the printer was paused goes on.
func TestPauseLetsTakenJobsEnd(t *testing.T) {
	w := newWorld(t)
	yes := true
	j := w.submit(w.alice)
	grant := gcp.Grant{Claim: "claim"}
	begun, done := gcp.StateOf(gcp.JobInProgress), gcp.StateOf(gcp.JobDone)
	_, err := w.Control(t.Context(), w.robot, cloud.JobReport{Job: j.ID, State: &begun, Grant: grant})
	must(t, err)
	must(t, w.set(w.alice, cloud.PrinterFields{Paused: &yes}))
	view, err := w.Control(t.Context(), w.robot, cloud.JobReport{Job: j.ID, State: &done, Grant: grant})
	if must(t, err); view.State.Type != gcp.JobDone {
		t.Errorf("state %s", view.State.Type)
	}
}

// Jobs of a printer that holds them wait for their sender, and end if nobody
// releases them in time.
func TestHeldForRelease(t *testing.T) {
	w := newLimitedWorld(t, cloud.Limits{Hold: time.Hour})
	yes := true
	must(t, w.set(w.alice, cloud.PrinterFields{HoldJobs: &yes}))
	w.share("bob@example.com", gcp.RoleUser)
	w.accept(w.bob)
	j := w.submit(w.bob)
	if want := w.clock.Now().Add(time.Hour); j.State.Type != gcp.JobHeld || !j.HoldUntil.Equal(want) {
		t.Errorf("state %s until %v, want held until %v", j.State.Type, j.HoldUntil, want)
	}
	if n := w.fetchable(); n != 0 {
		t.Errorf("%d held jobs are offered", n)
	}
	if _, err := w.report(w.eve, j.ID, gcp.StateOf(gcp.JobQueued)); !errors.Is(err, cloud.ErrNotFound) {
		t.Errorf("a stranger releases it: %v", err)
	}
	_, err := w.report(w.bob, j.ID, gcp.StateOf(gcp.JobQueued))
	must(t, err)
	if n := w.fetchable(); n != 1 {
		t.Errorf("%d jobs after the release", n)
	}
}

// Managers keep a printer running; its rules are the owner's.
func TestWhoSetsWhat(t *testing.T) {
	w := newWorld(t)
	w.share("bob@example.com", gcp.RoleManager)
	w.accept(w.bob)
	yes, quota, place, name := true, 3, " Hall\n2 ", "Front desk"
	all := cloud.PrinterFields{
		Paused: &yes, HoldJobs: &yes, Location: &place, DisplayName: &name, QuotaEnabled: &yes, DailyQuota: &quota,
		Labels: &[]string{" blue ", "blue", "^own", ""},
	}
	must(t, w.set(w.bob, all))
	p, err := w.Printer(t.Context(), w.alice, w.printer)
	must(t, err)
	if !p.Paused || !p.HoldJobs || p.Place() != "Hall2" || p.DisplayName != name || len(p.Labels) != 1 || p.Labels[0] != "blue" {
		t.Errorf("a manager set %+v", p.Printer)
	}
	if p.QuotaEnabled || p.DailyQuota != 0 {
		t.Error("a manager set the quota")
	}
	if err := w.set(w.eve, all); !errors.Is(err, cloud.ErrNotFound) {
		t.Errorf("a stranger: %v", err)
	}
	no := false
	must(t, w.set(w.robot, cloud.PrinterFields{Paused: &no, Labels: &[]string{}, RemoveTags: []string{".*"}}))
	if p, err = w.Printer(t.Context(), w.alice, w.printer); err != nil || !p.Paused || len(p.Labels) != 1 {
		t.Errorf("after its connector's update: paused %v, tags %v, %v", p.Paused, p.Labels, err)
	}
	admin := w.person("admin@example.com")
	admin.User.Admin = true
	log, err := w.Audit(t.Context(), admin, cloud.AuditQuery{})
	must(t, err)
	if len(log) == 0 || log[0].Note != "paused and renamed and changed the rules of the printer queue" || log[0].By != w.bob.User.ID {
		t.Errorf("audit log %+v", log)
	}
}
