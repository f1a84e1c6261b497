package connector_test

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"platen/connector"
	"platen/gcp"
	"platen/printer"
)

func (l *lab) opened() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.access)
}

// Rules give access once. What is taken back in the service, or no longer in the
// rules, is nobody's business here.
func TestRulesGiveAccessOnce(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		staff, ann := connector.Access{Scope: "/group/staff", Role: gcp.RoleUser}, connector.Access{Scope: "ann@example.org", Role: gcp.RoleUser}
		var rule atomic.Pointer[connector.Rule]
		rule.Store(&connector.Rule{Access: []connector.Access{staff}})
		l.opt.Rule = func(p printer.Printer) connector.Rule {
			if p.Name == "lp" {
				return *rule.Load()
			}
			return connector.Rule{}
		}
		l.change(func() { l.down = true })
		l.start()
		l.settle(time.Second)
		l.change(func() { l.down = false })
		l.c.Connected()
		l.settle(time.Minute)
		if got, want := l.opened(), []string{"id-lp /group/staff"}; !slices.Equal(got, want) {
			t.Fatalf("shared %v, want %v", got, want)
		}
		l.restart()
		l.lookAgain(2)
		rule.Store(&connector.Rule{Access: []connector.Access{staff, ann}})
		if err := l.c.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
		rule.Store(&connector.Rule{Access: []connector.Access{ann}})
		if err := l.c.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, want := l.opened(), []string{"id-lp /group/staff", "id-lp ann@example.org"}; !slices.Equal(got, want) {
			t.Errorf("shared %v, want %v", got, want)
		}
	}, "lp", "other")
}

// What the service refuses is said, and asked again only with new rules.
func TestAccessThatIsRefused(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		access := []connector.Access{{Scope: "ann@example.org", Role: gcp.RoleManager}, {Scope: "/group/staff", Role: gcp.RoleUser}}
		l.opt.Rule = func(printer.Printer) connector.Rule { return connector.Rule{Access: access} }
		l.start()
		l.settle(time.Second)
		l.lookAgain(5)
		if got := l.shown("lp").Error; !strings.Contains(got, "ann@example.org as MANAGER") || !strings.Contains(got, "not authorized") {
			t.Errorf("the error is %q", got)
		}
		if n := l.count("share"); n != 2 || len(l.opened()) != 1 {
			t.Errorf("%d calls, shared %v", n, l.opened())
		}
		if err := l.c.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := l.count("share"); n != 3 {
			t.Errorf("%d calls after new rules, want 3", n)
		}
	}, "lp")
}

// Names and places by rule reach the service, and go as they came; a printer keeps
// its id all the while.
func TestRulesDressPrinters(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		l.start()
		l.settle(time.Second)
		before := l.count("update")
		rule := connector.Rule{Name: "Berlin Laser", Location: "second floor", Tags: []string{"berlin"}}
		l.end()
		l.opt.Rule = func(printer.Printer) connector.Rule { return rule }
		l.start()
		l.settle(time.Second)
		if got := l.printers["id-lp"]; got.DefaultDisplayName != "Berlin Laser" || l.count("update") != before+1 || l.shown("lp").Info != "Berlin Laser" {
			t.Errorf("the service has %q after %d updates", got.DefaultDisplayName, l.count("update"))
		}
		rule = connector.Rule{}
		if err := l.c.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := l.printers["id-lp"]; got.DefaultDisplayName == "Berlin Laser" || l.count("register") != 1 {
			t.Errorf("the service has %q after %d registrations", got.DefaultDisplayName, l.count("register"))
		}
	}, "lp")
}
