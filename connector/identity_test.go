package connector_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"platen/connector"
	"platen/gcp"
	"platen/printer"
)

// rename gives a local printer another name, as a queue that is made anew.
func (l *lab) rename(from, to printer.Name) {
	l.change(func() {
		p := l.locals[from]
		delete(l.locals, from)
		p.Name, p.UUID = to, "uuid-"+string(to)
		l.locals[to] = p
	})
}

// shown returns a printer as snapshots have it.
func (l *lab) shown(name printer.Name) connector.PrinterStatus {
	l.t.Helper()
	s, err := l.c.Snapshot(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	for _, p := range s.Printers {
		if p.Name == name {
			return p
		}
	}
	return connector.PrinterStatus{}
}

// A queue that could not be seen is not gone: no other one takes its identity, and
// it is not told as stopped. Of one that was looked for, both are true.
func TestHalfALook(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.change(func() { l.locals["lp"].DeviceURI = "socket://192.0.2.7" })
		l.start()
		l.settle(time.Second)
		l.rename("lp", "office")
		l.change(func() {
			l.half = &printer.PartialError{Err: errors.New("away"), Hidden: func(n printer.Name) bool { return n == "lp" }}
		})
		states := l.count("state")
		l.lookAgain(5)
		if got := l.registered(); len(got) != 2 || got["office"] != "" || l.count("state") != states {
			t.Errorf("a queue that could not be seen changed the service: %v", got)
		}
		l.change(func() { l.half.Hidden = func(n printer.Name) bool { return n == "other" } })
		l.lookAgain(2)
		if got := l.registered(); got["office"] != "id-lp" || l.count("register") != 2 {
			t.Errorf("printers %v, want office as id-lp", got)
		}
	}, "lp", "other")
}

// Two printers that say the same UUID are two printers, here and there.
func TestCopiedUUID(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.change(func() { l.locals["b"].UUID = l.locals["a"].UUID })
		l.start()
		l.settle(time.Second)
		l.lookAgain(1)
		got := l.registered()
		a, b := l.printers[got["a"]], l.printers[got["b"]]
		if len(got) != 2 || a.UUID == b.UUID || a.UUID != "uuid-a" || b.UUID == "" {
			t.Errorf("the service has %+v", got)
		}
		l.restart()
		l.lookAgain(2)
		if again := l.registered(); len(again) != 2 || again["a"] != got["a"] || again["b"] != got["b"] || l.count("register") != 2 {
			t.Errorf("after a restart it has %v, before %v", again, got)
		}
	}, "a", "b")
}

// A new queue with the name that another one had until now is told after that one
// got its new name: the service takes a name for the same printer.
func TestNameOfAnother(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.change(func() { l.locals["lp"].DeviceURI = "socket://192.0.2.7" })
		l.start()
		l.settle(time.Second)
		l.rename("lp", "office")
		l.change(func() {
			l.locals["lp"] = &localPrinter{Printer: printer.Printer{Name: "lp", UUID: "new", State: l.locals["office"].State}, jobs: map[int]*localJob{}}
			l.updates = errDown
		})
		l.lookAgain(3)
		if n := l.count("register"); n != 1 {
			t.Errorf("%d registrations while the service has the name for another printer", n)
		}
		l.change(func() { l.updates = nil })
		l.lookAgain(2)
		if got := l.registered(); len(got) != 2 || got["office"] != "id-lp" || got["lp"] == "id-lp" {
			t.Errorf("the service has %v", got)
		}
	}, "lp")
}

// Who renames a queue may make the new one first.
func TestNewQueueForAKnownDeviceWaits(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.change(func() { l.locals["lp"].DeviceURI = "socket://192.0.2.7" })
		l.start()
		l.settle(time.Second)
		l.change(func() {
			p := *l.locals["lp"]
			p.Name, p.UUID = "office", "new"
			l.locals["office"] = &p
		})
		l.c.Refresh()
		l.settle(time.Second)
		if p := l.shown("office"); p.ID != "" || !strings.Contains(p.Reason, "soon") {
			t.Errorf("the new queue is %+v", p)
		}
		l.change(func() { l.locals["lp"].gone = true })
		l.lookAgain(2)
		if got := l.registered(); len(got) != 1 || got["office"] != "id-lp" {
			t.Errorf("printers %v, want office as id-lp", got)
		}
		l.change(func() { l.locals["lp"].gone, l.locals["lp"].UUID = false, "back" })
		l.lookAgain(3)
		if got := l.registered(); len(got) != 2 || got["office"] != "id-lp" {
			t.Errorf("with a second queue that stays there are %v", got)
		}
	}, "lp")
}

// What is ambiguous waits for a person, and is told in words where it was.
func TestAmbiguousWaits(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.change(func() {
			for _, p := range l.locals {
				p.DeviceURI = "socket://192.0.2.7"
			}
		})
		l.start()
		l.settle(time.Second)
		l.rename("a", "new")
		l.change(func() { l.locals["b"].gone = true })
		l.lookAgain(4)
		p := l.shown("new")
		if l.count("register") != 2 || p.ID != "" || len(p.MayBe) != 2 {
			t.Fatalf("%d registrations, the new queue is %+v", l.count("register"), p)
		}
		if d := l.printers["id-a"].Description; !strings.Contains(d, "platen printer add --adopt id-a new") {
			t.Errorf("the service is told %q", d)
		}
		if err := l.c.AdoptPrinter(t.Context(), "new", "id-b"); err != nil {
			t.Fatal(err)
		}
		l.lookAgain(2)
		if got := l.registered(); got["new"] != "id-b" || l.printers["id-b"].Status != "IDLE" || l.printers["id-a"].Status != "STOPPED" {
			t.Errorf("the service has %v", got)
		}
		l.submit("b", "j")
		l.c.Hint(gcp.Notification{Printer: "id-b"}, time.Now())
		l.settle(5 * time.Second)
		l.want("j", gcp.JobDone, 1)
		kept := l.ids.Identities()
		l.restart()
		l.lookAgain(2)
		if !reflect.DeepEqual(kept, l.ids.Identities()) {
			t.Errorf("after a restart the identities are %+v, before %+v", l.ids.Identities(), kept)
		}
		if err := l.c.RemovePrinter(t.Context(), "id-a"); err != nil {
			t.Errorf("removing one that is tied to nothing, by its id: %v", err)
		}
	}, "a", "b")
}

// A raw queue that is chosen is shared; by itself it is not.
func TestKindsAreNotShared(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.change(func() { l.locals["raw"].Kind = printer.KindRaw })
		l.start()
		l.lookAgain(2)
		if p := l.shown("raw"); p.ID != "" || !strings.Contains(p.Reason, "raw queues are shared only when they are chosen") || len(l.registered()) != 1 {
			t.Errorf("a raw queue is %+v", p)
		}
		if _, err := l.c.SharePrinter(t.Context(), "raw"); err != nil {
			t.Fatal(err)
		}
		l.restart()
		l.lookAgain(1)
		if len(l.registered()) != 2 || l.shown("raw").ID == "" {
			t.Errorf("a chosen queue is %+v", l.shown("raw"))
		}
	}, "raw", "lp")
}
