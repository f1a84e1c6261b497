package connector_test

import (
	"context"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"platen/connector"
	"platen/gcp"
	"platen/printer"
)

// guillotine lets a connector die at its n-th contact with the world: from then
// on nothing it does has an effect, and nothing it asks is answered. Each call
// of a seam has two places to die: before it did anything, and after, before
// the answer is heard.
type guillotine struct {
	connector.Cloud
	connector.PrintSystem
	connector.Spool
	mu     sync.Mutex
	left   int
	fallen chan struct{}
	place  string
}

func (g *guillotine) at(ctx context.Context, place string) bool {
	g.mu.Lock()
	g.left--
	if g.left == 0 {
		g.place = place
		close(g.fallen)
	}
	dead := g.left <= 0
	g.mu.Unlock()
	if dead {
		<-ctx.Done()
	}
	return dead
}

// cut runs f between two places to die.
func cut[T any](ctx context.Context, g *guillotine, name string, f func() (T, error)) (T, error) {
	var zero T
	if g.at(ctx, "before "+name) {
		return zero, ctx.Err()
	}
	v, err := f()
	if g.at(ctx, "after "+name) {
		return zero, ctx.Err()
	}
	return v, err
}

func cutErr(ctx context.Context, g *guillotine, name string, f func() error) error {
	_, err := cut(ctx, g, name, func() (struct{}, error) { return struct{}{}, f() })
	return err
}

type cutCloud struct{ *guillotine }

func (c cutCloud) Fetch(ctx context.Context, p gcp.PrinterID, run gcp.RunID, n int) ([]gcp.Job, error) {
	return cut(ctx, c.guillotine, "fetch", func() ([]gcp.Job, error) { return c.Cloud.Fetch(ctx, p, run, n) })
}

func (c cutCloud) Ticket(ctx context.Context, j gcp.JobID) (gcp.CJT, error) {
	return cut(ctx, c.guillotine, "ticket", func() (gcp.CJT, error) { return c.Cloud.Ticket(ctx, j) })
}

func (c cutCloud) Download(ctx context.Context, j gcp.Job, g gcp.Grant, w io.Writer) (string, error) {
	return cut(ctx, c.guillotine, "download", func() (string, error) { return c.Cloud.Download(ctx, j, g, w) })
}

func (c cutCloud) Report(ctx context.Context, r gcp.Report) error {
	return cutErr(ctx, c.guillotine, "report "+string(r.State.Type), func() error { return c.Cloud.Report(ctx, r) })
}

func (c cutCloud) Restored(ctx context.Context, p gcp.PrinterID, run gcp.RunID) ([]gcp.Job, error) {
	return cut(ctx, c.guillotine, "restored", func() ([]gcp.Job, error) { return c.Cloud.Restored(ctx, p, run) })
}

func (c cutCloud) Jobs(ctx context.Context, p gcp.PrinterID) ([]gcp.Job, error) {
	return c.Cloud.Jobs(ctx, p)
}

type cutRegistry struct {
	connector.Registry
	g *guillotine
}

func (c cutRegistry) List(ctx context.Context, a gcp.Announcement) (p []gcp.Printer, inst *gcp.Installation, err error) {
	p, err = cut(ctx, c.g, "list", func() (p []gcp.Printer, err error) {
		p, inst, err = c.Registry.List(ctx, a)
		return p, err
	})
	if err != nil {
		inst = nil
	}
	return p, inst, err
}

type cutPrinters struct{ *guillotine }

func (c cutPrinters) Printers(ctx context.Context) ([]printer.Printer, error) {
	return c.PrintSystem.Printers(ctx)
}

func (c cutPrinters) Create(ctx context.Context, j printer.Job) (printer.LocalJob, error) {
	return cut(ctx, c.guillotine, "create", func() (printer.LocalJob, error) { return c.PrintSystem.Create(ctx, j) })
}

func (c cutPrinters) Send(ctx context.Context, l printer.LocalJob, j printer.Job, d io.ReadSeeker) (printer.LocalJob, error) {
	return cut(ctx, c.guillotine, "send", func() (printer.LocalJob, error) { return c.PrintSystem.Send(ctx, l, j, d) })
}

func (c cutPrinters) Follow(ctx context.Context, l printer.LocalJob, f func(printer.JobStatus)) (printer.JobStatus, error) {
	return cut(ctx, c.guillotine, "follow", func() (printer.JobStatus, error) { return c.PrintSystem.Follow(ctx, l, f) })
}

func (c cutPrinters) Settle(ctx context.Context, l printer.LocalJob, sent bool) (printer.Fate, error) {
	return cut(ctx, c.guillotine, "settle", func() (printer.Fate, error) { return c.PrintSystem.Settle(ctx, l, sent) })
}

func (c cutPrinters) Cancel(ctx context.Context, l printer.LocalJob) error {
	return cutErr(ctx, c.guillotine, "cancel", func() error { return c.PrintSystem.Cancel(ctx, l) })
}

// cutSpool knows the context of the incarnation, which the seam does not carry.
type cutSpool struct {
	*guillotine
	ctx context.Context
}

func (c cutSpool) Claim(p printer.Name, jobs []connector.Offer, t gcp.Trace) ([]connector.Claim, error) {
	return cut(c.ctx, c.guillotine, "claim", func() ([]connector.Claim, error) { return c.Spool.Claim(p, jobs, t) })
}

func (c cutSpool) Write(e connector.Event) error {
	return cutErr(c.ctx, c.guillotine, "write "+string(e.Kind), func() error { return c.Spool.Write(e) })
}

func (c cutSpool) Save(j gcp.JobID, fill func(io.Writer) (string, error)) (connector.Document, error) {
	return cut(c.ctx, c.guillotine, "save", func() (connector.Document, error) { return c.Spool.Save(j, fill) })
}

func (c cutSpool) Recall(j gcp.JobID) (connector.Claim, error) { return c.Spool.Recall(j) }

func (c cutSpool) Open(j gcp.JobID) (io.ReadSeekCloser, error) { return c.Spool.Open(j) }

func (c cutSpool) Forget(j gcp.JobID) error {
	return cutErr(c.ctx, c.guillotine, "forget", func() error { return c.Spool.Forget(j) })
}

// dieAt starts a connector that dies at contact n, waits for that or for the
// end of all work, and reports where it died ("" if it did not).
func (l *lab) dieAt(n int) string {
	g := &guillotine{left: n, fallen: make(chan struct{})}
	ctx, stop := context.WithCancel(l.t.Context())
	l.registry = func(r connector.Registry) connector.Registry { return cutRegistry{r, g} }
	defer func() { l.registry = nil }()
	l.start(func(s seams) seams {
		g.Cloud, g.PrintSystem, g.Spool = s.cloud, s.ps, s.spool
		return seams{cutCloud{g}, cutPrinters{g}, cutSpool{g, ctx}}
	})
	l.c.Connected()
	select {
	case <-g.fallen:
	case <-time.After(time.Hour):
	}
	synctest.Wait() // it is dead: nothing of it has an effect
	stop()
	l.end()
	return g.place
}

// At every contact with the world in turn, the connector dies once, then at
// every third contact of its next life again; each job comes out once.
func TestDiesAnywherePrintsOnce(t *testing.T) {
	for n := 1; ; n++ {
		place := "none"
		synctest.Test(t, func(t *testing.T) {
			l := newLab(t, "lp")
			l.opt.StopGrace = time.Nanosecond
			l.start() // registers
			l.end()
			ids := []gcp.JobID{"a", "b", "c"}
			for _, id := range ids {
				l.submit("lp", id)
			}
			if place = l.dieAt(n); place == "" {
				place = "none"
			}
			l.dieAt(3 * (n%11 + 1))
			l.start()
			l.c.Connected()
			l.settle(2 * time.Hour)
			for _, id := range ids {
				l.want(id, gcp.JobDone, 1)
				if got := l.seen(id).ended; got != 1 {
					t.Errorf("job %s ended %d times", id, got)
				}
			}
			s, err := l.c.Snapshot(t.Context())
			if err != nil || len(s.Jobs) > 0 {
				t.Errorf("still in hand: %v, %v", s.Jobs, err)
			}
			l.end()
		})
		if t.Failed() {
			t.Fatalf("it died at contact %d: %s", n, place)
		}
		if place == "none" {
			t.Logf("%d places to die", n-1)
			return
		}
	}
}

// On a printer that cannot tell what a cut hand-over came to, a death while the
// document is on its way ends unconfirmed: never a second print.
func TestDiesWhileSendingToADirectPrinter(t *testing.T) {
	for n := 1; ; n++ {
		place := ""
		synctest.Test(t, func(t *testing.T) {
			l := newLab(t, "lp")
			l.opt.StopGrace = time.Nanosecond
			l.start()
			l.end()
			l.submit("lp", "a")
			place = l.dieAt(n)
			l.mu.Lock()
			l.locals["lp"].forgets = true
			l.mu.Unlock()
			l.start()
			l.c.Connected()
			l.settle(2 * time.Hour)
			if got := l.prints["a"]; got > 1 {
				t.Errorf("printed %d times", got)
			}
			j := l.seen("a")
			if sure := j.state.Type == gcp.JobDone; sure && l.prints["a"] != 1 || !sure && j.msg != gcp.UnconfirmedMessage {
				t.Errorf("%s %q, printed %d times", j.state.Type, j.msg, l.prints["a"])
			}
			l.end()
		})
		if t.Failed() {
			t.Fatalf("it died at contact %d: %s", n, place)
		}
		if place == "" {
			return
		}
	}
}
