package cloud_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// announce begins a run of the robot, which is granted.
func (w *world) announce(run gcp.RunID, was ...gcp.RunID) gcp.Installation {
	w.t.Helper()
	i, err := w.Announce(w.t.Context(), w.robot, gcp.Announcement{
		Instance: "instance of " + string(run), Run: run, Was: was, Host: "desk", Version: "1",
	}, "192.0.2.1")
	must(w.t, err)
	return i
}

// claims is a report with a claim.
func (w *world) claims(id gcp.JobID, g gcp.Grant, s gcp.JobState) (cloud.JobView, error) {
	return w.Control(w.t.Context(), w.robot, cloud.JobReport{Job: id, State: &s, Grant: g})
}

func (w *world) download(id gcp.JobID, g gcp.Grant) error {
	doc, err := w.Document(w.t.Context(), w.robot, id, g, cloud.Form{})
	if err != nil {
		return err
	}
	return doc.Body.Close()
}

// What a claim may do to a job, by decision 006: the first one gets it, if its run
// is the current one; it gets it again at any time; others never do, and none of
// their reports counts.
func TestClaims(t *testing.T) {
	var (
		mine     = gcp.Grant{Claim: "mine", Run: "now"}
		theirs   = gcp.Grant{Claim: "theirs", Run: "now"}
		stale    = gcp.Grant{Claim: "mine", Run: "before"}
		unnamed  = gcp.Grant{Claim: "mine"}
		old      = gcp.Grant{}
		progress = gcp.StateOf(gcp.JobInProgress)
		done     = gcp.StateOf(gcp.JobDone)
		failed   = gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure)
	)
	type step struct {
		g    gcp.Grant
		to   gcp.JobState // "" downloads
		kind cloud.Kind
	}
	for name, tt := range map[string]struct {
		steps []step
		state gcp.JobStateType
		claim gcp.ClaimID
	}{
		"a report takes it":             {[]step{{mine, progress, ""}}, gcp.JobInProgress, "mine"},
		"a download takes it":           {[]step{{mine, gcp.JobState{}, ""}}, gcp.JobInProgress, "mine"},
		"both, and again":               {[]step{{mine, progress, ""}, {mine, gcp.JobState{}, ""}, {mine, progress, ""}, {mine, gcp.JobState{}, ""}}, gcp.JobInProgress, "mine"},
		"another download is refused":   {[]step{{mine, gcp.JobState{}, ""}, {theirs, gcp.JobState{}, cloud.KindClaimed}}, gcp.JobInProgress, "mine"},
		"another report is refused":     {[]step{{mine, progress, ""}, {theirs, progress, cloud.KindClaimed}}, gcp.JobInProgress, "mine"},
		"another end is refused":        {[]step{{mine, progress, ""}, {theirs, done, cloud.KindClaimed}}, gcp.JobInProgress, "mine"},
		"another end of an ended job":   {[]step{{mine, progress, ""}, {mine, done, ""}, {theirs, done, cloud.KindClaimed}}, gcp.JobDone, "mine"},
		"a stale run takes nothing":     {[]step{{stale, progress, cloud.KindStandby}, {stale, gcp.JobState{}, cloud.KindStandby}}, gcp.JobQueued, ""},
		"no run takes nothing":          {[]step{{unnamed, progress, cloud.KindStandby}}, gcp.JobQueued, ""},
		"a stale run gets no document":  {[]step{{mine, progress, ""}, {stale, gcp.JobState{}, cloud.KindStandby}}, gcp.JobInProgress, "mine"},
		"a stale run tells the truth":   {[]step{{mine, progress, ""}, {stale, done, ""}}, gcp.JobDone, "mine"},
		"an end straight away":          {[]step{{mine, done, ""}}, gcp.JobDone, "mine"},
		"printed, by a stale run":       {[]step{{stale, done, ""}}, gcp.JobDone, "mine"},
		"a stale run ends nothing":      {[]step{{stale, failed, cloud.KindStandby}}, gcp.JobQueued, ""},
		"an old connector":              {[]step{{old, progress, ""}, {old, gcp.JobState{}, ""}, {old, done, ""}}, gcp.JobDone, ""},
		"an old one has it":             {[]step{{old, progress, ""}, {mine, progress, cloud.KindClaimed}, {mine, gcp.JobState{}, cloud.KindClaimed}}, gcp.JobInProgress, ""},
		"an old one comes too late":     {[]step{{mine, progress, ""}, {old, progress, cloud.KindClaimed}, {old, gcp.JobState{}, cloud.KindClaimed}}, gcp.JobInProgress, "mine"},
		"an old one ends nothing":       {[]step{{mine, progress, ""}, {old, failed, cloud.KindClaimed}}, gcp.JobInProgress, "mine"},
		"printed by an old one":         {[]step{{mine, progress, ""}, {old, done, ""}}, gcp.JobDone, "mine"},
		"an old one is upgraded":        {[]step{{old, progress, ""}, {gcp.Grant{Run: "now"}, progress, ""}, {gcp.Grant{Run: "now"}, done, ""}}, gcp.JobDone, ""},
		"no document for an ended job":  {[]step{{mine, done, ""}, {mine, gcp.JobState{}, cloud.KindFinished}}, gcp.JobDone, "mine"},
		"nothing goes back to QUEUED":   {[]step{{mine, progress, ""}, {mine, gcp.StateOf(gcp.JobQueued), cloud.KindInvalid}}, gcp.JobInProgress, "mine"},
		"a jam is reported by the same": {[]step{{mine, gcp.ByDeviceState(gcp.JobStopped, gcp.DeviceMediaPath), ""}, {theirs, progress, cloud.KindClaimed}}, gcp.JobStopped, "mine"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.announce("now", "before")
			j := w.submit(w.alice)
			for i, s := range tt.steps {
				var err error
				if s.to.Type == "" {
					err = w.download(j.ID, s.g)
				} else {
					_, err = w.claims(j.ID, s.g, s.to)
				}
				if cloud.KindOf(err) != s.kind || s.kind == "" && err != nil {
					t.Errorf("step %d: %v, want kind %q", i, err, s.kind)
				}
			}
			got, err := w.Job(t.Context(), w.alice, j.ID)
			must(t, err)
			if got.State.Type != tt.state || got.Claim != tt.claim {
				t.Errorf("%s, claim %q, want %s, %q", got.State.Type, got.Claim, tt.state, tt.claim)
			}
		})
	}
}

// A claim is as long as a run at most: connectors send 32 bytes.
func TestClaimsAreBounded(t *testing.T) {
	w := newWorld(t)
	w.announce("now")
	j := w.submit(w.alice)
	g := gcp.Grant{Claim: gcp.ClaimID(strings.Repeat("x", 65)), Run: "now"}
	if err := w.download(j.ID, g); cloud.KindOf(err) != cloud.KindInvalid {
		t.Errorf("a download with a long claim: %v", err)
	}
	if _, err := w.claims(j.ID, g, gcp.StateOf(gcp.JobDone)); cloud.KindOf(err) != cloud.KindInvalid {
		t.Errorf("a report with a long claim: %v", err)
	}
	g.Claim = g.Claim[1:]
	must(t, w.download(j.ID, g))
}

// A job that a person holds is given to nobody, but what was printed was printed.
func TestClaimOfHeldJob(t *testing.T) {
	w := newWorld(t)
	w.announce("now")
	j := w.submit(w.alice)
	_, err := w.report(w.alice, j.ID, gcp.StateOf(gcp.JobHeld))
	must(t, err)
	g := gcp.Grant{Claim: "mine", Run: "now"}
	if err := w.download(j.ID, g); cloud.KindOf(err) != cloud.KindClaimed {
		t.Errorf("download of a held job: %v", err)
	}
	if _, err := w.claims(j.ID, g, gcp.StateOf(gcp.JobInProgress)); cloud.KindOf(err) != cloud.KindClaimed {
		t.Errorf("report of a held job: %v", err)
	}
	_, err = w.report(w.alice, j.ID, gcp.StateOf(gcp.JobQueued))
	must(t, err)
	must(t, w.download(j.ID, g))
}

// Only the robot has claims: a person's download takes nothing.
func TestClaimOfPerson(t *testing.T) {
	w := newWorld(t)
	j := w.submit(w.alice)
	_, err := w.Document(t.Context(), w.alice, j.ID, gcp.Grant{Claim: "x"}, cloud.Form{})
	if cloud.KindOf(err) != cloud.KindForbidden {
		t.Errorf("a person's claim: %v", err)
	}
	if _, err := w.text(w.alice, j.ID); err != nil {
		t.Errorf("a person's download: %v", err)
	}
}

// Whatever two connectors with different claims and people do, in any order: a
// second claim is never granted, what has ended stays ended unless it is
// unconfirmed, and a job that was cancelled while it waited is given to nobody.
func TestClaimsAtRandom(t *testing.T) {
	const schedules, steps = 40, 40
	for seed := range uint64(schedules) {
		w := newWorld(t)
		w.announce("now", "before")
		j := w.submit(w.alice)
		r := rand.New(rand.NewPCG(seed, 6))
		var granted gcp.ClaimID
		var ended gcp.JobState
		for range steps {
			what := w.randomStep(r, j.ID)
			got, err := w.Job(t.Context(), w.alice, j.ID)
			must(t, err)
			if granted != "" && got.Claim != granted {
				t.Fatalf("seed %d: %s: claim %q after %q", seed, what, got.Claim, granted)
			}
			granted = got.Claim
			if ended.Type != "" && !got.State.Equal(ended) && got.State.Type != gcp.JobDone {
				t.Fatalf("seed %d: %s: %v after the end %v", seed, what, got.State, ended)
			}
			if got.State.Type.Ended() {
				ended = got.State
			}
			if got.State.Type == gcp.JobQueued && granted != "" {
				t.Fatalf("seed %d: %s: a granted job waits", seed, what)
			}
		}
	}
}

// randomStep does one thing to a job, and checks that no document is served but
// to the claim that has the job.
func (w *world) randomStep(r *rand.Rand, id gcp.JobID) string {
	g := gcp.Grant{Claim: []gcp.ClaimID{"a", "b"}[r.IntN(2)], Run: []gcp.RunID{"now", "now", "before", ""}[r.IntN(4)]}
	states := []gcp.JobState{
		gcp.StateOf(gcp.JobInProgress), gcp.ByDeviceState(gcp.JobStopped, gcp.DeviceInputTray), gcp.StateOf(gcp.JobDone),
		gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure), gcp.ByDevice(gcp.JobAborted, gcp.DeviceActionOther), gcp.StateOf(gcp.JobQueued),
	}
	switch r.IntN(8) {
	case 0, 1, 2:
		if err := w.download(id, g); err == nil {
			j, err := w.Job(w.t.Context(), w.alice, id)
			must(w.t, err)
			if j.Claim != g.Claim || g.Run != "now" {
				w.t.Fatalf("%v was served, %q has the job", g, j.Claim)
			}
		}
		return fmt.Sprint("download by ", g)
	case 3, 4, 5:
		s := states[r.IntN(len(states))]
		words := gcp.UnconfirmedMessage
		report := cloud.JobReport{Job: id, State: &s, Grant: g}
		if r.IntN(2) == 0 {
			report.Message = &words
		}
		_, _ = w.Control(w.t.Context(), w.robot, report) // refusals are part of it
		return fmt.Sprint("report by ", g, " ", s.Type)
	case 6:
		wishes := []gcp.JobState{
			gcp.ByUser(gcp.JobAborted, gcp.UserCancelled), gcp.StateOf(gcp.JobHeld), gcp.StateOf(gcp.JobQueued), gcp.StateOf(gcp.JobDone),
		}
		s := wishes[r.IntN(len(wishes))]
		_, _ = w.report(w.alice, id, s) // refusals are part of it
		return fmt.Sprint("wish ", s.Type)
	}
	w.clock.add(time.Duration(r.IntN(100)) * time.Hour)
	must(w.t, w.EndDue(w.t.Context()))
	return "time"
}

// Repeats are cheap: nothing is written but once an hour, and that wakes no page.
func TestRepeatsAreHeard(t *testing.T) {
	w := newWorld(t)
	w.announce("now")
	j := w.submit(w.alice)
	g := gcp.Grant{Claim: "mine", Run: "now"}
	progress := gcp.StateOf(gcp.JobInProgress)
	_, err := w.claims(j.ID, g, progress)
	must(t, err)
	before, err := w.LastEvent(t.Context())
	must(t, err)
	first := w.clock.Now()
	for _, tt := range []struct {
		after time.Duration
		heard time.Time
	}{
		{59 * time.Minute, first},
		{time.Minute, first.Add(time.Hour)},
		{30 * time.Minute, first.Add(time.Hour)},
	} {
		w.clock.add(tt.after)
		_, err := w.claims(j.ID, g, progress)
		must(t, err)
		got, err := w.Job(t.Context(), w.alice, j.ID)
		must(t, err)
		if !got.HeardTime.Equal(tt.heard) || !got.UpdateTime.Equal(first) {
			t.Errorf("heard %s, updated %s, want %s, %s", got.HeardTime, got.UpdateTime, tt.heard, first)
		}
	}
	events, err := w.Events(t.Context(), before, 100)
	must(t, err)
	for _, e := range events {
		if e.Job != "" {
			t.Errorf("an event of a repeat: %+v", e)
		}
	}
}

// A fetch is for the current run alone, or for old connectors.
func TestFetchOfRuns(t *testing.T) {
	w := newWorld(t)
	w.submit(w.alice)
	for _, tt := range []struct {
		run  gcp.RunID
		kind cloud.Kind
	}{{"", ""}, {"now", ""}, {"before", cloud.KindStandby}} {
		if tt.run == "now" {
			w.announce("now", "before")
		}
		jobs, err := w.Fetch(t.Context(), w.robot, cloud.FetchQuery{Printer: w.printer, Run: tt.run})
		if cloud.KindOf(err) != tt.kind || tt.kind == "" && len(jobs) != 1 {
			t.Errorf("run %q: %d jobs, %v", tt.run, len(jobs), err)
		}
	}
}

// Many claims at the same moment: one gets the document, the others are refused.
func TestClaimsAtTheSameTime(t *testing.T) {
	w := newWorld(t)
	w.announce("now")
	for range 5 {
		j := w.submit(w.alice)
		var got, refused atomic.Int32
		var wg sync.WaitGroup
		for n := range 16 {
			g := gcp.Grant{Claim: gcp.ClaimID(fmt.Sprint("claim ", n)), Run: "now"}
			wg.Go(func() {
				err := w.download(j.ID, g)
				if n%2 == 0 {
					_, err = w.claims(j.ID, g, gcp.StateOf(gcp.JobInProgress))
				}
				switch cloud.KindOf(err) {
				case cloud.KindClaimed:
					refused.Add(1)
				case "":
					got.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got.Load() != 1 || refused.Load() != 15 {
			t.Errorf("%d got the job, %d were refused", got.Load(), refused.Load())
		}
	}
}
