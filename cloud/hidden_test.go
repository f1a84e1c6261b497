package cloud_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// audited checks that the newest entry of the audit log with these words is by whom.
func (w *world) audited(by cloud.UserID, words string) {
	w.t.Helper()
	admin := cloud.Caller{User: &cloud.User{ID: "admin", Admin: true}}
	events, err := w.Audit(w.t.Context(), admin, cloud.AuditQuery{})
	must(w.t, err)
	for _, e := range events {
		if strings.Contains(e.Note, words) {
			if e.By != by {
				w.t.Errorf("%q by %s, want %s", e.Note, e.By, by)
			}
			return
		}
	}
	w.t.Errorf("the audit log does not say %q: %+v", words, events)
}

func (w *world) register(c cloud.Caller, name, uuid string) (cloud.PrinterView, error) {
	return w.Register(w.t.Context(), c, cloud.PrinterFields{Name: &name, UUID: &uuid, Capabilities: []byte(cdd)})
}

// A connector that deletes its printer, as old ones do on a hiccup, hides it.
func TestHiddenPrinter(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.share(w.bob.User.Email, gcp.RoleUser)
	w.accept(w.bob)
	j := w.submit(w.bob)
	must(t, w.DeletePrinter(ctx, w.robot, w.printer))
	must(t, w.DeletePrinter(ctx, w.robot, w.printer)) // a repeat
	w.audited(w.alice.User.ID, "the connector removed the printer queue")

	for name, c := range map[string]cloud.Caller{"owner": w.alice, "guest": w.bob} {
		list, err := w.Search(ctx, c, cloud.PrinterQuery{Connection: gcp.ConnectionAll})
		if err != nil || len(list) != 0 {
			t.Errorf("%s still finds it: %d, %v", name, len(list), err)
		}
		_, err = w.Printer(ctx, c, w.printer)
		w.refusedAsRemoved(name+" looks at it", err)
		_, err = w.Submit(ctx, c, cloud.Submission{Printer: w.printer, ContentType: "application/pdf", Document: w.document()})
		w.refusedAsRemoved(name+" prints", err)
	}
	_, err := w.Printer(ctx, w.eve, w.printer)
	if !errors.Is(err, cloud.ErrNotFound) || strings.Contains(err.Error(), "connector") {
		t.Errorf("a stranger learns that there was one: %v", err)
	}
	_, err = w.UpdatePrinter(ctx, w.alice, w.printer, cloud.PrinterFields{DisplayName: new("x")})
	w.refusedAsRemoved("owner changes it", err)
	w.refusedAsRemoved("owner shares it", w.Share(ctx, w.alice, cloud.ShareRequest{Printer: w.printer, Scope: w.eve.User.Email}))
	if list, err := w.List(ctx, w.robot, "proxy"); err != nil || len(list) != 0 {
		t.Errorf("its connector still lists it: %d, %v", len(list), err)
	}
	if got, err := w.Job(ctx, w.bob, j.ID); err != nil || got.State.Type != gcp.JobQueued {
		t.Errorf("its job: %v, %v", got.State, err)
	}

	w.clock.add(29 * day)
	w.Sweep(ctx)
	p, err := w.register(w.robot, "queue", "")
	if err != nil || p.ID != w.printer {
		t.Fatalf("brought back as %s, %v", p.ID, err)
	}
	w.audited(w.alice.User.ID, "brought back the printer queue")
	if list, err := w.Search(ctx, w.bob, cloud.PrinterQuery{Connection: gcp.ConnectionAll}); err != nil || len(list) != 1 {
		t.Errorf("the share did not come back: %d, %v", len(list), err)
	}
	if _, total, err := w.Jobs(ctx, w.alice, cloud.JobQuery{Printer: w.printer}); err != nil || total != 1 {
		t.Errorf("the history did not come back: %d, %v", total, err)
	}
}

func (w *world) refusedAsRemoved(what string, err error) {
	w.t.Helper()
	if !errors.Is(err, cloud.ErrNotFound) || !strings.Contains(err.Error(), "connector has removed it") {
		w.t.Errorf("%s: %v", what, err)
	}
}

// Who brings a hidden printer back: the same owner and proxy, by name or by uuid.
func TestWhoBringsBack(t *testing.T) {
	for name, tt := range map[string]struct {
		register func(w *world) (cloud.PrinterView, error)
		same     bool
	}{
		"the same name":         {func(w *world) (cloud.PrinterView, error) { return w.register(w.robot, "queue", "") }, true},
		"the same uuid":         {func(w *world) (cloud.PrinterView, error) { return w.register(w.robot, "renamed", "uuid") }, true},
		"neither":               {func(w *world) (cloud.PrinterView, error) { return w.register(w.robot, "renamed", "other") }, false},
		"another proxy of hers": {func(w *world) (cloud.PrinterView, error) { return w.register(w.other, "queue", "uuid") }, false},
		"another account's proxy": {func(w *world) (cloud.PrinterView, error) {
			code, err := w.CreateRobot(w.t.Context(), w.bob, cloud.RobotRequest{ClientID: "client", Proxy: "proxy"})
			must(w.t, err)
			return w.register(cloud.Caller{Robot: &code.Robot}, "queue", "uuid")
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			_, err := w.register(w.robot, "queue", "uuid")
			must(t, err)
			must(t, w.DeletePrinter(t.Context(), w.robot, w.printer))
			p, err := tt.register(w)
			must(t, err)
			if same := p.ID == w.printer; same != tt.same {
				t.Errorf("the same printer: %t, want %t", same, tt.same)
			}
		})
	}
}

// After 30 days a hidden printer is deleted, and its jobs end; a person deletes it
// at once.
func TestHiddenPrintersGo(t *testing.T) {
	deleted := gcp.ByService(gcp.JobAborted, gcp.ServicePrinterDeleted)
	for name, remove := range map[string]func(w *world){
		"by itself": func(w *world) { w.clock.add(30 * day); w.Sweep(w.t.Context()) },
		"by a person": func(w *world) {
			must(w.t, w.DeletePrinter(w.t.Context(), w.alice, w.printer))
			w.audited(w.alice.User.ID, "deleted the printer queue")
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newLimitedWorld(t, cloud.Limits{Expire: 60 * day})
			j := w.submit(w.alice)
			must(t, w.DeletePrinter(t.Context(), w.robot, w.printer))
			w.clock.add(time.Minute)
			w.Sweep(t.Context())
			if _, err := w.db.Printer(t.Context(), w.printer); err != nil {
				t.Fatalf("too early: %v", err)
			}
			remove(w)
			if _, err := w.db.Printer(t.Context(), w.printer); !errors.Is(err, cloud.ErrNotFound) {
				t.Errorf("still there: %v", err)
			}
			if got, err := w.Job(t.Context(), w.alice, j.ID); err != nil || !got.State.Equal(deleted) {
				t.Errorf("its job: %v, %v", got.State, err)
			}
			if p, err := w.register(w.robot, "queue", ""); err != nil || p.ID == w.printer {
				t.Errorf("registered again as %s, %v", p.ID, err)
			}
		})
	}
}

// slowStore does something between a look at the hidden printers and what follows.
type slowStore struct {
	cloud.Store
	meanwhile func()
}

func (s slowStore) ListPrinters(ctx context.Context, f cloud.PrinterFilter) ([]cloud.Printer, error) {
	list, err := s.Store.ListPrinters(ctx, f)
	if f.Also == cloud.HiddenOnly {
		s.meanwhile()
	}
	return list, err
}

// A printer that comes back at the moment at which it would be deleted stays.
func TestHiddenPrinterComesBackInTime(t *testing.T) {
	w := newWorld(t)
	must(t, w.DeletePrinter(t.Context(), w.robot, w.printer))
	w.clock.add(31 * day)
	other := *w
	other.Service = cloud.New(cloud.Config{
		Domain: "print.example.com", Blobs: w.blobs, Codes: codes{}, Notifier: w.push, Now: w.clock.Now,
		Store: slowStore{w.db, func() {
			p, err := w.register(w.robot, "queue", "")
			must(t, err)
			if p.ID != w.printer {
				t.Fatalf("it came back as %s", p.ID)
			}
		}},
	})
	other.Sweep(t.Context())
	if p, err := w.Printer(t.Context(), w.alice, w.printer); err != nil || p.Proxy != "proxy" {
		t.Errorf("%+v, %v", p.Printer, err)
	}
}

// A printer that goes to another owner while jobs are on their way: what waits is
// printed, what is printed is reported, and each job has one end.
func TestPrinterGoesToAnotherOwner(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.announce("now")
	g := gcp.Grant{Claim: "mine", Run: "now"}
	w.share(w.bob.User.Email, gcp.RoleUser)
	w.accept(w.bob)
	waits, taken := w.submit(w.alice), w.submit(w.bob)
	_, err := w.claims(taken.ID, g, gcp.StateOf(gcp.JobInProgress))
	must(t, err)
	must(t, w.Remove(ctx, cloud.OperatorCaller(), w.alice.User.ID, w.eve.User.ID))
	w.audited(cloud.Operator, "removed the account alice@example.com; its printers went to eve@example.net")

	if got, err := w.claims(taken.ID, g, gcp.StateOf(gcp.JobDone)); err != nil || got.State.Type != gcp.JobDone {
		t.Errorf("the job in progress: %v, %v", got.State, err)
	}
	jobs, err := w.Fetch(ctx, w.robot, cloud.FetchQuery{Printer: w.printer, Run: "now"})
	if err != nil || len(jobs) != 1 || jobs[0].ID != waits.ID {
		t.Fatalf("what waits: %v, %v", jobs, err)
	}
	must(t, w.download(waits.ID, gcp.Grant{Claim: "next", Run: "now"}))
	_, err = w.claims(waits.ID, gcp.Grant{Claim: "next", Run: "now"}, gcp.StateOf(gcp.JobDone))
	must(t, err)
	for _, id := range []gcp.JobID{waits.ID, taken.ID} {
		if got, err := w.Job(ctx, w.eve, id); err != nil || got.State.Type != gcp.JobDone || got.EndTime.IsZero() {
			t.Errorf("the new owner sees %v, %v", got.State, err)
		}
	}
	again, err := w.register(w.robotNow(), "queue", "")
	if err != nil || again.ID != w.printer || again.Owner != w.eve.User.ID {
		t.Errorf("registered again: %s of %s, %v", again.ID, again.Owner, err)
	}
}

// robotNow is the robot as it is stored now.
func (w *world) robotNow() cloud.Caller {
	r, err := w.db.Robot(w.t.Context(), w.robot.Robot.ID)
	must(w.t, err)
	return cloud.Caller{Robot: &r}
}

// Nobody can print to a printer that waits to be claimed, so that none of its jobs
// can be on its way when it gets its owner.
func TestUnclaimedPrinterHasNoJobs(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	claim, err := w.RegisterAnonymous(ctx, cloud.PrinterFields{Name: new("device"), Proxy: new("p"), Capabilities: []byte(cdd)})
	must(t, err)
	_, err = w.Submit(ctx, w.alice, cloud.Submission{Printer: claim.Printer.ID, ContentType: "application/pdf", Document: w.document()})
	if !errors.Is(err, cloud.ErrNotFound) {
		t.Errorf("before the claim: %v", err)
	}
	_, err = w.Confirm(ctx, w.alice, claim.Token)
	must(t, err)
	if _, err = w.Submit(ctx, w.alice, cloud.Submission{Printer: claim.Printer.ID, ContentType: "application/pdf", Document: w.document()}); err != nil {
		t.Errorf("after the claim: %v", err)
	}
}

// Connectors are listed to their owner alone, with what tells them apart.
func TestConnectors(t *testing.T) {
	w := newWorld(t)
	w.says("i1 r1<")
	w.says("i1 r2<r1")
	w.says("c1 x1<r1")
	list, err := w.Connectors(t.Context(), w.alice)
	must(t, err)
	if len(list) != 2 {
		t.Fatalf("%d connectors", len(list))
	}
	desk := list[slices.IndexFunc(list, func(v cloud.ConnectorView) bool { return v.Proxy == "proxy" })]
	if desk.Host != "host of i1" || desk.Connection != gcp.ConnectionOnline || len(desk.Printers) != 1 || len(desk.Installations) != 2 {
		t.Errorf("%+v", desk)
	}
	if list, err := w.Connectors(t.Context(), w.bob); err != nil || len(list) != 0 {
		t.Errorf("somebody else's: %d, %v", len(list), err)
	}
	if _, err := w.Connectors(t.Context(), w.robot); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("a robot's question: %v", err)
	}
	w.connector("proxy")
	w.audited(w.alice.User.ID, "paired the connector proxy again")
	if _, err := w.Audit(t.Context(), w.alice, cloud.AuditQuery{}); cloud.KindOf(err) != cloud.KindForbidden {
		t.Errorf("the audit log for everybody: %v", err)
	}
}

// What people do to jobs by their own word is in the audit log.
func TestAuditOfJobs(t *testing.T) {
	w := newWorld(t)
	held, restored, unsure := w.submit(w.alice), w.submit(w.alice), w.submit(w.alice)
	_, err := w.report(w.alice, held.ID, gcp.StateOf(gcp.JobHeld))
	must(t, err)
	_, err = w.report(w.alice, held.ID, gcp.StateOf(gcp.JobQueued))
	must(t, err)
	w.audited(w.alice.User.ID, "released a held job")
	end, words := gcp.ByDevice(gcp.JobAborted, gcp.DeviceActionOther), gcp.UnconfirmedMessage
	_, err = w.Control(t.Context(), w.robot, cloud.JobReport{Job: unsure.ID, State: &end, Message: &words})
	must(t, err)
	_, err = w.report(w.alice, unsure.ID, gcp.StateOf(gcp.JobDone))
	must(t, err)
	w.audited(w.alice.User.ID, "said that an unconfirmed job came out")
	w.restore()
	_, err = w.report(w.alice, restored.ID, gcp.StateOf(gcp.JobQueued))
	must(t, err)
	w.audited(w.alice.User.ID, "released a job that was held because the service was restored")
}

// The audit log is kept for a year, other events for 30 days.
func TestAuditIsKeptForAYear(t *testing.T) {
	w := newWorld(t)
	j := w.submit(w.alice)
	_, err := w.report(w.alice, j.ID, gcp.StateOf(gcp.JobHeld))
	must(t, err)
	_, err = w.report(w.alice, j.ID, gcp.StateOf(gcp.JobQueued))
	must(t, err)
	w.clock.add(365*day - time.Hour)
	w.Sweep(t.Context())
	w.audited(w.alice.User.ID, "released a held job")
	events, err := w.Events(t.Context(), 0, 100)
	must(t, err)
	if len(events) != 1 {
		t.Errorf("%d events are kept besides the audit log", len(events)-1)
	}
	w.clock.add(2 * time.Hour)
	w.Sweep(t.Context())
	if events, err := w.Events(t.Context(), 0, 100); err != nil || len(events) != 0 {
		t.Errorf("after a year: %d events, %v", len(events), err)
	}
}
