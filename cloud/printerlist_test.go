package cloud_test

import (
	"fmt"
	"slices"
	"testing"

	"platen/cloud"
	"platen/gcp"
)

// queue adds a printer of alice's connector.
func (w *world) queue(name string, f cloud.PrinterFields) gcp.PrinterID {
	w.t.Helper()
	f.Name, f.Capabilities = &name, []byte(cdd)
	p, err := w.Register(w.t.Context(), w.robot, f)
	must(w.t, err)
	return p.ID
}

func (w *world) names(c cloud.Caller, q cloud.PrinterListQuery) []string {
	w.t.Helper()
	list, err := w.PrinterList(w.t.Context(), c, q)
	must(w.t, err)
	names := []string{}
	for _, p := range list.Printers {
		if len(p.Capabilities) > 0 {
			w.t.Errorf("the capabilities of %s are read for a list", p.Name)
		}
		names = append(names, p.Name)
	}
	return names
}

func TestPrinterList(t *testing.T) {
	w := newWorld(t)
	yes, place := true, "Second floor"
	must(t, w.set(w.alice, cloud.PrinterFields{Paused: &yes, Location: &place, Labels: &[]string{"blue"}}))
	jammed := `{"version":"1.0","printer":{"state":"PROCESSING","media_path_state":{"item":[{"vendor_id":"0","state":"MEDIA_JAM"}]}}}`
	w.queue("Laser", cloud.PrinterFields{AddTags: []string{"__cp__printer-location=Basement"}, SemanticState: []byte(jammed)})
	label := w.queue("label", cloud.PrinterFields{SemanticState: []byte(`{"version":"1.0","printer":{"state":"IDLE"}}`)})
	must(t, w.Presence(t.Context(), w.robot.Robot.ID, true))
	must(t, w.Share(t.Context(), w.alice, cloud.ShareRequest{Printer: label, Scope: "bob@example.com"}))

	for _, tt := range []struct {
		who  cloud.Caller
		q    cloud.PrinterListQuery
		want []string
	}{
		{w.alice, cloud.PrinterListQuery{}, []string{"label", "Laser", "queue"}},
		{w.alice, cloud.PrinterListQuery{Limit: 2}, []string{"label", "Laser"}},
		{w.alice, cloud.PrinterListQuery{Limit: 2, Offset: 2}, []string{"queue"}},
		{w.alice, cloud.PrinterListQuery{Offset: 9}, []string{}},
		{w.alice, cloud.PrinterListQuery{Text: "floor SECOND"}, []string{"queue"}},
		{w.alice, cloud.PrinterListQuery{Text: "basement"}, []string{"Laser"}},
		{w.alice, cloud.PrinterListQuery{Text: "second basement"}, []string{}},
		{w.alice, cloud.PrinterListQuery{Tag: "blue"}, []string{"queue"}},
		{w.alice, cloud.PrinterListQuery{Condition: cloud.ConditionPaused}, []string{"queue"}},
		{w.alice, cloud.PrinterListQuery{Condition: cloud.ConditionTrouble}, []string{"Laser"}},
		{w.alice, cloud.PrinterListQuery{Condition: cloud.ConditionOnline}, []string{"label", "Laser", "queue"}},
		{w.alice, cloud.PrinterListQuery{Condition: cloud.ConditionOffline}, []string{}},
		{w.bob, cloud.PrinterListQuery{}, []string{}}, // not answered yet
		{w.eve, cloud.PrinterListQuery{}, []string{}},
	} {
		if got := w.names(tt.who, tt.q); !slices.Equal(got, tt.want) {
			t.Errorf("%s %+v: %v, want %v", tt.who.User.Email, tt.q, got, tt.want)
		}
	}
	_, err := w.ProcessInvite(t.Context(), w.bob, label, true)
	must(t, err)
	if got := w.names(w.bob, cloud.PrinterListQuery{Text: "alice@example.com"}); !slices.Equal(got, []string{"label"}) {
		t.Errorf("shared with bob: %v", got)
	}
	if _, err := w.PrinterList(t.Context(), w.alice, cloud.PrinterListQuery{Condition: "odd"}); cloud.KindOf(err) != cloud.KindInvalid {
		t.Errorf("an unknown state: %v", err)
	}
}

// Each of many printers is changed as if it were alone.
func TestChangePrinters(t *testing.T) {
	w := newWorld(t)
	yes := true
	ids := []gcp.PrinterID{w.printer}
	for i := range 40 {
		ids = append(ids, w.queue(fmt.Sprint("q", i), cloud.PrinterFields{}))
	}
	w.share("bob@example.com", gcp.RoleManager)
	w.accept(w.bob)
	count := func(done []cloud.Outcome) (good int) {
		for i, o := range done {
			if o.Printer != ids[i] {
				t.Fatalf("outcome %d is of %s", i, o.Printer)
			}
			if o.Err == nil {
				good++
			}
		}
		return good
	}
	pause := cloud.Change{Fields: cloud.PrinterFields{Paused: &yes}}
	if n := count(w.ChangePrinters(t.Context(), w.bob, ids, pause)); n != 1 {
		t.Errorf("a manager of one paused %d", n)
	}
	if n := count(w.ChangePrinters(t.Context(), w.alice, ids, pause)); n != len(ids) {
		t.Errorf("the owner paused %d", n)
	}
	share := cloud.Change{Share: &cloud.ShareRequest{Scope: "/hd/domain/example.net", Role: gcp.RoleUser}}
	if n := count(w.ChangePrinters(t.Context(), w.alice, ids, share)); n != len(ids) {
		t.Errorf("the owner shared %d", n)
	}
	if got := w.names(w.eve, cloud.PrinterListQuery{Condition: cloud.ConditionPaused}); len(got) != len(ids) {
		t.Errorf("eve sees %d of them", len(got))
	}
}
