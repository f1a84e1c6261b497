package cloud_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// submitKey submits with a key.
func (w *world) submitKey(c cloud.Caller, key string, change func(*cloud.Submission)) (cloud.JobView, error) {
	sub := cloud.Submission{
		Printer: w.printer, Title: "title", ContentType: "application/pdf", Document: w.document(), Key: key,
		Ticket: []byte(`{"version":"1.0","print":{"copies":{"copies":2}}}`),
	}
	if change != nil {
		change(&sub)
	}
	j, err := w.Submit(w.t.Context(), c, sub)
	if err != nil {
		w.Discard(w.t.Context(), sub.Document) // as the interfaces do
	}
	return j, err
}

// The same key and content give the first job, whatever it has become; other
// content is refused; the key is the caller's own and is forgotten after 14 days.
func TestKeys(t *testing.T) {
	w := newWorld(t)
	first, err := w.submitKey(w.alice, "k", nil)
	must(t, err)
	for name, change := range map[string]func(*cloud.Submission){
		"the same": nil,
		"another layout": func(s *cloud.Submission) {
			s.Ticket = []byte("{ \"print\" : {\"copies\":{\"copies\":2} },\n\"version\":\"1.0\"}")
		},
		"another expiry": func(s *cloud.Submission) { s.ExpireAfter = time.Hour },
	} {
		again, err := w.submitKey(w.alice, "k", change)
		if err != nil || again.ID != first.ID {
			t.Errorf("%s: job %s, %v", name, again.ID, err)
		}
	}
	w.documents(1)
	for name, change := range map[string]func(*cloud.Submission){
		"another title":  func(s *cloud.Submission) { s.Title = "other" },
		"another ticket": func(s *cloud.Submission) { s.Ticket = nil },
		"another type":   func(s *cloud.Submission) { s.ContentType = "application/x-pdf" },
		"another content": func(s *cloud.Submission) {
			doc, err := w.blobs.Save(w.t.Context(), strings.NewReader("%PDF-1.4 other"), 1<<20, "application/pdf")
			must(w.t, err)
			w.Discard(w.t.Context(), s.Document)
			s.Document = doc
		},
	} {
		again, err := w.submitKey(w.alice, "k", change)
		if name == "another type" { // the same type by another name
			if err != nil || again.ID != first.ID {
				t.Errorf("%s: job %s, %v", name, again.ID, err)
			}
			continue
		}
		if cloud.KindOf(err) != cloud.KindConflict {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.documents(1)
	other, err := w.submitKey(w.alice, "other", nil)
	if err != nil || other.ID == first.ID {
		t.Errorf("another key: %s, %v", other.ID, err)
	}
	w.share(w.bob.User.Email, gcp.RoleUser)
	w.accept(w.bob)
	if bobs, err := w.submitKey(w.bob, "k", nil); err != nil || bobs.ID == first.ID || bobs.ID == other.ID {
		t.Errorf("another person's key: %s, %v", bobs.ID, err)
	}
	_, err = w.report(w.robot, first.ID, gcp.StateOf(gcp.JobDone))
	must(t, err)
	if again, err := w.submitKey(w.alice, "k", nil); err != nil || again.ID != first.ID || again.State.Type != gcp.JobDone {
		t.Errorf("after it was printed: %s %s, %v", again.ID, again.State.Type, err)
	}
	w.clock.add(14*day - time.Minute)
	w.Sweep(t.Context())
	if again, err := w.submitKey(w.alice, "k", nil); err != nil || again.ID != first.ID {
		t.Errorf("just before 14 days: %s, %v", again.ID, err)
	}
	w.clock.add(2 * time.Minute)
	w.Sweep(t.Context())
	if again, err := w.submitKey(w.alice, "k", nil); err != nil || again.ID == first.ID {
		t.Errorf("after 14 days: %s, %v", again.ID, err)
	}
	if _, err := w.submitKey(w.alice, strings.Repeat("k", 256), nil); cloud.KindOf(err) != cloud.KindInvalid {
		t.Errorf("a key of 256 bytes: %v", err)
	}
}

// documents checks how many documents are kept.
func (w *world) documents(want int) {
	w.t.Helper()
	n := 0
	must(w.t, w.blobs.Sweep(w.t.Context(), time.Now().Add(time.Hour), func(context.Context, string) (bool, error) {
		n++
		return true, nil
	}))
	if n != want {
		w.t.Errorf("%d documents are kept, want %d", n, want)
	}
}

// A submission that was taken is answered with its job also when it would be refused
// now: its sender would send it elsewhere, and it would print twice.
func TestKeyOutlivesItsPrinter(t *testing.T) {
	for name, spoil := range map[string]func(w *world) error{
		"hidden":  func(w *world) error { return w.DeletePrinter(w.t.Context(), w.robot, w.printer) },
		"deleted": func(w *world) error { return w.DeletePrinter(w.t.Context(), w.alice, w.printer) },
		"not shared any more": func(w *world) error {
			return w.Unshare(w.t.Context(), w.alice, cloud.ShareRequest{Printer: w.printer, Scope: w.bob.User.Email})
		},
		"prints one copy now": func(w *world) error {
			_, err := w.UpdatePrinter(w.t.Context(), w.robot, w.printer, cloud.PrinterFields{
				Capabilities: []byte(strings.Replace(cdd, `"max":9`, `"max":1`, 1)), CapsHash: new("one"),
			})
			return err
		},
		"takes PDF no more": func(w *world) error {
			_, err := w.UpdatePrinter(w.t.Context(), w.robot, w.printer, cloud.PrinterFields{
				Capabilities: []byte(strings.Replace(cdd, "application/pdf", "image/png", 1)), CapsHash: new("png"),
			})
			return err
		},
		"has no quota": func(w *world) error {
			_, err := w.UpdatePrinter(w.t.Context(), w.alice, w.printer, cloud.PrinterFields{QuotaEnabled: new(true), DailyQuota: new(0)})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.share("bob@example.com", gcp.RoleUser)
			w.accept(w.bob)
			first, err := w.submitKey(w.bob, "k", nil)
			must(t, err)
			must(t, spoil(w))
			again, err := w.submitKey(w.bob, "k", nil)
			if err != nil || again.ID != first.ID {
				t.Errorf("the same again: job %q, %v", again.ID, err)
			}
			if _, err := w.submitKey(w.bob, "k", func(s *cloud.Submission) { s.Title = "other" }); err == nil {
				t.Error("another title was taken")
			}
			if _, err := w.submitKey(w.bob, "other key", nil); err == nil {
				t.Error("a new job was taken")
			}
			if _, err := w.submitKey(w.eve, "k", nil); err == nil {
				t.Error("somebody else's was taken")
			}
			w.documents(1)
		})
	}
}

// A job is printed again once for each key, also when its document is gone meanwhile.
func TestKeyOfPrintAgainOutlivesTheDocument(t *testing.T) {
	w := newWorld(t)
	j := w.submit(w.alice)
	_, err := w.report(w.robot, j.ID, gcp.StateOf(gcp.JobDone))
	must(t, err)
	first, err := w.PrintAgain(t.Context(), w.alice, j.ID, "k")
	must(t, err)
	w.clock.add(25 * time.Hour) // retention
	w.Sweep(t.Context())
	again, err := w.PrintAgain(t.Context(), w.alice, j.ID, "k")
	if err != nil || again.ID != first.ID {
		t.Errorf("the same again: job %q, %v", again.ID, err)
	}
	if _, err := w.PrintAgain(t.Context(), w.alice, j.ID, "other"); !errors.Is(err, cloud.ErrNotFound) {
		t.Errorf("of a document that is gone: %v", err)
	}
}

// Submissions with one key at the same moment are one job.
func TestKeysAtTheSameTime(t *testing.T) {
	w := newWorld(t)
	ids := make([]gcp.JobID, 20)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			j, err := w.submitKey(w.alice, "k", nil)
			if err != nil {
				t.Error(err)
			}
			ids[i] = j.ID
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("jobs %v", ids)
		}
	}
	w.documents(1)
}

// A refusal names the limit, and what was refused leaves nothing behind.
func TestLimitsOfSubmissions(t *testing.T) {
	for name, tt := range map[string]struct {
		limits cloud.Limits
		fit    int // submissions that are taken
		wants  string
		after  time.Duration
		relief func(w *world)
	}{
		"rate, by default": {cloud.Limits{}, 60, "60 jobs within a minute, which is the limit (submits_per_minute)", time.Minute, func(w *world) { w.clock.add(61 * time.Second) }},
		"rate":             {cloud.Limits{SubmitsMinute: 3}, 3, "(submits_per_minute)", time.Minute, func(w *world) { w.clock.add(61 * time.Second) }},
		"waiting": {cloud.Limits{SubmitsMinute: -1, Waiting: 2}, 2, "2 jobs wait for this printer, which is the limit (waiting_jobs_per_printer)", 0, func(w *world) {
			jobs, err := w.Fetch(w.t.Context(), w.robot, cloud.FetchQuery{Printer: w.printer})
			must(w.t, err)
			_, err = w.report(w.robot, jobs[0].ID, gcp.StateOf(gcp.JobInProgress))
			must(w.t, err)
		}},
		"stored": {cloud.Limits{SubmitsMinute: -1, StoredBytes: 30}, 2, "which is the limit (stored_mib_per_user)", 0, func(w *world) {
			jobs, err := w.Fetch(w.t.Context(), w.robot, cloud.FetchQuery{Printer: w.printer})
			must(w.t, err)
			_, err = w.report(w.robot, jobs[0].ID, gcp.StateOf(gcp.JobDone))
			must(w.t, err)
			w.clock.add(25 * time.Hour) // retention
			w.Sweep(w.t.Context())
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newLimitedWorld(t, tt.limits)
			for range tt.fit {
				w.submit(w.alice)
			}
			_, err := w.submitKey(w.alice, "", nil)
			e, ok := errors.AsType[*cloud.Error](err)
			if !ok || e.Kind != cloud.KindQuota || !strings.Contains(e.Message, tt.wants) || e.After != tt.after {
				t.Fatalf("one too many: %v", err)
			}
			w.documents(tt.fit)
			tt.relief(w)
			w.submit(w.alice)
		})
	}
}

// What connectors leave with the service is bounded, too.
func TestLimitsOfPrinters(t *testing.T) {
	many := make([]string, 201)
	for i := range many {
		many[i] = fmt.Sprint("tag number ", i)
	}
	name := "q"
	for what, tt := range map[string]struct {
		limits cloud.Limits
		fields cloud.PrinterFields
		wants  string // "" for success
	}{
		"200 tags":               {cloud.Limits{}, cloud.PrinterFields{Name: &name, AddTags: many[:200]}, ""},
		"201 tags":               {cloud.Limits{}, cloud.PrinterFields{Name: &name, AddTags: many}, "more than 200 tags, which is the limit (tags_per_printer)"},
		"201 tags, no limit":     {cloud.Limits{Tags: -1}, cloud.PrinterFields{Name: &name, AddTags: many}, ""},
		"2 MiB of capabilities":  {cloud.Limits{}, cloud.PrinterFields{Name: &name, Capabilities: []byte(strings.Repeat("x", 2<<20))}, ""},
		"more than that":         {cloud.Limits{}, cloud.PrinterFields{Name: &name, Capabilities: []byte(strings.Repeat("x", 2<<20+1))}, "longer than 2048 KiB, which is the limit (capabilities_kib)"},
		"an expiry of 30 s":      {cloud.Limits{}, cloud.PrinterFields{Name: &name, ExpireAfter: new(30)}, "between 60 seconds and 90 days"},
		"an expiry of 91 days":   {cloud.Limits{}, cloud.PrinterFields{Name: &name, ExpireAfter: new(91 * 86400)}, "between 60 seconds and 90 days"},
		"a negative expiry":      {cloud.Limits{}, cloud.PrinterFields{Name: &name, ExpireAfter: new(-5)}, "between 60 seconds and 90 days"},
		"capabilities, hard cap": {cloud.Limits{Capabilities: -1}, cloud.PrinterFields{Name: &name, Capabilities: []byte(strings.Repeat("x", 16<<20+1))}, "16384 KiB"},
	} {
		w := newLimitedWorld(t, tt.limits)
		_, err := w.Register(t.Context(), w.robot, tt.fields)
		if tt.wants == "" && err != nil || tt.wants != "" && (err == nil || !strings.Contains(err.Error(), tt.wants)) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// A ticket may have 64 KiB.
func TestLimitOfTickets(t *testing.T) {
	ticket := func(size int) func(*cloud.Submission) {
		return func(s *cloud.Submission) {
			empty := `{"version":"1.0","print":{},"x":""}`
			s.Ticket = []byte(strings.Replace(empty, `""`, `"`+strings.Repeat("x", size-len(empty))+`"`, 1))
		}
	}
	w := newWorld(t)
	if _, err := w.submitKey(w.alice, "", ticket(64<<10)); err != nil {
		t.Errorf("64 KiB: %v", err)
	}
	_, err := w.submitKey(w.alice, "", ticket(64<<10+1))
	if cloud.KindOf(err) != cloud.KindTooLarge || !strings.Contains(err.Error(), "64 KiB, which is the limit (ticket_kib)") {
		t.Errorf("a byte more: %v", err)
	}
}

// How long a job may be told to wait.
func TestExpireAfterIsBounded(t *testing.T) {
	w := newWorld(t)
	for after, kind := range map[time.Duration]cloud.Kind{
		time.Minute: "", 90 * day: "", 59 * time.Second: cloud.KindInvalid, 90*day + 1: cloud.KindInvalid, -time.Hour: cloud.KindInvalid,
	} {
		_, err := w.submitKey(w.alice, "", func(s *cloud.Submission) { s.ExpireAfter = after })
		if cloud.KindOf(err) != kind || kind == "" && err != nil {
			t.Errorf("%s: %v", after, err)
		}
	}
}

// A job that has ended can be printed again; the new one names the old one, and the
// audit log tells who did it.
func TestPrintAgain(t *testing.T) {
	w := newWorld(t)
	j := w.submit(w.alice)
	if _, err := w.PrintAgain(t.Context(), w.alice, j.ID, ""); cloud.KindOf(err) != cloud.KindInvalid {
		t.Errorf("of a job that waits: %v", err)
	}
	_, err := w.report(w.robot, j.ID, gcp.StateOf(gcp.JobDone))
	must(t, err)
	again, err := w.PrintAgain(t.Context(), w.alice, j.ID, "")
	must(t, err)
	if again.ID == j.ID || again.AgainOf != j.ID || again.State.Type != gcp.JobQueued || again.Document.Digest != j.Document.Digest {
		t.Errorf("the new job %+v", again.Job)
	}
	if old, err := w.Job(t.Context(), w.alice, j.ID); err != nil || old.State.Type != gcp.JobDone {
		t.Errorf("the old job: %v, %v", old.State, err)
	}
	if _, err := w.PrintAgain(t.Context(), w.eve, j.ID, ""); !errors.Is(err, cloud.ErrNotFound) {
		t.Errorf("by somebody else: %v", err)
	}
	w.audited(w.alice.User.ID, "printed job "+string(j.ID)+" again")
}
