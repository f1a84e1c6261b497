package web

import (
	"bufio"
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// listen opens /events and returns its lines.
func (w *world) listen(ctx context.Context, lastID string) *bufio.Scanner {
	w.t.Helper()
	return w.listenTo(ctx, "after=0", lastID)
}

// listenTo is listen for a page with a query of its own.
func (w *world) listenTo(ctx context.Context, query, lastID string) *bufio.Scanner {
	w.t.Helper()
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, w.URL+"/events?"+query, nil)
	if lastID != "" {
		req.Header.Set("Last-Event-ID", lastID)
	}
	resp, err := w.browser.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = resp.Body.Close() })
	if kind := resp.Header.Get("Content-Type"); kind != "text/event-stream" {
		w.t.Fatalf("have %s %q", resp.Status, kind)
	}
	return bufio.NewScanner(resp.Body)
}

// nextEvent returns id and data of the next event.
func nextEvent(t *testing.T, lines *bufio.Scanner) (id, data string) {
	t.Helper()
	for lines.Scan() {
		text := lines.Text()
		if v, ok := strings.CutPrefix(text, "id: "); ok {
			id = v
		}
		if v, ok := strings.CutPrefix(text, "data: "); ok {
			return id, v
		}
	}
	t.Fatalf("the stream ended: %v", lines.Err())
	return "", ""
}

func TestEvents(t *testing.T) {
	w := start(t)
	if _, resp := w.get("/events"); resp.StatusCode != http.StatusNoContent {
		t.Errorf("without a session: %s", resp.Status)
	}
	w.signIn()
	p := w.addPrinter("q")
	_, resp := w.upload(p, w.xsrf(), "a.pdf", pdf)
	id := gcp.JobID(strings.TrimPrefix(resp.URL.Path, "/jobs/"))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	lines := w.listen(ctx, "")
	first, data := nextEvent(t, lines)
	if !strings.Contains(data, string(id)) || !strings.Contains(data, "Waiting for the printer") ||
		!strings.Contains(data, `"note":{"before":"Waits until ","at":"20`) || !strings.Contains(data, `"actions":["cancel","move"]`) {
		t.Errorf("first: %s", data)
	}
	state := gcp.ByUser(gcp.JobAborted, gcp.UserCancelled)
	if _, err := w.service.Control(ctx, w.caller(), cloud.JobReport{Job: id, State: &state}); err != nil {
		t.Fatal(err)
	}
	second, data := nextEvent(t, lines)
	if !strings.Contains(data, `"state":"Cancelled"`) || !strings.Contains(data, `"actions":["again"]`) || second == first {
		t.Errorf("second: %s %s", second, data)
	}
	again, data := nextEvent(t, w.listen(ctx, first)) // a page that was cut off
	if again != second || !strings.Contains(data, "Cancelled") {
		t.Errorf("after coming back: %s %s", again, data)
	}
	close(w.stop)
	for lines.Scan() { // until the stopping service ends the stream
	}
	if ctx.Err() != nil {
		t.Error("the stream outlived the service")
	}
}

// A person has at most 16 streams: one more ends the oldest, which is told to
// stay away for a while, and no other.
func TestFewStreamsPerPerson(t *testing.T) {
	w := start(t)
	w.signIn()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var all []*bufio.Scanner
	for range 17 {
		lines := w.listen(ctx, "")
		if !lines.Scan() { // its greeting: it has its place
			t.Fatal(lines.Err())
		}
		all = append(all, lines)
	}
	var text strings.Builder
	for all[0].Scan() {
		text.WriteString(all[0].Text() + "\n")
	}
	if ctx.Err() != nil || !strings.Contains(text.String(), "retry: 60000\n") {
		t.Errorf("the oldest stream: %q, %v", text.String(), ctx.Err())
	}
	p := w.addPrinter("q")
	w.upload(p, w.xsrf(), "a.pdf", pdf)
	for _, lines := range all[1:] {
		if _, data := nextEvent(t, lines); !strings.Contains(data, "Waiting for the printer") {
			t.Errorf("another stream: %s", data)
		}
	}
}

// A page that is open when its person loses the account hears nothing more, also
// while something happens all the time.
func TestEventsEndWithTheAccount(t *testing.T) {
	w := start(t)
	u, err := w.service.AddUser(t.Context(), "bob@example.com", password, false)
	if err != nil {
		t.Fatal(err)
	}
	p := w.addPrinter("q")
	bobs := cloud.Caller{User: &u, Via: cloud.ViaToken}
	err = w.service.Share(t.Context(), w.caller(), cloud.ShareRequest{Printer: p, Scope: u.Email, Role: gcp.RoleUser})
	if err == nil {
		_, err = w.service.ProcessInvite(t.Context(), bobs, p, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	paused := false
	for _, end := range []func() error{
		func() error { return w.service.SignOut(t.Context(), cloud.OperatorCaller(), u.ID) },
		func() error { return w.service.Disable(t.Context(), cloud.OperatorCaller(), u.ID) },
	} {
		bob := w.other()
		bob.post("/signin", url.Values{"email": {"bob@example.com"}, "password": {password}})
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		lines := bob.listenTo(ctx, "printers="+string(p), "")
		if !lines.Scan() { // its greeting
			t.Fatal(lines.Err())
		}
		if err := end(); err != nil {
			t.Fatal(err)
		}
		paused = !paused
		if _, err := w.service.UpdatePrinter(ctx, w.caller(), p, cloud.PrinterFields{Paused: &paused}); err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		for lines.Scan() {
			text.WriteString(lines.Text())
		}
		if ctx.Err() != nil || strings.Contains(text.String(), "event:") {
			t.Errorf("the stream went on: %q, %v", text.String(), ctx.Err())
		}
	}
}
