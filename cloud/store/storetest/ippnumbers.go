package storetest

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"platen/cloud"
	"platen/cloud/ipp"
	"platen/gcp"
)

// NumberStore is a store that keeps the numbers of jobs, too.
type NumberStore interface {
	cloud.Store
	ipp.Numbers
}

// RunNumbers tests what the IPP front door wants of a store.
func RunNumbers(t *testing.T, open func(t *testing.T) NumberStore) {
	t.Run("JobNumbers", func(t *testing.T) { testJobNumbers(t, open(t)) })
	t.Run("NumbersOfSlowDocuments", func(t *testing.T) { testNumberKept(t, open(t)) })
	t.Run("NumbersOfManyAtOnce", func(t *testing.T) { testNumberRace(t, open(t)) })
	t.Run("NumbersOfRemovedJobs", func(t *testing.T) { testNumbersEnd(t, open(t)) })
}

func testJobNumbers(t *testing.T, s NumberStore) {
	ctx := t.Context()
	world(t, s)
	for _, id := range []string{"j1", "j2", "j3"} {
		addJob(t, s, job(id))
	}
	p := job("j1").Printer
	got, err := s.JobNumbers(ctx, p, "j1", "j2")
	must(t, err)
	if !slices.Equal(got, []int{1, 2}) {
		t.Errorf("the first jobs have the numbers %v", got)
	}
	n, err := s.ReserveNumber(ctx, p)
	must(t, err)
	id, err := s.JobByNumber(ctx, p, n)
	if err != nil || id != "" || n != 3 {
		t.Errorf("number %d is of %q (%v), want 3 of nobody", n, id, err)
	}
	must(t, s.BindNumber(ctx, p, n, "j3"))
	wantErr(t, "a number that has its job", s.BindNumber(ctx, p, n, "j1"), cloud.ErrNotFound)
	if got, err = s.JobNumbers(ctx, p, "j3", "j1", "j2"); err != nil || !slices.Equal(got, []int{3, 1, 2}) {
		t.Errorf("asked again they are %v (%v)", got, err)
	}
	if id, err = s.JobByNumber(ctx, p, 3); err != nil || id != "j3" {
		t.Errorf("number 3 is %q's (%v)", id, err)
	}
	_, err = s.JobByNumber(ctx, p, 4)
	wantErr(t, "a number that nobody has", err, cloud.ErrNotFound)
	_, err = s.JobByNumber(ctx, "another", 1)
	wantErr(t, "a number of another printer", err, cloud.ErrNotFound)
	_, err = s.ReserveNumber(ctx, "nobody's")
	wantErr(t, "a number of no printer", err, cloud.ErrNotFound)
}

// A document may take longer than thousands of others, which never come.
func testNumberKept(t *testing.T, s NumberStore) {
	ctx := t.Context()
	world(t, s)
	addJob(t, s, job("j1"))
	p := job("j1").Printer
	slow, err := s.ReserveNumber(ctx, p)
	must(t, err)
	for range 1100 {
		_, err = s.ReserveNumber(ctx, p)
		must(t, err)
	}
	must(t, s.BindNumber(ctx, p, slow, "j1"))
	if id, err := s.JobByNumber(ctx, p, slow); err != nil || id != "j1" {
		t.Errorf("its number is of %q (%v)", id, err)
	}
	wantErr(t, "a number of no printer", s.BindNumber(ctx, "nobody's", slow, "j1"), cloud.ErrNotFound)
}

func testNumberRace(t *testing.T, s NumberStore) {
	world(t, s)
	addJob(t, s, job("j1"))
	p := job("j1").Printer
	var mu sync.Mutex
	seen := map[int]string{}
	note := func(n int, who string, err error) {
		mu.Lock()
		defer mu.Unlock()
		if other, ok := seen[n]; err != nil || ok && other != who {
			t.Errorf("number %d is of %s and %s (%v)", n, other, who, err)
		}
		seen[n] = who
	}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			n, err := s.ReserveNumber(t.Context(), p)
			note(n, fmt.Sprint(i), err)
		})
		wg.Go(func() {
			n, err := s.JobNumbers(t.Context(), p, "j1")
			note(n[0], "j1", err)
		})
	}
	wg.Wait()
	if len(seen) != 9 {
		t.Errorf("%d numbers were given, want 9", len(seen))
	}
}

// A number is not given again while its printer is there, though the job is gone.
func testNumbersEnd(t *testing.T, s NumberStore) {
	ctx := t.Context()
	world(t, s)
	var all []gcp.JobID
	for _, id := range []string{"j1", "j2"} {
		addJob(t, s, job(id))
		end(t, s, gcp.JobID(id))
		all = append(all, gcp.JobID(id))
	}
	p := job("j1").Printer
	_, err := s.JobNumbers(ctx, p, all...)
	must(t, err)
	must(t, s.ForgetDocuments(ctx, all))
	must(t, s.RemoveJobs(ctx, all))
	_, err = s.JobByNumber(ctx, p, 1)
	wantErr(t, "a removed job's number", err, cloud.ErrNotFound)
	if n, err := s.ReserveNumber(ctx, p); err != nil || n != 3 {
		t.Errorf("the next number is %d (%v), want 3", n, err)
	}
	must(t, s.RemovePrinter(ctx, p, func(cloud.Printer, []*cloud.Job) []cloud.Event { return nil }))
	_, err = s.JobByNumber(ctx, p, 3)
	wantErr(t, "a number of a removed printer", err, cloud.ErrNotFound)
}
