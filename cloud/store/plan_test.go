package store

import (
	"strings"
	"testing"

	"platen/cloud"
	"platen/gcp"
)

// planOf returns how SQLite answers a query.
func planOf(t *testing.T, d *DB, query string, args ...any) string {
	t.Helper()
	rows, err := d.r.QueryContext(t.Context(), `EXPLAIN QUERY PLAN `+query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }() // read to the end
	var plan strings.Builder
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		plan.WriteString(detail + "\n")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan.String()
}

// planOfList returns how SQLite finds the jobs of a filter, oldest first.
func planOfList(t *testing.T, f cloud.JobFilter) string {
	t.Helper()
	w := jobWhere(f)
	return planOf(t, openTest(t), `SELECT `+jobColumns+` FROM jobs`+w.String()+jobOrder("CREATE_TIME")+` LIMIT ? OFFSET ?`,
		append(w.args, f.Limit, f.Offset)...)
}

// A connector asks at every hint which of its jobs in progress are cancelled: that
// must not cost more the longer a printer's history is.
func TestOpenJobsAreFoundByTheirIndex(t *testing.T) {
	plan := planOfList(t, cloud.JobFilter{
		Printer: "p", Printers: []gcp.PrinterID{"p"}, States: []gcp.JobStateType{gcp.JobInProgress, gcp.JobStopped}, Limit: 10,
	})
	if !strings.Contains(plan, "USING INDEX jobs_open") {
		t.Errorf("the plan is\n%s", plan)
	}
}

// A job's page asks for those that print it again.
func TestRepeatsAreFoundByTheirIndex(t *testing.T) {
	plan := planOfList(t, cloud.JobFilter{Owner: "ada", Printer: "p", Printers: []gcp.PrinterID{"p"}, AgainOf: "j", Limit: 10})
	if !strings.Contains(plan, "USING INDEX jobs_again") {
		t.Errorf("the plan is\n%s", plan)
	}
}

// What is asked for at each submission, at each report or all the time reads no
// more rows than it answers, whatever the history.
func TestLongHistoriesAreNotRead(t *testing.T) {
	d := openTest(t)
	for name, tt := range map[string]struct {
		query string
		args  []any
		index string
	}{
		"key":               {selectSubmission, []any{"o", "k"}, "sqlite_autoindex_submissions_1 (owner=? AND key_hash=?)"},
		"quota":             {nthOfPrinter, []any{"p", 5, 5}, "COVERING INDEX jobs_printer (printer=? AND create_time>?)"},
		"rate":              {nthOfOwner, []any{"o", 5, 5}, "COVERING INDEX jobs_owner (owner=? AND create_time>?)"},
		"waiting jobs":      {nthWaiting, []any{"p", 5}, "COVERING INDEX jobs_waiting (printer=?)"},
		"stored bytes":      {selectStored, []any{"o"}, "sqlite_autoindex_stored_1 (owner=?)"},
		"due jobs":          {selectDue, []any{5, 5}, "INDEX jobs_due (due_time>? AND due_time<?)"},
		"restored jobs":     {selectRestored, []any{"p", 5}, "INDEX jobs_restored (printer=?)"},
		"audit log":         {auditOf(cloud.AuditFilter{Before: 5}), []any{5, 5}, "INDEX events_audit (seq<?)"},
		"audit of a person": {auditOf(cloud.AuditFilter{Before: 5, By: "u"}), []any{5, "u", 5}, "INDEX events_audit_person (by_user=? AND seq<?)"},
		"audit, printer":    {auditOf(cloud.AuditFilter{Before: 5, Printer: "p"}), []any{5, "p", 5}, "INDEX events_audit_printer (printer=? AND seq<?)"},
		"old events":        {pruneEvents, []any{5}, "INDEX events_time (time<?)"},
		"old audit entries": {pruneAudit, []any{5}, "INDEX events_audit"},
		"old keys":          {pruneKeys, []any{5, 5}, "INDEX submissions_time (create_time<?)"},
		"epoch":             {selectEpoch, nil, "sqlite_autoindex_facts_1 (name=?)"},
	} {
		t.Run(name, func(t *testing.T) {
			plan := planOf(t, d, tt.query, tt.args...)
			if !strings.Contains(plan, tt.index) || strings.Contains(plan, "TEMP B-TREE") {
				t.Errorf("the plan is\n%s", plan)
			}
			for line := range strings.Lines(plan) {
				// Of the audit log only the oldest entries are looked at.
				if strings.HasPrefix(line, "SCAN") && !strings.Contains(line, "SCAN oldest") && !strings.Contains(line, "USING INDEX events_audit") {
					t.Errorf("the plan reads all of a table:\n%s", plan)
				}
			}
		})
	}
}

func auditOf(f cloud.AuditFilter) string {
	query, _ := auditQuery(f)
	return query
}
