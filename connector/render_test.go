package connector_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"platen/gcp"
	"platen/internal/impose"
)

// What the printer cannot take is made ready first: it hears of the rendered file's
// size and format, and gets that. Nothing stays.
func TestPrinterGetsWhatWasRendered(t *testing.T) {
	withDrawer(t, func(t *testing.T, l *lab, d *drawer) {
		d.takes = 3 * time.Second
		l.start()
		body := string(l.submit("lp", "a").body)
		l.hint("lp")
		l.settle(time.Minute)
		l.want("a", gcp.JobDone, 1)
		lj := l.locals["lp"].jobs[1]
		if !bytes.Equal(lj.doc, drawn(body)) {
			t.Errorf("the printer got %q", lj.doc)
		}
		if lj.as.Format != impose.PWG || lj.as.Size != int64(len(lj.doc)) {
			t.Errorf("the printer was told of %d bytes of %s", lj.as.Size, lj.as.Format)
		}
		trace := l.seen("a").trace
		if took := trace[gcp.HopRendered] - trace[gcp.HopTranslated]; took < 3e6 || took > 4e6 {
			t.Errorf("rendering took %d µs by the trace", took)
		}
		if names := l.files(); len(names) > 0 {
			t.Errorf("%q stay", names)
		}
	})
}

// What goes as it is waits for no renderer, also while one hangs; as many render at
// once as is allowed.
func TestRendersAtOnce(t *testing.T) {
	withDrawer(t, func(t *testing.T, l *lab, d *drawer) {
		l.locals["lp2"] = &localPrinter{Printer: l.locals["lp"].Printer, jobs: map[int]*localJob{}}
		l.locals["lp2"].Name, l.locals["lp2"].UUID = "lp2", "uuid-lp2"
		d.takes = 10 * time.Minute
		l.start()
		l.submit("lp", "a")
		l.submit("lp2", "b")
		l.submit("plain", "c")
		l.hint("lp")
		l.hint("lp2")
		l.hint("plain")
		l.settle(time.Minute)
		l.want("c", gcp.JobDone, 1)
		if s := l.seen("a").state.Type; s != gcp.JobInProgress || !strings.Contains(l.seen("a").msg, "made ready") {
			t.Errorf("a is %s %q", s, l.seen("a").msg)
		}
		l.settle(20 * time.Minute)
		l.want("a", gcp.JobDone, 1)
		l.want("b", gcp.JobDone, 1)
		if d.most != 1 {
			t.Errorf("%d at once, want 1", d.most)
		}
	})
}

// A job that is cancelled, or has waited too long, ends at once while it is rendered,
// and the renderer with it; the next one takes its place.
func TestRenderingIsCalledOff(t *testing.T) {
	for _, by := range []gcp.JobState{
		gcp.ByUser(gcp.JobAborted, gcp.UserCancelled), gcp.ByService(gcp.JobAborted, gcp.ServiceExpiration),
	} {
		withDrawer(t, func(t *testing.T, l *lab, d *drawer) {
			d.hangs = true
			l.start()
			a := l.submit("lp", "a")
			if by.ServiceAction != nil {
				a.ExpiresIn = 60
			}
			l.hint("lp")
			l.settle(59 * time.Second)
			if by.UserAction != nil {
				if err := l.c.CancelJob(t.Context(), "a"); err != nil {
					t.Fatal(err)
				}
			}
			d.mu.Lock()
			d.hangs = false
			d.mu.Unlock()
			l.offer("b", 5*time.Second)
			if got := l.seen("a").state; !got.Equal(by) {
				t.Errorf("a ended %s %s, want %s", got.Type, got.Cause(), by.Cause())
			}
			if d.killed != 1 {
				t.Errorf("%d children were killed, want 1", d.killed)
			}
			l.settle(time.Minute)
			l.want("a", gcp.JobAborted, 0)
			l.want("b", gcp.JobDone, 1)
		})
	}
}

// A document that is not ready at once, as while the first one waits for a compile, is
// said to be made ready: at the service, and where the connector's jobs are listed.
func TestSlowRenderingIsTold(t *testing.T) {
	withDrawer(t, func(t *testing.T, l *lab, d *drawer) {
		const words = "the document is being made ready for the printer"
		d.takes = 4 * time.Second
		l.start()
		l.offer("a", 3*time.Second)
		s, err := l.c.Snapshot(t.Context())
		if err != nil || len(s.Jobs) != 1 || s.Jobs[0].Message != words {
			t.Errorf("the connector says %+v, %v", s.Jobs, err)
		}
		if got := l.seen("a"); got.msg != words || got.state.Type != gcp.JobInProgress {
			t.Errorf("the service was told %s %q", got.state.Type, got.msg)
		}
		l.settle(time.Minute)
		l.want("a", gcp.JobDone, 1)
		if got := l.seen("a"); got.msg == words {
			t.Error("the service still says so")
		}
	})
}
