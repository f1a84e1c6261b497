package cups

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"platen/gcp"
	"platen/internal/lab"
	"platen/printer"
)

// CUPS keeps MaxEvents of a subscription and forgets the oldest: what happened to
// jobs and queues that no event is left of is asked for at once.
func TestEventGap(t *testing.T) {
	const things = 6
	c := lab.CUPS(t, lab.CUPSOptions{Directives: "MaxEvents 2\n"})
	for n := range things {
		c.AddNull(fmt.Sprintf("null%d", n))
	}
	s, err := New(Config{Servers: []Server{{Address: c.Socket}}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	h := s.servers[0].hub
	h.running = true // the test is the one who listens
	l := newListener(h)
	t.Cleanup(func() { l.sub.end(t.Context()) })
	doc := []byte("a document")
	print := func(n int) {
		t.Helper()
		j := printer.Job{ID: gcp.JobID(fmt.Sprintf("gap%d", n)), Printer: printer.Name(fmt.Sprintf("null%d", n)), User: "alice", Format: "text/plain", Size: int64(len(doc))}
		at, err := s.Create(t.Context(), j)
		if err == nil {
			_, err = s.Send(t.Context(), at, j, bytes.NewReader(doc))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	listen := func() {
		t.Helper()
		if _, err := l.round(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	listen() // it subscribes
	for n := range things {
		print(n)
	}
	done := func() bool { return strings.Count(c.Run("lpstat", "-W", "completed", "-o"), "null") == things }
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(20 * time.Second); !done(); <-tick.C {
		if time.Now().After(end) {
			t.Fatal("the jobs are not printed")
		}
	}
	for _, at := range h.jobs {
		at.seen = time.Now() // it is nobody's turn to be asked
	}
	listen()
	for _, at := range h.jobs {
		if got := number(at.attrs, "job-state", 0); got != 9 {
			t.Errorf("%s: state %d after a gap, want 9", at.l.Printer, got)
		}
	}

	w := &queueWatch{v: s.servers[0], sub: subscription{v: s.servers[0], name: "gap", events: []string{"printer-state-changed"}}}
	t.Cleanup(func() { w.sub.end(t.Context()) })
	if _, err := w.round(t.Context()); err != nil {
		t.Fatal(err)
	}
	for n := range things {
		c.Run("cupsdisable", fmt.Sprintf("null%d", n))
	}
	groups, gap, err := w.sub.hear(t.Context())
	if err != nil || !gap || len(groups) > 2 {
		t.Errorf("%d events, gap %v, %v; want 2 and a gap", len(groups), gap, err)
	}
	w.sub.next = 1 // as if they had not been heard
	if news, err := w.round(t.Context()); err != nil || !news {
		t.Errorf("after a gap: news %v, %v", news, err)
	}
	for n := range things {
		if !strings.Contains(w.keys[fmt.Sprintf("null%d", n)], string(gcp.PrinterStopped)) {
			t.Errorf("null%d is %s", n, w.keys[fmt.Sprintf("null%d", n)])
		}
	}
}
