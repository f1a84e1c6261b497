package cloud_test

import (
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// restore is what a restore of the service does.
func (w *world) restore() {
	w.t.Helper()
	must(w.t, w.db.BeginEpoch(w.t.Context(), w.clock.Now()))
}

// What becomes of a job that a restore of the service holds, by what is said of it.
func TestRestoredJobs(t *testing.T) {
	var (
		now      = gcp.Grant{Claim: "mine", Run: "now"}
		progress = gcp.StateOf(gcp.JobInProgress)
		done     = gcp.StateOf(gcp.JobDone)
		failed   = gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure)
	)
	unheard := func(run gcp.RunID) func(w *world, id gcp.JobID) error {
		return func(w *world, id gcp.JobID) error {
			_, err := w.Control(w.t.Context(), w.robot, cloud.JobReport{Job: id, Unheard: true, Grant: gcp.Grant{Run: run}})
			return err
		}
	}
	report := func(g gcp.Grant, s gcp.JobState) func(w *world, id gcp.JobID) error {
		return func(w *world, id gcp.JobID) error { _, err := w.claims(id, g, s); return err }
	}
	wish := func(s gcp.JobState) func(w *world, id gcp.JobID) error {
		return func(w *world, id gcp.JobID) error { _, err := w.report(w.alice, id, s); return err }
	}
	for name, tt := range map[string]struct {
		taken       bool // a connector had taken it when the backup was made
		do          func(w *world, id gcp.JobID) error
		kind        cloud.Kind
		state       gcp.JobStateType
		claim       gcp.ClaimID
		unconfirmed bool
	}{
		"waited, unheard":                  {false, unheard("now"), "", gcp.JobQueued, "", false},
		"waited, unheard of a stale run":   {false, unheard("before"), cloud.KindStandby, gcp.JobHeld, "", false},
		"waited, unheard of no run":        {false, unheard(""), cloud.KindStandby, gcp.JobHeld, "", false},
		"waited, it is in hand":            {false, report(now, progress), "", gcp.JobInProgress, "mine", false},
		"waited, it was printed":           {false, report(now, done), "", gcp.JobDone, "mine", false},
		"waited, it was printed long ago":  {false, report(gcp.Grant{Claim: "mine", Run: "forgotten"}, done), "", gcp.JobDone, "mine", false},
		"waited, it failed":                {false, report(gcp.Grant{Claim: "mine", Run: "forgotten"}, failed), "", gcp.JobAborted, "mine", false},
		"waited, an old connector has it":  {false, report(gcp.Grant{}, done), "", gcp.JobDone, "", false},
		"waited, a person releases it":     {false, wish(gcp.StateOf(gcp.JobQueued)), "", gcp.JobQueued, "", false},
		"waited, a person cancels it":      {false, wish(gcp.ByUser(gcp.JobAborted, gcp.UserCancelled)), "", gcp.JobAborted, "", false},
		"taken, unheard":                   {true, unheard("now"), "", gcp.JobAborted, "mine", true},
		"taken, it is in hand":             {true, report(now, progress), "", gcp.JobInProgress, "mine", false},
		"taken, it was printed":            {true, report(now, done), "", gcp.JobDone, "mine", false},
		"taken, another claim":             {true, report(gcp.Grant{Claim: "theirs", Run: "now"}, progress), cloud.KindClaimed, gcp.JobHeld, "mine", false},
		"taken, a person releases it":      {true, wish(gcp.StateOf(gcp.JobQueued)), "", gcp.JobQueued, "", false},
		"taken, a person cancels it":       {true, wish(gcp.ByUser(gcp.JobAborted, gcp.UserCancelled)), "", gcp.JobAborted, "mine", true},
		"taken, nobody says anything":      {true, expired, "", gcp.JobAborted, "mine", true},
		"waited, nobody says anything":     {false, expired, "", gcp.JobAborted, "", true},
		"taken, its document is asked for": {true, func(w *world, id gcp.JobID) error { return w.download(id, now) }, "", gcp.JobInProgress, "mine", false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.announce("before")
			j := w.submit(w.alice)
			if tt.taken {
				_, err := w.claims(j.ID, gcp.Grant{Claim: "mine", Run: "before"}, progress)
				must(t, err)
			}
			w.restore()
			if i := w.announce("now", "before"); !i.Restored {
				t.Error("the connector is not told of restored jobs")
			}
			w.nothingPrints(j.ID)
			if err := tt.do(w, j.ID); cloud.KindOf(err) != tt.kind || tt.kind == "" && err != nil {
				t.Fatalf("%v, want kind %q", err, tt.kind)
			}
			got, err := w.Job(t.Context(), w.alice, j.ID)
			must(t, err)
			if got.State.Type != tt.state || got.Claim != tt.claim || got.Unconfirmed != tt.unconfirmed {
				t.Errorf("%s, claim %q, unconfirmed %t: %s", got.State.Type, got.Claim, got.Unconfirmed, got.Message)
			}
			if held := got.State.Type == gcp.JobHeld; held != (got.Restored != "") {
				t.Errorf("state %s, restored %q", got.State.Type, got.Restored)
			}
			if tt.unconfirmed && !strings.HasPrefix(got.Message, gcp.UnconfirmedMessage) {
				t.Errorf("message %q", got.Message)
			}
		})
	}
}

// expired lets all the time pass that a job may wait.
func expired(w *world, _ gcp.JobID) error {
	w.clock.add(15 * 24 * time.Hour)
	return w.EndDue(w.t.Context())
}

// nothingPrints checks that a restored job is offered as such only.
func (w *world) nothingPrints(id gcp.JobID) {
	w.t.Helper()
	q := cloud.FetchQuery{Printer: w.printer, Run: "now"}
	if _, err := w.Fetch(w.t.Context(), w.robot, q); cloud.KindOf(err) != cloud.KindNoJob {
		w.t.Errorf("a restored job is offered: %v", err)
	}
	jobs, err := w.FetchRestored(w.t.Context(), w.robot, q)
	if err != nil || len(jobs) != 1 || jobs[0].ID != id || jobs[0].Restored == "" {
		w.t.Errorf("the restored job is not listed: %v, %v", jobs, err)
	}
	if _, err := w.FetchRestored(w.t.Context(), w.robot, cloud.FetchQuery{Printer: w.printer, Run: "before"}); cloud.KindOf(err) != cloud.KindStandby {
		w.t.Errorf("a stale run lists restored jobs: %v", err)
	}
}

// A connector that says "unheard" of a job that was never restored changes nothing.
func TestUnheardOfOtherJobs(t *testing.T) {
	w := newWorld(t)
	w.announce("now")
	j := w.submit(w.alice)
	g := gcp.Grant{Claim: "mine", Run: "now"}
	_, err := w.claims(j.ID, g, gcp.StateOf(gcp.JobInProgress))
	must(t, err)
	got, err := w.Control(t.Context(), w.robot, cloud.JobReport{Job: j.ID, Unheard: true, Grant: gcp.Grant{Run: "now"}})
	if err != nil || got.State.Type != gcp.JobInProgress || got.Claim != "mine" {
		t.Errorf("%+v, %v", got.Job, err)
	}
}

// A job that a person releases after a restore is not ended for having waited long.
func TestReleasedAfterRestore(t *testing.T) {
	w := newWorld(t)
	j := w.submit(w.alice)
	w.clock.add(14*24*time.Hour - time.Hour)
	w.restore()
	w.clock.add(2 * time.Hour)
	must(t, w.EndDue(t.Context()))
	_, err := w.report(w.alice, j.ID, gcp.StateOf(gcp.JobQueued))
	must(t, err)
	w.clock.add(time.Hour)
	must(t, w.EndDue(t.Context()))
	if got, err := w.Job(t.Context(), w.alice, j.ID); err != nil || got.State.Type != gcp.JobQueued {
		t.Errorf("%v, %v", got.State, err)
	}
}

// A job that a person held when the backup was made may have been released and
// printed since: it is restored as the others are, and held again when its connector
// never heard of it.
func TestRestoredHeldJob(t *testing.T) {
	for name, printed := range map[string]bool{"printed since": true, "never heard of": false} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			j := w.submit(w.alice)
			_, err := w.report(w.alice, j.ID, gcp.StateOf(gcp.JobHeld))
			must(t, err)
			w.restore()
			if i := w.announce("now"); !i.Restored {
				t.Error("the connector is not asked for the held job")
			}
			report, want := cloud.JobReport{Job: j.ID, Unheard: true, Grant: gcp.Grant{Run: "now"}}, gcp.JobHeld
			if printed {
				done := gcp.StateOf(gcp.JobDone)
				report, want = cloud.JobReport{Job: j.ID, State: &done, Grant: gcp.Grant{Claim: "mine", Run: "before"}}, gcp.JobDone
			}
			_, err = w.Control(t.Context(), w.robot, report)
			must(t, err)
			got, err := w.Job(t.Context(), w.alice, j.ID)
			must(t, err)
			if got.State.Type != want || got.Restored != "" || (want == gcp.JobHeld) == got.HoldUntil.IsZero() {
				t.Errorf("%s, restored %q, held until %s; want %s", got.State.Type, got.Restored, got.HoldUntil, want)
			}
		})
	}
}
