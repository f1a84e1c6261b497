package powercut

import (
	"bytes"
	"encoding/json"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/connector"
	"platen/connector/spool"
	"platen/gcp"
	"platen/printer"
)

// deed is something that the connector told the service or a printer, and what
// it must have written down before.
type deed struct {
	at    int // when its first byte went out
	what  string
	job   gcp.JobID
	stage int    // at least this one
	word  string // must stand in a file: a claim, or a run
}

// stages in the order in which a job meets them.
var stages = []connector.EventKind{
	connector.EventClaimed, connector.EventSaved, connector.EventCreated, connector.EventSending,
	connector.EventSent, connector.EventEnded, connector.EventReported,
}

func stageOf(k connector.EventKind) int { return slices.Index(stages, k) }

// entry is a line of the journal, and when it was written.
type entry struct {
	connector.Event
	at int
}

// journal returns the lines that were written to the journal over all lives.
// What compaction writes again comes again.
func journal(r record, path string) []entry {
	var all []entry
	for i, m := range r {
		if m.end || m.call.name != "write" || !strings.HasPrefix(m.call.target(), path) {
			continue
		}
		for _, e := range lines(m.call.written()) {
			all = append(all, entry{e, i})
		}
	}
	return all
}

// lines reads the lines of a journal: a checksum, a blank, JSON.
func lines(b []byte) []connector.Event {
	var all []connector.Event
	for line := range bytes.Lines(b) {
		_, js, _ := bytes.Cut(line, []byte(" "))
		var e connector.Event
		if json.Unmarshal(js, &e) == nil && e.ID != "" {
			all = append(all, e)
		}
	}
	return all
}

// deeds reads what the connector said on its connections.
func deeds(t *testing.T, r record, journal []entry) []deed {
	t.Helper()
	var all []deed
	for _, s := range r.streams(func(name string) bool { return !strings.Contains(name, "platen.sock") }) {
		for _, w := range s.requests() {
			if w.kind == "application/ipp" {
				all = append(all, sendDocument(t, w, journal)...)
				continue
			}
			q, err := url.ParseQuery(w.query)
			if err != nil {
				t.Fatalf("query %q: %v", w.query, err)
			}
			if w.kind == "application/x-www-form-urlencoded" {
				if q, err = url.ParseQuery(string(w.body)); err != nil {
					continue // its end was never sent
				}
			}
			all = append(all, said(w, q))
		}
	}
	return slices.DeleteFunc(all, func(d deed) bool { return d.job == "" && d.word == "" })
}

func said(w word, q url.Values) deed {
	d := deed{at: w.at, what: w.path, word: q.Get("claim")}
	switch filepath.Base(w.path) {
	case "download":
		d.job = gcp.JobID(q.Get("id"))
	case "control":
		d.job = gcp.JobID(q.Get("jobid"))
		if diff := q.Get("semantic_state_diff"); strings.Contains(diff, "DONE") || strings.Contains(diff, "ABORTED") {
			d.stage = stageOf(connector.EventEnded)
		}
	case "list":
		d.word = q.Get("run")
	default:
		return deed{}
	}
	return d
}

// sendDocument finds which job a Send-Document is for: the one for which the
// journal wrote down its number.
func sendDocument(t *testing.T, w word, journal []entry) []deed {
	t.Helper()
	var m goipp.Message
	if err := m.Decode(bytes.NewReader(w.body)); err != nil || goipp.Op(m.Code) != goipp.OpSendDocument {
		return nil
	}
	id, uri := 0, ""
	for _, a := range m.Operation {
		switch v := a.Values[0].V.(type) {
		case goipp.Integer:
			if a.Name == "job-id" {
				id = int(v)
			}
		case goipp.String:
			if a.Name == "printer-uri" {
				uri = string(v)
			}
		}
	}
	for _, e := range journal {
		if e.at < w.at && e.Kind == connector.EventCreated && e.Local.ID == id && ofPrinter(e.Local, uri) {
			return []deed{{at: w.at, what: "Send-Document", job: e.ID, stage: stageOf(connector.EventSending)}}
		}
	}
	t.Errorf("a document went to job %d of %s, which is not in the journal yet", id, uri)
	return nil
}

// ofPrinter reports whether a job is one of a printer: its queue's, of CUPS,
// or, as the only other one here, at the same address.
func ofPrinter(j *printer.LocalJob, uri string) bool {
	if _, queue, ok := strings.Cut(uri, "/printers/"); ok {
		return strings.HasSuffix(string(j.Printer), queue)
	}
	at, err := url.Parse(uri)
	return err == nil && strings.Contains(j.URI, "//"+at.Host+"/")
}

// Whatever moment the power fails at: the spool opens, nothing that was said is
// forgotten, and every document that counts is whole.
func testConnector(t *testing.T, h *history, logs string) {
	h.read(t, logs)
	written := journal(h.record, filepath.Join(h.root, "spool", "journal"))
	told := deeds(t, h.record, written)
	extra, kinds := map[int]bool{}, map[string]int{}
	for _, d := range told {
		extra[d.at] = true
		kinds[d.what]++
	}
	t.Logf("what went out: %v", kinds)
	for _, k := range []string{"Send-Document", "/cloudprint/download", "/cloudprint/control"} {
		if kinds[k] < 20 {
			t.Fatalf("%d times %s for 30 jobs: the record is not whole", kinds[k], k)
		}
	}
	dir := scratch(t)
	seen := map[string]bool{}
	wrong := 0
	play(t, h, extra, func(c cut) {
		if wrong > 5 {
			return
		}
		lay(t, dir, h.root, c.left)
		if !remembered(t, c, reopened(t, c, dir), told, written) {
			wrong++
		}
		for path, b := range c.left {
			if filepath.Ext(path) == ".json" && !json.Valid(b) {
				t.Errorf("%v: %s is not whole", c, path)
				wrong++
			}
		}
		seen[digest(c.left, func(string) bool { return true })] = true
	})
	t.Logf("%d different folders", len(seen))
}

// memory is what an opened spool knows.
type memory struct {
	hand map[gcp.JobID]connector.Record
	past map[gcp.JobID]bool
}

// reopened opens what is left as the connector does.
func reopened(t *testing.T, c cut, dir string) memory {
	t.Helper()
	path := filepath.Join(dir, "spool")
	d, err := spool.Open(path, spool.Options{Reserve: -1})
	if err != nil {
		t.Fatalf("%v: %v", c, err)
	}
	m := memory{map[gcp.JobID]connector.Record{}, map[gcp.JobID]bool{}}
	for _, rec := range d.Unfinished() {
		m.hand[rec.Job.ID] = rec
		if rec.Document == nil || stageOf(rec.Stage) > stageOf(connector.EventSending) {
			continue
		}
		f, err := d.Open(rec.Job.ID)
		if err != nil {
			t.Errorf("%v: %v", c, err)
			continue
		}
		got, err := sum(f)
		if err != nil || got != rec.Job.ContentDigest {
			t.Errorf("%v: the document of job %s is not whole (%v)", c, rec.Job.ID, err)
		}
		_ = f.Close() // only read
	}
	if err := d.Close(); err != nil {
		t.Fatalf("%v: %v", c, err)
	}
	compact, err := files(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range lines(compact[filepath.Join(path, "journal")]) {
		if e.Kind == "past" {
			m.past[e.ID] = true
		}
	}
	return m
}

// remembered checks one cut.
func remembered(t *testing.T, c cut, m memory, told []deed, written []entry) bool {
	t.Helper()
	undone := map[gcp.JobID]bool{} // forgotten without an end, or certainly not printed, which is said in the journal too
	for _, e := range written {
		if e.at <= c.at && (e.Kind == connector.EventResend || e.Kind == connector.EventForgotten && !m.past[e.ID]) {
			undone[e.ID] = true
		}
	}
	run := 0 // when the latest run was told: those before it no longer count
	for _, d := range told {
		if d.at <= c.at && d.job == "" {
			run = max(run, d.at)
		}
	}
	for _, d := range told {
		if d.at > c.at || undone[d.job] || m.past[d.job] || d.job == "" && d.at < run {
			continue
		}
		rec, ok := m.hand[d.job]
		switch {
		case d.word != "" && !stands(c.left, d.word):
			t.Errorf("%v: %s went out, and %s stands nowhere", c, d.what, d.word)
			return false
		case d.job == "":
		case !ok:
			t.Errorf("%v: %s of job %s went out, and it is forgotten", c, d.what, d.job)
			return false
		case stageOf(rec.Stage) < d.stage:
			t.Errorf("%v: %s of job %s went out, and it is only %s", c, d.what, d.job, rec.Stage)
			return false
		}
	}
	return true
}

func stands(left map[string][]byte, word string) bool {
	for _, b := range left {
		if bytes.Contains(b, []byte(word)) {
			return true
		}
	}
	return false
}
