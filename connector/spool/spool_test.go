package spool_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"platen/connector"
	"platen/connector/spool"
	"platen/gcp"
	"platen/printer"
)

func open(t *testing.T, path string) *spool.Dir {
	t.Helper()
	return openWith(t, path, spool.Options{Reserve: -1})
}

func openWith(t *testing.T, path string, o spool.Options) *spool.Dir {
	t.Helper()
	d, err := spool.Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func claim(t *testing.T, d *spool.Dir, ids ...gcp.JobID) []connector.Claim {
	t.Helper()
	var jobs []connector.Offer
	for _, id := range ids {
		job := gcp.Job{ID: id, PrinterID: "p", Title: "T " + string(id), Ticket: []byte(`{"version":"1.0"}`)}
		jobs = append(jobs, connector.Offer{Job: job, Claim: gcp.ClaimID("claim of " + id)})
	}
	c, err := d.Claim("lp", jobs, gcp.Trace{gcp.HopFetched: 8})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func write(t *testing.T, d *spool.Dir, events ...connector.Event) {
	t.Helper()
	for _, e := range events {
		if err := d.Write(e); err != nil {
			t.Fatal(err)
		}
		if e.Kind == connector.EventSaved || e.Kind == connector.EventReported { // may wait: make it durable
			write(t, d, connector.Event{Kind: connector.EventSending, ID: "nobody"})
		}
	}
}

func save(t *testing.T, d *spool.Dir, id gcp.JobID, body string) connector.Document {
	t.Helper()
	doc, err := d.Save(id, func(w io.Writer) (string, error) {
		_, err := io.WriteString(w, body)
		return "application/pdf", err
	})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// life is all that may happen to a job, in order.
func life(id gcp.JobID, doc connector.Document) []connector.Event {
	l := printer.LocalJob{Printer: "lp", Cloud: id, ID: 7, UUID: "u", User: "ann"}
	end := connector.Status{State: gcp.StateOf(gcp.JobDone), Pages: 3}
	return []connector.Event{
		{Kind: connector.EventSaved, ID: id, Document: &doc},
		{Kind: connector.EventCreated, ID: id, Local: &l},
		{Kind: connector.EventSending, ID: id},
		{Kind: connector.EventSent, ID: id, Local: &l},
		{Kind: connector.EventEnded, ID: id, At: time.Now().UnixMicro(), Status: &end},
		{Kind: connector.EventReported, ID: id},
	}
}

// After each event a reopened spool says what the one before said.
func TestReopenAtEveryStage(t *testing.T) {
	path := t.TempDir()
	d := open(t, path)
	claim(t, d, "j")
	doc := save(t, d, "j", "hello")
	if doc.Size != 5 {
		t.Fatalf("document %+v", doc)
	}
	for _, e := range life("j", doc) {
		write(t, d, e)
		before := d.Unfinished()
		_ = open(t, path) // as after a crash: the old one is not closed
		d = open(t, path) // and once more, from what that start wrote
		if diff := cmp.Diff(before, d.Unfinished()); diff != "" {
			t.Errorf("after %s: %s", e.Kind, diff)
		}
		if got := d.Unfinished()[0].Stage; got != e.Kind {
			t.Errorf("stage %s after %s", got, e.Kind)
		}
	}
	if err := d.Forget("j"); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d = open(t, path)
	if n := len(d.Unfinished()); n != 0 {
		t.Errorf("%d jobs in hand after the end", n)
	}
	got := claim(t, d, "j")[0]
	if got.Outcome != connector.ClaimEnded || got.Record.End.Pages != 3 {
		t.Errorf("an ended job offered again: %+v", got)
	}
	if files, _ := os.ReadDir(filepath.Join(path, "docs")); len(files) != 0 {
		t.Errorf("documents left: %v", files)
	}
}

func TestClaims(t *testing.T) {
	d := open(t, t.TempDir())
	claim(t, d, "a")
	got := claim(t, d, "a", "b", "b")
	want := []connector.Outcome{connector.ClaimHeld, connector.ClaimFresh, connector.ClaimHeld}
	for i := range want {
		if got[i].Outcome != want[i] {
			t.Errorf("claim %d: %s, want %s", i, got[i].Outcome, want[i])
		}
	}
	if tr := d.Unfinished()[0].Trace; tr[gcp.HopFetched] != 8 || tr[gcp.HopClaimed] == 0 {
		t.Errorf("trace %v", tr)
	}
	if err := d.Forget("a"); err != nil { // without an end: as if never claimed
		t.Fatal(err)
	}
	if got := claim(t, d, "a")[0].Outcome; got != connector.ClaimFresh {
		t.Errorf("a dropped job offered again: %s", got)
	}
}

func TestResendGoesBackToSaved(t *testing.T) {
	path := t.TempDir()
	d := open(t, path)
	claim(t, d, "j")
	write(t, d, life("j", save(t, d, "j", "x"))[:3]...)
	write(t, d, connector.Event{Kind: connector.EventResend, ID: "j"})
	for range 2 {
		r := d.Unfinished()[0]
		if r.Stage != connector.EventSaved || r.Local != nil || r.Document == nil {
			t.Errorf("record %+v", r)
		}
		d = open(t, path)
	}
}

// Whatever of the last write reached the disk: what came before it is there,
// and the spool opens.
func TestTornTailAtEveryByte(t *testing.T) {
	path := t.TempDir()
	d := open(t, path)
	claim(t, d, "j")
	whole := life("j", save(t, d, "j", "x"))
	write(t, d, whole[0])
	journal := filepath.Join(path, "journal")
	before, err := os.ReadFile(journal)
	if err != nil {
		t.Fatal(err)
	}
	write(t, d, whole[1])
	after, err := os.ReadFile(journal)
	if err != nil {
		t.Fatal(err)
	}
	for n := len(before); n <= len(after); n++ {
		if err := os.WriteFile(journal, after[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		want := connector.EventSaved
		if n == len(after) {
			want = connector.EventCreated
		}
		if got := open(t, path).Unfinished()[0].Stage; got != want {
			t.Fatalf("%d of %d bytes: stage %s, want %s", n, len(after), got, want)
		}
	}
}

// A lost line in the middle must not make a sent document look unsent.
func TestDamageInTheMiddleIsNotTrusted(t *testing.T) {
	path := t.TempDir()
	d := open(t, path)
	claim(t, d, "j")
	ev := life("j", save(t, d, "j", "x"))
	write(t, d, ev[:3]...) // saved, created, sending
	claim(t, d, "k")
	journal := filepath.Join(path, "journal")
	b, err := os.ReadFile(journal)
	if err != nil {
		t.Fatal(err)
	}
	b = bytes.Replace(b, []byte(`"k":"sending"`), []byte(`"k":"sendinG"`), 1)
	if err := os.WriteFile(journal, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := open(t, path).Unfinished()[0].Stage; got != connector.EventSending {
		t.Errorf("stage %s, want sending", got)
	}
}

func TestNewerJournalIsRefused(t *testing.T) {
	path := t.TempDir()
	js := []byte(`{"platen-journal":3}`)
	line := fmt.Sprintf("%08x %s\n", crc32.Checksum(js, crc32.MakeTable(crc32.Castagnoli)), js)
	if err := os.WriteFile(filepath.Join(path, "journal"), []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := spool.Open(path, spool.Options{})
	if err == nil || !strings.Contains(err.Error(), "newer platen") {
		t.Errorf("a journal of version 3: %v", err)
	}
	if b, _ := os.ReadFile(filepath.Join(path, "journal")); string(b) != line {
		t.Error("the refused journal was changed")
	}
}

func TestNoJournalIsRefused(t *testing.T) {
	path := t.TempDir()
	if err := os.WriteFile(filepath.Join(path, "journal"), []byte("something else\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := spool.Open(path, spool.Options{}); err == nil {
		t.Error("a file that is no journal was taken for one")
	}
}

func TestOrphansAreSwept(t *testing.T) {
	path := t.TempDir()
	d := open(t, path)
	claim(t, d, "a", "b", "../../etc/passwd")
	for _, id := range []gcp.JobID{"a", "b", "../../etc/passwd"} {
		doc := save(t, d, id, "body of "+string(id))
		if id != "b" {
			write(t, d, connector.Event{Kind: connector.EventSaved, ID: id, Document: &doc})
		}
	}
	if err := os.WriteFile(filepath.Join(path, "docs", "old.part"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	d = open(t, path)
	files, err := os.ReadDir(filepath.Join(path, "docs"))
	if err != nil || len(files) != 2 {
		t.Errorf("documents %v, %v; want two", files, err)
	}
	f, err := d.Open("../../etc/passwd")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // only read
	if b, _ := io.ReadAll(f); string(b) != "body of ../../etc/passwd" {
		t.Errorf("document %q", b)
	}
}

func TestLostDocumentIsNotBelieved(t *testing.T) {
	path := t.TempDir()
	d := open(t, path)
	claim(t, d, "j")
	doc := save(t, d, "j", "x")
	write(t, d, connector.Event{Kind: connector.EventSaved, ID: "j", Document: &doc})
	if err := os.Remove(filepath.Join(path, "docs", "j")); err != nil {
		t.Fatal(err)
	}
	if r := open(t, path).Unfinished()[0]; r.Document != nil || r.Stage != connector.EventClaimed {
		t.Errorf("record %+v", r)
	}
}

func TestFailedDownloadLeavesNothing(t *testing.T) {
	path := t.TempDir()
	d := open(t, path)
	claim(t, d, "j")
	cut := errors.New("cut")
	_, err := d.Save("j", func(w io.Writer) (string, error) { _, _ = w.Write([]byte("half")); return "", cut })
	if !errors.Is(err, cut) {
		t.Errorf("error %v", err)
	}
	if files, _ := os.ReadDir(filepath.Join(path, "docs")); len(files) != 0 {
		t.Errorf("left: %v", files)
	}
}

func TestRoom(t *testing.T) {
	free := int64(1000)
	d := openWith(t, t.TempDir(), spool.Options{Reserve: 100, Free: func() (int64, error) { return free, nil }})
	offer := func(id gcp.JobID, size int64) connector.Outcome {
		c, err := d.Claim("lp", []connector.Offer{{Job: gcp.Job{ID: id, ContentLength: gcp.Int64(size)}}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return c[0].Outcome
	}
	for _, tt := range []struct {
		id   gcp.JobID
		size int64
		want connector.Outcome
	}{
		{"a", 500, connector.ClaimFresh},
		{"b", 401, connector.ClaimNoRoom}, // 500 are promised to a
		{"c", 400, connector.ClaimFresh},
		{"d", 1, connector.ClaimNoRoom},
	} {
		if got := offer(tt.id, tt.size); got != tt.want {
			t.Errorf("%s of %d bytes: %s, want %s", tt.id, tt.size, got, tt.want)
		}
	}
	free = 2000
	if !d.Room(1000) || d.Room(1001) {
		t.Error("room is not 1000 bytes")
	}
}

func TestCompaction(t *testing.T) {
	path := t.TempDir()
	d := openWith(t, path, spool.Options{Reserve: -1, CompactAt: 20 << 10, MaxEnded: 50})
	claim(t, d, "stays")
	for i := range 300 {
		id := gcp.JobID(fmt.Sprintf("j%d", i))
		claim(t, d, id)
		write(t, d, life(id, save(t, d, id, "x"))...)
		if err := d.Forget(id); err != nil {
			t.Fatal(err)
		}
	}
	fi, err := os.Stat(filepath.Join(path, "journal"))
	if err != nil || fi.Size() > 60<<10 {
		t.Errorf("the journal has %d bytes, %v", fi.Size(), err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d = open(t, path)
	if u := d.Unfinished(); len(u) != 1 || u[0].Job.ID != "stays" {
		t.Errorf("in hand: %v", u)
	}
	if got := claim(t, d, "j299", "j0"); got[0].Outcome != connector.ClaimEnded || got[1].Outcome != connector.ClaimFresh {
		t.Errorf("the last and the first ended job: %s, %s", got[0].Outcome, got[1].Outcome)
	}
}

// The newest ends stay whatever the clock says: it may have jumped.
func TestEndsAreForgottenAfterAWhile(t *testing.T) {
	path := t.TempDir()
	now := time.Now()
	o := spool.Options{Reserve: -1, Now: func() time.Time { return now }}
	pass := func(id gcp.JobID) {
		d := openWith(t, path, o)
		claim(t, d, id)
		ev := life(id, save(t, d, id, "x"))
		ev[4].At = now.UnixMicro()
		write(t, d, ev...)
		if err := errors.Join(d.Forget(id), d.Close()); err != nil {
			t.Fatal(err)
		}
	}
	pass("j")
	now = now.Add(91 * 24 * time.Hour)
	if got := claim(t, openWith(t, path, o), "j")[0].Outcome; got != connector.ClaimEnded {
		t.Errorf("the newest end after 91 days: %s", got)
	}
	pass("k")
	_ = openWith(t, path, o)
	if got := claim(t, openWith(t, path, o), "j")[0].Outcome; got != connector.ClaimFresh {
		t.Errorf("after 91 days: %s", got)
	}
}

func TestConcurrentJobs(t *testing.T) {
	path := t.TempDir()
	d := open(t, path)
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			id := gcp.JobID(fmt.Sprintf("j%d", i))
			claim(t, d, id)
			for _, e := range life(id, save(t, d, id, "x")) {
				if err := d.Write(e); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	d = open(t, path)
	if n := len(d.Unfinished()); n != 50 {
		t.Errorf("%d jobs, want 50", n)
	}
}

func TestJournalIsJSONForPeople(t *testing.T) {
	path := t.TempDir()
	claim(t, open(t, path), "j")
	b, err := os.ReadFile(filepath.Join(path, "journal"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if !json.Valid([]byte(line[9:])) {
			t.Errorf("line %q", line)
		}
	}
	fi, err := os.Stat(filepath.Join(path, "journal"))
	if err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", fi.Mode(), err)
	}
}

func BenchmarkWrite(b *testing.B) {
	d, err := spool.Open(b.TempDir(), spool.Options{})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := d.Claim("lp", []connector.Offer{{Job: gcp.Job{ID: "j"}}}, nil); err != nil {
		b.Fatal(err)
	}
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := d.Write(connector.Event{Kind: connector.EventSending, ID: "j"}); err != nil {
				b.Error(err)
			}
		}
	})
}

// The file of a forgotten document is used again, and holds nothing of it.
func TestForgottenFilesServeAgain(t *testing.T) {
	path := t.TempDir()
	d := open(t, path)
	for i, text := range []string{"a long first document", "short", "the third"} {
		id := gcp.JobID(fmt.Sprintf("j%d", i))
		claim(t, d, id)
		doc := save(t, d, id, text)
		for _, e := range life(id, doc) {
			write(t, d, e)
		}
		b, err := os.ReadFile(filepath.Join(path, "docs", string(id)))
		if err != nil || string(b) != text {
			t.Fatalf("document %d is %q (%v)", i, b, err)
		}
		if err := d.Forget(id); err != nil {
			t.Fatal(err)
		}
		if n := len(files(t, path)); n != 1 {
			t.Errorf("%d files after %d documents", n, i+1)
		}
		for _, name := range files(t, path) {
			if b, err := os.ReadFile(name); err != nil || len(b) > 0 {
				t.Errorf("%s still holds %q (%v)", name, b, err)
			}
		}
	}
	if open(t, path); len(files(t, path)) != 0 {
		t.Errorf("left after a start: %v", files(t, path))
	}
}

func files(t *testing.T, path string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(path, "docs", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return list
}
