package cloud_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"platen/cloud"
)

// letters is a Teller that writes down whom it told what, or fails.
type letters struct {
	sent []string
	fail map[string]error
}

func (l *letters) Tell(_ context.Context, address string, about []cloud.OutageNote) error {
	if err := l.fail[address]; err != nil {
		return err
	}
	var words []string
	for _, n := range about {
		word := n.Name + " down"
		if n.Over {
			word = n.Name + " back"
		}
		if n.Why != "" {
			word += ": " + n.Why
		}
		words = append(words, strings.Join(append([]string{word}, n.Printers...), "/"))
	}
	l.sent = append(l.sent, address+" "+strings.Join(words, ", "))
	return nil
}

// take returns what was sent since the last call, in order.
func (l *letters) take() []string {
	sent := l.sent
	l.sent = nil
	slices.Sort(sent)
	return sent
}

// outages is a world whose connector is there, and what is sent.
func outages(t *testing.T, rules cloud.OutageRules) (*world, *letters) {
	l := &letters{fail: map[string]error{}}
	if rules.Teller == nil {
		rules.Teller = l
	}
	w := newWorldWith(t, cloud.Config{Limits: cloud.Limits{SubmitsMinute: -1, Waiting: -1}, Outages: rules})
	must(t, w.Presence(t.Context(), w.robot.Robot.ID, true))
	return w, l
}

// after lets time pass with a look each minute, or each hour of many days, and wants what
// is sent then.
func (w *world) after(d time.Duration, l *letters, want ...string) {
	w.t.Helper()
	step := time.Minute
	if d > 48*time.Hour {
		step = time.Hour
	}
	for end := w.clock.Now().Add(d); w.clock.Now().Before(end); {
		w.clock.add(step)
		must(w.t, w.LookForOutages(w.t.Context()))
	}
	if got := l.take(); !slices.Equal(got, want) {
		w.t.Errorf("after %s: %q, want %q", d, got, want)
	}
}

var quarter = cloud.OutageRules{Connector: 15 * time.Minute, Printer: time.Hour, Owners: true}

// A connector that stays away is told once, and that it is there again.
func TestConnectorOutage(t *testing.T) {
	rules := quarter
	rules.To = []string{"team@example.com", "alice@example.com"} // who is the owner, too: one message
	w, l := outages(t, rules)
	ctx := t.Context()
	w.after(time.Hour, l)
	must(t, w.Presence(ctx, w.robot.Robot.ID, false))
	w.after(14*time.Minute, l)
	w.after(3*time.Minute, l, "alice@example.com proxy down/queue", "team@example.com proxy down/queue")
	w.after(40*24*time.Hour, l) // also when it is long given up
	must(t, w.Presence(ctx, w.robot.Robot.ID, true))
	w.after(time.Minute, l, "alice@example.com proxy back/queue", "team@example.com proxy back/queue")
	w.after(time.Hour, l)
	must(t, w.Presence(ctx, w.robot.Robot.ID, false))
	w.after(10*time.Minute, l)
	must(t, w.Presence(ctx, w.robot.Robot.ID, true)) // a short one is nobody's business
	w.after(time.Hour, l)
	var kinds []cloud.EventKind
	events, err := w.Events(ctx, 0, 100)
	must(t, err)
	for _, e := range events {
		if e.Kind == cloud.EventOutage || e.Kind == cloud.EventOutageOver {
			kinds = append(kinds, e.Kind)
		}
	}
	if !slices.Equal(kinds, []cloud.EventKind{cloud.EventOutage, cloud.EventOutageOver}) {
		t.Errorf("the log has %v", kinds)
	}
}

// A printer that says it is stopped is told when it stays so, with what it says; not while
// a person paused it, and not because its connector is away.
func TestPrinterOutage(t *testing.T) {
	rules := quarter
	rules.Connector = 0
	w, l := outages(t, rules)
	ctx := t.Context()
	says := func(state string) {
		t.Helper()
		_, err := w.UpdatePrinter(ctx, w.robot, w.printer, cloud.PrinterFields{SemanticState: []byte(state)})
		must(t, err)
	}
	stopped := `{"version":"1.0","printer":{"state":"STOPPED","vendor_state":{"item":[
		{"state":"ERROR","description_localized":[{"locale":"EN","value":"Paper is jammed"}]},{"state":"INFO","description":"fine"}]}}}`
	says(stopped)
	w.after(59*time.Minute, l)
	says(`{"version":"1.0","printer":{"state":"IDLE"}}`)
	w.after(10*time.Minute, l)
	says(stopped)
	w.after(time.Hour, l)
	w.after(2*time.Minute, l, "alice@example.com queue down: Paper is jammed")
	must(t, w.Presence(ctx, w.robot.Robot.ID, false))
	w.after(time.Hour, l) // nobody can tell
	must(t, w.Presence(ctx, w.robot.Robot.ID, true))
	w.after(time.Minute, l)
	says(`{"version":"1.0","printer":{"state":"PROCESSING"}}`)
	w.after(time.Minute, l, "alice@example.com queue back")
	paused := true
	_, err := w.UpdatePrinter(ctx, w.alice, w.printer, cloud.PrinterFields{Paused: &paused})
	must(t, err)
	says(stopped)
	w.after(3*time.Hour, l)
}

// A mail server that is away is asked again, and nobody is told twice for that; an address
// that takes nothing keeps nobody else from being told.
func TestOutageIsToldWhenMailGoes(t *testing.T) {
	rules := quarter
	rules.To = []string{"gone@example.com", "zoe@example.com"}
	w, l := outages(t, rules)
	l.fail["gone@example.com"] = fmt.Errorf("550: %w", cloud.ErrNoSuchAddress)
	l.fail["zoe@example.com"] = errors.New("connection refused")
	must(t, w.Presence(t.Context(), w.robot.Robot.ID, false))
	for range 30 {
		w.clock.add(time.Minute)
		_ = w.LookForOutages(t.Context()) // says that mail does not go
	}
	if got := l.take(); !slices.Equal(got, []string{"alice@example.com proxy down/queue"}) {
		t.Errorf("while the server is away for one: %q", got)
	}
	delete(l.fail, "zoe@example.com")
	w.after(5*time.Minute, l, "zoe@example.com proxy down/queue")
}

// Where the owner's account is disabled, the administrators are told.
func TestOutageOfNobody(t *testing.T) {
	w, l := outages(t, quarter)
	ctx := t.Context()
	_, err := w.AddUser(ctx, "root@example.com", "", true)
	must(t, err)
	_, err = w.db.UpdateUser(ctx, w.alice.User.ID, func(u *cloud.User) ([]cloud.Event, error) {
		u.Disabled = true
		return nil, nil
	})
	must(t, err)
	must(t, w.Presence(ctx, w.robot.Robot.ID, false))
	w.after(20*time.Minute, l, "root@example.com proxy down/queue")
}

// A connector that was given up before the service learned to tell, and printers that are
// deleted, are nobody's news.
func TestOldOutagesAreNotTold(t *testing.T) {
	w, l := outages(t, quarter)
	must(t, w.Presence(t.Context(), w.robot.Robot.ID, false))
	w.clock.add(31 * 24 * time.Hour)
	w.after(time.Hour, l)
	must(t, w.Presence(t.Context(), w.robot.Robot.ID, true))
	must(t, w.Presence(t.Context(), w.robot.Robot.ID, false))
	w.after(18*time.Minute, l, "alice@example.com proxy down/queue")
	must(t, w.DeletePrinter(t.Context(), w.alice, w.printer))
	w.after(time.Hour, l)
}
