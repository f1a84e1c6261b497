package connector_test

import (
	"context"
	"errors"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"platen/connector"
	"platen/gcp"
)

// What another installation printed while this one stood by, this one does not know,
// also after a restart: a restored service hears nothing of it from this one.
func TestWhoStoodByDoesNotSpeakForRestoredJobs(t *testing.T) {
	in(t, func(_ *testing.T, l *lab) {
		l.runs.epoch = "e1"
		l.start()
		l.settle(time.Second)
		l.end()
		b := l.copied()
		l.start()
		b.start()
		l.settle(time.Minute)
		b.wantStanding(gcp.StandingStandby)
		l.offer("j", 5*time.Second)
		l.want("j", gcp.JobDone, 1)
		l.end()
		b.end()
		l.restore(map[gcp.JobID]gcp.JobStateType{"j": gcp.JobQueued})
		b.start()
		l.settle(time.Hour)
		b.wantStanding(gcp.StandingGranted)
		l.want("j", gcp.JobHeld, 1)
		l.end = b.end
	}, "lp")
}

// The same of a copy that came first, and never stood by: between the copying and
// its start the original printed.
func TestCopyDoesNotSpeakForRestoredJobs(t *testing.T) {
	in(t, func(_ *testing.T, l *lab) {
		l.runs.epoch = "e1"
		l.start()
		l.settle(time.Second)
		b := l.copied()
		l.offer("j", 5*time.Second)
		l.want("j", gcp.JobDone, 1)
		b.start()
		l.settle(3 * hintTime)
		b.wantStanding(gcp.StandingGranted)
		l.wantStanding(gcp.StandingStandby)
		l.end()
		l.restore(map[gcp.JobID]gcp.JobStateType{"j": gcp.JobQueued})
		b.c.Connected()
		l.settle(time.Hour)
		b.wantStanding(gcp.StandingGranted)
		l.want("j", gcp.JobHeld, 1)
		l.end = b.end
	}, "lp")
}

// copiedInHand copies a folder with a job in hand that the original prints then; the
// printer does not say yet that it is done.
func (l *lab) copiedInHand() *lab {
	l.opt.Place = "here"
	l.refuses(errBusy)
	l.start()
	l.offer("j", 5*time.Second)
	b := l.copied()
	l.change(func() { l.locals["lp"].hold = true })
	l.refuses(nil)
	l.settle(time.Minute)
	l.want("j", gcp.JobInProgress, 1)
	return b
}

// A copy whose disk is full cannot write down that the original lives: it prints
// nothing of what both have, and gives it up when it can.
func TestCopyOnAFullDisk(t *testing.T) {
	in(t, func(_ *testing.T, l *lab) {
		b := l.copiedInHand()
		var full atomic.Bool
		full.Store(true)
		b.hist.refuse = func(h connector.History) error {
			if h.Recovered != 0 && full.Load() {
				return syscall.ENOSPC
			}
			return nil
		}
		b.start()
		for range 10 {
			l.settle(time.Minute)
			b.c.Connected()
		}
		l.want("j", gcp.JobInProgress, 1)
		full.Store(false)
		l.settle(10 * time.Minute)
		l.want("j", gcp.JobAborted, 1)
		b.end()
	}, "lp")
}

// lossy loses the answers to announcements for a time.
type lossy struct {
	connector.Registry
	from, until time.Time
}

func (r lossy) List(ctx context.Context, a gcp.Announcement) ([]gcp.Printer, *gcp.Installation, error) {
	printers, inst, err := r.Registry.List(ctx, a)
	if now := time.Now(); !now.Before(r.from) && now.Before(r.until) {
		return nil, nil, errors.New("the answer was lost")
	}
	return printers, inst, err
}

// The original shows itself before the copy's first answer arrives, and is gone then.
func TestOriginalShowsItselfBeforeTheFirstAnswer(t *testing.T) {
	in(t, func(_ *testing.T, l *lab) {
		b := l.copiedInHand()
		b.registry = func(r connector.Registry) connector.Registry {
			return lossy{r, time.Now(), time.Now().Add(5 * time.Second)}
		}
		b.start()
		l.settle(4 * time.Second)
		l.wantStanding(gcp.StandingStandby)
		l.end()
		l.settle(10 * time.Minute)
		b.wantStanding(gcp.StandingGranted)
		l.want("j", gcp.JobAborted, 1)
		l.end = b.end
	}, "lp")
}

// An installation that was there before and shows itself again counts like a new one,
// also should the service's clock be put back meanwhile.
func TestKnownInstallationShowsItself(t *testing.T) {
	for _, shift := range []time.Duration{0, -time.Hour} {
		in(t, func(_ *testing.T, l *lab) {
			l.opt.Place = "here"
			l.refuses(errBusy)
			l.start()
			b := l.copied()
			l.c.Connected()
			l.settle(time.Second)
			b.start()
			l.offer("j", 5*time.Second)
			b.wantStanding(gcp.StandingStandby)
			l.end()
			l.refuses(nil)
			l.opt.Place = "there"
			l.start()
			l.settle(time.Second)
			l.change(func() { l.runs.shift = shift })
			l.settle(10 * time.Minute)
			l.wantStanding(gcp.StandingGranted)
			l.want("j", gcp.JobAborted, 0)
			b.end()
		}, "lp")
	}
}

// The original prints, and tells so, after the copy first asked; and it ends before
// it could show itself.
func TestOriginalEndsBesideItsCopy(t *testing.T) {
	in(t, func(_ *testing.T, l *lab) {
		slow := func(s seams) seams { s.ps = slowCreate{s.ps}; return s }
		l.opt.Place = "here"
		l.start(slow)
		l.offer("j", 500*time.Millisecond)
		b := l.copied()
		b.start(slow)
		l.settle(time.Second)
		l.want("j", gcp.JobDone, 1)
		if n := b.inHand(); n != 1 {
			l.t.Errorf("the copy has %d jobs in hand", n)
		}
		l.end()
		l.settle(10 * time.Minute)
		b.wantStanding(gcp.StandingGranted)
		l.want("j", gcp.JobDone, 1)
		if n := b.inHand(); n != 0 {
			l.t.Errorf("the copy has %d jobs in hand", n)
		}
		l.end = b.end
	}, "lp")
}

// Who stands by beside a restored service asks every minute, and tells its printers
// once.
func TestStandbyTellsItsPrintersOnceInAnEpoch(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.runs.epoch = "e1"
		l.start()
		l.settle(time.Second)
		b := l.copied()
		b.start()
		l.settle(time.Minute)
		l.restore(nil)
		updates := l.count("update")
		b.c.Connected()
		l.settle(time.Second)
		l.c.Connected()
		l.settle(time.Hour)
		l.wantStanding(gcp.StandingStandby)
		if n := l.count("update") - updates; n != 2 {
			t.Errorf("%d updates, want one of each", n)
		}
		b.end()
	}, "lp")
}

// A job that is given up while its first report is on the way is not left with
// nobody: if the service gave it to us by that it ends, else it is offered again.
func TestGivenUpWhileItIsReported(t *testing.T) {
	for late, want := range map[lateReport]gcp.JobStateType{
		{call: 12 * time.Second}: gcp.JobDone, {answer: 12 * time.Second}: gcp.JobAborted,
	} {
		in(t, func(_ *testing.T, l *lab) {
			l.opt.Place = "here"
			l.refuses(errBusy)
			l.start()
			l.offer("old", 5*time.Second)
			b := l.copied()
			b.start(func(s seams) seams { late.Cloud = s.cloud; s.cloud = late; return s })
			l.submit("lp", "new")
			l.noDoc["new"] = errDown
			b.hint("lp")
			l.settle(time.Minute)
			b.wantStanding(gcp.StandingGranted)
			l.mu.Lock()
			delete(l.noDoc, "new")
			l.mu.Unlock()
			l.refuses(nil)
			b.hint("lp")
			l.settle(time.Hour)
			l.want("new", want, map[gcp.JobStateType]int{gcp.JobDone: 1}[want])
			if n := b.inHand(); n != 0 {
				l.t.Errorf("%d jobs in hand", n)
			}
			b.end()
		}, "lp")
	}
}

// lateReport tells the service of jobs late, or hears late what it answers.
type lateReport struct {
	connector.Cloud
	call, answer time.Duration
}

func (c lateReport) Report(ctx context.Context, r gcp.Report) error {
	if err := sleep(ctx, c.call); err != nil {
		return err
	}
	err := c.Cloud.Report(ctx, r)
	if e := sleep(ctx, c.answer); e != nil {
		return e
	}
	return err
}

// countless lists printers as if no job waited, and only from a time on.
type countless struct {
	connector.Registry
	from time.Time
}

func (r countless) List(ctx context.Context, a gcp.Announcement) ([]gcp.Printer, *gcp.Installation, error) {
	if time.Now().Before(r.from) {
		return nil, nil, errDown
	}
	printers, inst, err := r.Registry.List(ctx, a)
	none := 0
	for i := range printers {
		printers[i].QueuedJobsCount = &none
	}
	return printers, inst, err
}

// A hint that comes while no job may be taken is served when one may: before the
// first standing, while standing by, and while the service refuses the run.
func TestHintOutlivesTheWait(t *testing.T) {
	quiet := func(l *lab, d time.Duration) {
		from := time.Now().Add(d)
		l.registry = func(r connector.Registry) connector.Registry { return countless{r, from} }
	}
	t.Run("before the standing", func(t *testing.T) {
		in(t, func(_ *testing.T, l *lab) {
			l.start()
			l.end()
			l.submit("lp", "j")
			quiet(l, 30*time.Second)
			l.start()
			l.hint("lp")
			l.settle(time.Minute)
			l.want("j", gcp.JobDone, 1)
		}, "lp")
	})
	t.Run("before the queue is known", func(t *testing.T) {
		in(t, func(_ *testing.T, l *lab) {
			l.start()
			l.end()
			l.submit("lp", "j")
			l.ids.kept = nil
			quiet(l, 30*time.Second)
			l.start()
			l.hint("lp")
			l.settle(time.Minute)
			l.want("j", gcp.JobDone, 1)
		}, "lp")
	})
	t.Run("standing by", func(t *testing.T) {
		in(t, func(_ *testing.T, l *lab) {
			l.start()
			l.settle(time.Second)
			b := l.copied()
			l.c.Connected()
			l.settle(time.Second)
			l.end()
			quiet(b, 0)
			b.start()
			l.settle(time.Second)
			b.wantStanding(gcp.StandingStandby)
			l.submit("lp", "j")
			b.hint("lp")
			l.settle(25 * time.Second)
			l.want("j", gcp.JobDone, 1)
			l.end = b.end
		}, "lp")
	})
	t.Run("a run that is refused", func(t *testing.T) {
		for _, after := range []time.Duration{time.Millisecond, time.Minute} {
			in(t, func(_ *testing.T, l *lab) {
				from := time.Now().Add(after)
				l.registry = func(r connector.Registry) connector.Registry {
					return countless{lossy{r, from, from.Add(10 * time.Second)}, time.Time{}}
				}
				l.start()
				l.settle(after)
				l.c.Connected() // its answer is lost
				synctest.Wait()
				l.offer("j", 5*time.Second)
				l.want("j", gcp.JobQueued, 0)
				l.settle(25 * time.Second)
				l.want("j", gcp.JobDone, 1)
			}, "lp")
		}
	})
}
