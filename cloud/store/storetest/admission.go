package storetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"platen/cloud"
	"platen/gcp"
)

// tryJob adds a job and returns the answer.
func tryJob(t *testing.T, s cloud.Store, id string, a cloud.Admission) (cloud.Job, error) {
	j := job(id)
	return s.AddJob(t.Context(), j, a, queued(j))
}

func testLimits(t *testing.T, s cloud.Store) {
	world(t, s)
	p2 := printer("p2")
	addPrinter(t, s, p2)
	for i := range 2 {
		addJob(t, s, job(fmt.Sprint("j", i))) // 5 bytes each, of bob, for p1, at(0)
	}
	for name, tt := range map[string]struct {
		a    cloud.Admission
		want error
	}{
		"none":              {cloud.Admission{}, nil},
		"negative ones":     {cloud.Admission{Waiting: -1, Stored: -1, Rate: cloud.Quota{Limit: -1}}, nil},
		"quota":             {cloud.Admission{Quota: cloud.Quota{Limit: 2, Since: at(0)}}, cloud.ErrQuota},
		"quota of tomorrow": {cloud.Admission{Quota: cloud.Quota{Limit: 2, Since: at(1)}}, nil},
		"rate":              {cloud.Admission{Rate: cloud.Quota{Limit: 2, Since: at(0)}}, cloud.ErrRate},
		"a minute later":    {cloud.Admission{Rate: cloud.Quota{Limit: 2, Since: at(60)}}, nil},
		"waiting":           {cloud.Admission{Waiting: 2}, cloud.ErrWaiting},
		"one may wait":      {cloud.Admission{Waiting: 3}, nil},
		"stored":            {cloud.Admission{Stored: 14}, cloud.ErrStored},
		"just stored":       {cloud.Admission{Stored: 15}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			before, err := s.LastEvent(t.Context())
			must(t, err)
			got, err := tryJob(t, s, "new", tt.a)
			wantErr(t, "AddJob", err, tt.want)
			if tt.want == nil {
				same(t, "the job", got, job("new"))
				end(t, s, "new")
				must(t, s.ForgetDocuments(t.Context(), []gcp.JobID{"new"}))
				must(t, s.RemoveJobs(t.Context(), []gcp.JobID{"new"}))
				return
			}
			after, err := s.LastEvent(t.Context())
			must(t, err)
			same(t, "events of a refused job", after, before)
		})
	}
	other := job("other")
	other.Owner, other.Printer = "eve", "p2"
	_, err := s.AddJob(t.Context(), other, cloud.Admission{
		Quota: cloud.Quota{Limit: 1, Since: at(0)}, Rate: cloud.Quota{Limit: 1, Since: at(0)}, Waiting: 1, Stored: 5,
	}, queued(other))
	must(t, err)
}

// end ends a job.
func end(t *testing.T, s cloud.Store, id gcp.JobID) {
	t.Helper()
	_, err := s.UpdateJob(t.Context(), id, func(j *cloud.Job, _ cloud.PrinterRights) ([]cloud.Event, error) {
		j.State, j.EndTime, j.UpdateTime = gcp.StateOf(gcp.JobDone), at(50), at(50)
		return nil, nil
	})
	must(t, err)
}

func testWaitingRace(t *testing.T, s cloud.Store) {
	world(t, s)
	var admitted, refused atomic.Int64
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			switch _, err := tryJob(t, s, fmt.Sprint("j", i), cloud.Admission{Waiting: 10}); {
			case err == nil:
				admitted.Add(1)
			case errors.Is(err, cloud.ErrWaiting):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	same(t, "admitted", admitted.Load(), int64(10))
	same(t, "refused", refused.Load(), int64(40))
	n, err := s.PrinterCounts(t.Context(), []gcp.PrinterID{"p1"}, at(0))
	must(t, err)
	same(t, "jobs", n["p1"], cloud.PrinterCounts{Queued: 10, Since: 10})
}

func testKeys(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	world(t, s)
	a := cloud.Admission{Key: "key", Digest: "sha256:a"}
	first, err := tryJob(t, s, "j1", a)
	must(t, err)
	full := a
	full.Waiting, full.Rate = 1, cloud.Quota{Limit: 1, Since: at(0)} // both are used up
	full.Refused = cloud.ErrNotFound
	again, err := tryJob(t, s, "j2", full)
	wantErr(t, "same key, same content", err, cloud.ErrRepeated)
	same(t, "the first job", again, first)
	full.Digest = "sha256:b"
	_, err = tryJob(t, s, "j2", full)
	wantErr(t, "same key, other content", err, cloud.ErrConflict)
	_, _, err = s.Job(ctx, "j2")
	wantErr(t, "second job", err, cloud.ErrNotFound)
	last, err := s.LastEvent(ctx)
	must(t, err)
	same(t, "events", last, cloud.Seq(1))

	eves := job("j3")
	eves.Owner = "eve"
	_, err = s.AddJob(ctx, eves, a)
	must(t, err) // her key is another one
	refused := cloud.Admission{Key: "second", Digest: "sha256:a", Waiting: 1}
	_, err = tryJob(t, s, "j4", refused)
	wantErr(t, "over the limit", err, cloud.ErrWaiting)
	refused.Refused, refused.Waiting = cloud.ErrNotFound, 0
	_, err = tryJob(t, s, "j4", refused)
	wantErr(t, "refused whatever the limits are", err, cloud.ErrNotFound)
	refused.Refused = nil
	_, err = tryJob(t, s, "j4", refused)
	must(t, err) // a refused submission did not use its key up

	end(t, s, "j1")
	again, err = tryJob(t, s, "j5", a)
	wantErr(t, "after its end", err, cloud.ErrRepeated)
	same(t, "state of the first job", again.State.Type, gcp.JobDone)
	must(t, s.ForgetDocuments(ctx, []gcp.JobID{"j1"}))
	must(t, s.RemoveJobs(ctx, []gcp.JobID{"j1"}))
	again, err = tryJob(t, s, "j5", a)
	wantErr(t, "after its row is gone", err, cloud.ErrRepeated)
	same(t, "what is left of it", again, cloud.Job{ID: "j1"})

	must(t, s.PruneKeys(ctx, at(0)))
	_, err = tryJob(t, s, "j5", a)
	wantErr(t, "before its time", err, cloud.ErrRepeated)
	must(t, s.PruneKeys(ctx, at(1)))
	_, err = tryJob(t, s, "j5", a)
	must(t, err)
}

func testKeyRace(t *testing.T, s cloud.Store) {
	world(t, s)
	var mu sync.Mutex
	made := map[gcp.JobID]int{}
	fresh := 0
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			j, err := tryJob(t, s, fmt.Sprint("j", i), cloud.Admission{Key: "key", Digest: "d"})
			mu.Lock()
			defer mu.Unlock()
			made[j.ID]++
			if err == nil {
				fresh++
			} else if !errors.Is(err, cloud.ErrRepeated) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	same(t, "jobs made", fresh, 1)
	same(t, "different answers", len(made), 1)
	n, err := s.PrinterCounts(t.Context(), []gcp.PrinterID{"p1"}, at(0))
	must(t, err)
	same(t, "jobs", n["p1"].Since, 1)
}

// The bytes that count are those of the documents that are there, whatever was
// added, forgotten twice and removed.
func testStoredBytes(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	world(t, s)
	rng := rand.New(rand.NewPCG(1, 2))
	stored := map[cloud.UserID]int64{}
	var have []cloud.Job
	for i := range 200 {
		if rng.IntN(3) > 0 || len(have) == 0 {
			j := job(fmt.Sprint("j", i))
			j.Owner = []cloud.UserID{"alice", "bob"}[rng.IntN(2)]
			j.Document.Size = rng.Int64N(1 << 33)
			addJob(t, s, j)
			stored[j.Owner] += j.Document.Size
			have = append(have, j)
			continue
		}
		n := rng.IntN(len(have))
		j := have[n]
		if j.Document.ID != "" {
			stored[j.Owner] -= j.Document.Size
			have[n].Document.ID = ""
		}
		end(t, s, j.ID)
		must(t, s.ForgetDocuments(ctx, []gcp.JobID{j.ID, j.ID, "none"}))
	}
	for owner, bytes := range stored {
		j := job("probe-" + string(owner))
		j.Owner, j.Document.Size = owner, 1
		_, err := s.AddJob(ctx, j, cloud.Admission{Stored: bytes})
		wantErr(t, "one byte too many of "+string(owner), err, cloud.ErrStored)
		_, err = s.AddJob(ctx, j, cloud.Admission{Stored: bytes + 1})
		must(t, err)
	}
}
