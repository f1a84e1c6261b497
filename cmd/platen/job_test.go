package main

import (
	"strings"
	"testing"

	"platen/connector/control"
	"platen/internal/cli"
)

// Why a job does not print yet is in the list of jobs, as on the cloud's page.
func TestJobListTellsWhy(t *testing.T) {
	var out strings.Builder
	err := cli.Table(&out, jobRows([]control.Job{
		{ID: "j1", Printer: "lp", State: "IN_PROGRESS", Stage: "saved", User: "ann", Title: "a", Message: "the document is being made ready for the printer"},
		{ID: "j2", Printer: "lp", State: "STOPPED", Cause: "INPUT_TRAY", Stage: "sent", Local: 7, User: "ann", Title: "b", Message: "Out of paper"},
	}))
	want := `JOB  PRINTER  STATE                 STAGE  LOCAL  USER  TITLE  MESSAGE
j1   lp       IN_PROGRESS           saved         ann   a      the document is being made ready for the printer
j2   lp       STOPPED (INPUT_TRAY)  sent   7      ann   b      Out of paper
`
	if err != nil || out.String() != want {
		t.Errorf("%v, got\n%s", err, out.String())
	}
}
