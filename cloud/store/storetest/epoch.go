package storetest

import (
	"fmt"
	"regexp"
	"slices"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

func testRemoveJobs(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	world(t, s)
	for _, id := range []string{"open", "kept", "gone"} {
		addJob(t, s, job(id))
	}
	end(t, s, "kept")
	end(t, s, "gone")
	must(t, s.ForgetDocuments(ctx, []gcp.JobID{"open", "gone"}))
	must(t, s.RemoveJobs(ctx, []gcp.JobID{"open", "kept", "gone", "none"}))
	for id, want := range map[gcp.JobID]error{"open": nil, "kept": nil, "gone": cloud.ErrNotFound} {
		_, _, err := s.Job(ctx, id)
		wantErr(t, "job "+string(id), err, want)
	}
}

func testDueJobs(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	world(t, s)
	for i, due := range []int64{30, 10, 20, 40} {
		j := job(fmt.Sprint("j", i))
		j.DueTime = at(due)
		addJob(t, s, j)
	}
	addJob(t, s, job("never"))
	for _, tt := range []struct {
		now   int64
		limit int
		want  []gcp.JobID
	}{
		{9, 10, nil},
		{10, 10, []gcp.JobID{"j1"}},
		{30, 10, []gcp.JobID{"j1", "j2", "j0"}},
		{30, 2, []gcp.JobID{"j1", "j2"}},
	} {
		due, err := s.DueJobs(ctx, at(tt.now), tt.limit)
		must(t, err)
		same(t, fmt.Sprint("due at ", tt.now), due, tt.want)
	}
	_, err := s.UpdateJob(ctx, "j1", func(j *cloud.Job, _ cloud.PrinterRights) ([]cloud.Event, error) {
		j.DueTime = time.Time{}
		return nil, nil
	})
	must(t, err)
	due, err := s.DueJobs(ctx, at(20), 10)
	must(t, err)
	same(t, "after one was put off", due, []gcp.JobID{"j2"})
}

// What a restore does to jobs: the connectors and their people decide about
// those that were on their way, and nothing else changes.
func testEpoch(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	world(t, s)
	epoch, err := s.Epoch(ctx)
	must(t, err)
	if !regexp.MustCompile("^[0-9a-f]{32}$").MatchString(epoch) {
		t.Errorf("epoch %q", epoch)
	}
	again, err := s.Epoch(ctx)
	must(t, err)
	same(t, "epoch asked for again", again, epoch)

	states := []gcp.JobState{
		gcp.StateOf(gcp.JobQueued), gcp.StateOf(gcp.JobInProgress),
		gcp.ByDeviceState(gcp.JobStopped, gcp.DeviceInputTray),
		gcp.StateOf(gcp.JobHeld), gcp.StateOf(gcp.JobDraft), gcp.StateOf(gcp.JobDone), gcp.StateOf(gcp.JobAborted),
	}
	want := map[gcp.JobID]cloud.Job{}
	for _, st := range states {
		j := job(string(st.Type))
		j.State, j.Claim, j.DueTime, j.HoldUntil, j.HeardTime = st, "claim", at(500), at(600), at(5)
		if st.Type.Ended() {
			j.EndTime = at(7)
		}
		addJob(t, s, j)
		if !st.Type.Ended() { // held ones and drafts may have been released since
			j.Restored, j.State = st.Type, gcp.StateOf(gcp.JobHeld)
			j.UpdateTime, j.DueTime = at(100), at(100)
			if st.Type != gcp.JobHeld {
				j.HoldUntil = time.Time{}
			}
		}
		want[j.ID] = j
	}
	for range 2 { // a restore of a restored service holds the same jobs
		must(t, s.BeginEpoch(ctx, at(100)))
		for id, j := range want {
			got, _, err := s.Job(ctx, id)
			must(t, err)
			same(t, "restored "+string(id), got, j)
		}
	}
	restored, err := s.RestoredJobs(ctx, "p1", 2)
	must(t, err)
	same(t, "restored jobs", ids(restored), []gcp.JobID{"QUEUED", "IN_PROGRESS"})
	waiting, err := s.QueuedJobs(ctx, "p1", 10)
	must(t, err)
	same(t, "waiting", len(waiting), 0)
	again, err = s.Epoch(ctx)
	must(t, err)
	if again == epoch {
		t.Error("the epoch did not change")
	}
	r, err := s.Robot(ctx, "r1")
	must(t, err)
	quiet := robot("r1")
	quiet.Run, quiet.Installations, quiet.Connected, quiet.LeaseUntil = "", nil, false, time.Time{}
	same(t, "robot", r, quiet)
	testRelease(t, s)
}

// testRelease lets one of the restored jobs go.
func testRelease(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	_, err := s.UpdateJob(ctx, "QUEUED", func(j *cloud.Job, _ cloud.PrinterRights) ([]cloud.Event, error) {
		j.State, j.Restored, j.UpdateTime = gcp.StateOf(gcp.JobQueued), "", at(200)
		return nil, nil
	})
	must(t, err)
	restored, err := s.RestoredJobs(ctx, "p1", 10)
	must(t, err)
	same(t, "after a release", ids(restored), []gcp.JobID{"IN_PROGRESS", "STOPPED", "HELD", "DRAFT"})
	waiting, err := s.QueuedJobs(ctx, "p1", 10)
	must(t, err)
	same(t, "released", ids(waiting), []gcp.JobID{"QUEUED"})
}

func testAudit(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	world(t, s)
	var audit []cloud.Event
	for i := range 6 {
		e := cloud.Event{Kind: cloud.EventJobState, Job: "j", Time: at(int64(i))}
		if i%2 == 1 {
			e.Kind, e.By, e.Note = cloud.EventAudit, "alice", fmt.Sprint("did ", i)
			if i == 3 {
				e.Printer = "p1"
			}
		}
		must(t, s.PutShare(ctx, cloud.Share{Printer: "p1", Scope: "x"}, e))
		if e.Seq = cloud.Seq(i + 1); e.By != "" {
			audit = append([]cloud.Event{e}, audit...)
		}
	}
	list := func(before cloud.Seq, limit int) []cloud.Event {
		got, err := s.Audit(ctx, cloud.AuditFilter{Before: before, Limit: limit})
		must(t, err)
		return got
	}
	same(t, "audit log", list(0, 10), audit)
	same(t, "first page", list(0, 2), audit[:2])
	same(t, "second page", list(audit[1].Seq, 2), audit[2:])
	for name, f := range map[string]cloud.AuditFilter{
		"of a person": {By: "alice"}, "of a printer": {Printer: "p1"}, "of a time": {From: at(5), To: at(6)},
	} {
		f.Limit = 10
		want := slices.DeleteFunc(slices.Clone(audit), func(e cloud.Event) bool { return !f.Matches(e) })
		got, err := s.Audit(ctx, f)
		must(t, err)
		same(t, name, got, want)
		if len(got) == 0 {
			t.Errorf("%s: nothing", name)
		}
	}
	nobody, err := s.Audit(ctx, cloud.AuditFilter{By: "bob", Limit: 10})
	must(t, err)
	same(t, "of somebody else", len(nobody), 0)
	must(t, s.PruneEvents(ctx, at(4), at(2)))
	same(t, "audit log after pruning", list(0, 10), audit[:2])
	events, err := s.Events(ctx, 0, 10)
	must(t, err)
	var seqs []cloud.Seq
	for _, e := range events {
		seqs = append(seqs, e.Seq)
	}
	same(t, "events after pruning", seqs, []cloud.Seq{4, 5, 6})
}

// A printer that its connector deleted is not to be seen, but is not forgotten:
// a register brings it back.
func testHidden(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	world(t, s)
	p2 := printer("p2")
	addPrinter(t, s, p2)
	addJob(t, s, job("j1"))
	p1, err := s.UpdatePrinter(ctx, "p1", func(p *cloud.Printer) ([]cloud.Event, error) {
		p.Hidden = at(70)
		return nil, nil
	})
	must(t, err)
	got, err := s.Printer(ctx, "p1")
	must(t, err)
	same(t, "hidden printer", got, p1)
	same(t, "since", got.Hidden, at(70))
	of, err := s.PrinterRights(ctx, "p1")
	must(t, err)
	want := cloud.PrinterRights{Printer: "p1", Owner: "alice", Robot: "r1", Run: "run", Name: "Display", Hidden: true}
	same(t, "rights on it", of, want)
	_, of, err = s.Job(ctx, "j1")
	must(t, err)
	same(t, "rights on its job", of, want)
	for also, want := range map[cloud.Hidden][]cloud.Printer{"": {p2}, cloud.HiddenToo: {p1, p2}, cloud.HiddenOnly: {p1}} {
		list, err := s.ListPrinters(ctx, cloud.PrinterFilter{Robot: "r1", IDs: []gcp.PrinterID{"p1", "p2"}, Also: also})
		must(t, err)
		same(t, "listed, also "+string(also), list, want)
	}
	w, err := s.Waiting(ctx, "", at(0))
	must(t, err)
	same(t, "waiting", len(w), 0)
	for _, tt := range []struct {
		name, uuid string
		want       gcp.PrinterID
	}{
		{"name-p1", "", "p1"},
		{"x", "uuid-p1", "p1"},
		{"name-p1", "uuid-p2", "p2"}, // one that is there goes first
	} {
		key := cloud.PrinterKey{Owner: "alice", Proxy: "proxy", Name: tt.name, UUID: tt.uuid}
		_, err := s.SavePrinter(ctx, key, func(p *cloud.Printer) (cloud.Printer, []cloud.Event, error) {
			if p == nil || p.ID != tt.want {
				t.Errorf("%+v found %v, want %s", key, p, tt.want)
			}
			return cloud.Printer{}, nil, cloud.ErrUnchanged
		})
		must(t, err)
	}
	_, err = s.SavePrinter(ctx, cloud.PrinterKey{Owner: "alice", Proxy: "proxy", Name: "name-p1"},
		func(p *cloud.Printer) (cloud.Printer, []cloud.Event, error) {
			p.Hidden = time.Time{}
			return *p, nil, nil
		})
	must(t, err)
	w, err = s.Waiting(ctx, "r1", at(0))
	must(t, err)
	same(t, "waiting after it came back", len(w), 1)
}
