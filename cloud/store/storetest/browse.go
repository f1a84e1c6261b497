package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"platen/cloud"
	"platen/gcp"
)

// walk follows the pages of a list to its end.
func walk(t *testing.T, s cloud.Store, f cloud.JobBrowse) []gcp.JobID {
	t.Helper()
	all := []gcp.JobID{}
	for range 100 {
		page, err := s.BrowseJobs(t.Context(), f)
		must(t, err)
		if len(page.Jobs) > f.Limit {
			t.Fatalf("a page of %d jobs, at most %d", len(page.Jobs), f.Limit)
		}
		all = append(all, ids(page.Jobs)...)
		if page.Next.IsZero() {
			return all
		}
		f.Before = page.Next
	}
	t.Fatal("the list does not end")
	return nil
}

// Every job of a list is on exactly one of its pages, newest first, also those of
// the same time.
func testBrowseJobs(t *testing.T, s cloud.Store) {
	world(t, s)
	for i := range 12 {
		j := job(fmt.Sprintf("j%02d", i))
		j.CreateTime = at(int64(i / 4)) // four at a time
		j.Owner = cloud.UserID([]string{"bob", "carol"}[i%2])
		j.OwnerEmail, j.Printer = string(j.Owner)+"@example.com", gcp.PrinterID([]string{"p1", "p2", "p3"}[i%3])
		j.PrinterName, j.Tags = "Display "+string(j.Printer), []string{"^Tag" + string(j.Printer)}
		if i >= 8 {
			j.Title += " für die Übung"
		}
		addJob(t, s, j)
		if i < 6 {
			_, err := s.UpdateJob(t.Context(), j.ID, func(j *cloud.Job, _ cloud.PrinterRights) ([]cloud.Event, error) {
				j.State, j.EndTime, j.Deleted = gcp.StateOf(gcp.JobDone), at(50), i == 5
				return nil, nil
			})
			must(t, err)
		}
	}
	list := func(n ...int) []gcp.JobID {
		all := []gcp.JobID{}
		for _, i := range n {
			all = append(all, gcp.JobID(fmt.Sprintf("j%02d", i)))
		}
		return all
	}
	for name, tt := range map[string]struct {
		f    cloud.JobBrowse
		want []gcp.JobID
	}{
		"all":                    {cloud.JobBrowse{}, list(11, 10, 9, 8, 7, 6, 4, 3, 2, 1, 0)},
		"a person's":             {cloud.JobBrowse{Owner: "bob"}, list(10, 8, 6, 4, 2, 0)},
		"of printers":            {cloud.JobBrowse{Printers: []gcp.PrinterID{"p2", "p3"}}, list(11, 10, 8, 7, 4, 2, 1)},
		"of no printer":          {cloud.JobBrowse{Printers: []gcp.PrinterID{}}, list()},
		"both":                   {cloud.JobBrowse{Owner: "bob", Printers: []gcp.PrinterID{"p1"}}, list(6, 0)},
		"open":                   {cloud.JobBrowse{States: []gcp.JobStateType{gcp.JobQueued}, Printers: []gcp.PrinterID{"p1", "p2"}}, list(10, 9, 7, 6)},
		"ended":                  {cloud.JobBrowse{States: []gcp.JobStateType{gcp.JobDone, gcp.JobAborted}, Owner: "carol"}, list(3, 1)},
		"title":                  {cloud.JobBrowse{Text: "TITLE J0"}, list(9, 8, 7, 6, 4, 3, 2, 1, 0)},
		"sender":                 {cloud.JobBrowse{Text: "carol@"}, list(11, 9, 7, 3, 1)},
		"tag":                    {cloud.JobBrowse{Text: "^tagp3"}, list(11, 8, 2)},
		"printer":                {cloud.JobBrowse{Text: "display p1"}, list(9, 6, 3, 0)},
		"no pattern":             {cloud.JobBrowse{Text: "j0_"}, list()},
		"words":                  {cloud.JobBrowse{Text: "P1 title bob"}, list(6, 0)},
		"short words":            {cloud.JobBrowse{Text: "p1"}, list(9, 6, 3, 0)},
		"no such word":           {cloud.JobBrowse{Text: "title nothing"}, list()},
		"not a query":            {cloud.JobBrowse{Text: `"title" OR "carol` + "\x00"}, list()},
		"an umlaut":              {cloud.JobBrowse{Text: "ÜBUNG"}, list(11, 10, 9, 8)},
		"a person's, by word":    {cloud.JobBrowse{Owner: "carol", Text: "title"}, list(11, 9, 7, 3, 1)},
		"of printers, by word":   {cloud.JobBrowse{Printers: []gcp.PrinterID{"p2", "p3"}, Text: "carol"}, list(11, 7, 1)},
		"open, by word":          {cloud.JobBrowse{States: []gcp.JobStateType{gcp.JobQueued}, Text: "carol"}, list(11, 9, 7)},
		"ended, by word":         {cloud.JobBrowse{States: []gcp.JobStateType{gcp.JobDone}, Text: "carol"}, list(3, 1)},
		"few printers, by word":  {cloud.JobBrowse{Printers: []gcp.PrinterID{"p3"}, Text: "title carol"}, list(11)},
		"many printers, by word": {cloud.JobBrowse{Printers: append(many(200), "p2"), Text: "display"}, list(10, 7, 4, 1)},
		"many printers":          {cloud.JobBrowse{Printers: append(many(200), "p2")}, list(10, 7, 4, 1)},
	} {
		t.Run(name, func(t *testing.T) {
			for _, limit := range []int{1, 3, 100} {
				tt.f.Limit = limit
				same(t, fmt.Sprintf("pages of %d", limit), walk(t, s, tt.f), tt.want)
			}
		})
	}
}

func many(n int) []gcp.PrinterID {
	list := make([]gcp.PrinterID, n)
	for i := range list {
		list[i] = gcp.PrinterID(fmt.Sprint("other", i))
	}
	return list
}

func testPrinterNames(t *testing.T, s cloud.Store) {
	world(t, s)
	for _, name := range []string{"p2", "p3"} {
		p := printer(name)
		p.Owner, p.DisplayName = "zoe", "The "+name
		addPrinter(t, s, p)
	}
	for _, sh := range []cloud.Share{
		{Printer: "p2", Scope: "alice@example.com", Role: gcp.RoleUser},
		{Printer: "p2", Scope: "/hd/domain/example.com", Role: gcp.RoleManager},
		{Printer: "p3", Scope: "alice@example.com", Role: gcp.RoleUser, Pending: true},
		{Printer: "p3", Scope: "/hd/domain/example.com", Role: gcp.RoleUser, ExpireTime: at(9)},
	} {
		must(t, s.PutShare(t.Context(), sh))
	}
	mine, err := s.PrinterNames(t.Context(), "alice", []string{"alice@example.com", "/hd/domain/example.com"}, at(9))
	must(t, err)
	same(t, "of one person", mine, []cloud.PrinterName{
		{ID: "p1", Name: "Display", Role: gcp.RoleOwner}, {ID: "p2", Name: "The p2", Role: gcp.RoleManager},
	})
	all, err := s.PrinterNames(t.Context(), "", nil, at(9))
	must(t, err)
	same(t, "all", all, []cloud.PrinterName{{ID: "p1", Name: "Display"}, {ID: "p2", Name: "The p2"}, {ID: "p3", Name: "The p3"}})
}

// A job that goes to another printer ends, and its successor has the document.
func testMoveJob(t *testing.T, s cloud.Store) {
	world(t, s)
	addPrinter(t, s, printer("p2"))
	addJob(t, s, job("j1"))
	refused := errors.New("no")
	move := func(a cloud.Admission, fail error) (cloud.Job, error) {
		return s.MoveJob(t.Context(), "j1", a, func(j *cloud.Job, of cloud.PrinterRights) (cloud.Job, []cloud.Event, error) {
			same(t, "printer of the first", of.Printer, gcp.PrinterID("p1"))
			next := job("j2")
			next.Printer, next.Document = "p2", j.Document
			j.State, j.EndTime = gcp.StateOf(gcp.JobAborted), at(9)
			return next, []cloud.Event{{Kind: cloud.EventJobState, Job: "j1"}, queued(next)}, fail
		})
	}
	_, err := s.MoveJob(t.Context(), "none", cloud.Admission{}, nil)
	wantErr(t, "no such job", err, cloud.ErrNotFound)
	_, err = move(cloud.Admission{}, refused)
	wantErr(t, "refused", err, refused)
	_, err = move(cloud.Admission{Refused: refused}, nil)
	wantErr(t, "not admitted", err, refused)
	j, _, err := s.Job(t.Context(), "j1")
	must(t, err)
	same(t, "state after the refusals", j.State.Type, gcp.JobQueued)

	next, err := move(cloud.Admission{}, nil)
	must(t, err)
	same(t, "id", next.ID, gcp.JobID("j2"))
	j, _, err = s.Job(t.Context(), "j1")
	must(t, err)
	same(t, "the first", []any{j.State.Type, j.Document.ID}, []any{gcp.JobAborted, ""})
	waiting, err := s.QueuedJobs(t.Context(), "p2", 10)
	must(t, err)
	same(t, "waiting", ids(waiting), []gcp.JobID{"j2"})
	same(t, "document", waiting[0].Document.ID, "doc-j1")
}

// What a job printed is counted on the day when it ends, once, whatever is told of
// it later, and is kept when the job is not.
func testSums(t *testing.T, s cloud.Store) {
	world(t, s)
	const day = 24 * 60 * 60
	end := func(id string, owner cloud.UserID, p gcp.PrinterID, after int64, fn func(*cloud.Job)) {
		j := job(id)
		j.Owner, j.OwnerEmail, j.Printer, j.PrinterName = owner, string(owner)+"@example.com", p, "Name "+string(p)
		j.Ticket, j.Document, j.Pages = []byte(`{"version":"1.0","print":{"copies":{"copies":2}}}`), cloud.Document{}, 3
		addJob(t, s, j)
		change(t, s, id, func(j *cloud.Job) {
			j.State, j.EndTime = gcp.StateOf(gcp.JobDone), at(after)
			fn(j)
		})
	}
	// The first day is 2023-11-14.
	end("a", "bob", "p1", 0, func(*cloud.Job) {})                        // 3 pages, twice
	end("b", "bob", "p1", 10, func(j *cloud.Job) { j.PagesPrinted = 7 }) // as the printer says
	end("c", "bob", "p2", 20*day, func(j *cloud.Job) { j.State, j.PagesPrinted = gcp.StateOf(gcp.JobAborted), 1 })
	end("d", "carol", "p1", 20*day, func(j *cloud.Job) { j.State = gcp.StateOf(gcp.JobAborted) })
	end("e", "carol", "p2", 21*day, func(*cloud.Job) {})
	change(t, s, "b", func(j *cloud.Job) { j.PagesPrinted = 9 }) // the last word of the printer
	change(t, s, "b", func(j *cloud.Job) { j.Message = "heard again" })
	change(t, s, "d", func(j *cloud.Job) { j.State, j.EndTime = gcp.StateOf(gcp.JobDone), at(22*day) }) // somebody saw it
	must(t, s.RemoveJobs(t.Context(), []gcp.JobID{"a", "b", "c", "d", "e"}))

	must(t, s.AddUser(t.Context(), cloud.User{ID: "bob", Email: "bob@example.com"}))
	_, err := s.SetGroups(t.Context(), "bob", cloud.GroupsOfImport, []string{"art", "chess"})
	must(t, err)
	_, err = s.SetGroups(t.Context(), "bob", cloud.GroupsOfProvider, []string{"art"}) // said twice, counted once
	must(t, err)
	bob, carol := cloud.Sum{Owner: "bob", OwnerEmail: "bob@example.com"}, cloud.Sum{Owner: "carol", OwnerEmail: "carol@example.com"}
	with := func(m cloud.Sum, month string, p gcp.PrinterID, jobs, pages int) cloud.Sum {
		m.Month, m.Printer, m.Jobs, m.Pages = month, p, jobs, pages
		if p != "" {
			m.PrinterName = "Name " + string(p)
		}
		return m
	}
	all := cloud.SumFilter{From: "2023-01-01", To: "2023-12-31"}
	for name, tt := range map[string]struct {
		f    func(f *cloud.SumFilter)
		want []cloud.Sum
	}{
		"person":      {func(f *cloud.SumFilter) { f.By = cloud.SumByPerson }, []cloud.Sum{with(bob, "", "", 3, 16), with(carol, "", "", 2, 12)}},
		"printer":     {func(f *cloud.SumFilter) { f.By = cloud.SumByPrinter }, []cloud.Sum{with(cloud.Sum{}, "", "p1", 3, 21), with(cloud.Sum{}, "", "p2", 2, 7)}},
		"month":       {func(f *cloud.SumFilter) { f.By = cloud.SumByMonth }, []cloud.Sum{with(cloud.Sum{}, "2023-11", "", 2, 15), with(cloud.Sum{}, "2023-12", "", 3, 13)}},
		"most first":  {func(f *cloud.SumFilter) { f.By, f.Limit = cloud.SumByMonth, 1 }, []cloud.Sum{with(cloud.Sum{}, "2023-11", "", 2, 15)}},
		"one printer": {func(f *cloud.SumFilter) { f.By, f.Printers = cloud.SumByPerson, []gcp.PrinterID{"p2"} }, []cloud.Sum{with(bob, "", "", 1, 1), with(carol, "", "", 1, 6)}},
		"no printer":  {func(f *cloud.SumFilter) { f.By, f.Printers = cloud.SumByPerson, []gcp.PrinterID{} }, nil},
		"group": {func(f *cloud.SumFilter) { f.By = cloud.SumByGroup }, []cloud.Sum{
			{Jobs: 2, Pages: 12}, {Group: "art", Jobs: 3, Pages: 16}, {Group: "chess", Jobs: 3, Pages: 16},
		}},
		"two days":         {func(f *cloud.SumFilter) { f.By, f.From, f.To = cloud.SumByPerson, "2023-12-04", "2023-12-05" }, []cloud.Sum{with(bob, "", "", 1, 1), with(carol, "", "", 1, 6)}},
		"a month and days": {func(f *cloud.SumFilter) { f.By, f.From, f.To = cloud.SumByMonth, "2023-11-15", "2023-12-04" }, []cloud.Sum{with(cloud.Sum{}, "2023-12", "", 1, 1)}},
		"a whole month":    {func(f *cloud.SumFilter) { f.By, f.From, f.To = cloud.SumByPerson, "2023-11-01", "2023-11-30" }, []cloud.Sum{with(bob, "", "", 2, 15)}},
		"everything": {func(f *cloud.SumFilter) { f.By = cloud.SumByAll }, []cloud.Sum{
			with(bob, "2023-11", "p1", 2, 15), with(carol, "2023-12", "p1", 1, 6), with(bob, "2023-12", "p2", 1, 1), with(carol, "2023-12", "p2", 1, 6),
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f := all
			tt.f(&f)
			have, err := s.Sums(t.Context(), f)
			must(t, err)
			same(t, "sums", slices.Clip(have), tt.want)
		})
	}
}

// Deleting a printer ends its jobs, and what they had printed by then counts.
func testSumsOfDeletedPrinter(t *testing.T, s cloud.Store) {
	world(t, s)
	addJob(t, s, job("j1"))
	must(t, s.RemovePrinter(t.Context(), "p1", func(_ cloud.Printer, open []*cloud.Job) []cloud.Event {
		for _, j := range open {
			j.State, j.EndTime, j.PagesPrinted = gcp.StateOf(gcp.JobAborted), at(0), 2
		}
		return nil
	}))
	have, err := s.Sums(t.Context(), cloud.SumFilter{From: "2023-11-14", To: "2023-11-14", By: cloud.SumByMonth})
	must(t, err)
	same(t, "sums", have, []cloud.Sum{{Month: "2023-11", Jobs: 1, Pages: 2}})
}

func change(t *testing.T, s cloud.Store, id string, fn func(*cloud.Job)) {
	t.Helper()
	_, err := s.UpdateJob(t.Context(), gcp.JobID(id), func(j *cloud.Job, _ cloud.PrinterRights) ([]cloud.Event, error) {
		fn(j)
		return nil, nil
	})
	must(t, err)
}
