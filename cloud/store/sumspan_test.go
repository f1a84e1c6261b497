package store

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// Whatever time is asked for, the sums of its months and days are those of its days.
func TestMonthsAddUpLikeDays(t *testing.T) {
	d := openTest(t)
	r := rand.New(rand.NewPCG(1, 2))
	first := time.Date(2025, 11, 7, 0, 0, 0, 0, time.UTC)
	day := func() string { return first.AddDate(0, 0, r.IntN(150)).Format(cloud.DayLayout) }
	err := d.tx(t.Context(), func(tx *Tx) error {
		for range 600 {
			printer, owner := fmt.Sprint("p", r.IntN(3)), fmt.Sprint("o", r.IntN(3))
			_, err := tx.exec(addSum, day(), printer, owner, "Printer "+printer, owner+"@example.com", 1, r.IntN(9))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	kinds := []cloud.SumKind{cloud.SumByPerson, cloud.SumByPrinter, cloud.SumByMonth, cloud.SumByGroup, cloud.SumByAll}
	for range 300 {
		f := cloud.SumFilter{From: day(), To: day(), By: kinds[r.IntN(len(kinds))]}
		if r.IntN(3) == 0 {
			f.Printers = []gcp.PrinterID{"p0", "p2"}
			if r.IntN(2) == 0 {
				f.Printers = append(f.Printers, make([]gcp.PrinterID, fewPrinters)...)
			}
		}
		have, err := d.Sums(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		want, err := d.sumsOf(t.Context(), f, span{first: "1", last: "0", days: [][2]string{{f.From, f.To}}})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(have, want) {
			t.Errorf("%+v: %+v, want %+v", f, have, want)
		}
	}
}

// Reports of long times read months, and those of their kind alone.
func TestReportsUseSumsOfMonths(t *testing.T) {
	d := openTest(t)
	for name, tt := range map[string]struct {
		f    cloud.SumFilter
		plan string
		less []gcp.PrinterID
	}{
		"person":           {f: cloud.SumFilter{By: cloud.SumByPerson}, plan: "SEARCH month_sums USING COVERING INDEX month_sums_person (kind=?)\n"},
		"person, of late":  {f: cloud.SumFilter{By: cloud.SumByPerson, From: "2026-09-01"}, plan: "SEARCH month_sums USING PRIMARY KEY (kind=? AND printer=? AND month>? AND month<?)"},
		"group":            {f: cloud.SumFilter{By: cloud.SumByGroup}, plan: "SEARCH month_sums USING COVERING INDEX month_sums_person (kind=?)\n"},
		"many printers":    {f: cloud.SumFilter{By: cloud.SumByPerson, Printers: make([]gcp.PrinterID, 51)}, plan: "SEARCH month_sums USING COVERING INDEX month_sums_person (kind=?)\n"},
		"printer":          {f: cloud.SumFilter{By: cloud.SumByPrinter}, plan: "SEARCH month_sums USING INDEX month_sums_month (kind=? AND month>? AND month<?)"},
		"all":              {f: cloud.SumFilter{By: cloud.SumByAll}, plan: "SEARCH month_sums USING INDEX month_sums_month (kind=? AND month>? AND month<?)"},
		"person, printers": {f: cloud.SumFilter{By: cloud.SumByPerson, Printers: []gcp.PrinterID{"p", "q"}}, plan: "SEARCH month_sums USING PRIMARY KEY (kind=? AND printer=? AND month>? AND month<?)"},
		"most printers": {
			f:    cloud.SumFilter{By: cloud.SumByPerson, Printers: make([]gcp.PrinterID, 51)},
			plan: "SEARCH month_sums USING PRIMARY KEY (kind=? AND printer=? AND month>? AND month<?)", less: []gcp.PrinterID{"p"},
		},
	} {
		tt.f.From, tt.f.To = cmp.Or(tt.f.From, "2024-03-01"), "2026-11-21"
		of := spanOf(tt.f, "2024-01-01", "2026-11-20")
		of.less = tt.less
		plan := ""
		for _, part := range of.parts(tt.f) {
			plan += planOf(t, d, part.sum(tt.f.By), part.args...)
		}
		if !strings.Contains(plan, tt.plan) {
			t.Errorf("%s: the plan is\n%s", name, plan)
		}
	}
	plan := planOf(t, d, rangeOfSums)
	if strings.Count(plan, "SEARCH sums USING PRIMARY KEY") != 2 {
		t.Errorf("the first and the last day: the plan is\n%s", plan)
	}
}
