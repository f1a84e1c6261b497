package storetest

import (
	"testing"

	"platen/cloud"
	"platen/gcp"
)

// Everything is counted: what is open, what is kept, who is there.
func testCensus(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	none, err := s.Census(ctx, at(10))
	must(t, err)
	same(t, "of nothing", none, cloud.Census{})
	world(t, s)
	before, err := s.Census(ctx, at(10))
	must(t, err)
	addPrinter(t, s, printer("p2"))
	addPrinter(t, s, printer("p3"))
	_, err = s.UpdatePrinter(ctx, "p3", func(p *cloud.Printer) ([]cloud.Event, error) {
		p.Hidden = at(5)
		return nil, nil
	})
	must(t, err)
	must(t, s.AddUser(ctx, cloud.User{ID: "new", Email: "new@example.com"}))
	for id, r := range map[gcp.RobotID]cloud.Robot{"away": {LeaseUntil: at(10)}, "leased": {LeaseUntil: at(11)}, "there": {Connected: true}} {
		r.ID, r.Owner = id, "alice"
		must(t, s.AddRobot(ctx, r))
		_, err := s.UpdateRobot(ctx, id, func(to *cloud.Robot) ([]cloud.Event, error) {
			to.Connected, to.LeaseUntil = r.Connected, r.LeaseUntil
			return nil, nil
		})
		must(t, err)
	}
	var bytes int64
	for _, id := range []string{"open", "ended", "gone"} {
		j := job(id)
		bytes += j.Document.Size
		addJob(t, s, j)
	}
	end(t, s, "ended")
	end(t, s, "gone")
	must(t, s.ForgetDocuments(ctx, []gcp.JobID{"gone"}))
	bytes -= job("gone").Document.Size
	have, err := s.Census(ctx, at(10))
	must(t, err)
	same(t, "census", have, cloud.Census{
		People: before.People + 1, Printers: before.Printers + 1, Connectors: before.Connectors + 3, Online: before.Online + 2,
		Open: before.Open + 1, Documents: before.Documents + 2, Bytes: before.Bytes + bytes,
	})
}
