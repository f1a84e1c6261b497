package storetest

import (
	"testing"

	"platen/cloud"
	"platen/gcp"
)

// What is held is found by whose it is, by its delegate and by its printer, oldest first.
func testHeldJobs(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	world(t, s)
	for i, id := range []string{"j1", "j2", "j3", "j4", "j5", "j6"} {
		j := job(id)
		j.State, j.CreateTime, j.HoldUntil = gcp.StateOf(gcp.JobHeld), at(int64(10-i)), at(99)
		j.ReleaseBy = cloud.ReleaseBy{PINHash: "hash-" + id, Tries: i, Delegate: "carl@example.com"}
		switch id {
		case "j2":
			j.Printer = "p2"
		case "j3":
			j.Owner, j.ReleaseBy.Delegate = "carl", "bob@example.com"
		case "j4":
			j.State = gcp.StateOf(gcp.JobQueued)
		case "j5":
			j.Restored = gcp.JobInProgress
		case "j6":
			j.ReleaseBy = cloud.ReleaseBy{}
		}
		addJob(t, s, j)
	}
	for name, tt := range map[string]struct {
		f     cloud.HeldFilter
		limit int
		want  []gcp.JobID
	}{
		"of a person":            {cloud.HeldFilter{Owner: "bob"}, 9, []gcp.JobID{"j6", "j2", "j1"}},
		"of a person, first two": {cloud.HeldFilter{Owner: "bob"}, 2, []gcp.JobID{"j6", "j2"}},
		"at a printer":           {cloud.HeldFilter{Owner: "bob", Printer: "p1"}, 9, []gcp.JobID{"j6", "j1"}},
		"for a delegate":         {cloud.HeldFilter{Delegate: "carl@example.com"}, 9, []gcp.JobID{"j2", "j1"}},
		"for a delegate, there":  {cloud.HeldFilter{Delegate: "carl@example.com", Printer: "p2"}, 9, []gcp.JobID{"j2"}},
		"of nobody":              {cloud.HeldFilter{Owner: "zoe"}, 9, []gcp.JobID{}},
	} {
		jobs, err := s.HeldJobs(ctx, tt.f, tt.limit)
		must(t, err)
		same(t, name, ids(jobs), tt.want)
	}
	j, _, err := s.Job(ctx, "j2")
	must(t, err)
	same(t, "who may release it", j.ReleaseBy, cloud.ReleaseBy{PINHash: "hash-j2", Tries: 1, Delegate: "carl@example.com"})
	change(t, s, "j2", func(j *cloud.Job) { j.ReleaseBy = cloud.ReleaseBy{Tries: 7} })
	j, _, err = s.Job(ctx, "j2")
	must(t, err)
	same(t, "after a change", j.ReleaseBy, cloud.ReleaseBy{Tries: 7})
}

// A printer has one sticker, which goes with it.
func testStickers(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	world(t, s)
	addPrinter(t, s, printer("p2"))
	_, err := s.Sticker(ctx, "p1")
	wantErr(t, "a printer without one", err, cloud.ErrNotFound)
	must(t, s.SetSticker(ctx, "p1", "one"))
	must(t, s.SetSticker(ctx, "p2", "two"))
	must(t, s.SetSticker(ctx, "p1", "new", cloud.Event{Kind: cloud.EventAudit, By: "alice"}))
	key, err := s.Sticker(ctx, "p1")
	must(t, err)
	same(t, "key", key, cloud.StickerKey("new"))
	id, err := s.PrinterBySticker(ctx, "two")
	must(t, err)
	same(t, "printer", id, gcp.PrinterID("p2"))
	_, err = s.PrinterBySticker(ctx, "one")
	wantErr(t, "a sticker that was replaced", err, cloud.ErrNotFound)
	wantErr(t, "an unknown printer", s.SetSticker(ctx, "p9", "nine"), cloud.ErrNotFound)
	log, err := s.Audit(ctx, cloud.AuditFilter{Limit: 9})
	must(t, err)
	same(t, "entries", len(log), 1)
	must(t, s.RemovePrinter(ctx, "p1", func(cloud.Printer, []*cloud.Job) []cloud.Event { return nil }))
	_, err = s.PrinterBySticker(ctx, "new")
	wantErr(t, "after the printer was deleted", err, cloud.ErrNotFound)
}
