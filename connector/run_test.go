package connector_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"platen/connector"
	"platen/gcp"
	"platen/printer"
)

// copied returns a lab with a copy of the state folder, on another machine with
// the same printers and the same service.
func (l *lab) copied() *lab {
	l.t.Helper()
	c := &lab{world: l.world, t: l.t, dir: l.t.TempDir(), opt: l.opt, sopt: l.sopt, ids: l.ids, hist: l.hist}
	c.opt.Host, c.opt.Place = "copy", "elsewhere"
	if err := os.CopyFS(c.dir, os.DirFS(l.dir)); err != nil {
		l.t.Fatal(err)
	}
	return c
}

// standing is what a connector says of itself.
func (l *lab) standing() gcp.Standing {
	l.t.Helper()
	s, err := l.c.Snapshot(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	return s.Standing
}

func (l *lab) wantStanding(want gcp.Standing) {
	l.t.Helper()
	if got := l.standing(); got != want {
		l.t.Errorf("standing %q, want %q", got, want)
	}
}

// inHand counts the jobs in hand.
func (l *lab) inHand() int {
	l.t.Helper()
	s, err := l.c.Snapshot(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	return len(s.Jobs)
}

// refuses makes the printer lp take no job, or take them again.
func (l *lab) refuses(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.locals["lp"].refuse = err
}

var errBusy = &printer.Error{Op: "Create-Job", Text: "busy", Retry: true}

// A folder that was copied while nothing ran, and is then used twice: one prints.
func TestCopiedStatePrintsOnce(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.start() // registers
		l.end()
		b := l.copied()
		l.start()
		b.start()
		defer b.end()
		for i := range 200 {
			l.submit("lp", gcp.JobID(fmt.Sprintf("j%03d", i)))
			l.hint("lp")
			b.hint("lp")
			l.settle(time.Second)
		}
		l.settle(10 * time.Minute)
		for i := range 200 {
			l.want(gcp.JobID(fmt.Sprintf("j%03d", i)), gcp.JobDone, 1)
		}
		l.wantStanding(gcp.StandingGranted)
		b.wantStanding(gcp.StandingStandby)
		s, err := b.c.Snapshot(t.Context())
		if err != nil || len(s.Twins) != 2 || !s.Twins[0].Self && !s.Twins[1].Self {
			t.Errorf("twins %+v, %v", s.Twins, err)
		}
	}, "lp")
}

// The machine is copied while jobs are in hand, and the copy announces itself
// first: what both have in hand neither prints, and it is told so.
func TestCopyOfARunningMachine(t *testing.T) {
	in(t, func(_ *testing.T, l *lab) {
		l.opt.Place = "here"
		l.refuses(errBusy)
		l.start()
		for _, id := range []gcp.JobID{"j1", "j2", "j3"} {
			l.submit("lp", id)
		}
		l.hint("lp")
		l.settle(5 * time.Second)
		b := l.copied()
		b.start()
		defer b.end()
		l.settle(2 * hintTime)
		b.wantStanding(gcp.StandingGranted)
		l.wantStanding(gcp.StandingStandby)
		l.refuses(nil)
		l.settle(5 * time.Minute)
		for _, id := range []gcp.JobID{"j1", "j2", "j3"} {
			l.want(id, gcp.JobAborted, 0)
			if got := l.seen(id).msg; got != gcp.UnconfirmedMessage {
				l.t.Errorf("%s: %q", id, got)
			}
		}
		l.submit("lp", "j4")
		l.hint("lp")
		b.hint("lp")
		l.settle(5 * time.Second)
		l.want("j4", gcp.JobDone, 1)
	}, "lp")
}

// slowCreate takes a second for a local job.
type slowCreate struct{ connector.PrintSystem }

func (s slowCreate) Create(ctx context.Context, j printer.Job) (printer.LocalJob, error) {
	if err := sleep(ctx, time.Second); err != nil {
		return printer.LocalJob{}, err
	}
	return s.PrintSystem.Create(ctx, j)
}

// The same while documents go to a slow printer, one after the other: what the
// original sends before it hears of its copy, the copy does not send.
func TestCopyWhileItPrints(t *testing.T) {
	for _, after := range []time.Duration{time.Second, 4 * time.Second, 10 * time.Second} {
		in(t, func(_ *testing.T, l *lab) {
			slow := func(s seams) seams { s.ps = slowCreate{s.ps}; return s }
			l.opt.Place = "here"
			l.start(slow)
			for i := range 12 {
				l.submit("lp", gcp.JobID(fmt.Sprintf("j%02d", i)))
			}
			l.hint("lp")
			l.settle(after)
			b := l.copied()
			b.start(slow)
			defer b.end()
			l.settle(10 * time.Minute)
			b.hint("lp")
			l.settle(10 * time.Minute)
			l.mu.Lock()
			defer l.mu.Unlock()
			for _, j := range l.jobs {
				if n := l.prints[j.ID]; n > 1 || !j.state.Type.Ended() {
					l.t.Errorf("copied after %s: %s is %s, printed %d times", after, j.ID, j.state.Type, n)
				}
			}
		}, "lp")
	}
}

// A machine is started anew, or its disk moved: its jobs wait for a sign of life of
// another, and then go on. In the same place they go on at once.
func TestRestartElsewhere(t *testing.T) {
	for place, wait := range map[string]time.Duration{"here": 2 * time.Second, "elsewhere": 22 * time.Second} {
		in(t, func(_ *testing.T, l *lab) {
			l.opt.Place = "here"
			l.refuses(errBusy)
			l.start()
			l.offer("j", 5*time.Second)
			l.end()
			l.refuses(nil)
			l.opt.Place = place
			l.start()
			l.settle(wait / 2)
			l.want("j", map[bool]gcp.JobStateType{true: gcp.JobDone, false: gcp.JobInProgress}[place == "here" && wait/2 >= time.Second],
				map[bool]int{true: 1}[place == "here"])
			l.settle(wait)
			l.want("j", gcp.JobDone, 1)
		}, "lp")
	}
}

// The folder is put back to an earlier moment of the same run: the service knows
// better, and is asked before a job from before the start is printed.
func TestEarlierMomentOfTheSameRun(t *testing.T) {
	in(t, func(_ *testing.T, l *lab) {
		l.refuses(errBusy)
		l.start()
		l.offer("j", 5*time.Second)
		old := l.copied()
		old.opt.Place = l.opt.Place
		l.refuses(nil)
		l.settle(2 * time.Minute)
		l.want("j", gcp.JobDone, 1)
		l.end()
		old.start(func(s seams) seams { s.cloud = slow{s.cloud, time.Second}; return s })
		l.settle(time.Minute)
		l.want("j", gcp.JobDone, 1)
		l.end = old.end
	}, "lp")
}

// lateList is a service that takes its time to say which jobs are in progress.
type lateList struct{ connector.Cloud }

func (c lateList) Jobs(ctx context.Context, p gcp.PrinterID) ([]gcp.Job, error) {
	time.Sleep(5 * time.Second)
	return c.Cloud.Jobs(ctx, p)
}

// What is claimed after another life was found out is of this one, also when the
// clock was set back since.
func TestClockSetBackAfterRecovery(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.start()
		l.settle(time.Second)
		b := l.copied()
		l.c.Connected()
		l.settle(time.Second)
		l.end()
		b.sopt.Now = func() time.Time { return time.Now().Add(-time.Hour) }
		b.start(func(s seams) seams { s.cloud = lateList{s.cloud}; return s })
		l.settle(time.Second)
		b.wantStanding(gcp.StandingStandby)
		l.submit("lp", "j")
		l.change(func() { l.noDoc["j"] = errDown })
		l.settle(time.Minute)
		if j := l.seen("j"); j.state.Type != gcp.JobInProgress {
			t.Errorf("it is %s %q while it waits for its document", j.state.Type, j.msg)
		}
		l.mu.Lock()
		delete(l.noDoc, "j")
		l.mu.Unlock()
		l.settle(2 * time.Minute)
		l.want("j", gcp.JobDone, 1)
		l.end = b.end
	}, "lp")
}

// Yesterday's backup of the connector is restored: nothing of it is printed, also
// where the service cannot tell, and what nobody took is printed once.
func TestOldStateIsRecovered(t *testing.T) {
	in(t, func(_ *testing.T, l *lab) {
		l.start()
		l.submit("lp", "printed")
		l.noDoc["claimed"] = errDown
		l.refuses(errBusy)
		l.submit("lp", "saved")
		l.offer("claimed", 5*time.Second)
		old := l.copied()
		l.refuses(nil)
		l.settle(2 * time.Minute)
		l.want("printed", gcp.JobDone, 1)
		l.want("saved", gcp.JobDone, 1)
		l.c.Connected() // a new run, which the backup does not know
		l.settle(time.Second)
		l.mu.Lock()
		l.job("saved").state = gcp.StateOf(gcp.JobInProgress) // its report got lost
		delete(l.noDoc, "claimed")
		l.mu.Unlock()
		l.end()
		l.submit("lp", "fresh")

		old.start()
		old.c.Connected()
		l.settle(10 * time.Second)
		old.wantStanding(gcp.StandingStandby)
		l.want("fresh", gcp.JobQueued, 0)
		l.settle(15 * time.Second) // the other one has had its 20 s
		if old.standing() == gcp.StandingStandby {
			l.t.Error("still stands by")
		}
		l.settle(time.Minute)
		l.want("printed", gcp.JobDone, 1)
		l.want("saved", gcp.JobAborted, 1)
		l.want("claimed", gcp.JobAborted, 0) // another life may have printed it
		l.want("fresh", gcp.JobDone, 1)
		if n := old.inHand(); n > 0 {
			l.t.Errorf("%d jobs in hand", n)
		}
		l.end = old.end
	}, "lp")
}

// A crash right after the service said "recovered" forgets nothing of it.
func TestRecoveredOutlivesACrash(t *testing.T) {
	in(t, func(_ *testing.T, l *lab) {
		l.refuses(errBusy)
		l.start()
		l.offer("j", 5*time.Second)
		l.end()
		l.mu.Lock()
		l.runs.current, l.runs.holder = "another's", "another"
		l.runs.all["another"] = &installation{}
		l.mu.Unlock()
		l.hist.kept.Recovered = time.Now().UnixMicro() // as begin wrote it
		l.hist.kept.Current = "another's"
		l.refuses(nil)
		l.start()
		l.settle(time.Minute)
		l.want("j", gcp.JobAborted, 0)
	}, "lp")
}

// restore brings jobs of the service back to states of yesterday, as cloud's
// BeginEpoch does.
func (l *lab) restore(states map[gcp.JobID]gcp.JobStateType) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.runs = runs{epoch: "e2", streams: l.runs.streams}
	for id, s := range states {
		j := l.job(id)
		j.restored, j.state, j.msg = s, gcp.StateOf(gcp.JobHeld), ""
		if s == gcp.JobQueued {
			j.claim = ""
		}
	}
}

func TestServiceIsRestored(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.runs.epoch = "e1"
		l.start()
		for _, id := range []gcp.JobID{"done", "again"} {
			l.submit("lp", id)
		}
		l.hint("lp")
		l.settle(5 * time.Second)
		l.locals["lp"].hold = true
		l.offer("printing", 5*time.Second)
		l.submit("lp", "unheard") // its hint is lost
		l.submit("lp", "forgotten")
		updates := l.count("update")
		l.restore(map[gcp.JobID]gcp.JobStateType{
			"done": gcp.JobQueued, "again": gcp.JobInProgress, "printing": gcp.JobQueued, "unheard": gcp.JobQueued,
			"forgotten": gcp.JobInProgress,
		})
		l.c.Connected()
		l.settle(time.Minute)
		l.want("done", gcp.JobDone, 1)
		l.want("again", gcp.JobDone, 1)
		l.want("printing", gcp.JobInProgress, 1)
		l.want("forgotten", gcp.JobAborted, 0)
		if got := l.seen("forgotten").msg; got != gcp.UnconfirmedMessage {
			t.Errorf("forgotten: %q", got)
		}
		l.hint("lp")
		l.change(func() { l.locals["lp"].hold = false })
		l.settle(time.Minute)
		l.want("printing", gcp.JobDone, 1)
		l.want("unheard", gcp.JobDone, 1)
		if n := l.count("update") - updates; n != 1 {
			t.Errorf("%d updates of the printer, want its description told again", n)
		}
		asked := l.count("restored")
		l.c.Connected()
		l.settle(time.Minute)
		if l.count("restored") > asked {
			t.Error("asked for restored jobs twice in an epoch")
		}
	}, "lp")
}

// A memory that does not reach back says nothing of jobs that it does not know.
func TestNewMemoryReleasesNothing(t *testing.T) {
	in(t, func(_ *testing.T, l *lab) {
		l.runs.epoch = "e1"
		l.start()
		l.offer("j", 5*time.Second)
		l.want("j", gcp.JobDone, 1)
		l.end()
		if err := os.RemoveAll(l.dir + "/spool"); err != nil {
			l.t.Fatal(err)
		}
		l.restore(map[gcp.JobID]gcp.JobStateType{"j": gcp.JobQueued})
		l.start()
		l.settle(time.Hour)
		l.want("j", gcp.JobHeld, 1)
	}, "lp")
}

// The service hears of jobs in hand at least twice a day.
func TestJobsInHandAreToldAgain(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.locals["lp"].hold = true
		l.start()
		l.offer("j", time.Minute)
		for range 5 {
			before := l.count("report")
			l.settle(12 * time.Hour)
			if n := l.count("report") - before; n < 1 || n > 3 {
				t.Errorf("%d reports in half a day", n)
			}
		}
	}, "lp")
}

// A service that knows no runs is served as ever, and hears of no claims.
func TestClassicServiceHearsNoClaims(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.classic = true
		l.start(func(s seams) seams { s.cloud = noGrants{s.cloud, t}; return s })
		l.offer("j", 5*time.Second)
		l.want("j", gcp.JobDone, 1)
		l.wantStanding("")
	}, "lp")
}

type noGrants struct {
	connector.Cloud
	t *testing.T
}

func (n noGrants) Report(ctx context.Context, r gcp.Report) error {
	if r.Grant != (gcp.Grant{}) {
		n.t.Errorf("report with %+v", r.Grant)
	}
	return n.Cloud.Report(ctx, r)
}
