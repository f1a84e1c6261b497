package ipp_test

import (
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/internal/ippserver"
)

// A client that is cut off after its last byte finds its job under the number that it was
// told.
func TestCutAfterTheLastByte(t *testing.T) {
	b := newBench(t)
	m := b.must(ask{op: goipp.OpCreateJob, bearer: b.keys["user"]})
	n := ippserver.Integer(m.Job, "job-id", 0)
	id := integer("job-id", n)
	b.leave(ask{op: goipp.OpSendDocument, bearer: b.keys["user"], attrs: goipp.Attributes{id, flag("last-document", true)}, doc: pdf()})
	m = b.must(ask{op: goipp.OpGetJobAttributes, bearer: b.keys["user"], attrs: goipp.Attributes{id}})
	if s, r := ippserver.Integer(m.Job, "job-state", 0), ippserver.Text(m.Job, "job-state-reasons"); s != 3 || r == "job-incoming" {
		t.Errorf("the job is %d %s, want pending", s, r)
	}
	b.must(ask{op: goipp.OpCancelJob, bearer: b.keys["user"], attrs: goipp.Attributes{id}})
	if b.newest().CancelRequested.IsZero() && !b.newest().State.Type.Ended() {
		t.Error("the number is not that of the job that prints")
	}
	b.leave(ask{op: goipp.OpPrintJob, bearer: b.keys["user"], doc: pdf()})
	if got := ippserver.Integer(b.must(ask{op: goipp.OpGetJobs, bearer: b.keys["user"]}).Job, "job-id", 0); got != n+1 {
		t.Errorf("Print-Job's job has the number %d, want %d", got, n+1)
	}
}
