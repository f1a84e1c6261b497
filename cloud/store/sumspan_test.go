package store

import (
	"cmp"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// printed is what was counted at random, one by one, by few people at few printers.
type printed struct {
	r      *rand.Rand
	counts []struct {
		day string
		cloud.Sum
	}
	told   int      // how many of them a store knows
	groups []string // of o0
}

const printedAt = 9 // printers

func newPrinted() *printed {
	return &printed{r: rand.New(rand.NewPCG(1, 2)), groups: []string{""}}
}

// day returns one of the days on which something may be counted, or a few beside them.
func (p *printed) day(beside int) string {
	first := time.Date(2025, 11, 7, 0, 0, 0, 0, time.UTC)
	return first.AddDate(0, 0, p.r.IntN(150+2*beside)-beside).Format(cloud.DayLayout)
}

// more counts more, in any order of days, and takes back some of what was counted.
func (p *printed) more(t *testing.T, exec func(query string, args ...any) (sql.Result, error)) {
	t.Helper()
	for range 150 {
		printer, owner := fmt.Sprint("p", p.r.IntN(printedAt)), fmt.Sprint("o", p.r.IntN(4))
		p.counts = append(p.counts, struct {
			day string
			cloud.Sum
		}{p.day(0), cloud.Sum{
			Owner: cloud.UserID(owner), OwnerEmail: owner + "@example.com",
			Printer: gcp.PrinterID(printer), PrinterName: "Printer " + printer, Jobs: 1, Pages: p.r.IntN(9),
		}})
		if p.r.IntN(4) == 0 {
			n := p.counts[p.r.IntN(len(p.counts))]
			n.Jobs, n.Pages = -n.Jobs, -n.Pages
			p.counts = append(p.counts, n)
		}
	}
	for _, n := range p.counts[p.told:] {
		if _, err := exec(addSum, n.day, string(n.Printer), string(n.Owner), n.PrinterName, n.OwnerEmail, n.Jobs, n.Pages); err != nil {
			t.Fatal(err)
		}
	}
	p.told = len(p.counts)
}

// report adds up what a report is about, one by one.
func (p *printed) report(f cloud.SumFilter) []cloud.Sum {
	rows := map[cloud.Sum]cloud.Sum{} // by what they are about
	for _, n := range p.counts {
		if n.day < f.From || n.day > f.To || f.Printers != nil && !slices.Contains(f.Printers, n.Printer) {
			continue
		}
		var about cloud.Sum
		groups := []string{""}
		switch f.By {
		case cloud.SumByPerson:
			about.Owner, about.OwnerEmail = n.Owner, n.OwnerEmail
		case cloud.SumByPrinter:
			about.Printer, about.PrinterName = n.Printer, n.PrinterName
		case cloud.SumByMonth:
			about.Month = n.day[:7]
		case cloud.SumByGroup:
			if n.Owner == "o0" {
				groups = p.groups
			}
		case cloud.SumByAll:
			about, about.Month, about.Jobs, about.Pages = n.Sum, n.day[:7], 0, 0
		}
		for _, about.Group = range groups {
			m := rows[about]
			m.Jobs, m.Pages = m.Jobs+n.Jobs, m.Pages+n.Pages
			rows[about] = m
		}
	}
	var all []cloud.Sum
	for about, m := range rows {
		if m.Jobs != 0 || m.Pages != 0 {
			about.Jobs, about.Pages = m.Jobs, m.Pages
			all = append(all, about)
		}
	}
	return ordered(f, all)
}

// agree compares reports of a store with what was counted.
func (p *printed) agree(t *testing.T, d *DB) {
	t.Helper()
	kinds := []cloud.SumKind{cloud.SumByPerson, cloud.SumByPrinter, cloud.SumByMonth, cloud.SumByGroup, cloud.SumByAll}
	for range 150 {
		f := cloud.SumFilter{From: p.day(20), To: p.day(20), By: kinds[p.r.IntN(len(kinds))], Limit: p.r.IntN(2) * 3}
		if p.r.IntN(3) > 0 {
			f.Printers = []gcp.PrinterID{}
			for i := range p.r.IntN(printedAt + 1) {
				f.Printers = append(f.Printers, gcp.PrinterID(fmt.Sprint("p", i)))
			}
		}
		if p.r.IntN(2) == 0 && f.Printers != nil { // as if they were many, so that few others are left out
			f.Printers = append(f.Printers, make([]gcp.PrinterID, fewPrinters)...)
		}
		have, err := d.Sums(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		if want := p.report(f); !slices.Equal(have, want) {
			t.Errorf("%+v: %+v, want %+v", f, have, want)
		}
	}
}

// Whatever time is asked for, and in whatever order jobs end and are taken back, a report
// is what adding up what was counted one by one gives.
func TestReportsAddUp(t *testing.T) {
	d, p := openTest(t), newPrinted()
	if err := d.AddUser(t.Context(), cloud.User{ID: "o0", Email: "o0@example.com"}); err != nil {
		t.Fatal(err)
	}
	p.groups = []string{"art", "chess"}
	if _, err := d.SetGroups(t.Context(), "o0", cloud.GroupsOfImport, p.groups); err != nil {
		t.Fatal(err)
	}
	p.agree(t, d) // nothing
	for range 4 {
		err := d.tx(t.Context(), func(tx *Tx) error {
			p.more(t, tx.exec)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		p.agree(t, d)
	}
}

// What was counted before there were totals is in them, and what is counted after adds to it.
func TestUpgradeTotalsWhatWasCounted(t *testing.T) {
	path, p := filepath.Join(t.TempDir(), "db"), newPrinted()
	if err := ensureFile(path); err != nil {
		t.Fatal(err)
	}
	db, err := connect(path, 1)
	if err != nil {
		t.Fatal(err)
	}
	steps, err := migrator(db)
	if err == nil {
		_, err = steps.UpTo(t.Context(), 25)
	}
	if err != nil {
		t.Fatal(err)
	}
	p.more(t, func(query string, args ...any) (sql.Result, error) {
		return db.ExecContext(t.Context(), query, args...)
	})
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	d := openFile(t, path)
	p.agree(t, d)
	err = d.tx(t.Context(), func(tx *Tx) error {
		p.more(t, tx.exec)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	p.agree(t, d)
}

// Reports read totals, or months of their kind alone.
func TestReportsUseSumsOfMonths(t *testing.T) {
	d := openTest(t)
	const (
		totals  = "SEARCH until USING INDEX sqlite_autoindex_counted_1 (kind=?)\nSEARCH before USING PRIMARY KEY (counted=? AND day=?) LEFT-JOIN\n"
		earlier = "INDEX sqlite_autoindex_counted_1 (kind=?)\nSEARCH t USING PRIMARY KEY (counted=? AND day=?)\n"
		pairs   = "SEARCH month_sums USING PRIMARY KEY (kind=? AND printer=? AND month>? AND month<?)"
		months  = "SEARCH month_sums USING INDEX month_sums_month (kind=? AND month>? AND month<?)"
		days    = "SEARCH sums USING PRIMARY KEY (day=? AND printer=?)"
	)
	two := []gcp.PrinterID{"p", "q"}
	for name, tt := range map[string]struct {
		f     cloud.SumFilter
		less  []gcp.PrinterID
		plans []string
	}{
		"person":            {cloud.SumFilter{By: cloud.SumByPerson}, nil, []string{totals}},
		"person, earlier":   {cloud.SumFilter{By: cloud.SumByPerson, To: "2026-06-01"}, nil, []string{earlier}},
		"group":             {cloud.SumFilter{By: cloud.SumByGroup}, nil, []string{totals}},
		"printer":           {cloud.SumFilter{By: cloud.SumByPrinter}, nil, []string{totals}},
		"month":             {cloud.SumFilter{By: cloud.SumByMonth}, nil, []string{months, earlier}},
		"all":               {cloud.SumFilter{By: cloud.SumByAll}, nil, []string{months}},
		"person, printers":  {cloud.SumFilter{By: cloud.SumByPerson, Printers: two}, nil, []string{pairs, days}},
		"printer, printers": {cloud.SumFilter{By: cloud.SumByPrinter, Printers: two}, nil, []string{"SEARCH until USING INDEX sqlite_autoindex_counted_1 (kind=? AND thing=?)\n"}},
		"most printers":     {cloud.SumFilter{By: cloud.SumByPerson, Printers: make([]gcp.PrinterID, 51)}, two, []string{totals, pairs, days}},
	} {
		tt.f.From, tt.f.To = "2024-03-02", cmp.Or(tt.f.To, "2026-11-21")
		of, err := spanOf(tt.f, "2024-01-01", "2026-11-20")
		if err != nil {
			t.Fatal(err)
		}
		of.less = tt.less
		var plan strings.Builder
		for _, part := range of.parts(tt.f) {
			plan.WriteString(planOf(t, d, part.sum(tt.f.By), part.args...))
		}
		for _, want := range tt.plans {
			if !strings.Contains(plan.String(), want) {
				t.Errorf("%s: the plan is\n%swithout\n%s", name, plan.String(), want)
			}
		}
	}
	plan := planOf(t, d, rangeOfSums)
	if strings.Count(plan, "SEARCH sums USING PRIMARY KEY") != 2 {
		t.Errorf("the first and the last day: the plan is\n%s", plan)
	}
}
