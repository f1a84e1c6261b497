package main

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// sent is a job of the world.
type sent struct {
	key     string // its value's name; "" for none
	who     string
	title   string
	printer string
	ago     time.Duration
	state   *gcp.JobState
	message string
	pages   int
	ticket  string
}

// fillJobs sends jobs, and has connectors tell what became of them.
func (w *World) fillJobs() {
	doc := document()
	w.Document = filepath.Join(w.dir, "Visitor guide.pdf")
	w.ok(os.WriteFile(w.Document, doc, 0o600))
	w.fillPast(doc)
	now := time.Now()
	for _, j := range jobsOfToday() {
		w.clock = now.Add(-j.ago)
		w.send(j, doc)
	}
	w.clock = now
}

// fillPast sends what was printed in the weeks before.
func (w *World) fillPast(doc []byte) {
	titles := []string{
		"Invoice 2026-1187.pdf", "Minutes of the works council", "delivery-note-88213.pdf", "Timetable 5b", "scan0001.jpg", "Contract (signed).pdf",
		"Q3 report, final, really final v7 (2) - copy of the copy with all remarks of the accounting department.pdf", "boarding pass", "Untitled",
	}
	printers := []string{"printer", "accounting", "labels", "photo", "library"}
	chance := rand.New(rand.NewPCG(1, 2))
	done := gcp.StateOf(gcp.JobDone)
	for day := days - 1; day > 0; day-- {
		for range 1 + chance.IntN(4) {
			w.clock = time.Now().AddDate(0, 0, -day).Add(-time.Duration(chance.IntN(300)) * time.Minute)
			who := []string{owner, owner, member, guest}[chance.IntN(4)]
			printer := printers[chance.IntN(len(printers))]
			if who != owner {
				printer = "printer"
			}
			w.send(sent{who: who, title: titles[chance.IntN(len(titles))], printer: printer, state: &done, pages: 1 + chance.IntN(30)}, doc)
		}
	}
}

// jobsOfToday are jobs in all states, newest last.
func jobsOfToday() []sent {
	return []sent{
		{"cancelled", owner, "Wrong file.pdf", "printer", 9 * time.Hour, new(gcp.ByUser(gcp.JobAborted, gcp.UserCancelled)), "", 0, ""},
		{"failed", owner, "floor-plan-A0.pdf", "photo", 6 * time.Hour, new(gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure)), "The printer refused the document: media size not supported.", 0, ""},
		{"unconfirmed", owner, "Payroll October.pdf", "accounting", 5 * time.Hour, new(gcp.ByDevice(gcp.JobAborted, gcp.DeviceActionOther)), gcp.UnconfirmedMessage, 0, ""},
		{"done", owner, "Visitor guide.pdf", "printer", 3 * time.Hour, new(gcp.StateOf(gcp.JobDone)), "", 6, `{"version":"1.0","print":{"copies":{"copies":2},"duplex":{"type":"LONG_EDGE"}}}`},
		{"", member, "Entscheidungsproblem.pdf", "printer", 2 * time.Hour, new(gcp.StateOf(gcp.JobDone)), "", 36, ""},
		{"restored", owner, "Labels Tuesday.pdf", "labels", 100 * time.Minute, new(gcp.StateOf(gcp.JobDone)), "", 4, ""},
		{"stopped", owner, "Safety instructions.pdf", "empty", 40 * time.Minute, new(gcp.ByDeviceState(gcp.JobStopped, gcp.DeviceMarker)), "Out of toner", 2, ""},
		{"waiting", owner, "Tax return.pdf", "offline", 30 * time.Minute, nil, "", 0, ""},
		{"held", owner, "Employment contract.pdf", "accounting", 20 * time.Minute, nil, "", 0, ""},
		{"pausedjob", owner, "Agenda.pdf", "paused", 12 * time.Minute, nil, "", 0, ""},
		{"others", member, "On computable numbers.pdf", "printer", 5 * time.Minute, nil, "", 0, ""},
		{"printing", owner, "Annual report 2026.pdf", "printer", time.Minute, new(gcp.StateOf(gcp.JobInProgress)), "", 17, ""},
	}
}

// send submits a job and reports what became of it.
func (w *World) send(s sent, doc []byte) {
	saved, err := w.blobs.Save(w.ctx, bytes.NewReader(doc), 1<<20, "application/pdf")
	w.ok(err)
	id := gcp.PrinterID(w.Values[s.printer])
	received := w.clock.Add(-3 * time.Millisecond)
	j, err := w.past.Submit(w.ctx, w.people[s.who], cloud.Submission{
		Printer: id, Title: s.title, ContentType: "application/pdf", Document: saved, Ticket: []byte(s.ticket), Received: received,
	})
	w.ok(err)
	if s.key != "" {
		w.Values["job"+s.key] = string(j.ID)
	}
	if s.state == nil {
		return
	}
	p, err := w.db.Printer(w.ctx, id)
	w.ok(err)
	robot := cloud.Caller{Robot: &cloud.Robot{ID: p.Robot, Owner: p.Owner, Proxy: p.Proxy}, Via: cloud.ViaToken}
	if j.State.Type == gcp.JobHeld {
		_, err = w.past.Control(w.ctx, w.people[s.who], cloud.JobReport{Job: j.ID, State: new(gcp.StateOf(gcp.JobQueued))})
		w.ok(err)
	}
	w.clock = w.clock.Add(14 * time.Millisecond)
	_, err = w.past.Fetch(w.ctx, robot, cloud.FetchQuery{Printer: id})
	w.ok(err)
	report := cloud.JobReport{Job: j.ID, State: s.state, PagesPrinted: &s.pages, Trace: w.trace(s)}
	if s.message != "" {
		report.Message = &s.message
	}
	w.clock = w.clock.Add(9 * time.Second)
	_, err = w.past.Control(w.ctx, robot, report)
	w.ok(err)
}

// trace is what a connector tells of a job, by its own clock.
func (w *World) trace(s sent) gcp.Trace {
	at := w.clock.UnixMicro()
	t := gcp.Trace{
		gcp.HopNotified: at + 1_200, gcp.HopPushed: at + 2_900, gcp.HopHinted: at + 3_100, gcp.HopFetched: at + 14_800, gcp.HopClaimed: at + 17_300,
		gcp.HopSpooled: at + 41_000, gcp.HopTranslated: at + 41_600, gcp.HopPrinted: at + 212_000,
	}
	if s.state.Type.Ended() {
		t[gcp.HopEnded], t[gcp.HopReported] = at+8_930_000, at+8_934_000
	}
	return t
}
