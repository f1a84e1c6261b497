package api

import (
	"strconv"
	"strings"
	"sync"
	"testing"

	"platen/cloud"
	"platen/gcp"
)

// Platen's additions: docs/extensions.md.
func TestExtensions(t *testing.T) {
	b := newBench(t, nil)
	p := b.register("q")
	first, second := b.send(p, "1"), b.send(p, "2")
	plain := b.must(b.post("fetch", b.robot, "printerid", string(p)))
	if len(plain.Jobs) != 2 || strings.Contains(plain.raw, `"contentDigest"`) || strings.Contains(plain.raw, `"ticket":`) || plain.Jobs[0].ID != first {
		t.Error(plain.raw)
	}
	a := b.must(b.post("fetch", b.robot, "printerid", string(p), "extra_fields", "ticket,document", "limit", "1"))
	if len(a.Jobs) != 1 || a.Jobs[0].ContentDigest != digest(pdf) || int(a.Jobs[0].ContentLength) != len(pdf) || len(a.Jobs[0].Ticket) == 0 {
		t.Error(a.raw)
	}
	b.must(b.post("control", b.robot, "jobid", string(first), "semantic_state_diff", `{"state":{"type":"IN_PROGRESS"}}`,
		"message", "warming up", "trace", `{"8":1,"9":2}`))
	if j := b.must(b.get("job", b.ann, "jobid", string(first))).Job; j.Message != "warming up" || j.UIState.Cause != "warming up" {
		t.Errorf("%+v", j)
	}
	view, _, err := b.db.Job(t.Context(), first)
	if err != nil || view.Trace[8] != 1 || view.Trace[9] != 2 {
		t.Errorf("trace %v %v", view.Trace, err)
	}
	// A cancel of a job in progress is a wish, that the connector sees and answers.
	b.must(b.post("control", b.ann, "jobid", string(first), "semantic_state_diff",
		`{"state":{"type":"ABORTED","user_action_cause":{"action_code":"CANCELLED"}}}`))
	jobs := b.must(b.post("jobs", b.robot, "printerid", string(p))).Jobs
	if len(jobs) != 2 || jobs[1].ID != first || !jobs[1].CancelRequested || jobs[0].CancelRequested || jobs[1].Status != "IN_PROGRESS" {
		t.Errorf("%+v", jobs)
	}
	b.must(b.post("control", b.robot, "jobid", string(first), "cancel", "acknowledged"))
	_ = second
}

// Old connectors take what one fetch gives and do not ask for more: without a
// limit, or with a huge one, it gives all that an ordinary queue holds.
func TestFetchGivesTheWholeQueue(t *testing.T) {
	b := newBench(t, nil)
	p := b.register("q")
	const jobs = 150
	var wg sync.WaitGroup
	for i := range jobs { // at once, so that they share commits
		wg.Go(func() {
			_, err := b.db.AddJob(t.Context(), cloud.Job{
				ID: gcp.JobID(strconv.Itoa(i)), Printer: p, Owner: b.annUser.ID, State: gcp.StateOf(gcp.JobQueued),
			}, cloud.Admission{})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for limit, want := range map[string]int{"": jobs, "0": jobs, "-1": jobs, "149": 149, "1000000": jobs} {
		if a := b.must(b.post("fetch", b.robot, "printerid", string(p), "limit", limit)); len(a.Jobs) != want {
			t.Errorf("limit %q: %d jobs, want %d", limit, len(a.Jobs), want)
		}
	}
	for _, id := range []string{"unknown", string(p)} {
		if a := b.post("fetch", b.bob, "printerid", id); a.Success || a.ErrorCode != gcp.CodeNoJob {
			t.Errorf("fetch of %s by somebody else: %s", id, a.raw)
		}
	}
}

func TestSharingAndInvites(t *testing.T) {
	b := newBench(t, nil)
	p := string(b.register("q"))
	if a := b.post("share", b.ann, "printerid", p, "scope", "", "role", "USER"); a.Success || a.Message != "Failed to share the printer." {
		t.Error(a.raw)
	}
	b.must(b.get("share", b.ann, "printerid", p, "scope", "bob@example.com", "role", "USER", "skip_notification", "true"))
	inv := b.must(b.get("invites", b.bob))
	if len(inv.Invites) != 1 || inv.Invites[0].Sender.Email != "owner@example.com" || inv.Invites[0].Receiver.Scope != "bob@example.com" {
		t.Fatal(inv.raw)
	}
	a := b.must(b.post("processinvite", b.bob, "printerid", p, "accept", "true", "email", "bob@example.com", "use_cdd", "True"))
	if a.Printer == nil || string(a.Printer.ID) != p {
		t.Error(a.raw)
	}
	got := b.must(b.get("printer", b.bob, "printerid", p)).Printers[0]
	if len(got.Access) == 0 || len(got.Capabilities) == 0 || len(got.Tags) == 0 {
		t.Errorf("%+v", got)
	}
	b.must(b.submit(b.bob, part{name: "printerid", value: p}, part{name: "content", value: pdf}))
	b.must(b.post("unshare", b.ann, "printerid", p, "scope", "bob@example.com"))
	if a := b.get("printer", b.bob, "printerid", p); a.Success {
		t.Error(a.raw)
	}
}

// Resubmitting as an API client does: the ticket in the query, an empty body.
func TestResubmit(t *testing.T) {
	b := newBench(t, nil)
	one, two := b.register("one"), b.register("two")
	job := b.send(one, "x")
	q := form("printerid", string(two), "jobid", string(job), "ticket", `{"version":"1.0","print":{"copies":{"copies":3}}}`)
	a := b.must(b.do(b.request("POST", "/cloudprint/resubmit?"+q.Encode(), b.ann, "", "")))
	if a.Job.ID == job || a.Job.PrinterID != two || b.document(a.Job.ID, b.robot) != pdf {
		t.Error(a.raw)
	}
}

func TestPrinterUIState(t *testing.T) {
	b := newBench(t, nil)
	p := string(b.register("q"))
	b.must(b.post("update", b.robot, "printerid", p, "semantic_state", `{"version":"1.0","printer":{"state":"STOPPED",
		"input_tray_state":{"item":[{"vendor_id":"1","state":"OK"},{"vendor_id":"2","state":"EMPTY"}]},
		"marker_state":{"item":[{"vendor_id":"black","state":"OK","level_percent":7},{"vendor_id":"cyan","state":"OK","level_percent":80}]},
		"cover_state":{"item":[{"vendor_id":"front","state":"OPEN"}]},"vendor_state":{"item":[{"state":"WARNING","description":"hot"}]}}}`))
	a := b.must(b.get("printer", b.ann, "printerid", p, "extra_fields", "connectionStatus,semanticState,uiState,queuedJobsCount"))
	ui := a.Printers[0].UIState
	if ui == nil || ui.NumIssues != 4 || ui.Severity != gcp.SeverityHigh || ui.Caption == "" || len(ui.Printer.InputTrayItem) != 1 ||
		len(ui.Printer.MarkerItem) != 1 || ui.Printer.MarkerItem[0].Severity != gcp.SeverityMedium || len(ui.Printer.CoverItem) != 1 {
		t.Errorf("%+v", ui)
	}
	if !strings.Contains(a.raw, `"cloud_connection_state": "`) {
		t.Error(a.raw)
	}
}
