package cloud_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/blob"
	"platen/gcp"
	"platen/internal/impose"
)

// press stands for the renderer: what it writes is the work that it was given. The
// real one is used in cloud/api.
type press struct {
	mu    sync.Mutex
	works []impose.Work
	err   error
	gate  chan struct{} // if not nil, work waits for it
}

func (p *press) Render(ctx context.Context, _, _ string, w impose.Work, out string) (impose.Result, error) {
	p.mu.Lock()
	p.works = append(p.works, w)
	err, gate := p.err, p.gate
	p.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return impose.Result{}, ctx.Err()
		}
	}
	if err != nil {
		return impose.Result{}, err
	}
	text, err := json.Marshal(w)
	if err != nil {
		return impose.Result{}, err
	}
	return impose.Result{Format: w.To, Pages: 3, Sides: 3}, os.WriteFile(out, text, 0o600)
}

func (p *press) Draw(ctx context.Context, in, format string, w impose.Work, out impose.Pictures) (impose.Result, error) {
	return p.Render(ctx, in, format, w, out.Path)
}

func (p *press) Formats() (from, to []string) {
	return []string{"application/pdf", "image/jpeg", "text/plain"}, []string{"application/pdf", "image/pwg-raster", "image/urf"}
}

func (p *press) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.works)
}

// newPress is a world whose service renders.
func newPress(t *testing.T) (*world, *press, string) {
	t.Helper()
	w := newWorld(t)
	p, folder := &press{}, filepath.Join(t.TempDir(), "rendered")
	w.Service = cloud.New(cloud.Config{
		Domain: "print.example.com", Store: w.db, Blobs: w.blobs, Codes: codes{}, Notifier: w.push,
		Limits: cloud.Limits{SubmitsMinute: -1, Waiting: -1}, Now: w.clock.Now,
		Rendering: cloud.Rendering{Renderer: p, Folder: folder, Path: w.blobs.Path},
	})
	must(t, os.MkdirAll(folder, 0o700))
	must(t, os.WriteFile(filepath.Join(folder, "left"), []byte("by a crash"), 0o600))
	must(t, w.Recover(t.Context()))
	return w, p, folder
}

// sections gives the printer capabilities.
func (w *world) sections(cdd string) {
	w.t.Helper()
	_, err := w.UpdatePrinter(w.t.Context(), w.robot, w.printer, cloud.PrinterFields{Capabilities: []byte(`{"version":"1.0","printer":{` + cdd + `}}`)})
	must(w.t, err)
}

func (w *world) ticketed(kind, print string) (cloud.JobView, error) {
	w.t.Helper()
	return w.Submit(w.t.Context(), w.alice, cloud.Submission{
		Printer: w.printer, Title: "title", ContentType: kind, Document: w.document(), Ticket: []byte(`{"version":"1.0","print":{` + print + `}}`),
	})
}

// work downloads a job as its connector and returns what was done to it.
func (w *world) work(id gcp.JobID, f cloud.Form) (impose.Work, error) {
	w.t.Helper()
	var done impose.Work
	doc, err := w.Document(w.t.Context(), w.robot, id, gcp.Grant{}, f)
	if err != nil {
		return done, err
	}
	defer func() { must(w.t, doc.Body.Close()) }()
	text, err := io.ReadAll(doc.Body)
	must(w.t, err)
	if strings.HasPrefix(string(text), "%PDF") {
		return done, nil
	}
	if int64(len(text)) != doc.Size || doc.Type == "" {
		w.t.Errorf("%d bytes, told %d of type %s", len(text), doc.Size, doc.Type)
	}
	must(w.t, json.Unmarshal(text, &done))
	return done, nil
}

const pdfOnly = `"supported_content_type":[{"content_type":"application/pdf"}]`

// Each cause ends the job in its own way, but trouble of ours does not, nor does
// what a person tries.
func TestConversionErrors(t *testing.T) {
	w, p, folder := newPress(t)
	w.sections(pdfOnly)
	for cause, want := range map[impose.Cause]gcp.ServiceActionError{
		impose.CauseDamaged: gcp.ServiceConversion, impose.CausePassword: gcp.ServiceConversion, impose.CauseEmpty: gcp.ServiceConversion,
		impose.CauseTimeout: gcp.ServiceConversion, impose.CauseTooBig: gcp.ServiceFileTooBig, impose.CauseUnsupported: gcp.ServiceUnsupportedType,
	} {
		p.err = &impose.Error{Cause: impose.CauseFailed, Text: "The child could not be started."}
		j, err := w.ticketed("application/pdf", `"copies":{"copies":2}`)
		must(t, err)
		if _, err := w.work(j.ID, cloud.Form{}); cloud.KindOf(err) != cloud.KindUnavailable {
			t.Errorf("our trouble: %v", err)
		}
		p.err = &impose.Error{Cause: cause, Text: "The document is of no use: " + string(cause) + "."}
		if _, err := w.Document(t.Context(), w.alice, j.ID, gcp.Grant{}, cloud.Form{PWG: true}); cloud.KindOf(err) != cloud.KindUnsupported {
			t.Errorf("a person: %v", err)
		}
		if v, err := w.Job(t.Context(), w.alice, j.ID); err != nil || v.State.Type != gcp.JobQueued {
			t.Errorf("%s: %s, %v", cause, v.State.Type, err)
		}
		if _, err := w.work(j.ID, cloud.Form{}); cloud.KindOf(err) != cloud.KindUnsupported || !strings.Contains(err.Error(), string(cause)) {
			t.Errorf("%s: %v", cause, err)
		}
		v, err := w.Job(t.Context(), w.alice, j.ID)
		must(t, err)
		if !v.State.Equal(gcp.ByService(gcp.JobAborted, want)) || !strings.Contains(v.Message, string(cause)) {
			t.Errorf("%s: %s, %q", cause, v.State.Cause(), v.Message)
		}
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// A caller that is cut off while its document is made ready finds it when it asks
// again; many at once are one piece of work; too many documents of one person are put
// off.
func TestRendersAreFew(t *testing.T) {
	w, p, _ := newPress(t)
	w.sections(pdfOnly)
	p.gate = make(chan struct{})
	first, err := w.ticketed("application/pdf", `"copies":{"copies":2}`)
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cut := make(chan error, 1)
	go func() {
		_, err := w.Document(ctx, w.robot, first.ID, gcp.Grant{}, cloud.Form{})
		cut <- err
	}()
	w.eventually(func() bool { return p.count() == 1 })
	cancel()
	if err := <-cut; !errors.Is(err, context.Canceled) {
		t.Errorf("cut off: %v", err)
	}
	var group sync.WaitGroup
	for range 15 {
		j, err := w.ticketed("application/pdf", `"copies":{"copies":2}`)
		must(t, err)
		group.Go(func() {
			if _, err := w.work(j.ID, cloud.Form{}); err != nil {
				t.Error(err)
			}
		})
	}
	w.eventually(func() bool { return p.count() == 16 })
	last, err := w.ticketed("application/pdf", `"copies":{"copies":2}`)
	must(t, err)
	if _, err := w.work(last.ID, cloud.Form{}); cloud.KindOf(err) != cloud.KindUnavailable {
		t.Errorf("one too many: %v", err)
	}
	close(p.gate)
	group.Wait()
	for range 3 {
		_, err := w.work(first.ID, cloud.Form{})
		must(t, err)
	}
	if n := p.count(); n != 16 {
		t.Errorf("%d documents were made ready", n)
	}
}

// fillable is a store of documents whose disk fills up.
type fillable struct {
	*blob.Dir
	full atomic.Bool
}

func (f *fillable) Room(ctx context.Context) error {
	if f.full.Load() {
		return &cloud.Error{Kind: cloud.KindUnavailable, Message: "full"}
	}
	return f.Dir.Room(ctx)
}

// Of what is made of documents the disk does not fill up.
func TestRenderingLeavesRoom(t *testing.T) {
	w, p, blobs, id := newFillable(t)
	p.gate = make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		_, err := w.work(id, cloud.Form{})
		ended <- err
	}()
	w.eventually(func() bool { return p.count() == 1 })
	blobs.full.Store(true)
	if err := <-ended; cloud.KindOf(err) != cloud.KindUnavailable {
		t.Errorf("the disk is full: %v", err)
	}
	blobs.full.Store(false)
	close(p.gate)
	_, err := w.work(id, cloud.Form{})
	must(t, err)
}

// newFillable is a service whose disk can fill up, and a job whose document has to be
// made ready.
func newFillable(t *testing.T) (*world, *press, *fillable, gcp.JobID) {
	t.Helper()
	w, p, folder := newPress(t)
	blobs := &fillable{Dir: w.blobs}
	w.Service = cloud.New(cloud.Config{
		Domain: "print.example.com", Store: w.db, Blobs: blobs, Codes: codes{}, Notifier: w.push,
		Limits: cloud.Limits{SubmitsMinute: -1, Waiting: -1}, Now: w.clock.Now,
		Rendering: cloud.Rendering{Renderer: p, Folder: folder, Path: w.blobs.Path},
	})
	w.sections(pdfOnly)
	j, err := w.ticketed("application/pdf", `"copies":{"copies":2}`)
	must(t, err)
	return w, p, blobs, j.ID
}

// A document that fills the disk each time that it is made ready ends its job: its
// connector would ask for it for ever.
func TestDocumentThatFillsTheDisk(t *testing.T) {
	w, p, blobs, id := newFillable(t)
	p.gate = make(chan struct{})
	for try := 1; ; try++ {
		ended := make(chan error, 1)
		go func() {
			_, err := w.work(id, cloud.Form{})
			ended <- err
		}()
		w.eventually(func() bool { return p.count() == try })
		blobs.full.Store(true)
		err := <-ended
		blobs.full.Store(false)
		if try < 5 && cloud.KindOf(err) != cloud.KindUnavailable || try == 5 && cloud.KindOf(err) != cloud.KindUnsupported {
			t.Fatalf("try %d: %v", try, err)
		}
		if try == 5 {
			break
		}
	}
	w.wantAborted(id, gcp.ServiceFileTooBig, "more disk")
}

// A disk that stays full ends the jobs that need room on it, after a day.
func TestDiskThatStaysFull(t *testing.T) {
	w, _, blobs, id := newFillable(t)
	blobs.full.Store(true)
	for range 10 {
		if _, err := w.work(id, cloud.Form{}); cloud.KindOf(err) != cloud.KindUnavailable {
			t.Fatalf("at first: %v", err)
		}
		w.clock.add(2 * time.Hour)
	}
	w.clock.add(5 * time.Hour)
	if _, err := w.work(id, cloud.Form{}); cloud.KindOf(err) != cloud.KindUnsupported {
		t.Errorf("after a day: %v", err)
	}
	w.wantAborted(id, gcp.ServiceConversion, "no room")
}

// wantAborted checks how the service ended a job.
func (w *world) wantAborted(id gcp.JobID, cause gcp.ServiceActionError, message string) {
	w.t.Helper()
	v, err := w.Job(w.t.Context(), w.alice, id)
	must(w.t, err)
	if !v.State.Equal(gcp.ByService(gcp.JobAborted, cause)) || !strings.Contains(v.Message, message) {
		w.t.Errorf("it is %s by %s: %q", v.State.Type, v.State.Cause(), v.Message)
	}
}

func TestRenderedIsKeptAWhile(t *testing.T) {
	w, p, folder := newPress(t)
	w.sections(pdfOnly)
	j, err := w.ticketed("application/pdf", `"copies":{"copies":2}`)
	must(t, err)
	files := func() int {
		entries, err := os.ReadDir(folder)
		must(t, err)
		return len(entries)
	}
	_, err = w.work(j.ID, cloud.Form{})
	must(t, err)
	if files() != 1 {
		t.Errorf("%d files", files())
	}
	w.clock.add(11 * time.Minute)
	stop := w.run() // what is too old goes as it begins
	w.eventually(func() bool { return files() == 0 })
	_, err = w.work(j.ID, cloud.Form{})
	must(t, err)
	stop()
	if p.count() != 2 {
		t.Errorf("made %d times", p.count())
	}
	v, err := w.Job(t.Context(), w.alice, j.ID)
	if err != nil || v.Pages != 3 {
		t.Errorf("%d pages, %v", v.Pages, err)
	}
}
