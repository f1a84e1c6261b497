package connector_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"platen/gcp"
)

// A job that waited longer than it may ends as expired, wherever it waits, also
// when the connector was restarted meanwhile, and does not come out when the printer
// is there again. What the printer works on is not disturbed.
func TestExpiredJobsNeverPrint(t *testing.T) {
	gone := errors.New("no route to host")
	for name, at := range map[string]struct {
		wait, back func(*lab)
		out        bool // the printer has the document
	}{
		"for its document": {wait: func(l *lab) { l.noDoc["late"] = gone }, back: func(l *lab) { delete(l.noDoc, "late") }},
		"for its printer":  {wait: func(l *lab) { l.locals["lp"].refuse = errBusy }, back: func(l *lab) { l.locals["lp"].refuse = nil }},
		"in a printer that has stopped": {
			wait: func(l *lab) { l.locals["lp"].hold, l.locals["lp"].stopped = true, true },
			back: func(l *lab) { l.locals["lp"].hold, l.locals["lp"].stopped = false, false },
			out:  true,
		},
	} {
		for _, restarts := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				in(t, func(_ *testing.T, l *lab) {
					l.start()
					at.wait(l)
					l.submit("lp", "late").ExpiresIn = 600
					l.hint("lp")
					l.settle(9 * time.Minute)
					l.mu.Lock()
					if j := l.job("late"); j.state.Type.Ended() {
						t.Errorf("%s after nine minutes of ten", j.state.Type)
					}
					l.mu.Unlock()
					if restarts {
						l.restart()
					}
					l.settle(2 * time.Minute)
					l.mu.Lock()
					j := l.job("late")
					if j.state.Cause() != gcp.ByService(gcp.JobAborted, gcp.ServiceExpiration).Cause() {
						t.Errorf("ended %s %s %q", j.state.Type, j.state.Cause(), j.msg)
					}
					at.back(l)
					l.mu.Unlock()
					l.offer("next", 5*time.Minute)
					l.want("next", gcp.JobDone, 1)
					sends := 0
					if at.out {
						sends = 1 // and was taken back before a page came out
						if !l.locals["lp"].jobs[1].cancelled {
							t.Error("the printer still has the job")
						}
					}
					l.want("late", gcp.JobAborted, sends)
				}, "lp")
			})
		}
	}
}

// A job that a printer began to work on, and then stopped, may be on paper in part,
// and its end says so.
func TestExpiredInPart(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.start()
		l.locals["lp"].hold = true
		l.firstPages = 0 // it counts no pages
		l.submit("lp", "half").ExpiresIn = 600
		l.hint("lp")
		l.settle(5 * time.Minute)
		l.change(func() { l.locals["lp"].stopped = true })
		l.settle(time.Hour)
		j := l.seen("half")
		if !strings.Contains(j.msg, "a part of it may have come out") {
			t.Errorf("it says %q", j.msg)
		}
		if j.state.Cause() != gcp.ByService(gcp.JobAborted, gcp.ServiceExpiration).Cause() {
			t.Errorf("ended %s %s %q", j.state.Type, j.state.Cause(), j.msg)
		}
	}, "lp")
}

// A job that a printer works on when its time comes is printed.
func TestPrintingJobsDoNotExpire(t *testing.T) {
	in(t, func(_ *testing.T, l *lab) {
		l.start()
		l.locals["lp"].hold = true // it prints slowly
		l.submit("lp", "long").ExpiresIn = 600
		l.hint("lp")
		l.settle(time.Hour)
		l.change(func() { l.locals["lp"].hold = false })
		l.settle(5 * time.Minute)
		l.want("long", gcp.JobDone, 1)
	}, "lp")
}
