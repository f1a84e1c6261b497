package cloud_test

import (
	"errors"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

const day = 24 * time.Hour

// When the service ends a job by itself, by docs/limits.md.
func TestDueJobs(t *testing.T) {
	var (
		expired  = gcp.ByService(gcp.JobAborted, gcp.ServiceExpiration)
		progress = gcp.StateOf(gcp.JobInProgress)
		held     = gcp.StateOf(gcp.JobHeld)
		jam      = gcp.ByDeviceState(gcp.JobStopped, gcp.DeviceMediaPath)
	)
	for name, tt := range map[string]struct {
		limits  cloud.Limits
		ask     time.Duration // of the submission
		printer int           // seconds, the printer's default
		report  *gcp.JobState
		wish    *gcp.JobState
		after   time.Duration // the last moment at which nothing happens
		want    gcp.JobState
		message string
	}{
		"waits for 14 days":          {after: 14 * day, want: expired, message: "waited longer than 14 days"},
		"waits as the sender says":   {ask: 90 * time.Minute, after: 90 * time.Minute, want: expired, message: "waited longer than 90 minutes"},
		"waits as the printer says":  {printer: 3600, after: time.Hour, want: expired, message: "waited longer than 1 hour"},
		"the sender knows better":    {printer: 3600, ask: 2 * time.Hour, after: 2 * time.Hour, want: expired, message: "waited longer than 2 hours"},
		"waits as the setting says":  {limits: cloud.Limits{Expire: 36 * time.Hour}, after: 36 * time.Hour, want: expired, message: "waited longer than 36 hours"},
		"waits without a limit":      {limits: cloud.Limits{Expire: -1}, after: 90 * day, want: expired, message: "waited longer than 90 days"},
		"is held for 8 hours":        {wish: &held, after: 8 * time.Hour, want: expired, message: "held longer than 8 hours"},
		"is held as the setting":     {limits: cloud.Limits{Hold: time.Hour}, wish: &held, after: time.Hour, want: expired, message: "held longer than 1 hour"},
		"is held without a limit":    {limits: cloud.Limits{Hold: -1}, wish: &held, after: 14 * day, want: expired, message: "waited longer than 14 days"},
		"in progress and silent":     {report: &progress, ask: time.Hour, after: 3 * day, want: gcp.ByDevice(gcp.JobAborted, gcp.DeviceActionOther), message: "may have printed: check the output (its connector said nothing for 3 days)"},
		"stopped and silent":         {report: &jam, after: 3 * day, want: gcp.ByDevice(gcp.JobAborted, gcp.DeviceActionOther), message: "may have printed: check the output (its connector said nothing for 3 days)"},
		"silent as the setting says": {limits: cloud.Limits{Silence: time.Hour}, report: &progress, after: time.Hour, want: gcp.ByDevice(gcp.JobAborted, gcp.DeviceActionOther), message: "may have printed: check the output (its connector said nothing for 1 hour)"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newLimitedWorld(t, tt.limits)
			ctx := t.Context()
			_, err := w.UpdatePrinter(ctx, w.alice, w.printer, cloud.PrinterFields{ExpireAfter: &tt.printer})
			must(t, err)
			j, err := w.Submit(ctx, w.alice, cloud.Submission{
				Printer: w.printer, ContentType: "application/pdf", Document: w.document(), ExpireAfter: tt.ask,
			})
			must(t, err)
			if tt.report != nil {
				_, err = w.report(w.robot, j.ID, *tt.report)
			}
			if tt.wish != nil {
				_, err = w.report(w.alice, j.ID, *tt.wish)
			}
			must(t, err)
			before, err := w.Job(ctx, w.alice, j.ID)
			must(t, err)
			w.clock.add(tt.after - time.Millisecond)
			must(t, w.EndDue(ctx))
			if got, err := w.Job(ctx, w.alice, j.ID); err != nil || !got.State.Equal(before.State) {
				t.Fatalf("too early: %v, %v", got.State, err)
			}
			w.clock.add(time.Millisecond)
			must(t, w.EndDue(ctx))
			got, err := w.Job(ctx, w.alice, j.ID)
			must(t, err)
			if !got.State.Equal(tt.want) || got.Message != tt.message {
				t.Errorf("%v %q, want %v %q", got.State, got.Message, tt.want, tt.message)
			}
			if unsure := tt.report != nil; got.Unconfirmed != unsure {
				t.Errorf("unconfirmed %t", got.Unconfirmed)
			}
		})
	}
}

// A connector that repeats itself twice a day is not silent, and its job never
// expires; a late DONE is believed after the end for silence.
func TestSilenceEndsWithAWord(t *testing.T) {
	w := newWorld(t)
	w.announce("now")
	g := gcp.Grant{Claim: "mine", Run: "now"}
	progress, done := gcp.StateOf(gcp.JobInProgress), gcp.StateOf(gcp.JobDone)
	j := w.submit(w.alice)
	for range 40 {
		_, err := w.claims(j.ID, g, progress)
		must(t, err)
		w.clock.add(12 * time.Hour)
		must(t, w.EndDue(t.Context()))
	}
	if got, err := w.Job(t.Context(), w.alice, j.ID); err != nil || !got.State.Equal(progress) {
		t.Fatalf("after 20 days of repeats: %v, %v", got.State, err)
	}
	w.clock.add(3 * day)
	must(t, w.EndDue(t.Context()))
	if got, err := w.Job(t.Context(), w.alice, j.ID); err != nil || !got.Unconfirmed {
		t.Fatalf("after 3 days of silence: %v, %v", got.State, err)
	}
	if _, err := w.claims(j.ID, gcp.Grant{Claim: "theirs", Run: "now"}, done); cloud.KindOf(err) != cloud.KindClaimed {
		t.Errorf("DONE by another claim: %v", err)
	}
	if got, err := w.claims(j.ID, g, done); err != nil || got.Unconfirmed || got.State.Type != gcp.JobDone {
		t.Errorf("the late DONE: %v, %v", got.State, err)
	}
}

// Rows of ended jobs go after 90 days, their documents before.
func TestOldRowsGo(t *testing.T) {
	w := newWorld(t)
	j := w.submit(w.alice)
	_, err := w.report(w.robot, j.ID, gcp.StateOf(gcp.JobDone))
	must(t, err)
	w.clock.add(90*day - time.Second)
	must(t, w.EndDue(t.Context()))
	if _, err := w.Job(t.Context(), w.alice, j.ID); err != nil {
		t.Errorf("a second before 90 days: %v", err)
	}
	w.clock.add(time.Second)
	must(t, w.EndDue(t.Context()))
	if _, err := w.Job(t.Context(), w.alice, j.ID); !errors.Is(err, cloud.ErrNotFound) {
		t.Errorf("after 90 days: %v", err)
	}
	if _, err := w.blobs.Open(t.Context(), j.Document.ID); !errors.Is(err, cloud.ErrNotFound) {
		t.Errorf("the document is still there: %v", err)
	}
}

// Jobs from before there were expiries are looked at once, and wait from then on.
func TestDueJobsOfBefore(t *testing.T) {
	w := newWorld(t)
	waits, ended := w.submit(w.alice), w.submit(w.alice)
	_, err := w.report(w.robot, ended.ID, gcp.StateOf(gcp.JobDone))
	must(t, err)
	for _, id := range []gcp.JobID{waits.ID, ended.ID} { // as the migration leaves them
		_, err := w.db.UpdateJob(t.Context(), id, func(j *cloud.Job, _ cloud.PrinterRights) ([]cloud.Event, error) {
			j.ExpireTime, j.DueTime = time.Time{}, time.UnixMicro(1)
			return nil, nil
		})
		must(t, err)
	}
	w.clock.add(20 * day)
	must(t, w.EndDue(t.Context()))
	if due, err := w.db.DueJobs(t.Context(), w.clock.Now(), 10); err != nil || len(due) != 0 {
		t.Errorf("still due: %v, %v", due, err)
	}
	got, err := w.Job(t.Context(), w.alice, waits.ID)
	must(t, err)
	if got.State.Type != gcp.JobQueued || !got.ExpireTime.Equal(w.clock.Now().Add(14*day)) {
		t.Errorf("%s until %s", got.State.Type, got.ExpireTime)
	}
}

// Run does it all by itself.
func TestRunEndsDueJobs(t *testing.T) {
	w := newWorld(t)
	j := w.submit(w.alice)
	w.clock.add(15 * day)
	stop := w.run()
	defer stop()
	w.eventually(func() bool {
		got, err := w.Job(t.Context(), w.alice, j.ID)
		return err == nil && got.State.Type == gcp.JobAborted
	})
}

// A printer that comes back in the very moment of an expiry prints nothing, even
// before the service has looked at the job.
func TestExpiredIsNotGiven(t *testing.T) {
	w := newWorld(t)
	w.announce("now")
	j := w.submit(w.alice)
	w.clock.add(14 * day)
	if jobs, err := w.Fetch(t.Context(), w.robot, cloud.FetchQuery{Printer: w.printer}); cloud.KindOf(err) != cloud.KindNoJob {
		t.Errorf("fetched %d jobs, %v", len(jobs), err)
	}
	g := gcp.Grant{Claim: "mine", Run: "now"}
	if err := w.download(j.ID, g); !errors.Is(err, cloud.ErrFinished) {
		t.Errorf("download: %v", err)
	}
	if _, err := w.claims(j.ID, g, gcp.StateOf(gcp.JobInProgress)); !errors.Is(err, cloud.ErrFinished) {
		t.Errorf("report: %v", err)
	}
	if got, err := w.claims(j.ID, g, gcp.StateOf(gcp.JobDone)); err != nil || got.State.Type != gcp.JobDone {
		t.Errorf("what was printed: %v, %v", got.State, err)
	}
}

// A connector is not silent because the service was down: it has a quarter of an hour.
func TestServiceThatWasDown(t *testing.T) {
	w := newWorld(t)
	w.announce("now")
	g := gcp.Grant{Claim: "mine", Run: "now"}
	speaks, silent := w.submit(w.alice), w.submit(w.alice)
	for _, j := range []cloud.JobView{speaks, silent} {
		_, err := w.claims(j.ID, g, gcp.StateOf(gcp.JobInProgress))
		must(t, err)
	}
	w.clock.add(4 * day)
	stop := w.run()
	w.eventually(func() bool {
		due, err := w.db.DueJobs(t.Context(), w.clock.Now(), 10)
		return err == nil && len(due) == 0
	})
	stop()
	_, err := w.claims(speaks.ID, g, gcp.StateOf(gcp.JobInProgress))
	must(t, err)
	for _, id := range []gcp.JobID{speaks.ID, silent.ID} {
		if got, err := w.Job(t.Context(), w.alice, id); err != nil || got.State.Type != gcp.JobInProgress {
			t.Errorf("at the start: %v, %v", got.State, err)
		}
	}
	w.clock.add(15 * time.Minute)
	must(t, w.EndDue(t.Context()))
	for id, unsure := range map[gcp.JobID]bool{speaks.ID: false, silent.ID: true} {
		if got, err := w.Job(t.Context(), w.alice, id); err != nil || got.Unconfirmed != unsure {
			t.Errorf("a quarter of an hour later: %v, want unconfirmed %t, %v", got.State, unsure, err)
		}
	}
}
