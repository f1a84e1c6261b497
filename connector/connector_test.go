package connector_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"platen/connector"
	"platen/gcp"
	"platen/printer"
)

func TestJobIsPrintedOnce(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.start()
		l.submit("lp", "j1")
		l.hint("lp")
		l.hint("lp")
		l.settle(5 * time.Second)
		l.want("j1", gcp.JobDone, 1)
		j := l.seen("j1")
		for _, hop := range []gcp.Hop{
			gcp.HopPushed, gcp.HopHinted, gcp.HopFetched, gcp.HopClaimed, gcp.HopSpooled,
			gcp.HopTranslated, gcp.HopPrinted, gcp.HopEnded, gcp.HopReported,
		} {
			if j.trace[hop] == 0 {
				t.Errorf("hop %d has no time", hop)
			}
		}
		if j.pages != 2 {
			t.Errorf("pages = %d, want the 2 that the printer counted", j.pages)
		}
		if n := l.count("download"); n != 1 {
			t.Errorf("%d downloads, want 1: a document is downloaded once", n)
		}
	}, "lp")
}

func TestIdleAsksNothing(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.start()
		l.settle(time.Minute)
		before := []int{l.count("fetch"), l.count("list"), l.count("jobs"), l.count("state"), l.count("update")}
		l.settle(24 * time.Hour)
		after := []int{l.count("fetch"), l.count("list"), l.count("jobs"), l.count("state"), l.count("update")}
		if !slices.Equal(before, after) {
			t.Errorf("calls of a day without work: %v, then %v", before, after)
		}
	}, "lp")
}

func TestCatchesUpAfterReconnect(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.start()
		l.submit("lp", "j1") // its hint is lost
		l.settle(time.Hour)
		l.want("j1", gcp.JobQueued, 0)
		l.c.Connected()
		l.settle(5 * time.Second)
		l.want("j1", gcp.JobDone, 1)
	}, "lp")
}

func TestManyJobsInOrder(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.start()
		var want []gcp.JobID
		for i := range 500 {
			id := gcp.JobID(fmt.Sprintf("j%03d", i))
			want = append(want, id)
			l.submit("lp", id)
		}
		l.hint("lp")
		l.settle(time.Minute)
		if !slices.Equal(l.order, want) {
			t.Errorf("printed %d jobs in the order %.80v", len(l.order), l.order)
		}
		for _, id := range want {
			l.want(id, gcp.JobDone, 1)
		}
	}, "lp")
}

// A classic service gives 100 jobs at once, however many are asked for.
func TestManyJobsInSmallPages(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.page, l.mute = 100, true
		l.start()
		for i := range 300 {
			l.submit("lp", gcp.JobID(fmt.Sprintf("j%03d", i)))
		}
		for range 3 { // the service does not hear that we have those of the first pages
			l.hint("lp")
			l.settle(5 * time.Second)
		}
		fetches := l.count("fetch")
		l.settle(time.Minute)
		if n := l.count("fetch") - fetches; n > 0 {
			t.Errorf("%d more fetches although nothing new was given", n)
		}
		l.change(func() { l.mute = false })
		l.settle(5 * time.Minute)
		for i := range 300 {
			l.want(gcp.JobID(fmt.Sprintf("j%03d", i)), gcp.JobDone, 1)
		}
	}, "lp")
}

func TestBlockedPrinterDelaysNoOther(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.locals["bad"].refuse = &printer.Error{Op: "Create-Job", Text: "busy", Retry: true}
		l.start()
		l.submit("bad", "b")
		l.submit("good", "g")
		l.hint("bad")
		l.hint("good")
		l.settle(2 * time.Minute)
		l.want("g", gcp.JobDone, 1)
		l.want("b", gcp.JobStopped, 0)
		l.change(func() { l.locals["bad"].refuse = nil })
		l.settle(2 * time.Minute)
		l.want("b", gcp.JobDone, 1)
	}, "bad", "good")
}

func TestSeveralJobsAtThePrinter(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.locals["lp"].hold = true
		l.start()
		for _, id := range []gcp.JobID{"a", "b", "c"} {
			l.submit("lp", id)
		}
		l.hint("lp")
		l.settle(5 * time.Second)
		if len(l.order) != 3 {
			t.Errorf("the printer has %v before the first ended, want three jobs", l.order)
		}
	}, "lp")
}

// A poll that fails is no failed job.
func TestPassingFailureEndsNothing(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.locals["lp"].away = errors.New("timeout")
		l.start()
		l.offer("j", 3*time.Hour)
		l.want("j", gcp.JobInProgress, 1)
		l.change(func() { l.locals["lp"].away = nil })
		l.settle(2 * time.Minute)
		l.want("j", gcp.JobDone, 1)
	}, "lp")
}

func TestRefusedByThePrinter(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.locals["lp"].refuse = &printer.Error{Op: "Create-Job", Text: "not that format", State: gcp.ByService(gcp.JobAborted, gcp.ServiceUnsupportedType)}
		l.start()
		l.offer("j", time.Second)
		l.want("j", gcp.JobAborted, 0)
		if got := l.seen("j").state.Cause(); got != "service_action_cause/CONVERSION_UNSUPPORTED_CONTENT_TYPE" {
			t.Errorf("cause %s", got)
		}
	}, "lp")
}

// Without a ticket nothing is printed with defaults.
func TestNoTicketPrintsNothing(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.classic, l.noTicket = true, &gcp.Error{Op: "ticket", Code: 5, Message: "no", HTTPStatus: 200}
		l.start()
		l.offer("j", time.Minute)
		l.want("j", gcp.JobAborted, 0)
		if got := l.seen("j").state.Cause(); got != "device_action_cause/INVALID_TICKET" {
			t.Errorf("cause %s", got)
		}
	}, "lp")
}

func TestClassicServiceGivesTicketApart(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.classic = true
		l.start()
		l.offer("j", 5*time.Second)
		l.want("j", gcp.JobDone, 1)
	}, "lp")
}

func TestDocumentGone(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.noDoc["j"] = &gcp.Error{Op: "download", HTTPStatus: 404}
		l.start()
		l.offer("j", time.Second)
		l.want("j", gcp.JobAborted, 0)
		if got := l.seen("j").state.Cause(); got != "device_action_cause/DOWNLOAD_FAILURE" {
			t.Errorf("cause %s", got)
		}
	}, "lp")
}

func TestDocumentThatCannotBeHadStepsAside(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.noDoc["first"] = errDown
		l.start()
		l.submit("lp", "first")
		l.offer("second", 9*time.Minute)
		l.want("second", gcp.JobInProgress, 0)
		l.settle(2 * time.Minute)
		l.want("second", gcp.JobDone, 1)
		l.mu.Lock()
		delete(l.noDoc, "first")
		l.mu.Unlock()
		l.settle(6 * time.Minute)
		l.want("first", gcp.JobDone, 1)
	}, "lp")
}

// A printer that takes nothing has a few documents on disk, not the whole queue.
func TestFewDocumentsAhead(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.locals["lp"].refuse = &printer.Error{Op: "Create-Job", Text: "busy", Retry: true}
		l.start()
		for i := range 40 {
			l.submit("lp", gcp.JobID(fmt.Sprintf("j%02d", i)))
		}
		l.hint("lp")
		l.settle(time.Minute)
		// Default Options.Ahead, and the one that the printer is asked to take.
		if n := l.count("download"); n > 9 {
			t.Errorf("%d documents were downloaded", n)
		}
		l.change(func() { l.locals["lp"].refuse = nil })
		l.settle(2 * time.Minute)
		for i := range 40 {
			l.want(gcp.JobID(fmt.Sprintf("j%02d", i)), gcp.JobDone, 1)
		}
	}, "lp")
}

func TestDocumentGivenUp(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.noDoc["j"] = errDown
		l.start()
		l.offer("j", 25*time.Hour)
		l.want("j", gcp.JobAborted, 0)
	}, "lp")
}

func TestCloudAwayForHours(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.locals["lp"].hold = true
		l.start()
		l.offer("j", 5*time.Second)
		l.change(func() { l.down, l.locals["lp"].hold = true, false })
		l.settle(6 * time.Hour)
		l.restart() // the report waits on the disk
		l.settle(time.Hour)
		l.want("j", gcp.JobInProgress, 1)
		l.change(func() { l.down = false })
		l.c.Connected()
		l.settle(time.Second)
		l.want("j", gcp.JobDone, 1)
	}, "lp")
}

func TestEndedJobOfferedAgain(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.start()
		l.offer("j", 5*time.Second)
		l.want("j", gcp.JobDone, 1)
		l.mu.Lock()
		l.job("j").state = gcp.StateOf(gcp.JobQueued) // the service lost its last hour
		l.mu.Unlock()
		l.restart()
		l.settle(5 * time.Second)
		l.want("j", gcp.JobDone, 1)
	}, "lp")
}

func TestCancelledBeforeTheReport(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.noDoc["j"] = errDown
		l.start()
		l.submit("lp", "j")
		l.change(func() { l.job("j").cancel = true })
		l.hint("lp")
		l.settle(5 * time.Second)
		l.hint("lp")
		l.settle(5 * time.Second)
		l.want("j", gcp.JobAborted, 0)
		if got := l.seen("j").state.Cause(); got != "user_action_cause/CANCELLED" {
			t.Errorf("cause %s", got)
		}
	}, "lp")
}

// What was cancelled in the service reaches the printer.
func TestCancelAtThePrinter(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.locals["lp"].hold = true
		l.start()
		l.offer("j", 5*time.Second)
		l.change(func() { l.job("j").cancel = true })
		l.hint("lp")
		l.settle(5 * time.Second)
		l.want("j", gcp.JobAborted, 1)
		if j := l.seen("j"); !j.acked || j.state.Cause() != "user_action_cause/CANCELLED" {
			t.Errorf("acknowledged %v, cause %s", j.acked, j.state.Cause())
		}
	}, "lp")
}

func TestServiceTookTheJobBack(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.noDoc["j"] = errDown
		l.start()
		l.submit("lp", "j")
		l.change(func() { l.down = true })
		l.hint("lp")
		l.settle(time.Second)
		l.change(func() { l.down = false })
		l.settle(500 * time.Millisecond)
		l.mu.Lock()
		l.job("j").state = gcp.ByUser(gcp.JobAborted, gcp.UserCancelled)
		delete(l.noDoc, "j")
		l.mu.Unlock()
		l.settle(time.Hour)
		l.want("j", gcp.JobAborted, 0)
	}, "lp")
}

func TestPrinterForgotTheJob(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.locals["lp"].forgets = true
		l.start()
		l.offer("j", time.Minute)
		l.want("j", gcp.JobAborted, 1)
		if j := l.seen("j"); j.msg != gcp.UnconfirmedMessage || j.state.Cause() != "device_action_cause/OTHER" {
			t.Errorf("%s %q", j.state.Cause(), j.msg)
		}
		l.mu.Lock()
		l.locals["lp"].forgets = false // it only looked so
		l.mu.Unlock()
		l.settle(2 * time.Minute)
		l.want("j", gcp.JobDone, 1)
	}, "lp")
}

func TestCutSendIsNeverSentAgain(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.locals["lp"].cutSend, l.locals["lp"].forgets = true, true
		l.start()
		l.offer("j", time.Hour)
		l.want("j", gcp.JobAborted, 1)
		if j := l.seen("j"); j.msg != gcp.UnconfirmedMessage {
			t.Errorf("%s %q", j.state.Cause(), j.msg)
		}
	}, "lp")
}

func TestLittleDiskLeavesTheJobQueued(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		var free atomic.Int64
		free.Store(1000)
		l.sopt.Reserve, l.sopt.Free = 100, func() (int64, error) { return free.Load(), nil }
		l.start()
		j := l.submit("lp", "large")
		l.mu.Lock()
		j.ContentLength = 5000
		l.mu.Unlock()
		l.offer("small", 5*time.Second)
		l.want("large", gcp.JobQueued, 0)
		l.want("small", gcp.JobDone, 1)
		if got := l.printer().Description; got != "spool full" {
			t.Errorf("the printer says %q", got)
		}
		free.Store(1e6)
		l.settle(time.Minute)
		l.want("large", gcp.JobDone, 1)
		if got := l.printer().Description; got != "" {
			t.Errorf("the printer still says %q", got)
		}
	}, "lp")
}

func TestDocumentRefusedByThePrinter(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.locals["lp"].reject = &printer.Error{Op: "Send-Document", Text: "the document is locked", State: gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure)}
		l.start()
		l.offer("j", 5*time.Second)
		l.want("j", gcp.JobAborted, 0)
		if j := l.seen("j"); j.msg != "the document is locked" {
			t.Errorf("message %q", j.msg)
		}
	}, "lp")
}

func TestDocumentNotTakenNow(t *testing.T) {
	in(t, func(_ *testing.T, l *lab) {
		l.locals["lp"].reject = &printer.Error{Op: "Send-Document", Text: "busy", Busy: true}
		l.start()
		l.submit("lp", "a")
		l.offer("b", time.Hour)
		l.want("a", gcp.JobInProgress, 0)
		l.change(func() { l.locals["lp"].reject = nil })
		l.settle(5 * time.Minute)
		l.want("a", gcp.JobDone, 1)
		l.want("b", gcp.JobDone, 1)
		if l.order[0] != "a" {
			l.t.Errorf("order %v, want the service's", l.order)
		}
	}, "lp")
}

func TestStopLetsTheDocumentArrive(t *testing.T) {
	in(t, func(_ *testing.T, l *lab) {
		l.start(func(s seams) seams { s.ps = slowSend{s.ps}; return s })
		l.submit("lp", "j")
		l.hint("lp")
		l.settle(time.Second) // the document is on its way
		l.restart()
		l.settle(5 * time.Second)
		l.want("j", gcp.JobDone, 1)
		if n := l.count("settle"); n != 1 {
			l.t.Errorf("asked %d times for the job", n)
		}
	}, "lp")
}

// slowSend takes three seconds for a document.
type slowSend struct{ connector.PrintSystem }

func (s slowSend) Send(ctx context.Context, l printer.LocalJob, j printer.Job, d io.ReadSeeker) (printer.LocalJob, error) {
	if err := sleep(ctx, 3*time.Second); err != nil {
		return l, err
	}
	return s.PrintSystem.Send(ctx, l, j, d)
}
