package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

func testJobs(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	world(t, s)
	want := job("j1")
	addJob(t, s, want)
	got, of, err := s.Job(ctx, "j1")
	must(t, err)
	same(t, "job", got, want)
	same(t, "rights", of, cloud.PrinterRights{Printer: "p1", Owner: "alice", Robot: "r1", Run: "run", Name: "Display"})
	_, _, err = s.Job(ctx, "none")
	wantErr(t, "unknown job", err, cloud.ErrNotFound)
	want.State, want.Message, want.PagesPrinted = gcp.ByDevice(gcp.JobAborted, gcp.DeviceActionOther), "m", 2
	want.Unconfirmed, want.Deleted, want.CancelAcknowledged = true, true, true
	want.CancelRequested, want.UpdateTime, want.EndTime = at(3), at(4), at(5)
	want.Claim, want.Restored, want.HoldUntil = "claim", gcp.JobInProgress, at(6)
	want.ExpireTime, want.HeardTime, want.DueTime = at(7), at(8), at(9)
	want.Trace = gcp.Trace{gcp.HopReceived: 17, gcp.HopRecorded: 99}
	_, err = s.UpdateJob(ctx, "j1", func(j *cloud.Job, _ cloud.PrinterRights) ([]cloud.Event, error) {
		*j = want
		return []cloud.Event{{Kind: cloud.EventJobState, Job: "j1", State: j.State.Type}}, nil
	})
	must(t, err)
	got, _, err = s.Job(ctx, "j1")
	must(t, err)
	same(t, "changed job", got, want)
	_, err = s.UpdateJob(ctx, "none", func(*cloud.Job, cloud.PrinterRights) ([]cloud.Event, error) { return nil, nil })
	wantErr(t, "update of none", err, cloud.ErrNotFound)
	if _, err := s.AddJob(ctx, job("j1"), cloud.Admission{}); err == nil {
		t.Error("a job id was used twice")
	}
}

// An update that fails or changes nothing leaves neither row nor event.
func testUpdateJobFails(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	world(t, s)
	addJob(t, s, job("j1"))
	no := errors.New("no")
	for _, give := range []error{no, cloud.ErrUnchanged} {
		_, err := s.UpdateJob(ctx, "j1", func(j *cloud.Job, _ cloud.PrinterRights) ([]cloud.Event, error) {
			j.PagesPrinted = 9
			return []cloud.Event{{Kind: cloud.EventJobState}}, give
		})
		if give == cloud.ErrUnchanged { //nolint:errorlint // the loop's own value
			give = nil
		}
		wantErr(t, "UpdateJob", err, give)
	}
	j, _, err := s.Job(ctx, "j1")
	must(t, err)
	same(t, "pages", j.PagesPrinted, 0)
	last, err := s.LastEvent(ctx)
	must(t, err)
	same(t, "last event", last, cloud.Seq(1))
}

func testQuota(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	world(t, s)
	old := job("old")
	old.CreateTime = at(-100)
	addJob(t, s, old)
	q := cloud.Quota{Limit: 2, Since: at(-10)}
	for i := range 3 {
		j := job(fmt.Sprint("j", i))
		_, err := s.AddJob(ctx, j, cloud.Admission{Quota: q}, queued(j))
		if i < 2 {
			must(t, err)
		} else {
			wantErr(t, "third of two", err, cloud.ErrQuota)
		}
	}
	n, err := s.PrinterCounts(ctx, []gcp.PrinterID{"p1", "p2"}, at(-10))
	must(t, err)
	same(t, "counts", n, map[gcp.PrinterID]cloud.PrinterCounts{"p1": {Queued: 3, Since: 2}})
	n, err = s.PrinterCounts(ctx, []gcp.PrinterID{"p1"}, time.Time{})
	must(t, err)
	same(t, "counts of no day", n["p1"], cloud.PrinterCounts{Queued: 3})
	other := job("other")
	other.Owner, other.OwnerEmail = "eve", "eve@example.com"
	one := cloud.Admission{Person: cloud.Quota{Limit: 1, Since: at(-10)}}
	_, err = s.AddJob(ctx, job("mine"), one)
	wantErr(t, "a third of one's own", err, cloud.ErrPersonQuota)
	_, err = s.AddJob(ctx, other, one)
	must(t, err)
}

func testListJobs(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	world(t, s)
	for i, change := range []func(*cloud.Job){
		func(j *cloud.Job) { j.Title = "Report 100%" },
		func(j *cloud.Job) { j.State, j.EndTime = gcp.StateOf(gcp.JobDone), at(9) },
		func(j *cloud.Job) { j.Owner, j.OwnerEmail = "eve", "eve@example.com" },
		func(j *cloud.Job) { j.Printer, j.Title, j.AgainOf = "p2", "an invoice", "j1" },
		func(j *cloud.Job) { j.Deleted, j.EndTime, j.State = true, at(9), gcp.StateOf(gcp.JobDone) },
	} {
		j := job(fmt.Sprint("j", i))
		j.CreateTime = at(int64(i))
		change(&j)
		addJob(t, s, j)
	}
	for name, tt := range map[string]struct {
		f     cloud.JobFilter
		want  []gcp.JobID
		total int
	}{
		"owner":             {cloud.JobFilter{Owner: "bob"}, []gcp.JobID{"j3", "j1", "j0"}, 3},
		"printers":          {cloud.JobFilter{Printers: []gcp.PrinterID{"p1"}}, []gcp.JobID{"j2", "j1", "j0"}, 3},
		"owner or printers": {cloud.JobFilter{Owner: "bob", Printers: []gcp.PrinterID{"p1"}}, []gcp.JobID{"j3", "j2", "j1", "j0"}, 4},
		"nobody":            {cloud.JobFilter{}, []gcp.JobID{}, 0},
		"page":              {cloud.JobFilter{Owner: "bob", Offset: 1, Limit: 1}, []gcp.JobID{"j1"}, 3},
		"oldest first":      {cloud.JobFilter{Owner: "bob", Sort: "CREATE_TIME"}, []gcp.JobID{"j0", "j1", "j3"}, 3},
		"by title":          {cloud.JobFilter{Owner: "bob", Sort: "TITLE"}, []gcp.JobID{"j3", "j0", "j1"}, 3},
		"by status":         {cloud.JobFilter{Owner: "bob", Sort: "STATUS"}, []gcp.JobID{"j1", "j3", "j0"}, 3},
		"state":             {cloud.JobFilter{Owner: "bob", States: []gcp.JobStateType{gcp.JobDone}}, []gcp.JobID{"j1"}, 1},
		"text, any case":    {cloud.JobFilter{Owner: "bob", Text: "INVOICE"}, []gcp.JobID{"j3"}, 1},
		"text with %":       {cloud.JobFilter{Owner: "bob", Text: "0%"}, []gcp.JobID{"j0"}, 1},
		"text is no regexp": {cloud.JobFilter{Owner: "bob", Text: "%v%"}, []gcp.JobID{}, 0},
		"sender":            {cloud.JobFilter{Printers: []gcp.PrinterID{"p1"}, OwnerEmail: "eve@example.com"}, []gcp.JobID{"j2"}, 1},
		"one printer":       {cloud.JobFilter{Owner: "bob", Printer: "p2"}, []gcp.JobID{"j3"}, 1},
		"printed again":     {cloud.JobFilter{Owner: "bob", AgainOf: "j1"}, []gcp.JobID{"j3"}, 1},
		"again, another's":  {cloud.JobFilter{Owner: "eve", AgainOf: "j1"}, []gcp.JobID{}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.f.Limit == 0 {
				tt.f.Limit = 100
			}
			jobs, total, err := s.ListJobs(ctx, tt.f)
			must(t, err)
			same(t, "jobs", ids(jobs), tt.want)
			same(t, "total", total, tt.total)
		})
	}
}

func testQueue(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	world(t, s)
	for i := range 5 {
		j := job(fmt.Sprint("j", i))
		j.CreateTime, j.UpdateTime = at(int64(-i)), at(int64(i)) // a clock that runs backwards does not reorder
		addJob(t, s, j)
	}
	setState := func(id gcp.JobID, st gcp.JobStateType, now time.Time) {
		_, err := s.UpdateJob(ctx, id, func(j *cloud.Job, _ cloud.PrinterRights) ([]cloud.Event, error) {
			j.State, j.UpdateTime = gcp.StateOf(st), now
			return nil, nil
		})
		must(t, err)
	}
	setState("j0", gcp.JobInProgress, at(10))
	setState("j1", gcp.JobHeld, at(10))
	jobs, err := s.QueuedJobs(ctx, "p1", 2)
	must(t, err)
	same(t, "two oldest", ids(jobs), []gcp.JobID{"j2", "j3"})
	setState("j1", gcp.JobQueued, at(60))
	jobs, err = s.QueuedJobs(ctx, "p1", 100)
	must(t, err)
	same(t, "after the release", ids(jobs), []gcp.JobID{"j1", "j2", "j3", "j4"})
	want := cloud.Waiting{Printer: "p1", Robot: "r1", Online: true, Oldest: at(2), Newest: at(60)}
	for _, r := range []gcp.RobotID{"", "r1"} {
		w, err := s.Waiting(ctx, r, at(0))
		must(t, err)
		same(t, "waiting", w, []cloud.Waiting{want})
	}
	w, err := s.Waiting(ctx, "r2", at(0))
	must(t, err)
	same(t, "waiting for another robot", len(w), 0)
	must(t, s.DisconnectRobots(ctx))
	w, err = s.Waiting(ctx, "", at(1000))
	must(t, err)
	same(t, "online after the lease", w[0].Online, false)

	_, err = s.UpdateJob(ctx, "j0", func(j *cloud.Job, _ cloud.PrinterRights) ([]cloud.Event, error) {
		j.CancelRequested = at(100)
		return nil, nil
	})
	must(t, err)
	for when, want := range map[int64]int{99: 0, 100: 1} {
		due, err := s.DueCancels(ctx, at(when))
		must(t, err)
		same(t, fmt.Sprint("due at ", when), len(due), want)
	}
}

func testNotes(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	world(t, s)
	addJob(t, s, job("j1"))
	bare := job("j2")
	bare.Trace = nil
	addJob(t, s, bare)
	notes := []cloud.JobNote{{Job: "none", Attempts: 1, Hops: gcp.Trace{gcp.HopQueued: 1}}}
	for range 150 {
		notes = append(notes, cloud.JobNote{Job: "j1", Attempts: 1})
	}
	notes = append(notes,
		cloud.JobNote{Job: "j1", Hops: gcp.Trace{gcp.HopReceived: 5, gcp.HopQueued: 6}},
		cloud.JobNote{Job: "j2", Hops: gcp.Trace{gcp.HopQueued: 6}})
	must(t, s.NoteJobs(ctx, notes))
	j, _, err := s.Job(ctx, "j1")
	must(t, err)
	same(t, "attempts", j.DeliveryAttempts, 150)
	same(t, "hops; the first account stands", j.Trace, gcp.Trace{gcp.HopReceived: 17, gcp.HopQueued: 6})
	j, _, err = s.Job(ctx, "j2")
	must(t, err)
	same(t, "first hop", j.Trace, gcp.Trace{gcp.HopQueued: 6})
}

func testDocuments(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	world(t, s)
	for i, ended := range []int64{0, 100, 200} {
		j := job(fmt.Sprint("j", i))
		if ended > 0 {
			j.State, j.EndTime = gcp.StateOf(gcp.JobDone), at(ended)
		}
		addJob(t, s, j)
	}
	expired, err := s.ExpiredDocuments(ctx, at(150), 10)
	must(t, err)
	same(t, "expired", ids(expired), []gcp.JobID{"j1"})
	must(t, s.ForgetDocuments(ctx, []gcp.JobID{"j1"}))
	expired, err = s.ExpiredDocuments(ctx, at(150), 10)
	must(t, err)
	same(t, "expired after forgetting", len(expired), 0)
	for doc, want := range map[string]bool{"doc-j0": true, "doc-j1": false, "doc-j2": true, "": false} {
		known, err := s.DocumentKnown(ctx, doc)
		must(t, err)
		same(t, "known "+doc, known, want)
	}
}

func testEvents(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	world(t, s)
	last, err := s.LastEvent(ctx)
	must(t, err)
	same(t, "last of none", last, cloud.Seq(0))
	for i := range 3 {
		j := job(fmt.Sprint("j", i))
		j.CreateTime = at(int64(i * 10))
		addJob(t, s, j)
	}
	must(t, s.AwaitEvents(ctx, 2))
	events, err := s.Events(ctx, 1, 1)
	must(t, err)
	want := queued(job("j1"))
	want.Seq, want.Time = 2, at(10)
	same(t, "one event", events, []cloud.Event{want})
	must(t, s.PruneEvents(ctx, at(100), at(-100)))
	events, err = s.Events(ctx, 0, 10)
	must(t, err)
	same(t, "after pruning", len(events), 0)
	addJob(t, s, job("j9"))
	last, err = s.LastEvent(ctx)
	must(t, err)
	same(t, "positions go on after pruning", last, cloud.Seq(4))
	ended, cancel := context.WithCancel(ctx)
	cancel()
	wantErr(t, "AwaitEvents of an ended context", s.AwaitEvents(ended, 4), context.Canceled)
}
