package cloud_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// told writes steps as "hop@after+took", in milliseconds.
func told(steps []gcp.TraceStep) string {
	ms := func(p *float64) string {
		if p == nil {
			return "?"
		}
		return fmt.Sprint(*p)
	}
	var list []string
	for _, s := range steps {
		list = append(list, fmt.Sprintf("%d@%s+%s", s.Hop, ms(s.AfterMS), ms(s.TookMS)))
	}
	return strings.Join(list, " ")
}

// The connector's clock may be years off: what is shown is how long its hops took,
// from when the service answered the fetch.
func TestTimeline(t *testing.T) {
	const s, c = 1_700_000_000_000_000, 1_000_000_000 // the two clocks
	service := gcp.Trace{
		gcp.HopReceived: s, gcp.HopSubmitted: s + 1000, gcp.HopNotified: s + 4000, gcp.HopOffered: s + 20_000, gcp.HopRecorded: s + 900_000,
	}
	connector := gcp.Trace{
		gcp.HopPushed: c, gcp.HopFetched: c + 11_000, gcp.HopTranslated: c + 30_000, gcp.HopRendered: c + 40_500, gcp.HopPrinted: c + 50_000,
		gcp.HopForgotten: c + 1_100_000,
	}
	both := gcp.Trace{}
	for _, t := range []gcp.Trace{service, connector} {
		maps.Copy(both, t)
	}
	unanchored := gcp.Trace{}
	for h, at := range both {
		if h != gcp.HopOffered {
			unanchored[h] = at
		}
	}
	for name, tt := range map[string]struct {
		trace gcp.Trace
		want  string
	}{
		"nothing": {nil, ""},
		"waits":   {gcp.Trace{gcp.HopReceived: s, gcp.HopSubmitted: s + 500}, "1@0+? 2@0.5+0.5"},
		"both":    {both, "1@0+? 2@1+1 5@4+3 6@9+5 19@20+11 8@20+0 11@39+19 18@49.5+10.5 12@59+9.5 15@900+841 17@1109+209"},
		"no effect before its cause": {
			gcp.Trace{gcp.HopReceived: s, gcp.HopQueued: s + 5000, gcp.HopNotified: s + 4000, gcp.HopOffered: s + 6000, gcp.HopPushed: c, gcp.HopFetched: c + 3000},
			"1@0+? 4@4+4 5@4+0 6@4+0 19@6+2 8@6+0",
		},
		"not known how the clocks differ": {
			unanchored,
			"1@0+? 2@1+1 5@4+3 6@?+? 8@?+11 11@?+19 18@?+10.5 12@?+9.5 17@?+1050 15@900+?",
		},
		"the connector's alone":  {connector, "6@?+? 8@?+11 11@?+19 18@?+10.5 12@?+9.5 17@?+1050"},
		"hops that nobody knows": {gcp.Trace{99: 5, gcp.HopReceived: s}, "1@0+?"},
	} {
		if have := told(cloud.Timeline(tt.trace)); have != tt.want {
			t.Errorf("%s:\n%s, want\n%s", name, have, tt.want)
		}
	}
}

// The service keeps when it answered the fetch by which a job was taken, the last one
// before, and a connector cannot tell in its place.
func TestFetchIsTheAnchor(t *testing.T) {
	w := newWorld(t)
	j := w.submit(w.alice)
	fetch := func() time.Time {
		_, err := w.Fetch(t.Context(), w.robot, cloud.FetchQuery{Printer: w.printer})
		must(t, err)
		return w.clock.Now()
	}
	fetch()
	w.clock.add(time.Minute)
	want := fetch()
	w.clock.add(time.Second)
	working, done := gcp.StateOf(gcp.JobInProgress), gcp.StateOf(gcp.JobDone)
	_, err := w.Control(t.Context(), w.robot, cloud.JobReport{Job: j.ID, State: &working})
	must(t, err)
	lie := gcp.Trace{gcp.HopOffered: 1, gcp.HopRecorded: 2, gcp.HopFetched: 3}
	_, err = w.Control(t.Context(), w.robot, cloud.JobReport{Job: j.ID, State: &done, Trace: lie})
	must(t, err)
	have, err := w.Job(t.Context(), w.alice, j.ID)
	must(t, err)
	if have.Trace[gcp.HopOffered] != want.UnixMicro() || have.Trace[gcp.HopRecorded] == 2 || have.Trace[gcp.HopFetched] != 3 {
		t.Errorf("the trace is %v, want it offered at %d", have.Trace, want.UnixMicro())
	}
	r := have.TraceReport()
	if r.Job != j.ID || r.State.Type != gcp.JobDone || len(r.Steps) != len(have.Trace) || r.Start == "" {
		t.Errorf("%+v", r)
	}
}
