package store

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// Each list of jobs finds its places in an index, in the order of the list.
func TestListsOfJobsUseTheirIndex(t *testing.T) {
	d := openTest(t)
	place := cloud.JobPlace{Time: time.Unix(1_700_000_000, 0), Order: 7}
	open := []gcp.JobStateType{gcp.JobQueued, gcp.JobHeld}
	two := []gcp.PrinterID{"p", "q"}
	for name, tt := range map[string]struct {
		f       cloud.JobBrowse
		indexes []string
	}{
		"mine":                 {cloud.JobBrowse{Owner: "o"}, []string{"INDEX jobs_owner (owner=?)"}},
		"mine, further":        {cloud.JobBrowse{Owner: "o", Before: place}, []string{"INDEX jobs_owner (owner=? AND create_time<?)"}},
		"mine, by short words": {cloud.JobBrowse{Owner: "o", Text: "ab cd"}, []string{"INDEX jobs_owner (owner=?)"}},
		"mine, by words":       {cloud.JobBrowse{Owner: "o", Text: "abc"}, []string{"INDEX jobs_owner (owner=?)"}},
		"printers":             {cloud.JobBrowse{Printers: two}, []string{"MERGE (UNION ALL)", "INDEX jobs_printer (printer=?)"}},
		"printers, open":       {cloud.JobBrowse{Printers: two, States: open}, []string{"MERGE (UNION ALL)", "INDEX jobs_open (printer=?)"}},
		"all":                  {cloud.JobBrowse{}, []string{"INDEX jobs_time"}},
		"all, further":         {cloud.JobBrowse{Before: place}, []string{"INDEX jobs_time ((create_time,ord)<(?,?))"}},
		"all, open":            {cloud.JobBrowse{States: open}, []string{"INDEX jobs_live"}},
		"all, open, by words":  {cloud.JobBrowse{States: open, Text: "abc"}, []string{"INDEX jobs_live"}},
		"open, further":        {cloud.JobBrowse{States: open, Before: place}, []string{"INDEX jobs_live ((create_time,ord)<(?,?))"}},
		"very many":            {cloud.JobBrowse{Printers: make([]gcp.PrinterID, mergedPrinters+1)}, []string{"INDEX jobs_time"}},
	} {
		t.Run(name, func(t *testing.T) {
			from := sourceOf(tt.f)
			plan := planOf(t, d, from.query+" LIMIT 5", from.args...)
			for _, index := range tt.indexes {
				if !strings.Contains(plan, index) {
					t.Errorf("no %s: the plan is\n%s", index, plan)
				}
			}
			// Jobs of the very same time may be put in order, others not.
			if strings.Contains(strings.ReplaceAll(plan, "TEMP B-TREE FOR LAST TERM", ""), "TEMP B-TREE") {
				t.Errorf("it sorts: the plan is\n%s", plan)
			}
		})
	}
}

// What the index of words finds are places of jobs, newest first.
func TestJobsAreFoundByTheIndexOfWords(t *testing.T) {
	d := openTest(t)
	query, args := candidatesQuery(cloud.JobBrowse{}, source{byWords, []any{matchOf(cloud.JobBrowse{Text: "abc"}), 1, 2}, "ord"})
	for query, indexes := range map[string][]string{
		query:       {"TABLE INDEX 192:M1", "SEARCH jobs USING INDEX jobs_ord (ord=?)"}, // 192: it sorts, latest first
		rangeOfJobs: {"SEARCH jobs USING COVERING INDEX jobs_ord"},
		firstFrom:   {"SEARCH jobs USING INDEX jobs_ord (ord>?)"},
	} {
		plan := planOf(t, d, query, args[:strings.Count(query, "?")]...)
		for _, index := range indexes {
			if !strings.Contains(plan, index) || strings.Contains(plan, "TEMP B-TREE") {
				t.Errorf("no %s: the plan is\n%s", index, plan)
			}
		}
	}
}

// A page of thousands of accounts is found without putting them in order.
func TestAccountsAreListedByTheirIndex(t *testing.T) {
	d := openTest(t)
	for name, f := range map[string]cloud.UserFilter{"all": {}, "by a word": {Text: "ada"}, "programs": {Of: cloud.ServiceAccounts}} {
		w := accountsWhere(f)
		plan := planOf(t, d, selectAccounts+w.String()+pageOfAccounts, append(w.args, 50, 100)...)
		if !strings.Contains(plan, "INDEX sqlite_autoindex_users_2") || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s: the plan is\n%s", name, plan)
		}
	}
	w := accountsWhere(cloud.UserFilter{Group: "g"})
	if plan := planOf(t, d, selectAccounts+w.String()+pageOfAccounts, append(w.args, 50, 0)...); !strings.Contains(plan, "INDEX members_name (name=?)") {
		t.Errorf("of a group: the plan is\n%s", plan)
	}
}

// BenchmarkBrowse turns pages of the lists of a service with a long history:
// PLATEN_BENCH_JOBS says how many jobs, 200 000 if it is not set.
func BenchmarkBrowse(b *testing.B) {
	jobs := 200_000
	if n, err := strconv.Atoi(os.Getenv("PLATEN_BENCH_JOBS")); err == nil {
		jobs = n
	}
	d := longHistory(b, jobs)
	var few, some []gcp.PrinterID
	for i := range 40 {
		some = append(some, gcp.PrinterID("p"+strconv.Itoa(i)))
	}
	few = some[:2]
	all := make([]gcp.PrinterID, 500)
	for i := range all {
		all[i] = gcp.PrinterID("p" + strconv.Itoa(i))
	}
	middle := cloud.JobPlace{Time: timeOf(int64(jobs/2) * 1_000_000), Order: int64(jobs / 2)}
	open := []gcp.JobStateType{gcp.JobQueued, gcp.JobHeld}
	for name, f := range map[string]cloud.JobBrowse{
		"mine": {Owner: "u1"}, "mine-words": {Owner: "u1", Text: "nothing"}, "mine-open": {Owner: "u1", States: open},
		"printers-2": {Printers: few}, "printers-40": {Printers: some}, "printers-500": {Printers: all},
		"printers-40-words": {Printers: some, Text: "nothing"}, "printers-500-words": {Printers: all, Text: "nothing"},
		"printers-40-failed": {Printers: some, States: []gcp.JobStateType{gcp.JobAborted}}, "printers-40-open": {Printers: some, States: open},
		"all": {}, "all-middle": {Before: middle}, "all-open": {States: open}, "all-words": {Text: "nothing"}, "all-middle-words": {Text: "nothing", Before: middle},
	} {
		b.Run(name, func(b *testing.B) {
			f.Limit = 50
			for b.Loop() {
				if _, err := d.BrowseJobs(b.Context(), f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("sums", func(b *testing.B) {
		for b.Loop() {
			if _, err := d.Sums(b.Context(), cloud.SumFilter{From: "1970-01-01", To: "1970-12-31", By: cloud.SumByPerson, Limit: 200}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// longHistory returns a store with ended jobs of 3000 people at 500 printers, and a
// sum of each person and printer on some days.
func longHistory(b *testing.B, jobs int) *DB {
	d, err := Open(b.Context(), filepath.Join(b.TempDir(), "db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = d.Close() })
	for _, query := range []string{
		`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		INSERT INTO jobs (id, ord, printer, owner, state_type, queued_time, create_time, update_time, end_time, cancel_requested,
			cancel_ack, attempts, pages_printed, unconfirmed, deleted, document, document_size, document_digest, title, tags, state,
			message, trace, owner_email, printer_name, content_type, pages, ticket)
		SELECT 'j' || i, i, 'p' || (i * 7919 % 500), 'u' || (i * 104729 % 3000), 'DONE', i * 1000000, i * 1000000, i * 1000000, i * 1000000 + 9, 0,
			0, 1, 3, 0, 0, '', 5000, 'sha256:0', 'Quarterly report ' || i || '.pdf', '["^own"]', '{"type":"DONE"}',
			'', '{"1":1,"2":2,"3":3,"4":4}', 'user' || (i % 3000) || '@example.com', 'Printer ' || (i % 500), 'application/pdf', 3, '{"version":"1.0","print":{}}' FROM n`,
		`INSERT INTO sums SELECT DISTINCT '1970-01-' || (10 + ord % 20), printer, owner, printer_name, owner_email, 1, 3 FROM jobs WHERE ord <= ? ON CONFLICT DO NOTHING`,
	} {
		err := d.tx(b.Context(), func(tx *Tx) error {
			_, err := tx.exec(query, jobs)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return d
}
