package store

import (
	"strings"
	"testing"

	"platen/cloud"
	"platen/gcp"
)

// A connector asks at every hint which of its jobs in progress are cancelled: that
// must not cost more the longer a printer's history is.
func TestOpenJobsAreFoundByTheirIndex(t *testing.T) {
	d := openTest(t)
	f := cloud.JobFilter{
		Printer: "p", Printers: []gcp.PrinterID{"p"}, States: []gcp.JobStateType{gcp.JobInProgress, gcp.JobStopped}, Limit: 10,
	}
	w := jobWhere(f)
	rows, err := d.r.QueryContext(t.Context(), `EXPLAIN QUERY PLAN SELECT `+jobColumns+` FROM jobs`+w.String()+jobOrder("CREATE_TIME")+` LIMIT ? OFFSET ?`,
		append(w.args, f.Limit, f.Offset)...)
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
	if !strings.Contains(plan.String(), "USING INDEX jobs_open") {
		t.Errorf("the plan is\n%s", plan.String())
	}
}
