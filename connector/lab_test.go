package connector_test

import (
	"context"
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
	c    *connector.Connector
	end  func()
}

// identities is a connector.Identities.
type identities struct{ kept []connector.Identity }

func (i *identities) Identities() []connector.Identity { return slices.Clone(i.kept) }

func (i *identities) KeepIdentities(ids []connector.Identity) error {
	i.kept = slices.Clone(ids)
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
	l.c, err = connector.New(connector.Config{
		Cloud: s.cloud, Registry: l.world, PrintSystem: s.ps, Spool: s.spool, Identities: &l.ids, Options: l.opt,
	})
	if err != nil {
		l.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(l.t.Context())
	done := make(chan error, 1)
	go func() { done <- l.c.Run(ctx) }()
	l.end = func() {
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
