package connector_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"platen/gcp"
	"platen/internal/impose"
	"platen/printer"
)

// How a job ends whose document cannot be made ready, and how often that is tried.
func TestRenderingFails(t *testing.T) {
	broken := func(c impose.Cause) error { return &impose.Error{Cause: c, Text: "why it is so"} }
	for _, tt := range []struct {
		err   error
		want  gcp.JobState
		calls int
		words string
	}{
		{broken(impose.CauseDamaged), gcp.ByService(gcp.JobAborted, gcp.ServiceConversion), 1, "why it is so"},
		{broken(impose.CausePassword), gcp.ByService(gcp.JobAborted, gcp.ServiceConversion), 1, "why it is so"},
		{broken(impose.CauseTimeout), gcp.ByService(gcp.JobAborted, gcp.ServiceConversion), 1, "why it is so"},
		{broken(impose.CauseTooBig), gcp.ByService(gcp.JobAborted, gcp.ServiceFileTooBig), 1, "why it is so"},
		{broken(impose.CauseUnsupported), gcp.ByService(gcp.JobAborted, gcp.ServiceUnsupportedType), 1, "why it is so"},
		{broken(impose.CauseEmpty), gcp.ByDevice(gcp.JobAborted, gcp.DeviceInvalidTicket), 1, "why it is so"},
		{broken(impose.CauseFailed), gcp.ByService(gcp.JobAborted, gcp.ServiceConversion), 5, "why it is so"},
		{errors.New("/var/lib/secret: EIO"), gcp.ByService(gcp.JobAborted, gcp.ServiceConversion), 5, "trying again did not help"},
	} {
		withDrawer(t, func(t *testing.T, l *lab, d *drawer) {
			d.fails = slices.Repeat([]error{tt.err}, tt.calls)
			l.start()
			l.submit("lp", "a")
			l.offer("b", 5*time.Minute)
			l.want("a", gcp.JobAborted, 0)
			j := l.seen("a")
			if !j.state.Equal(tt.want) || !strings.Contains(j.msg, tt.words) || strings.Contains(j.msg, "secret") {
				t.Errorf("%v: ended %s %q, want %s", tt.err, j.state.Cause(), j.msg, tt.want.Cause())
			}
			if got := d.count(); got != tt.calls+1 { // and once for b
				t.Errorf("%v: rendered %d times, want %d", tt.err, got, tt.calls+1)
			}
			l.want("b", gcp.JobDone, 1)
			if names := l.files(); len(names) > 0 {
				t.Errorf("%q stay", names)
			}
		})
	}
}

// A renderer that fails for a while costs a job nothing but time.
func TestRenderingIsTriedAgain(t *testing.T) {
	withDrawer(t, func(_ *testing.T, l *lab, d *drawer) {
		d.fails = slices.Repeat([]error{&impose.Error{Cause: impose.CauseFailed, Text: "busy"}}, 4)
		l.start()
		l.offer("a", time.Minute)
		l.want("a", gcp.JobDone, 1)
	})
}

// What the connector cannot do at all ends as a document of the wrong type.
func TestWithoutRenderer(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.locals["lp"].Capabilities = printer.Capabilities{Formats: []string{impose.PWG}}
		l.start()
		l.offer("a", time.Minute)
		l.want("a", gcp.JobAborted, 0)
		if j := l.seen("a"); j.state.ServiceAction == nil || j.state.ServiceAction.ErrorCode != gcp.ServiceUnsupportedType || j.msg == "" {
			t.Errorf("ended %s %q", j.state.Cause(), j.msg)
		}
	}, "lp")
}

// A document that the printer refused for now is not rendered again; after a
// restart it is, since nothing is known of the file then.
func TestRenderedOnceALife(t *testing.T) {
	withDrawer(t, func(t *testing.T, l *lab, d *drawer) {
		l.start()
		l.locals["lp"].reject = errBusy
		l.offer("a", time.Minute)
		if got := d.count(); got != 1 {
			t.Errorf("rendered %d times for one refused document", got)
		}
		if names := l.files(); len(names) != 2 {
			t.Errorf("%q lie in the spool, want the document and what it was made into", names)
		}
		l.end()
		l.locals["lp"].reject = nil
		l.start()
		l.c.Connected()
		l.settle(5 * time.Minute)
		l.want("a", gcp.JobDone, 1)
		if got := d.count(); got != 2 {
			t.Errorf("rendered %d times in two lives", got)
		}
		if names := l.files(); len(names) > 0 {
			t.Errorf("%q stay", names)
		}
	})
}

// Should what was rendered get lost, it is made again.
func TestRenderedFileIsLost(t *testing.T) {
	withDrawer(t, func(t *testing.T, l *lab, d *drawer) {
		l.start()
		l.locals["lp"].reject = errBusy
		l.offer("a", time.Minute)
		if err := os.Remove(filepath.Join(l.dir, "spool", "docs", "a.out")); err != nil {
			t.Fatal(err)
		}
		l.change(func() { l.locals["lp"].reject = nil })
		l.settle(5 * time.Minute)
		l.want("a", gcp.JobDone, 1)
		if got := d.count(); got != 2 {
			t.Errorf("rendered %d times", got)
		}
	})
}

// A printer that lists PDF and does not take it gets what else it lists; when there
// is nothing left the job ends for its format, and nothing came out.
func TestOtherFormat(t *testing.T) {
	refusal := func() error {
		return &printer.Error{Op: "Send-Document", Text: "no", State: gcp.ByService(gcp.JobAborted, gcp.ServiceUnsupportedType)}
	}
	for _, refuses := range [][]string{{impose.PDF}, {impose.PDF, impose.PWG}} {
		for _, early := range []bool{false, true} {
			withDrawer(t, func(t *testing.T, l *lab, _ *drawer) {
				lp := l.locals["lp"]
				lp.Capabilities.Formats = []string{impose.PDF, impose.PWG}
				lp.picky = func(format string, creates bool) error {
					if creates == early && slices.Contains(refuses, format) {
						return refusal()
					}
					return nil
				}
				l.start()
				body := string(l.submit("lp", "a").body)
				l.hint("lp")
				l.settle(5 * time.Minute)
				if len(refuses) > 1 {
					l.want("a", gcp.JobAborted, 0)
					if got := l.seen("a").state.Cause(); got != refusalCause {
						t.Errorf("ended %s", got)
					}
					return
				}
				l.want("a", gcp.JobDone, 1)
				for _, lj := range lp.jobs {
					if lj.has && !bytes.Equal(lj.doc, drawn(body)) {
						t.Errorf("the printer got %q", lj.doc)
					}
				}
			})
		}
	}
}

const refusalCause = "service_action_cause/CONVERSION_UNSUPPORTED_CONTENT_TYPE"

// At every contact with the world in turn, the connector dies while it has documents
// to render: each comes out once, as it was rendered.
func TestDiesWhileRendering(t *testing.T) {
	for n := 1; ; n++ {
		place := ""
		synctest.Test(t, func(t *testing.T) {
			l := newLab(t, "lp")
			l.renderer = &drawer{takes: time.Second}
			l.locals["lp"].Capabilities = rasterOnly()
			l.opt.StopGrace = time.Nanosecond
			l.start()
			l.end()
			body := string(l.submit("lp", "a").body)
			place = l.dieAt(n)
			l.start()
			l.c.Connected()
			l.settle(2 * time.Hour)
			l.want("a", gcp.JobDone, 1)
			for _, lj := range l.locals["lp"].jobs {
				if lj.has && !bytes.Equal(lj.doc, drawn(body)) {
					t.Errorf("the printer got %q", lj.doc)
				}
			}
			l.end()
			if names := l.files(); len(names) > 0 {
				t.Errorf("%q stay", names)
			}
		})
		if t.Failed() {
			t.Fatalf("it died at contact %d: %s", n, place)
		}
		if place == "" {
			return
		}
	}
}

// What is rendered must leave the disk what it keeps free: the child is killed, and
// the job waits for room.
func TestDiskIsFullWhileRendering(t *testing.T) {
	withDrawer(t, func(t *testing.T, l *lab, d *drawer) {
		var mu sync.Mutex
		free := int64(1 << 30)
		set := func(n int64) { mu.Lock(); free = n; mu.Unlock() }
		l.sopt.Reserve = 1 << 20
		l.sopt.Free = func() (int64, error) { mu.Lock(); defer mu.Unlock(); return free, nil }
		d.takes = time.Minute
		l.start()
		l.offer("a", 10*time.Second)
		set(1000)
		l.settle(2 * time.Second)
		if d.killed != 1 {
			t.Errorf("%d children were killed, want 1", d.killed)
		}
		l.settle(time.Hour)
		if j := l.job("a"); j.state.Type != gcp.JobStopped || !strings.Contains(j.msg, "disk is full") {
			t.Errorf("it is %s %q", j.state.Type, j.msg)
		}
		set(1 << 30)
		l.settle(3 * time.Minute)
		l.want("a", gcp.JobDone, 1)
	})
}
