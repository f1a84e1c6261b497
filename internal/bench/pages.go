package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"platen/cloud/store"
	"platen/internal/lab"
)

// pageTarget is what the slowest answer for each page may take.
const pageTarget = 100 * time.Millisecond

// measurePages fills a database with a long history, and has people with much and
// little look at every page of the real server over it.
func measurePages(b *bench) {
	h := history{people: 3000, printers: 500, jobs: 2_000_000}
	if b.quick {
		h.jobs = 200_000
	}
	s := b.longHistory(h)
	s.StartCloud()
	w := &audience{b: b, base: s.Base}
	member, manager, admin := w.signIn(personEmail(memberNumber)), w.signIn(personEmail(managerNumber)), w.signIn(lab.Owner)
	b.visits(h, map[string]*visitor{"member": member, "manager": manager, "administrator": admin})
	b.add("first page after signing in, all that is transferred", fmt.Sprintf("%.1f kB", float64(member.weigh("/printers"))/1000), "<= 100 kB", "60 kB")
	b.previews(member)
	b.backup(s)
}

// longHistory fills a database, migrates it, and prepares a site with it.
func (b *bench) longHistory(h history) *lab.Site {
	dir := b.TempDir()
	path := filepath.Join(dir, "cloud", "cloud.db")
	b.fill(path, h)
	filled := b.megabytes(path)
	begin := time.Now()
	d, err := store.Open(context.Background(), path)
	if err != nil {
		b.Fatalf("migrate: %v", err)
	}
	what := fmt.Sprintf("migration of %d jobs from schema %d", h.jobs, fillSchema)
	took := time.Since(begin)
	if err := furnish(context.Background(), d, h); err != nil {
		b.Fatalf("furnish: %v", err)
	}
	if err := d.Close(); err != nil {
		b.Fatalf("close: %v", err)
	}
	b.add(what, fmt.Sprintf("%.1f s, %.0f MB became %.0f MB", took.Seconds(), filled, b.megabytes(path)), "beside", "")
	return lab.NewSite(b, lab.SiteOptions{Bin: b.bin, Dir: dir})
}

func (b *bench) megabytes(path string) float64 {
	st, err := os.Stat(path)
	if err != nil {
		b.Fatalf("%v", err)
	}
	return float64(st.Size()) / 1e6
}

// backup times what an administrator runs each night, beside the running service.
func (b *bench) backup(s *lab.Site) {
	file := filepath.Join(s.Dir, "backup.tar")
	begin := time.Now()
	s.Cloud("backup", file)
	b.add("platen-cloud backup", fmt.Sprintf("%.1f s, %.0f MB", time.Since(begin).Seconds(), b.megabytes(file)), "beside", "")
}

// visited is a page as somebody looks at it.
type visited struct{ who, name, path string }

// pagesOf are all pages with something to look up, for those whose view of them is
// long.
func pagesOf(h history) []visited {
	printer, job := "/printers/"+string(printerID(memberNumber)), "/jobs/"+string(benchJobID(h.jobs-h.people+5))
	own := memberNumber // in the order of the jobs, the first of the member
	for (own*7919)%h.people != memberNumber {
		own++
	}
	middle := fmt.Sprintf("before=%d-%d", time.Now().Add(-historyTime/2).UnixMicro(), h.jobs/2)
	year := "from=" + time.Now().AddDate(-1, 0, 0).Format(time.DateOnly)
	always := "from=" + time.Now().Add(-historyTime).Format(time.DateOnly)
	list := []visited{
		{"member", "my jobs", "/jobs"},
		{"member", "my jobs that failed", "/jobs?state=failed"},
		{"member", "my jobs by a word", "/jobs?q=invoice"},
		{"member", "my jobs by a word that none has", "/jobs?q=unfindable"},
		{"member", "a job", "/jobs/" + string(benchJobID(own))},
		{"administrator", "a job of others", job},
	}
	for who, tab := range map[string]string{"manager": "printers", "administrator": "all"} {
		for name, query := range map[string]string{
			"": "", " further on": "&" + middle, " that wait": "&state=waiting", " that failed": "&state=failed",
			" by a word": "&q=invoice", " by a rare word": "&q=abcd1", " by two letters": "&q=zq", " by a word that none has": "&q=unfindable",
			" by words, further on": "&q=report+person1&" + middle, " by a sender": "&q=person0001@example.com", " by a word, that failed": "&state=failed&q=invoice",
			" of a printer":                "&printer=" + string(printerID(memberNumber)),
			" of a printer by a rare word": "&q=abcd1&printer=" + string(printerID(memberNumber)),
		} {
			list = append(list, visited{who, tab + " jobs" + name, "/jobs?tab=" + tab + query})
		}
		list = append(list,
			visited{who, "counts", "/counts"}, visited{who, "counts of a year", "/counts?" + year},
			visited{who, "counts of all time by month", "/counts?by=month&" + always}, visited{who, "counts of all time by printer", "/counts?by=printer&" + always},
			visited{who, "counts as a file", "/counts.csv"},
		)
	}
	for _, who := range []string{"member", "manager"} {
		list = append(list,
			visited{who, "printers", "/printers"}, visited{who, "printers, last page", "/printers?from=450"},
			visited{who, "printers by words", "/printers?q=corridor+floor"}, visited{who, "printers in trouble", "/printers?state=trouble"},
			visited{who, "printers of a tag", "/printers?tag=floor+3"},
			visited{who, "a printer", printer}, visited{who, "print dialog", printer + "/print"}, visited{who, "account", "/account"},
			visited{who, "connectors", "/connectors"}, visited{who, "developers", "/developers"},
		)
	}
	return append(list,
		visited{"manager", "settings of a printer", printer + "/settings"},
		visited{"administrator", "people", "/people"}, visited{"administrator", "people, last page", "/people?from=2950"},
		visited{"administrator", "people by a word", "/people?q=son123"}, visited{"administrator", "people of a group", "/people?group=group+7"},
		visited{"administrator", "a person", "/people/" + string(personID(managerNumber))},
		visited{"administrator", "audit log", "/audit"}, visited{"administrator", "audit log, further on", fmt.Sprintf("/audit?before=%d", h.jobs+h.jobs/8)},
	)
}

// visits looks at every page often enough for its percentiles.
func (b *bench) visits(h history, by map[string]*visitor) {
	var slowest visited
	var worst time.Duration
	var all []time.Duration
	for _, p := range pagesOf(h) {
		by[p.who].get(p.path) // what is read once is in memory then, as it is on a day of work
		took := make([]time.Duration, 0, 40)
		for range cap(took) {
			took = append(took, by[p.who].get(p.path))
		}
		slices.Sort(took)
		all = append(all, took...)
		p95 := percentile(took, 0.95)
		fmt.Fprintf(b.Log, "  %-14s %-50s p50 %s, p95 %s, max %s\n", p.who, p.name, ms(percentile(took, 0.5)), ms(p95), ms(took[len(took)-1]))
		if p95 > worst {
			worst, slowest = p95, p
		}
		if p.name == "printers" {
			b.add(fmt.Sprintf("list of %d printers, for a %s, p95", h.printers, p.who), ms(p95), "<= 50 ms", "25 ms")
		}
	}
	slices.Sort(all)
	b.add(fmt.Sprintf("pages with %d jobs: p50, p95, max of all", h.jobs),
		fmt.Sprintf("%s, %s, %s", ms(percentile(all, 0.5)), ms(percentile(all, 0.95)), ms(all[len(all)-1])), "", "")
	b.add(fmt.Sprintf("slowest page (%s: %s), p95", slowest.who, slowest.name), ms(worst), fmt.Sprintf("<= %s", ms(pageTarget)), "50 ms")
}
