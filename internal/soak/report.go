package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
)

// report is what a run found.
type report struct {
	Seed    uint64  `json:"seed"`
	Minutes float64 `json:"minutes"`
	Queues  int     `json:"queues"`
	People  int     `json:"people"`
	Rate    float64 `json:"rate"`
	Late    float64 `json:"late_s"`  // how much later than planned a submission began, at most
	Quiet   float64 `json:"quiet_s"` // from the last fault to the last job's end
	NoDisk  bool    `json:"no_full_disks"`

	Orders      int            `json:"orders"`
	Tries       int            `json:"tries"`
	Accepted    int            `json:"accepted"`
	Refused     int            `json:"never_accepted"`
	Extra       int            `json:"jobs_beyond_accepted"` // jobs for which nobody got a yes
	Done        int            `json:"done"`
	Aborted     int            `json:"aborted"`
	Unconfirmed map[string]int `json:"unconfirmed"` // by the fault that explains it
	Lost        int            `json:"lost"`
	Twice       int            `json:"twice"`
	Repeated    int            `json:"repeated_by_cups"`
	Broken      int            `json:"broken_papers"`
	Wrong       int            `json:"wrong_states"`

	All     figures                     `json:"all"`
	Calm    figures                     `json:"undisturbed"`
	Faults  []fault                     `json:"faults"`
	Trends  map[string]map[string]trend `json:"trends"`
	Samples map[string][]sample         `json:"samples"`
	Notes   []string                    `json:"notes"`
}

// maxNotes bounds what is told of single jobs.
const maxNotes = 200

func (r *report) note(format string, args ...any) {
	if len(r.Notes) < maxNotes {
		r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
	}
}

// What counts as flat: growth over the last two thirds of the run.
const (
	flatRSS   = 15.0 // megabytes
	flatFiles = 20.0
)

// Good reports whether all promises were kept.
func (r *report) Good() bool {
	return r.Lost == 0 && r.Twice == 0 && r.Wrong == 0 && r.flat()
}

func (r *report) flat() bool {
	for _, t := range r.Trends {
		if t["rss_mb"].Growth > flatRSS || t["files"].Growth > flatFiles {
			return false
		}
	}
	return true
}

func (r *report) print(w io.Writer, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	for _, n := range r.Notes {
		fmt.Fprintln(w, n)
	}
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for _, row := range r.rows() {
		fmt.Fprintf(tw, "%s\t%s\t%s\n", row[0], row[1], row[2])
	}
	return tw.Flush()
}

// rows returns the table: what, measured, wanted.
func (r *report) rows() [][3]string {
	kinds := map[string]int{}
	for _, f := range r.Faults {
		kinds[f.Name]++
	}
	rows := [][3]string{
		{"FIGURE", "MEASURED", "WANTED"},
		{"run", fmt.Sprintf("%.1f min, %d queues, %d people, %g jobs/s, seed %d", r.Minutes, r.Queues, r.People, r.Rate, r.Seed), ""},
		{"documents sent", fmt.Sprintf("%d in %d tries, the latest %.1f s late", r.Orders, r.Tries, r.Late), ""},
		{"accepted", fmt.Sprint(r.Accepted), ""},
		{"never accepted", fmt.Sprint(r.Refused), "0"},
		{"jobs nobody was told of", fmt.Sprint(r.Extra), "0"},
		{"DONE", fmt.Sprint(r.Done), ""},
		{"LOST", fmt.Sprint(r.Lost), "0"},
		{"PRINTED TWICE", fmt.Sprint(r.Twice), "0"},
		{"aborted", fmt.Sprint(r.Aborted), "0"},
		{"wrong states", fmt.Sprint(r.Wrong), "0"},
		{"repeated by CUPS itself", fmt.Sprint(r.Repeated), "told"},
		{"papers that are not whole", fmt.Sprint(r.Broken), "told"},
	}
	for _, why := range slices.Sorted(maps.Keys(r.Unconfirmed)) {
		rows = append(rows, [3]string{"unconfirmed: " + why, fmt.Sprint(r.Unconfirmed[why]), "told"})
	}
	for _, f := range []struct {
		of string
		figures
	}{{"undisturbed", r.Calm}, {"all", r.All}} {
		rows = append(rows,
			[3]string{"submit to printer, " + f.of, fmt.Sprintf("p50 %.0f ms, p99 %.0f ms (%d jobs)", f.PrinterP50, f.PrinterP99, f.Jobs), ""},
			[3]string{"submit to DONE, " + f.of, fmt.Sprintf("p50 %.0f ms, p99 %.0f ms", f.DoneP50, f.DoneP99), ""})
	}
	for _, name := range slices.Sorted(maps.Keys(r.Trends)) {
		rss, files := r.Trends[name]["rss_mb"], r.Trends[name]["files"]
		rows = append(rows,
			[3]string{"RSS of " + name, fmt.Sprintf("median %.0f MB, most %.0f MB, growth %+.1f MB", rss.Median, rss.Max, rss.Growth), fmt.Sprintf("growth <= %.0f MB", flatRSS)},
			[3]string{"descriptors of " + name, fmt.Sprintf("median %.0f, most %.0f, growth %+.1f", files.Median, files.Max, files.Growth), fmt.Sprintf("growth <= %.0f", flatFiles)})
	}
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		rows = append(rows, [3]string{"fault: " + name, fmt.Sprintf("%d times", kinds[name]), ""})
	}
	if r.NoDisk {
		rows = append(rows, [3]string{"fault: disk full", "not possible here: no file system can be mounted", ""})
	}
	return append(rows, [3]string{"quiet after the last fault", fmt.Sprintf("%.0f s", r.Quiet), ""})
}
