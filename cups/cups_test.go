package cups_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"platen/cups"
	"platen/gcp"
	"platen/internal/lab"
	"platen/internal/smallpdf"
	"platen/internal/vprinter"
	"platen/printer"
)

type testLog struct{ t *testing.T }

func (l testLog) Write(b []byte) (int, error) {
	l.t.Log(string(bytes.TrimSpace(b)))
	return len(b), nil
}

func open(t *testing.T, cfg cups.Config) *cups.System {
	t.Helper()
	cfg.Log = slog.New(slog.NewTextHandler(testLog{t}, nil))
	s, err := cups.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func onCUPS(t *testing.T, c *lab.CUPSServer) *cups.System {
	t.Helper()
	return open(t, cups.Config{Servers: []cups.Server{{Address: c.Socket}}})
}

// virtual serves a virtual printer.
func virtual(t *testing.T, o vprinter.Options) (*vprinter.Printer, string) {
	t.Helper()
	o.Dir = t.TempDir()
	p, err := vprinter.New(o)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := p.Serve(ctx, l); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { stop(); wg.Wait() })
	return p, vprinter.URI(l.Addr())
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	lab.Until(t, 30*time.Second, what, ok)
}

// pdf returns a document of one page of A4 that all filters take, filled up to size.
func pdf(size int) []byte {
	fill := strings.Repeat("%"+strings.Repeat("x", 62)+"\n", max(0, size-600)/64)
	return smallpdf.File(
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<>>>>",
		smallpdf.Stream("100 100 200 200 re f \n"+fill),
	)
}

func newJob(name printer.Name, doc []byte) printer.Job {
	return printer.Job{
		ID: gcp.JobID(fmt.Sprintf("job%016x", rand.Uint64())), Printer: name, Title: "Überweisung “x”", User: "alice@example.com",
		Format: "application/pdf", Size: int64(len(doc)),
	}
}

// begin hands a document over.
func begin(t *testing.T, s *cups.System, j printer.Job, doc []byte) printer.LocalJob {
	t.Helper()
	l, err := s.Create(t.Context(), j)
	if err != nil {
		t.Fatalf("Create: %v", err)
	}
	l, err = s.Send(t.Context(), l, j, bytes.NewReader(doc))
	if err != nil {
		t.Fatalf("Send: %v", err)
	}
	return l
}

// finish follows a job to its end.
func finish(t *testing.T, s *cups.System, l printer.LocalJob) printer.JobStatus {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 60*time.Second)
	defer stop()
	st, err := s.Follow(ctx, l, func(printer.JobStatus) {})
	if err != nil {
		t.Fatalf("Follow(%v): %v", l, err)
	}
	return st
}

func wantState(t *testing.T, got printer.JobStatus, want gcp.JobState) {
	t.Helper()
	if !got.State.Equal(want) {
		t.Errorf("state %s %s (%s), want %s %s", got.State.Type, got.State.Cause(), got.Message, want.Type, want.Cause())
	}
}

func list(t *testing.T, s *cups.System) map[printer.Name]printer.Printer {
	t.Helper()
	ps, err := s.Printers(t.Context())
	if err != nil {
		t.Fatalf("Printers: %v", err)
	}
	m := map[printer.Name]printer.Printer{}
	for _, p := range ps {
		m[p.Name] = p
	}
	return m
}

func TestPrintsByteForByte(t *testing.T) {
	for _, policy := range []string{"open", "debian"} {
		t.Run(policy, func(t *testing.T) {
			c := lab.CUPS(t, lab.CUPSOptions{DebianPolicy: policy == "debian"})
			c.AddRaw("raw", "")
			s := onCUPS(t, c)
			doc := make([]byte, 300_000)
			for i := range doc {
				doc[i] = byte(rand.Uint32())
			}
			j := newJob("raw", doc)
			j.Format = "application/octet-stream"
			l := begin(t, s, j, doc)
			wantState(t, finish(t, s, l), gcp.StateOf(gcp.JobDone))
			if got, _ := c.Output("raw", l.ID); !bytes.Equal(got, doc) {
				t.Errorf("the printer got %d bytes, want the %d sent", len(got), len(doc))
			}
		})
	}
}

func TestPPDQueue(t *testing.T) {
	c := lab.CUPS(t, lab.CUPSOptions{DebianPolicy: true})
	c.AddPPD("ppd", "")
	s := onCUPS(t, c)
	p := list(t, s)["ppd"]
	want := []gcp.MediaSizeName{"ISO_A4", "NA_LETTER"}
	for _, o := range p.CDD.Printer.MediaSize.Option {
		want = slices.DeleteFunc(want, func(n gcp.MediaSizeName) bool { return n == o.Name })
	}
	if len(want) > 0 {
		t.Errorf("the media sizes lack %v: %+v", want, p.CDD.Printer.MediaSize)
	}
	doc := pdf(20_000)
	j := newJob("ppd", doc)
	plan, err := printer.PlanJob(p, gcp.CJT{Print: gcp.PrintTicketSection{
		MediaSize: &gcp.MediaSizeTicketItem{WidthMicrons: 215900, HeightMicrons: 279400},
		Duplex:    &gcp.DuplexTicketItem{Type: gcp.DuplexLongEdge},
		Color:     &gcp.ColorTicketItem{Type: gcp.ColorMonochrome},
	}}, j.Format)
	if err != nil {
		t.Fatal(err)
	}
	j.Attributes = plan.Attributes
	l := begin(t, s, j, doc)
	wantState(t, finish(t, s, l), gcp.StateOf(gcp.JobDone))
	got, ok := c.Output("ppd", l.ID)
	if !ok || !bytes.HasPrefix(got, []byte("%PDF-")) {
		t.Errorf("the printer got %.20q", got)
	}
	args := c.Arguments("ppd", l.ID)
	t.Log(args)
	for _, o := range []string{"sides=two-sided-long-edge", "print-color-mode=monochrome", "alice@example.com", "Überweisung “x”"} {
		if !strings.Contains(args, o) {
			t.Errorf("the filters were not told %q: %s", o, args)
		}
	}
	// 612 x 792 points is Letter; A4 is the default.
	if !bytes.Contains(got, []byte("612")) {
		t.Errorf("the output is not Letter")
	}
}

func TestEverywhereQueueToIPPEve(t *testing.T) {
	e := lab.IPPEve(t, lab.EveOptions{})
	c := lab.CUPS(t, lab.CUPSOptions{DebianPolicy: true})
	c.AddEverywhere("every", e.URI)
	s := onCUPS(t, c)
	doc := pdf(30_000)
	l := begin(t, s, newJob("every", doc), doc)
	wantState(t, finish(t, s, l), gcp.StateOf(gcp.JobDone))
	docs := e.Documents()
	if len(docs) != 1 || !bytes.HasPrefix(docs[0], []byte("%PDF-")) {
		t.Fatalf("the printer printed %d documents", len(docs))
	}
}

func TestDirectIPPEve(t *testing.T) {
	e := lab.IPPEve(t, lab.EveOptions{})
	s := open(t, cups.Config{Direct: []cups.Direct{{Name: "eve", URI: e.URI}}})
	p := list(t, s)["eve"]
	if p.CDD.Printer.Duplex == nil || len(p.CDD.Printer.Duplex.Option) != 3 || p.State.Printer.State != gcp.PrinterIdle {
		t.Errorf("the printer is not what was started: %+v", p)
	}
	doc := pdf(150_000)
	for n := 1; n <= 3; n++ {
		l := begin(t, s, newJob("eve", doc), doc)
		wantState(t, finish(t, s, l), gcp.StateOf(gcp.JobDone))
		docs := e.Documents()
		if len(docs) != n || !bytes.Equal(docs[n-1], doc) {
			t.Fatalf("after %d jobs the printer printed %d documents", n, len(docs))
		}
	}
}

// ippeveprinter takes one job at a time, and says busy to everybody else.
func TestBusyPrinterIsTriedAgain(t *testing.T) {
	t.Parallel()
	e := lab.IPPEve(t, lab.EveOptions{})
	e.SetDelay("1")
	s := open(t, cups.Config{Direct: []cups.Direct{{Name: "eve", URI: e.URI}}})
	doc := pdf(10_000)
	a := begin(t, s, newJob("eve", doc), doc)
	b := begin(t, s, newJob("eve", doc), doc)
	wantState(t, finish(t, s, a), gcp.StateOf(gcp.JobDone))
	wantState(t, finish(t, s, b), gcp.StateOf(gcp.JobDone))
	if n := len(e.Documents()); n != 2 {
		t.Errorf("%d documents were printed, want 2", n)
	}
}

func TestDirectVirtualPrinter(t *testing.T) {
	for _, only := range []bool{false, true} {
		t.Run(fmt.Sprintf("PrintJobOnly=%v", only), func(t *testing.T) {
			v, uri := virtual(t, vprinter.Options{Color: true, PrintJobOnly: only})
			s := open(t, cups.Config{Direct: []cups.Direct{{Name: "v", URI: uri}}})
			doc := pdf(100_000)
			j := newJob("v", doc)
			l := begin(t, s, j, doc)
			wantState(t, finish(t, s, l), gcp.StateOf(gcp.JobDone))
			got := v.Jobs()
			if len(got) != 1 || got[0].User != j.User || !strings.HasPrefix(got[0].Name, j.Title) {
				t.Fatalf("the printer got %+v", got)
			}
			l.ID = 0 // as after a crash: by name
			if only {
				wantState(t, finish(t, s, l), gcp.StateOf(gcp.JobDone))
			}
		})
	}
}

func TestCancel(t *testing.T) {
	c := lab.CUPS(t, lab.CUPSOptions{DebianPolicy: true})
	c.AddRaw("slow", "delay=30")
	v, uri := virtual(t, vprinter.Options{Delay: 30 * time.Second})
	s := open(t, cups.Config{Servers: []cups.Server{{Address: c.Addr}}, Direct: []cups.Direct{{Name: "v", URI: uri}}})
	doc := pdf(10_000)
	for _, name := range []printer.Name{"slow", "v"} {
		l := begin(t, s, newJob(name, doc), doc)
		if err := s.Cancel(t.Context(), l); err != nil {
			t.Fatalf("Cancel on %s: %v", name, err)
		}
		wantState(t, finish(t, s, l), gcp.ByUser(gcp.JobAborted, gcp.UserCancelled))
		if err := s.Cancel(t.Context(), l); err != nil {
			t.Errorf("cancelling an ended job on %s: %v", name, err)
		}
	}
	if n := v.Jobs()[0].Path; n != "" {
		t.Errorf("the cancelled job was printed to %s", n)
	}
}

// CUPS leaves a job whose filter failed stopped for ever, on an idle printer.
func TestFilterFailureAborts(t *testing.T) {
	c := lab.CUPS(t, lab.CUPSOptions{DebianPolicy: true})
	c.AddPPD("ppd", "")
	s := onCUPS(t, c)
	doc := []byte("%PDF-1.4\nnothing of the kind\n")
	l := begin(t, s, newJob("ppd", doc), doc)
	st := finish(t, s, l)
	wantState(t, st, gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure))
	if out := c.Run("lpstat", "-o"); strings.Contains(out, "ppd-") {
		t.Errorf("the failed job is still there: %s", out)
	}
}

func TestUnknownJob(t *testing.T) {
	c := lab.CUPS(t, lab.CUPSOptions{DebianPolicy: true})
	c.AddNull("null")
	_, uri := virtual(t, vprinter.Options{})
	s := open(t, cups.Config{Servers: []cups.Server{{Address: c.Socket}}, Direct: []cups.Direct{{Name: "v", URI: uri}}})
	for _, name := range []printer.Name{"null", "v"} {
		l := printer.LocalJob{Printer: name, ID: 4711, User: "alice", Cloud: "x"}
		if _, err := s.Follow(t.Context(), l, nil); !errors.Is(err, printer.ErrNoJob) {
			t.Errorf("Follow on %s: %v, want ErrNoJob", name, err)
		}
		for _, sent := range []bool{false, true} {
			if f, err := s.Settle(t.Context(), l, sent); err != nil || f != printer.FateUnknown {
				t.Errorf("Settle on %s: %s, %v, want unknown", name, f, err)
			}
		}
	}
}

// A printer that begins to count anew and has no job-uuid answers for another job:
// its name says so.
func TestAnotherJobWithTheNumber(t *testing.T) {
	_, uri := virtual(t, vprinter.Options{})
	s := open(t, cups.Config{Direct: []cups.Direct{{Name: "v", URI: uri}}})
	doc := pdf(1000)
	l := begin(t, s, newJob("v", doc), doc)
	l.UUID = ""
	wantState(t, finish(t, s, l), gcp.StateOf(gcp.JobDone))
	l.Cloud = "another"
	if _, err := s.Follow(t.Context(), l, nil); !errors.Is(err, printer.ErrNoJob) {
		t.Errorf("Follow: %v, want ErrNoJob", err)
	}
	if f, err := s.Settle(t.Context(), l, false); err != nil || f != printer.FateUnknown {
		t.Errorf("Settle: %s, %v, want unknown", f, err)
	}
}

// A printer that is away is not a printer that is gone.
func TestSilentPrinterStaysListed(t *testing.T) {
	v, uri := virtual(t, vprinter.Options{})
	s := open(t, cups.Config{Direct: []cups.Direct{{Name: "v", URI: uri}}})
	list(t, s)
	v.SetFault(vprinter.Fault{Offline: true})
	ps, err := s.Printers(t.Context())
	if err == nil || len(ps) != 1 || ps[0].State.Printer.State != gcp.PrinterStopped {
		t.Errorf("an offline printer: %v, %v", ps, err)
	}
	if len(ps) == 1 && ps[0].CDD.Printer.MediaSize == nil {
		t.Error("its capabilities are gone")
	}
}

func TestEmptyServer(t *testing.T) {
	c := lab.CUPS(t, lab.CUPSOptions{})
	if ps := list(t, onCUPS(t, c)); len(ps) != 0 {
		t.Errorf("an empty server lists %v", ps)
	}
	c.Stop()
	if _, err := onCUPS(t, c).Printers(t.Context()); err == nil {
		t.Error("a stopped server is no error")
	}
}

func TestCapabilitiesAreReadOnceAndStateAlways(t *testing.T) {
	c := lab.CUPS(t, lab.CUPSOptions{DebianPolicy: true})
	c.AddPPD("ppd", "")
	c.AddRaw("raw", "")
	s := onCUPS(t, c)
	first := list(t, s)
	if n := len(first["raw"].CDD.Printer.SupportedContentType); n == 0 || first["raw"].CDD.Printer.Copies != nil {
		t.Errorf("a raw queue has formats and nothing else: %+v", first["raw"].CDD)
	}
	c.Run("cupsdisable", "ppd")
	if st := list(t, s)["ppd"].State.Printer.State; st != gcp.PrinterStopped {
		t.Errorf("a disabled queue is %s, want STOPPED", st)
	}
	c.Run("lpadmin", "-p", "ppd", "-o", "PageSize=Letter")
	eventually(t, "the new default", func() bool { return list(t, s)["ppd"].CapsHash != first["ppd"].CapsHash })
}

func TestQueueNamesOfSeveralServers(t *testing.T) {
	a, b := lab.CUPS(t, lab.CUPSOptions{}), lab.CUPS(t, lab.CUPSOptions{})
	a.AddRaw("q", "")
	b.AddRaw("q", "")
	s := open(t, cups.Config{Servers: []cups.Server{{Address: a.Socket}, {Label: "b", Address: b.Addr}}})
	if got := list(t, s); len(got) != 2 {
		t.Fatalf("listed %v", got)
	}
	doc := pdf(1000)
	wantState(t, finish(t, s, begin(t, s, newJob("q@b", doc), doc)), gcp.StateOf(gcp.JobDone))
	if _, ok := b.Output("q", 1); !ok {
		t.Error("the job went to the wrong server")
	}
}

// The whole document or nothing: a file that shrank is never sent.
func TestShortDocumentIsNotSent(t *testing.T) {
	v, uri := virtual(t, vprinter.Options{})
	s := open(t, cups.Config{Direct: []cups.Direct{{Name: "v", URI: uri}}})
	doc := pdf(1000)
	j := newJob("v", doc)
	l, err := s.Create(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Send(t.Context(), l, j, bytes.NewReader(doc[:500])); err == nil {
		t.Error("half a document was sent")
	}
	if got := v.Jobs()[0]; got.State >= 7 || got.Path != "" {
		t.Errorf("the printer has %+v", got)
	}
	if f, err := s.Settle(t.Context(), l, false); err != nil || f != printer.FateResend {
		t.Errorf("Settle: %s, %v; want resend", f, err)
	}
}

func TestRestartOfCUPSInTheMiddle(t *testing.T) {
	c := lab.CUPS(t, lab.CUPSOptions{DebianPolicy: true})
	c.AddRaw("slow", "delay=2")
	s := onCUPS(t, c)
	doc := pdf(10_000)
	l := begin(t, s, newJob("slow", doc), doc)
	ended := make(chan printer.JobStatus, 1)
	var wg sync.WaitGroup
	wg.Go(func() { ended <- finish(t, s, l) })
	c.Stop()
	c.Start()
	wg.Wait()
	wantState(t, <-ended, gcp.StateOf(gcp.JobDone))
}

func TestManyQuickJobs(t *testing.T) {
	c := lab.CUPS(t, lab.CUPSOptions{DebianPolicy: true})
	const queues, jobs = 10, 500
	for q := range queues {
		c.AddNull(fmt.Sprintf("null%d", q))
	}
	s := onCUPS(t, c)
	doc := pdf(100_000)
	work := make(chan int)
	var wg sync.WaitGroup
	var mu sync.Mutex
	done := 0
	start := time.Now()
	for range 8 {
		wg.Go(func() {
			for n := range work {
				l := begin(t, s, newJob(printer.Name(fmt.Sprintf("null%d", n%queues)), doc), doc)
				wg.Go(func() {
					if st := finish(t, s, l); st.State.Type == gcp.JobDone {
						mu.Lock()
						done++
						mu.Unlock()
					}
				})
			}
		})
	}
	for n := range jobs {
		work <- n
	}
	close(work)
	wg.Wait()
	took := time.Since(start)
	t.Logf("%d jobs in %v: %.0f/s", jobs, took, jobs/took.Seconds())
	if done != jobs {
		t.Errorf("%d of %d jobs were done", done, jobs)
	}
	if took > 30*time.Second {
		t.Errorf("that is far too slow")
	}
}

var _ io.Writer = testLog{}
