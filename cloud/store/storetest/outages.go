package storetest

import (
	"testing"

	"platen/cloud"
)

// An outage is known by what is down.
func testOutages(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	first := cloud.Outage{Robot: "r1", Since: at(1)}
	second := cloud.Outage{Printer: "p1", Since: at(2)}
	must(t, s.PutOutage(ctx, first))
	must(t, s.PutOutage(ctx, second))
	first.Told = at(9)
	must(t, s.PutOutage(ctx, first, cloud.Event{Kind: cloud.EventOutage, Robot: "r1", Note: "it is down"}))
	got, err := s.Outages(ctx)
	must(t, err)
	same(t, "Outages", got, []cloud.Outage{first, second})
	events, err := s.Events(ctx, 0, 9)
	must(t, err)
	if len(events) != 1 || events[0].Kind != cloud.EventOutage || events[0].Robot != "r1" || events[0].Note != "it is down" {
		t.Errorf("the events are %+v", events)
	}
	for range 2 { // one that is not there is success
		must(t, s.RemoveOutage(ctx, cloud.Outage{Robot: "r1"}, cloud.Event{Kind: cloud.EventOutageOver, Robot: "r1"}))
	}
	got, err = s.Outages(ctx)
	must(t, err)
	same(t, "what is left", got, []cloud.Outage{second})
}
