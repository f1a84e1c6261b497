package spool

import (
	"bytes"
	"testing"

	"platen/connector"
	"platen/gcp"
	"platen/printer"
)

// FuzzJournal reads any bytes as a journal: it must not panic, and what it
// understood must be understood again after it was written anew.
func FuzzJournal(f *testing.F) {
	head, _ := appendLine(nil, header{Version: version})
	f.Add(head)
	full := bytes.Clone(head)
	for _, e := range []connector.Event{
		{Kind: connector.EventClaimed, ID: "j", At: 1, Job: &gcp.Job{ID: "j"}, Printer: "lp", Trace: gcp.Trace{8: 1}},
		{Kind: connector.EventCreated, ID: "j", Local: &printer.LocalJob{ID: 1}},
		{Kind: eventPast, ID: "k", At: 2, Status: &connector.Status{State: gcp.StateOf(gcp.JobDone)}},
	} {
		full, _ = appendLine(full, e)
	}
	f.Add(full)
	f.Add(full[:len(full)-3])
	begin := func(header) error { return nil }
	f.Fuzz(func(t *testing.T, b []byte) {
		again := bytes.Clone(head)
		var n int
		if err := readJournal(bytes.NewReader(b), begin, func(e connector.Event) {
			var r connector.Record
			r.Apply(e)
			line, err := appendLine(nil, e)
			if err != nil {
				return // a ticket that is no JSON cannot come from a line that is
			}
			again, n = append(again, line...), n+1
		}, func(int) {}); err != nil {
			return
		}
		if err := readJournal(bytes.NewReader(again), begin, func(connector.Event) { n-- }, func(int) { t.Error("damaged") }); err != nil || n != 0 {
			t.Errorf("read again: %d events differ, %v", n, err)
		}
	})
}
