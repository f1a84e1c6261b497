package cloud_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// An announcement of a history, written "INSTANCE RUN<WAS,WAS".
func (w *world) says(text string) gcp.Installation {
	w.t.Helper()
	instance, rest, _ := strings.Cut(text, " ")
	run, was, _ := strings.Cut(rest, "<")
	a := gcp.Announcement{Instance: instance, Run: gcp.RunID(run), Host: "host of " + instance, Version: "1"}
	for r := range strings.SplitSeq(was, ",") {
		if r != "" {
			a.Was = append(a.Was, gcp.RunID(r))
		}
	}
	i, err := w.Announce(w.t.Context(), w.robot, a, "192.0.2.7")
	must(w.t, err)
	return i
}

// Every transition of decision 006, section "a run is one link": what is announced
// after how many seconds, and the standing that it gets. "fetch RUN" asks for jobs,
// "forget" is a restore of the service, "paired" a new pairing.
func TestStandings(t *testing.T) {
	type say struct {
		after int // seconds
		what  string
		want  string // "!" with a question to the other; alone, standby with it, which a new program's grant asks, too
	}
	for name, says := range map[string][]say{
		"the first one":                   {{0, "i1 r1<", "granted"}},
		"a reconnect":                     {{0, "i1 r1<", "granted"}, {60, "i1 r2<r1", "granted"}, {60, "i1 r3<r2,r1", "granted"}},
		"a restart":                       {{0, "i1 r1<", "granted"}, {60, "i2 r2<r1", "granted!"}},
		"the answer was lost":             {{0, "i1 r1<", "granted"}, {1, "i1 r1<", "granted"}},
		"a restart during a pending wish": {{0, "i1 r1<", "granted"}, {1, "i1 r2<r1", "granted"}, {2, "i2 r3<r2,r1", "granted!"}},
		"a restart whose wish never came": {{0, "i1 r1<", "granted"}, {2, "i2 r3<r2,r1", "granted!"}},
		"a copy, the other one answers": {
			{0, "i1 r1<", "granted"},
			{1, "i1 r2<r1", "granted"},
			{9, "c1 x1<r1", "!"},
			{1, "i1 r2<r1", "granted"},
			{60, "c1 x1<r1", "!"},
			{1, "i1 r3<r2,r1", "granted"},
			{60, "c1 x2<x1,r1", "!"},
		},
		"a copy, the other one is gone": {
			{0, "i1 r1<", "granted"},
			{1, "i1 r2<r1", "granted"},
			{9, "c1 x1<r1", "!"},
			{60, "c1 x1<r1", "recovered"},
			{5, "c1 x1<r1", "recovered"}, // the answer was lost
			{0, "fetch x1", ""},
			{5, "c1 x2<x1,r1", "granted"},
		},
		"recovered, and the answer was lost by a restart": {
			{0, "i1 r1<", "granted"},
			{1, "i1 r2<r1", "granted"},
			{9, "c1 x1<r1", "!"},
			{60, "c1 x1<r1", "recovered"},
			{1, "c2 x2<x1,r1", "recovered"},
			{1, "c3 x3<x2,x1,r1", "recovered"},
			{0, "fetch x3", ""},
			{1, "c4 x4<x3,x2", "granted!"},
		},
		"hints reach the one that asked, too": {
			{0, "i1 r1<", "granted"},
			{1, "i1 r2<r1", "granted"},
			{9, "c1 x1<r1", "!"},
			{0, "c1 x1<r1", "standby"},
			{1, "c1 x1<r1", "standby"},
			{18, "c1 x1<r1", "standby"},
			{1, "c1 x1<r1", "recovered"},
		},
		"it answers at the last moment": {
			{0, "i1 r1<", "granted"}, {1, "i1 r2<r1", "granted"}, {9, "c1 x1<r1", "!"}, {20, "i1 r2<r1", "granted"}, {0, "c1 x1<r1", "!"},
		},
		"the copy restarts while it waits": {
			{0, "i1 r1<", "granted"}, {1, "i1 r2<r1", "granted"}, {9, "c1 x1<r1", "!"}, {10, "c2 x2<x1,r1", "standby"}, {10, "c2 x2<x1,r1", "recovered"},
		},
		"the one that was displaced comes back": {
			{0, "i1 r1<", "granted"},
			{1, "i1 r2<r1", "granted"},
			{9, "c1 x1<r1", "!"},
			{20, "c1 x1<r1", "recovered"},
			{60, "i1 r3<r2,r1", "!"},
			{1, "c1 x1<r1", "recovered"},
			{60, "i1 r3<r2,r1", "!"},
			{20, "i1 r3<r2,r1", "recovered"},
		},
		"a copy that begins first": { // it looks like a restart; the original is then the copy
			{0, "i1 r1<", "granted"}, {5, "c1 x1<r1", "granted!"}, {5, "i1 r2<r1", "!"}, {1, "c1 x1<r1", "granted"}, {60, "i1 r2<r1", "!"},
		},
		"a new state folder": {
			{0, "i1 r1<", "granted"}, {5, "n1 n<", "!"}, {20, "n1 n<", "recovered"},
		},
		"yesterday's state": {
			{0, "i1 r1<", "granted"}, {1, "i1 r2<r1", "granted"}, {1, "i1 r3<r2,r1", "granted"}, {60, "i2 x1<r1", "!"}, {20, "i2 x1<r1", "recovered"},
		},
		"three copies": {
			{0, "i1 r1<", "granted"},
			{1, "i1 r2<r1", "granted"},
			{5, "c1 x1<r1", "!"},
			{1, "d1 y1<r1", "!"},
			{1, "i1 r2<r1", "granted"},
			{1, "c1 x1<r1", "standby"},
			{1, "d1 y1<r1", "standby"},
			{60, "c1 x1<r1", "!"},
			{0, "d1 y1<r1", "!"},
			{20, "c1 x1<r1", "recovered"},
			{0, "d1 y1<r1", "!"},
			{20, "d1 y1<r1", "!"}, // the other one was there when it asked
			{20, "d1 y1<r1", "recovered"},
			{60, "c1 x2<x1,r1", "!"},
		},
		"a machine copied while it runs": {
			{0, "i1 r1<", "granted"},
			{1, "i1 r2<r1", "granted"},
			{1, "i1 r3<r1", "!"},
			{1, "i1 r2<r1", "granted"},
			{1, "i1 r3<r1", "standby"},
			{60, "i1 r3<r1", "!"},
			{20, "i1 r3<r1", "recovered"},
		},
		"the same run from elsewhere": {
			{0, "i1 r1<", "granted"}, {1, "c1 r1<", "!"}, {1, "i1 r1<", "granted"}, {60, "c1 r1<", "!"},
		},
		"the service was restored": {
			{0, "i1 r1<", "granted"}, {0, "forget", ""}, {1, "i1 r1<", "granted"}, {1, "i1 r2<r1", "granted"},
		},
		"another machine was paired in its place": {
			{0, "i1 r1<", "granted"}, {1, "i1 r2<r1", "granted"}, {0, "paired", ""}, {1, "n1 n<", "recovered"},
		},
		"the same folder was paired again": {
			{0, "i1 r1<", "granted"}, {0, "paired", ""}, {1, "i1 r2<r1", "granted"},
		},
		"a clock that was put back": {
			{0, "i1 r1<", "granted"}, {1, "i1 r2<r1", "granted"}, {60, "c1 x1<r1", "!"}, {-3600, "c1 x1<r1", "!"}, {20, "i1 r2<r1", "granted"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			for n, s := range says {
				w.clock.add(time.Duration(s.after) * time.Second)
				if s.what == "forget" {
					must(t, w.db.BeginEpoch(t.Context(), w.clock.Now()))
					continue
				}
				if s.what == "paired" { // what the first use of the new credentials does
					_, err := w.db.UpdateRobot(t.Context(), w.robot.Robot.ID, func(r *cloud.Robot) ([]cloud.Event, error) {
						r.Installations = nil
						return nil, nil
					})
					must(t, err)
					continue
				}
				if run, ok := strings.CutPrefix(s.what, "fetch "); ok {
					_, err := w.Fetch(t.Context(), w.robot, cloud.FetchQuery{Printer: w.printer, Run: gcp.RunID(run)})
					if cloud.KindOf(err) != cloud.KindNoJob {
						t.Fatalf("%d: %v", n, err)
					}
					continue
				}
				asked := w.checks()
				got := string(w.says(s.what).Standing)
				if w.checks() > asked {
					got += "!"
				}
				want := s.want
				if want == "!" {
					want = "standby!"
				}
				if got != want {
					t.Fatalf("%d: %s is %s, want %s", n, s.what, got, want)
				}
			}
		})
	}
}

// checks counts how often an installation was asked to announce itself.
func (w *world) checks() int {
	events, err := w.Events(w.t.Context(), 0, 1000)
	must(w.t, err)
	return len(slices.DeleteFunc(events, func(e cloud.Event) bool { return e.Kind != cloud.EventRobotCheck }))
}

// A cloned machine may have name and address of the original: the times tell them
// apart, also when the copy came first.
func TestTwinsSince(t *testing.T) {
	w := newWorld(t)
	start := func(said string) (since int64) {
		w.clock.add(time.Minute)
		i := w.says(said)
		return int64(i.Twins[len(i.Twins)-1].Since)
	}
	w.says("i1 r1<")
	began := int64(gcp.MillisOf(w.clock.Now()))
	w.clock.add(time.Minute)
	w.says("c1 x1<r1") // taken for a restart
	copied := int64(gcp.MillisOf(w.clock.Now()))
	if since := start("i1 r2<r1"); since != began {
		t.Errorf("the original runs since %d, want %d", since, began)
	}
	if since := start("c1 x2<x1,r1"); since != copied {
		t.Errorf("the copy runs since %d, want %d", since, copied)
	}
	restarted := int64(gcp.MillisOf(w.clock.Now().Add(time.Minute)))
	if since := start("c2 x3<x2,x1,r1"); since != restarted {
		t.Errorf("the copy runs since %d after its restart, want %d", since, restarted)
	}
	if since := start("i1 r3<r2,r1"); since != began {
		t.Errorf("the original runs since %d, want %d", since, began)
	}
}

// All installations are named, with what tells them apart; one is not.
func TestTwins(t *testing.T) {
	w := newWorld(t)
	if i := w.says("i1 r1<"); len(i.Twins) != 0 || len(i.Epoch) != 32 || i.Restored {
		t.Errorf("the first one: %+v", i)
	}
	w.says("i1 r2<r1")
	w.clock.add(time.Minute)
	i := w.says("c1 x1<r1")
	want := []gcp.Twin{
		{Host: "host of i1", Address: "192.0.2.7", Version: "1", Standing: gcp.StandingGranted},
		{Host: "host of c1", Address: "192.0.2.7", Version: "1", Standing: gcp.StandingStandby, Self: true},
	}
	got := slices.Clone(i.Twins)
	for k := range got {
		if got[k].Since == 0 || got[k].Seen < got[k].Since {
			t.Errorf("times of %+v", got[k])
		}
		got[k].Since, got[k].Seen = 0, 0
	}
	if !slices.Equal(got, want) {
		t.Errorf("twins %+v, want %+v", got, want)
	}
	for n := range 20 { // no more than eight are kept, the one that prints among them
		w.clock.add(time.Second)
		i = w.says(fmt.Sprintf("k%d z%d<r1", n, n))
	}
	if len(i.Twins) != 8 || i.Twins[0].Host != "host of i1" || !i.Twins[7].Self {
		t.Errorf("%d twins: %+v", len(i.Twins), i.Twins)
	}
	w.clock.add(25 * time.Hour) // those that say nothing for a day are over
	if i = w.says("i1 r3<r2"); len(i.Twins) != 0 {
		t.Errorf("a day later: %+v", i.Twins)
	}
}

// A copy that was stopped is forgotten after an hour, and the one that prints hears
// of it, once.
func TestTwinThatStopped(t *testing.T) {
	w := newWorld(t)
	w.says("i1 r1<")
	w.says("i1 r2<r1")
	w.says("c1 x1<r1")
	w.says("i1 r2<r1")
	for minute := range 120 {
		from := w.clock.Now()
		w.clock.add(time.Minute)
		must(t, w.CheckTwins(t.Context(), from, w.clock.Now()))
		if asked, due := len(w.push) > 0, minute == 60; asked != due {
			t.Fatalf("asked after %d minutes: %t", minute+1, asked)
		} else if asked {
			<-w.push
			if i := w.says("i1 r2<r1"); len(i.Twins) != 0 {
				t.Errorf("twins %+v", i.Twins)
			}
		}
	}
}

// The question reaches the connector as a notification that makes it list its printers.
func TestStandbyAsksTheOther(t *testing.T) {
	w := newWorld(t)
	stop := w.run()
	defer stop()
	w.ticks(1)
	w.says("i1 r1<")
	w.says("i1 r2<r1")
	w.says("c1 x1<r1")
	if n := w.next(); n != (gcp.Notification{Printer: w.printer, Kind: gcp.NotifySettings}) {
		t.Errorf("pushed %+v", n)
	}
}

func TestAnnouncementsAreBounded(t *testing.T) {
	w := newWorld(t)
	long := gcp.RunID(strings.Repeat("r", 65))
	for name, tt := range map[string]struct {
		c    cloud.Caller
		a    gcp.Announcement
		kind cloud.Kind
	}{
		"a person":      {w.alice, gcp.Announcement{Instance: "i", Run: "r"}, cloud.KindForbidden},
		"no instance":   {w.robot, gcp.Announcement{Run: "r"}, cloud.KindMissing},
		"long run":      {w.robot, gcp.Announcement{Instance: "i", Run: long}, cloud.KindInvalid},
		"long was":      {w.robot, gcp.Announcement{Instance: "i", Run: "r", Was: []gcp.RunID{long}}, cloud.KindInvalid},
		"much history":  {w.robot, gcp.Announcement{Instance: "i", Run: "r", Was: make([]gcp.RunID, 65)}, cloud.KindInvalid},
		"long instance": {w.robot, gcp.Announcement{Instance: string(long), Run: "r"}, cloud.KindInvalid},
	} {
		if _, err := w.Announce(t.Context(), tt.c, tt.a, ""); cloud.KindOf(err) != tt.kind {
			t.Errorf("%s: %v, want kind %s", name, err, tt.kind)
		}
	}
}
