package cloud_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// next waits for a push.
func (w *world) next() gcp.Notification {
	w.t.Helper()
	select {
	case n := <-w.push:
		return n
	case <-time.After(20 * time.Second):
		w.t.Fatal("no push")
		return gcp.Notification{}
	}
}

func TestPushes(t *testing.T) {
	w := newWorld(t)
	stop := w.run()
	defer stop()
	w.ticks(1) // Run follows the log now
	j := w.submit(w.alice)
	if n := w.next(); n != (gcp.Notification{Printer: w.printer}) {
		t.Errorf("after submit: %v", n)
	}
	_, err := w.report(w.robot, j.ID, gcp.StateOf(gcp.JobInProgress))
	must(t, err)
	_, err = w.report(w.alice, j.ID, gcp.ByUser(gcp.JobAborted, gcp.UserCancelled))
	must(t, err)
	if n := w.next(); n.Kind != gcp.NotifyJobs {
		t.Errorf("after cancel: %v", n)
	}
	seconds := 600
	settings := gcp.LocalSettings{Pending: &gcp.Settings{XMPPTimeoutValue: &seconds}}
	_, err = w.UpdatePrinter(t.Context(), w.alice, w.printer, cloud.PrinterFields{LocalSettings: &settings})
	must(t, err)
	if n := w.next(); n.Kind != gcp.NotifySettings {
		t.Errorf("after new settings: %v", n)
	}
	settings = gcp.LocalSettings{Current: &gcp.Settings{XMPPTimeoutValue: &seconds}}
	p, err := w.UpdatePrinter(t.Context(), w.robot, w.printer, cloud.PrinterFields{LocalSettings: &settings})
	must(t, err)
	if p.LocalSettings.Pending != nil {
		t.Error("settings still pending after the device took them over")
	}
	must(t, w.DeletePrinter(t.Context(), w.alice, w.printer))
	if n := w.next(); n.Kind != gcp.NotifyDelete {
		t.Errorf("after delete: %v", n)
	}
	got, err := w.Job(t.Context(), w.alice, j.ID)
	must(t, err)
	if !got.State.Equal(gcp.ByService(gcp.JobAborted, gcp.ServicePrinterDeleted)) {
		t.Errorf("job of a deleted printer: %v", got.State)
	}
	w.eventually(func() bool {
		got, err := w.Job(t.Context(), w.alice, j.ID)
		return err == nil && got.Trace[gcp.HopQueued] > 0 && got.Trace[gcp.HopNotified] > 0
	})
}

// A waiting job is hinted once at the start, and again while its connector is
// online; not while it is away.
func TestRepeatedHints(t *testing.T) {
	w := newWorld(t)
	w.submit(w.alice)
	stop := w.run()
	if n := w.next(); n.Printer != w.printer {
		t.Errorf("at the start: %v", n)
	}
	stop()
	// hints counts what a look at the schedule after a while gives.
	hints := func(after time.Duration) int {
		from := w.clock.Now()
		w.clock.add(after)
		must(t, w.RepeatHints(t.Context(), from, w.clock.Now()))
		n := len(w.push)
		for range n {
			<-w.push
		}
		return n
	}
	must(t, w.Presence(t.Context(), w.robot.Robot.ID, true))
	for _, after := range []time.Duration{6 * time.Second, 25 * time.Second} { // past 5 s, past 30 s
		if n := hints(after); n != 1 {
			t.Errorf("%d hints after another %s, want 1", n, after)
		}
	}
	must(t, w.Presence(t.Context(), w.robot.Robot.ID, false))
	if n := hints(10 * time.Minute); n != 0 {
		t.Errorf("%d hints while the connector is away", n)
	}
}

func TestRetention(t *testing.T) {
	w := newWorld(t)
	j := w.submit(w.alice)
	_, err := w.report(w.robot, j.ID, gcp.StateOf(gcp.JobDone))
	must(t, err)
	w.clock.add(23 * time.Hour)
	stop := w.run()
	w.ticks(1)
	stop()
	if _, err := w.text(w.alice, j.ID); err != nil {
		t.Errorf("after 23 h: %v", err)
	}
	w.clock.add(2 * time.Hour)
	stop = w.run()
	defer stop()
	w.eventually(func() bool {
		_, err := w.text(w.alice, j.ID)
		return errors.Is(err, cloud.ErrNotFound)
	})
	if _, err := w.blobs.Open(t.Context(), j.Document.ID); !errors.Is(err, cloud.ErrNotFound) {
		t.Errorf("the file is still there: %v", err)
	}
	if _, err := w.Job(t.Context(), w.alice, j.ID); err != nil {
		t.Errorf("the job itself must stay: %v", err)
	}
}

func TestPresence(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	want := func(c gcp.ConnectionStatus) {
		t.Helper()
		p, err := w.Printer(ctx, w.alice, w.printer)
		must(t, err)
		if p.Connection != c {
			t.Errorf("connection %s, want %s", p.Connection, c)
		}
	}
	want(gcp.ConnectionOnline) // it has just registered
	w.clock.add(2 * time.Minute)
	want(gcp.ConnectionOffline)
	must(t, w.Presence(ctx, w.robot.Robot.ID, true))
	w.clock.add(time.Hour)
	want(gcp.ConnectionOnline)
	must(t, w.Presence(ctx, w.robot.Robot.ID, false)) // it was stopped, which shows at once
	want(gcp.ConnectionOffline)
	must(t, w.Touch(ctx, w.robot.Robot.ID, w.clock.Now().Add(-time.Second))) // a call from before is written down later
	want(gcp.ConnectionOffline)
	must(t, w.Presence(ctx, w.robot.Robot.ID, true))
	want(gcp.ConnectionOnline)
	w.clock.add(time.Hour)
	must(t, w.Recover(ctx)) // a new start of the service
	want(gcp.ConnectionOffline)
	w.clock.add(31 * 24 * time.Hour)
	want(gcp.ConnectionDormant)
	must(t, w.DeletePrinter(ctx, w.alice, w.printer))
	name := "other"
	p, err := w.Register(ctx, w.alice, cloud.PrinterFields{Name: &name, Proxy: new("nobody's")})
	must(t, err)
	w.printer = p.ID
	want(gcp.ConnectionUnknown)
}

// A stream that ends right after a call hides the connector until its next call, and no
// longer: it may come by another way at once.
func TestCallAfterGoodbye(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	fetch := func() {
		t.Helper()
		if _, err := w.Fetch(ctx, w.robot, cloud.FetchQuery{Printer: w.printer}); cloud.KindOf(err) != cloud.KindNoJob {
			t.Fatal(err)
		}
	}
	w.clock.add(2 * time.Minute)
	for range 3 {
		fetch()
		w.clock.add(time.Second)
		must(t, w.Presence(ctx, w.robot.Robot.ID, true))
		must(t, w.Presence(ctx, w.robot.Robot.ID, false))
		p, err := w.Printer(ctx, w.alice, w.printer)
		must(t, err)
		if p.Connection != gcp.ConnectionOffline {
			t.Errorf("after a goodbye it is %s", p.Connection)
		}
		w.clock.add(time.Second)
		fetch()
		if p, err = w.Printer(ctx, w.alice, w.printer); err != nil || p.Connection != gcp.ConnectionOnline {
			t.Errorf("after a call it is %s, %v", p.Connection, err)
		}
		w.clock.add(time.Second)
	}
}

func TestResubmitAndDelete(t *testing.T) {
	w := newWorld(t)
	j := w.submit(w.alice)
	copied, err := w.Resubmit(t.Context(), w.alice, j.ID, w.printer, nil)
	must(t, err)
	if copied.ID == j.ID || copied.Document.ID == j.Document.ID || copied.Document.Digest != j.Document.Digest {
		t.Errorf("copy %+v", copied.Document)
	}
	if got, err := w.text(w.robot, copied.ID); err != nil || got != "%PDF-1.4 text" {
		t.Errorf("document of the copy: %q, %v", got, err)
	}
	must(t, w.DeleteJob(t.Context(), w.alice, j.ID))
	jobs, total, err := w.Jobs(t.Context(), w.alice, cloud.JobQuery{Printer: w.printer})
	if err != nil || total != 1 || jobs[0].ID != copied.ID {
		t.Errorf("after deleting one of two: %d, %v", total, err)
	}
}

// Passwords that are tried at the same moment count before they are looked at,
// for one address and, with a larger bound, for all of them.
func TestPasswordsAtTheSameTime(t *testing.T) {
	w := newWorld(t)
	_, err := w.AddUser(t.Context(), "dave@example.com", "correct horse", false)
	must(t, err)
	guess := func(from, password string) error {
		_, err := w.CheckPassword(t.Context(), cloud.PasswordCheck{Email: "dave@example.com", Password: password, From: from})
		return err
	}
	looked := func(n int, from func(int) string) int {
		var wg sync.WaitGroup
		var wrong atomic.Int32
		for i := range n {
			wg.Go(func() {
				if errors.Is(guess(from(i), "wrong horse"), cloud.ErrCredentials) {
					wrong.Add(1)
				}
			})
		}
		wg.Wait()
		return int(wrong.Load())
	}
	if n := looked(40, func(int) string { return "192.0.2.1" }); n > 10 {
		t.Errorf("%d guesses from one address were looked at", n)
	}
	for range 12 { // what was right does not count
		must(t, guess("192.0.2.2", "correct horse"))
	}
	if n := looked(120, func(i int) string { return fmt.Sprint("198.51.100.", i) }); n > 90 {
		t.Errorf("%d more guesses from everywhere were looked at", n)
	}
	w.clock.add(16 * time.Minute)
	must(t, guess("192.0.2.1", "correct horse"))
}

func TestPasswords(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	if _, err := w.AddUser(ctx, "x@example.com", "short", false); cloud.KindOf(err) != cloud.KindInvalid {
		t.Errorf("short password: %v", err)
	}
	if _, err := w.AddUser(ctx, "Alice@Example.com", "", false); cloud.KindOf(err) != cloud.KindInvalid {
		t.Errorf("taken address: %v", err)
	}
	u, err := w.AddUser(ctx, "Dave@Example.com", "correct horse", false)
	must(t, err)
	if _, err := w.CheckPassword(ctx, cloud.PasswordCheck{Email: "dave@example.com ", Password: "correct horse"}); err != nil {
		t.Errorf("right password: %v", err)
	}
	for email, password := range map[string]string{
		"dave@example.com": "wrong horse", "nobody@example.com": "correct horse", "alice@example.com": "",
	} {
		if _, err := w.CheckPassword(ctx, cloud.PasswordCheck{Email: email, Password: password}); !errors.Is(err, cloud.ErrCredentials) {
			t.Errorf("%s: %v", email, err)
		}
	}
	must(t, w.SetPassword(ctx, u.ID, "another horse"))
	for range 9 {
		_, err = w.CheckPassword(ctx, cloud.PasswordCheck{Email: "dave@example.com", Password: "wrong horse"})
	}
	if !errors.Is(err, cloud.ErrCredentials) {
		t.Errorf("tenth wrong password: %v", err)
	}
	if _, err = w.CheckPassword(ctx, cloud.PasswordCheck{Email: "dave@example.com", Password: "another horse"}); cloud.KindOf(err) != cloud.KindQuota {
		t.Errorf("after ten wrong ones: %v", err)
	}
	w.clock.add(16 * time.Minute)
	if _, err = w.CheckPassword(ctx, cloud.PasswordCheck{Email: "dave@example.com", Password: "another horse"}); err != nil {
		t.Errorf("a quarter of an hour later: %v", err)
	}
}
