package storetest

import (
	"errors"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

func testPrinters(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	world(t, s)
	p2 := printer("p2")
	p2.Robot, p2.Proxy, p2.DisplayName = "r2", "other", ""
	addPrinter(t, s, p2)
	got, err := s.Printer(ctx, "p1")
	must(t, err)
	same(t, "printer", got, printer("p1"))
	_, err = s.Printer(ctx, "none")
	wantErr(t, "unknown printer", err, cloud.ErrNotFound)
	of, err := s.PrinterRights(ctx, "p2")
	must(t, err)
	same(t, "rights", of, cloud.PrinterRights{Printer: "p2", Owner: "alice", Robot: "r2", Name: "Default"})
	for _, tt := range []struct {
		f    cloud.PrinterFilter
		want int
	}{
		{cloud.PrinterFilter{}, 2},
		{cloud.PrinterFilter{Owner: "alice"}, 2},
		{cloud.PrinterFilter{Owner: "alice", Proxy: "other"}, 1},
		{cloud.PrinterFilter{Robot: "r1"}, 1},
		{cloud.PrinterFilter{Owner: "bob"}, 0},
		{cloud.PrinterFilter{IDs: []gcp.PrinterID{"p1", "x"}}, 1},
		{cloud.PrinterFilter{IDs: []gcp.PrinterID{}}, 0},
	} {
		list, err := s.ListPrinters(ctx, tt.f)
		must(t, err)
		if len(list) != tt.want {
			t.Errorf("%+v: %d printers, want %d", tt.f, len(list), tt.want)
		}
	}
	got, err = s.UpdatePrinter(ctx, "p1", func(p *cloud.Printer) ([]cloud.Event, error) {
		p.Name, p.Tags, p.Capabilities = "new", nil, []byte(`{}`)
		return nil, nil
	})
	must(t, err)
	again, err := s.Printer(ctx, "p1")
	must(t, err)
	same(t, "updated", again, got)
	brief, err := s.ListPrinters(ctx, cloud.PrinterFilter{IDs: []gcp.PrinterID{"p1"}, Parts: cloud.PartsBrief})
	must(t, err)
	got.Capabilities, got.Defaults = nil, ""
	same(t, "brief", brief, []cloud.Printer{got})
	must(t, s.NotePrinters(ctx, map[gcp.PrinterID]time.Time{"p1": at(50)}))
	again, err = s.Printer(ctx, "p1")
	must(t, err)
	same(t, "access time", again.AccessTime, at(50))
}

// A paused printer's jobs are there, but do not wait for its connector.
func testPaused(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	world(t, s)
	addJob(t, s, job("j1"))
	for _, paused := range []bool{true, false} {
		p, err := s.UpdatePrinter(ctx, "p1", func(p *cloud.Printer) ([]cloud.Event, error) {
			p.Paused = paused
			return nil, nil
		})
		must(t, err)
		got, err := s.Printer(ctx, "p1")
		must(t, err)
		same(t, "printer", got, p)
		of, err := s.PrinterRights(ctx, "p1")
		must(t, err)
		same(t, "rights", of.Paused, paused)
		_, of, err = s.Job(ctx, "j1")
		must(t, err)
		same(t, "rights on its job", of.Paused, paused)
		w, err := s.Waiting(ctx, "", at(0))
		must(t, err)
		same(t, "waiting", len(w) == 0, paused)
	}
}

func testSavePrinter(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	world(t, s)
	find := func(key cloud.PrinterKey) gcp.PrinterID {
		var found gcp.PrinterID
		_, err := s.SavePrinter(ctx, key, func(p *cloud.Printer) (cloud.Printer, []cloud.Event, error) {
			if p != nil {
				found = p.ID
			}
			return cloud.Printer{}, nil, cloud.ErrUnchanged
		})
		must(t, err)
		return found
	}
	for _, tt := range []struct {
		key  cloud.PrinterKey
		want gcp.PrinterID
	}{
		{cloud.PrinterKey{Owner: "alice", Proxy: "proxy", Name: "name-p1", UUID: "x"}, "p1"},
		{cloud.PrinterKey{Owner: "alice", Proxy: "proxy", Name: "renamed", UUID: "uuid-p1"}, "p1"},
		{cloud.PrinterKey{Owner: "alice", Proxy: "proxy", Name: "renamed"}, ""},
		{cloud.PrinterKey{Owner: "alice", Proxy: "other", Name: "name-p1"}, ""},
		{cloud.PrinterKey{Owner: "bob", Proxy: "proxy", Name: "name-p1"}, ""},
	} {
		if got := find(tt.key); got != tt.want {
			t.Errorf("%+v found %q, want %q", tt.key, got, tt.want)
		}
	}
	no := errors.New("no")
	_, err := s.SavePrinter(ctx, cloud.PrinterKey{Owner: "alice"}, func(*cloud.Printer) (cloud.Printer, []cloud.Event, error) {
		return printer("p9"), nil, no
	})
	wantErr(t, "refused by fn", err, no)
	_, err = s.Printer(ctx, "p9")
	wantErr(t, "printer of a refused save", err, cloud.ErrNotFound)
}

func testRemovePrinter(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	world(t, s)
	must(t, s.PutShare(ctx, cloud.Share{Printer: "p1", Scope: "bob@example.com", Type: "USER", Role: "USER"}))
	addJob(t, s, job("open"))
	ended := job("ended")
	ended.State, ended.EndTime = gcp.StateOf(gcp.JobDone), at(1)
	addJob(t, s, ended)
	err := s.RemovePrinter(ctx, "p1", func(p cloud.Printer, open []*cloud.Job) []cloud.Event {
		if p.ID != "p1" || len(open) != 1 || open[0].ID != "open" {
			t.Errorf("removing %s with %d open jobs", p.ID, len(open))
		}
		open[0].State, open[0].EndTime = gcp.ByService(gcp.JobAborted, gcp.ServicePrinterDeleted), at(5)
		return []cloud.Event{{Kind: cloud.EventPrinterDeleted, Printer: p.ID}}
	})
	must(t, err)
	_, err = s.Printer(ctx, "p1")
	wantErr(t, "removed printer", err, cloud.ErrNotFound)
	shares, err := s.Shares(ctx, "p1")
	must(t, err)
	same(t, "its shares", len(shares), 0)
	j, of, err := s.Job(ctx, "open")
	must(t, err)
	same(t, "its job", j.State, gcp.ByService(gcp.JobAborted, gcp.ServicePrinterDeleted))
	same(t, "rights on it", of, cloud.PrinterRights{})
	wantErr(t, "removed again", s.RemovePrinter(ctx, "p1", nil), cloud.ErrNotFound)
}
