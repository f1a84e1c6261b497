package connector_test

import (
	"context"
	"os"
	"testing"
	"time"

	"platen/connector"
	"platen/gcp"
)

// grabbed gives the jobs of each fetch to another claim before their connector can
// ask for them.
type grabbed struct {
	connector.Cloud
	w *world
}

func (g grabbed) Fetch(ctx context.Context, p gcp.PrinterID, run gcp.RunID, n int) ([]gcp.Job, error) {
	jobs, err := g.Cloud.Fetch(ctx, p, run, n)
	g.w.mu.Lock()
	defer g.w.mu.Unlock()
	for _, j := range jobs {
		o := g.w.job(j.ID)
		o.claim, o.state = "another's", gcp.StateOf(gcp.JobInProgress)
	}
	return jobs, err
}

func TestRefusedClaimIsDropped(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.start(func(s seams) seams { s.cloud = grabbed{s.cloud, l.world}; return s })
		l.offer("j", time.Hour)
		l.want("j", gcp.JobInProgress, 0)
		if n := l.inHand(); n > 0 {
			t.Errorf("%d jobs in hand", n)
		}
		if files, err := os.ReadDir(l.dir + "/spool/docs"); err != nil || len(files) > 1 {
			t.Errorf("documents %v, %v", files, err) // one emptied file may wait for the next
		}
		if l.locals["lp"].created > 0 {
			t.Error("the printer heard of it")
		}
	}, "lp")
}

// A job that the printer has is followed to its end, whoever has the claim by then.
func TestClaimLostAfterThePrint(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.locals["lp"].hold = true
		l.start()
		l.offer("j", 5*time.Second)
		l.mu.Lock()
		l.job("j").claim = "another's"
		l.locals["lp"].hold = false
		l.mu.Unlock()
		l.settle(time.Minute)
		l.want("j", gcp.JobInProgress, 1)
		if n := l.inHand(); n > 0 {
			t.Errorf("%d jobs in hand", n)
		}
	}, "lp")
}

// What the service counts as ours and nobody here remembers ends unconfirmed.
func TestLostJournal(t *testing.T) {
	in(t, func(_ *testing.T, l *lab) {
		l.refuses(errBusy)
		l.start()
		l.offer("j", 5*time.Second)
		l.want("j", gcp.JobInProgress, 0)
		l.end()
		l.refuses(nil)
		if err := os.RemoveAll(l.dir + "/spool"); err != nil {
			l.t.Fatal(err)
		}
		l.start()
		l.settle(time.Minute)
		l.want("j", gcp.JobAborted, 0)
		if got := l.seen("j").msg; got != gcp.UnconfirmedMessage {
			l.t.Errorf("message %q", got)
		}
		asked := l.count("jobs")
		l.restart()
		l.settle(time.Minute)
		if n := l.count("jobs"); n > asked {
			l.t.Errorf("asked %d times again", n-asked)
		}
	}, "lp")
}

// grabbedOnce is another claim that takes what is fetched first, and gives it back.
type grabbedOnce struct {
	connector.Cloud
	w    *world
	done *bool
}

func (g grabbedOnce) Fetch(ctx context.Context, p gcp.PrinterID, run gcp.RunID, n int) ([]gcp.Job, error) {
	if *g.done {
		return g.Cloud.Fetch(ctx, p, run, n)
	}
	*g.done = true
	return grabbed{g.Cloud, g.w}.Fetch(ctx, p, run, n)
}

// A job that was refused and is offered again soon after is not forgotten: the hint
// of it is served when the pause is over, without another one.
func TestRefusedJobIsTakenLater(t *testing.T) {
	in(t, func(_ *testing.T, l *lab) {
		l.start(func(s seams) seams { s.cloud = grabbedOnce{s.cloud, l.world, new(bool)}; return s })
		l.offer("j", 5*time.Second)
		l.want("j", gcp.JobInProgress, 0)
		l.mu.Lock()
		j := l.job("j")
		j.claim, j.state = "", gcp.StateOf(gcp.JobQueued)
		l.mu.Unlock()
		l.hint("lp")
		l.settle(5 * time.Second)
		l.want("j", gcp.JobQueued, 0) // still in the pause
		l.settle(2 * time.Minute)
		l.want("j", gcp.JobDone, 1)
	}, "lp")
}
