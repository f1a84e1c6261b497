package e2e

import (
	"slices"
	"strings"
	"testing"

	"platen/internal/lab"
)

// Those of the play who are shared with: a colleague of the domain, and a friend.
const (
	classicColleague = "colleague@example.net"
	classicFriend    = "friend@example.org"
)

// TestClassicSharing plays what people's programs did about sharing (A.8): invitations
// are answered, managers act for the owner, everybody gives back what they were given.
func TestClassicSharing(t *testing.T) {
	t.Parallel()
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t)})
	s.StartCloud()
	key := func(who string) caller {
		return caller{base: s.Base, auth: "OAuth " + s.Cloud("key", "create", "--user", who, "--scope", "admin")}
	}
	for _, who := range []string{classicColleague, classicFriend} {
		s.Cloud("user", "add", who, "--password-stdin")
	}
	p := &play{site: s, channel: "XMPP_CHANNEL", jobs: map[string]string{}, doc: document("shared", 20<<10), owner: key(lab.Owner), guest: key(classicFriend)}
	manager := key(classicColleague)
	p.init(t)
	p.register(t)
	share := func(who caller, scope, role string) reply {
		return who.post(t, "share", "printerid="+q(p.printer)+"&scope="+q(scope)+"&role="+role+"&skip_notification=false")
	}
	sees := func(who caller) bool {
		return slices.Contains(names(t, at(t, who.get(t, "search?q=").ok(t), "printers"), "id"), p.printer)
	}

	// A refused invitation leaves nothing.
	share(p.owner, classicFriend, "USER").ok(t)
	if sees(p.guest) {
		t.Error("seen before the invitation was answered")
	}
	must(t, p.guest.get(t, "invites").ok(t), "invites.0.printer.id", p.printer)
	p.guest.get(t, "processinvite?printerid="+q(p.printer)+"&accept=false&email="+q(classicFriend)).ok(t)
	must(t, p.guest.get(t, "invites").ok(t), "invites", []any{})
	p.guest.get(t, "printer?printerid="+q(p.printer)).fail(t, 0)
	p.guest.get(t, "processinvite?printerid="+q(p.printer)+"&accept=true&email="+q(classicFriend)).fail(t, 0)

	// A manager shares, renames and cancels, and does not own.
	share(p.owner, classicColleague, "MANAGER").ok(t)
	o := manager.get(t, "processinvite?printerid="+q(p.printer)+"&accept=true&email="+q(classicColleague)+"&use_cdd=true").ok(t)
	must(t, o, "printer.id", p.printer)
	share(manager, classicFriend, "USER").ok(t)
	p.guest.get(t, "processinvite?printerid="+q(p.printer)+"&accept=true&email="+q(classicFriend)).ok(t)
	share(manager, "else@example.org", "MANAGER").fail(t, 8)
	share(p.owner, "else@example.org", "OWNER").fail(t, 0)
	manager.get(t, "update?printerid="+q(p.printer)+"&display_name=Ours").ok(t)
	for who, tags := range map[*caller][]string{&p.owner: {"^own", "^can_share", "^can_delete"}, &manager: {"^shared", "^can_share"}, &p.guest: {"^shared", "^shared_directly"}} {
		o := who.get(t, "search?q=ours").ok(t)
		for _, tag := range tags {
			if !slices.Contains(at(t, o, "printers.0.tags").([]any), any(tag)) {
				t.Errorf("%s sees %v, without %s", who.auth, at(t, o, "printers.0.tags"), tag)
			}
		}
	}
	if n := len(at(t, p.guest.get(t, "printer?printerid="+q(p.printer)).ok(t), "printers.0.access").([]any)); n < 1 {
		t.Error("a user's view has no access at all")
	}

	// The user's job, and who may do what about it.
	p.submitPlain(t, p.guest, "friends.pdf")
	job := p.jobs["friends.pdf"]
	cancel := "control?jobid=" + q(job) + "&semantic_state_diff=" + q(`{"state":{"type":"ABORTED","user_action_cause":{"action_code":"CANCELLED"}}}`)
	must(t, manager.get(t, "jobs?printerid="+q(p.printer)).ok(t), "jobs.0.ownerId", classicFriend)
	must(t, manager.get(t, cancel).ok(t), "job.status", "ERROR")

	// Each gives back the own share; the printer stays.
	p.guest.get(t, "delete?printerid="+q(p.printer)).ok(t)
	if sees(p.guest) || !sees(manager) || !sees(p.owner) {
		t.Error("a user's /delete took more or less than the own share")
	}
	share(manager, classicColleague, "USER").ok(t) // to oneself: accepted at once
	p.owner.post(t, "unshare", "printerid="+q(p.printer)+"&scope="+q(strings.ToUpper(classicColleague))).ok(t)
	if sees(manager) {
		t.Error("seen after the share was taken back")
	}

	// A domain's people need not answer.
	_, domain, _ := strings.Cut(classicColleague, "@")
	share(p.owner, "/hd/domain/"+domain, "USER").ok(t)
	if !sees(manager) || sees(p.guest) {
		t.Error("a domain's share")
	}
	manager.get(t, "delete?printerid="+q(p.printer)).fail(t, 0) // it came with the domain
}
