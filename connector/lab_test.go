package connector_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"platen/connector"
	"platen/connector/spool"
	"platen/gcp"
	"platen/internal/backoff"
	"platen/printer"
)

const pollPrinter = time.Second

func sleep(ctx context.Context, d time.Duration) error { return backoff.Sleep(ctx, d) }

// lab is a connector in a world, with a real spool on a real disk.
type lab struct {
	*world
	t    *testing.T
	dir  string
	opt  connector.Options
	sopt spool.Options
	ids  identities // outlive the connector
	hist histories
	c    *connector.Connector
	end  func()

	renderer connector.Renderer                          // nil for none
	death    connector.Death                             // of the connector before
	registry func(connector.Registry) connector.Registry // put between; nil for nothing
}

// identities is a connector.Identities.
type identities struct{ kept []connector.Identity }

func (i *identities) Identities() []connector.Identity { return slices.Clone(i.kept) }

func (i *identities) KeepIdentities(ids []connector.Identity) error {
	i.kept = slices.Clone(ids)
	return nil
}

// histories is a connector.Runs.
type histories struct {
	kept   connector.History
	refuse func(connector.History) error // nil for never
}

func (h *histories) History() connector.History { return h.kept }

func (h *histories) KeepHistory(k connector.History) error {
	if h.refuse != nil {
		if err := h.refuse(k); err != nil {
			return err
		}
	}
	h.kept = k
	return nil
}

func newLab(t *testing.T, names ...printer.Name) *lab {
	l := &lab{world: newWorld(names...), t: t, dir: t.TempDir()}
	l.sopt.Reserve = -1
	return l
}

// seams are what a connector is given; tests put something in between.
type seams struct {
	cloud connector.Cloud
	ps    connector.PrintSystem
	spool connector.Spool
}

// start starts a connector on the lab's folder; between may change its seams.
func (l *lab) start(between ...func(seams) seams) {
	l.t.Helper()
	dir, err := spool.Open(l.dir+"/spool", l.sopt)
	if err != nil {
		l.t.Fatal(err)
	}
	s := seams{l.world, l.world, dir}
	for _, f := range between {
		s = f(s)
	}
	reg := connector.Registry(l.world)
	if l.registry != nil {
		reg = l.registry(reg)
	}
	l.c, err = connector.New(connector.Config{
		Cloud: s.cloud, Registry: reg, PrintSystem: s.ps, Spool: s.spool, Identities: &l.ids, Runs: &l.hist, Options: l.opt, Death: l.death, Renderer: l.renderer,
	})
	if err != nil {
		l.t.Fatal(err)
	}
	c := l.c
	l.mu.Lock()
	l.runs.streams = append(l.runs.streams, c)
	l.mu.Unlock()
	ctx, cancel := context.WithCancel(l.t.Context())
	done := make(chan error, 1)
	go func() { done <- l.c.Run(ctx) }()
	l.end = func() {
		l.mu.Lock()
		l.runs.streams = slices.DeleteFunc(l.runs.streams, func(o *connector.Connector) bool { return o == c })
		l.mu.Unlock()
		cancel()
		if err := <-done; err != nil {
			l.t.Error(err)
		}
	}
	synctest.Wait()
}

// restart ends the connector and starts another. The spool is not closed, as
// after a crash.
func (l *lab) restart() {
	l.t.Helper()
	l.end()
	l.start()
	l.c.Connected()
}

func (l *lab) hint(p printer.Name) {
	l.c.Hint(gcp.Notification{Printer: l.idOf(p)}, time.Now())
}

// offer submits a job to the printer lp, tells of it, and lets d pass.
func (l *lab) offer(id gcp.JobID, d time.Duration) {
	l.submit("lp", id)
	l.hint("lp")
	l.settle(d)
}

// change lets f change the world.
func (l *lab) change(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
}

// settle lets d pass.
func (l *lab) settle(d time.Duration) {
	time.Sleep(d) // in a bubble: all that is due happens first
	synctest.Wait()
}

// want checks how a job ended, and how often it came out.
func (l *lab) want(id gcp.JobID, state gcp.JobStateType, prints int) {
	l.t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	j := l.job(id)
	if j.state.Type != state || l.prints[id] != prints {
		l.t.Errorf("job %s: %s %s %q, printed %d times; want %s, %d times", id, j.state.Type, j.state.Cause(), j.msg, l.prints[id], state, prints)
	}
}

// seen returns how the service has a job now.
func (l *lab) seen(id gcp.JobID) cloudJob {
	l.mu.Lock()
	defer l.mu.Unlock()
	j := *l.job(id)
	j.trace = maps.Clone(j.trace)
	return j
}

func (l *lab) count(call string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.calls[call]
}

// in runs f in a bubble with a lab, and ends the connector after it.
func in(t *testing.T, f func(t *testing.T, l *lab), names ...printer.Name) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, names...)
		f(t, l)
		l.end()
	})
}

// printer returns a copy of the printer lp as the service has it, nil if it has not.
func (l *lab) printer() *gcp.Printer {
	l.mu.Lock()
	defer l.mu.Unlock()
	p, ok := l.printers["id-lp"]
	if !ok {
		return nil
	}
	c := *p
	return &c
}
