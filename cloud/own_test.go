package cloud_test

import (
	"slices"
	"testing"

	"platen/cloud"
	"platen/gcp"
)

// The oldest connectors have the token of their person: what it registers is served with
// it, what people want of a job stays a wish, and a connector that is paired later under
// the same proxy takes over.
func TestPersonServesOwnPrinter(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	program, page := w.alice, w.alice
	program.Via, page.Via = cloud.ViaToken, cloud.ViaCookie
	name, proxy := "old", "armooo"
	p, err := w.Register(ctx, program, cloud.PrinterFields{Name: &name, Proxy: &proxy, Capabilities: []byte(cdd)})
	must(t, err)
	w.printer = p.ID
	if p.Connection != gcp.ConnectionUnknown {
		t.Errorf("connection %s", p.Connection)
	}
	own, err := w.Serve(ctx, program)
	must(t, err)
	if again, err := w.Serve(ctx, page); err != nil || again != own || own != cloud.OwnRobot(w.alice.User.ID) || own == cloud.OwnRobot(w.bob.User.ID) {
		t.Errorf("served as %s and %s, %v", own, again, err)
	}
	limited := program
	limited.Scopes = []string{"print"}
	guest := w.bob
	u := *guest.User
	u.Guest = true
	guest.User = &u
	for who, c := range map[string]cloud.Caller{"a limited key": limited, "a guest": guest, "nobody": {}} {
		if id, err := w.Serve(ctx, c); err == nil {
			t.Errorf("%s serves as %s", who, id)
		}
	}
	views, err := w.Connectors(ctx, page)
	must(t, err)
	if slices.ContainsFunc(views, func(v cloud.ConnectorView) bool { return v.Robot == own }) {
		t.Error("the page of connectors has a person")
	}

	j := w.submit(w.alice)
	for who, c := range map[string]cloud.Caller{"the page": page, "another person": w.bob, "another connector": w.robot} {
		if _, err := w.Fetch(ctx, c, cloud.FetchQuery{Printer: p.ID}); cloud.KindOf(err) != cloud.KindNoJob {
			t.Errorf("%s fetched: %v", who, err)
		}
		if v, err := w.report(c, j.ID, gcp.StateOf(gcp.JobDone)); err == nil {
			t.Errorf("%s reported %s", who, v.State.Type)
		}
	}
	for _, c := range []cloud.Caller{program, page} {
		held, err := w.report(c, j.ID, gcp.StateOf(gcp.JobHeld))
		if err != nil || held.State.Type != gcp.JobHeld {
			t.Errorf("holding by %s: %s, %v", c.Via, held.State.Type, err)
		}
		_, err = w.report(c, j.ID, gcp.StateOf(gcp.JobQueued))
		must(t, err)
	}
	if _, err := w.Fetch(ctx, program, cloud.FetchQuery{Printer: p.ID}); err != nil {
		t.Fatal(err)
	}
	p, err = w.Printer(ctx, page, p.ID)
	must(t, err)
	if p.Connection != gcp.ConnectionOnline {
		t.Errorf("after a call it is %s", p.Connection)
	}
	_, err = w.report(program, j.ID, gcp.StateOf(gcp.JobInProgress))
	must(t, err)
	asked, err := w.report(program, j.ID, gcp.ByUser(gcp.JobAborted, gcp.UserCancelled))
	if err != nil || asked.State.Type != gcp.JobInProgress || asked.CancelRequested.IsZero() {
		t.Errorf("a job under way after a cancel: %+v, %v", asked.State, err)
	}
	if done, err := w.report(program, j.ID, gcp.StateOf(gcp.JobDone)); err != nil || done.State.Type != gcp.JobDone {
		t.Errorf("%+v, %v", done.State, err)
	}

	successor := w.connector(gcp.ProxyID(proxy))
	taken, err := w.Register(ctx, successor, cloud.PrinterFields{Name: &name, Proxy: &proxy, Capabilities: []byte(cdd)})
	if err != nil || taken.ID != p.ID {
		t.Errorf("taken over as %s, %v", taken.ID, err)
	}
	w.submit(w.alice)
	if _, err := w.Fetch(ctx, program, cloud.FetchQuery{Printer: p.ID}); cloud.KindOf(err) != cloud.KindNoJob {
		t.Errorf("the old program still fetches: %v", err)
	}
	if _, err := w.Fetch(ctx, successor, cloud.FetchQuery{Printer: p.ID}); err != nil {
		t.Error(err)
	}
}
