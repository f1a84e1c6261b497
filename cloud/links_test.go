package cloud_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/oauth"
	"platen/gcp"
)

// uses reports by each interface whether somebody may use the printer.
func (w *world) uses(c cloud.Caller) map[string]bool {
	w.t.Helper()
	ctx := w.t.Context()
	_, shown := w.Printer(ctx, c, w.printer)
	_, offered := w.Offer(ctx, c, w.printer)
	found, err := w.Search(ctx, c, cloud.PrinterQuery{Connection: gcp.ConnectionAll})
	must(w.t, err)
	list, err := w.PrinterList(ctx, c, cloud.PrinterListQuery{})
	must(w.t, err)
	names, err := w.PrinterNames(ctx, c, cloud.ScopeMine)
	must(w.t, err)
	sub := cloud.Submission{Printer: w.printer, Title: "t", ContentType: "application/pdf", Document: w.document()}
	_, submitted := w.Submit(ctx, c, sub)
	return map[string]bool{
		"printer": shown == nil, "offer": offered == nil, "search": len(found) > 0, "list": len(list.Printers) > 0,
		"names": len(names) > 0, "submit": submitted == nil,
	}
}

// wantUse checks that somebody may use the printer everywhere, or nowhere.
func (w *world) wantUse(when string, c cloud.Caller, want bool) {
	w.t.Helper()
	for what, have := range w.uses(c) {
		if have != want {
			w.t.Errorf("%s: %s: %t, want %t", when, what, have, want)
		}
	}
}

// A share that ended counts nowhere from that moment on, also before it is deleted.
func TestSharesEnd(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	for name, after := range map[string]time.Duration{"too short": time.Minute, "too long": 367 * 24 * time.Hour} {
		err := w.Share(ctx, w.alice, cloud.ShareRequest{Printer: w.printer, Scope: "bob@example.com", ExpireAfter: after})
		refusedAs(t, name, err, cloud.KindInvalid)
	}
	must(t, w.Share(ctx, w.alice, cloud.ShareRequest{Printer: w.printer, Scope: "bob@example.com", ExpireAfter: 24 * time.Hour}))
	invites, err := w.Invites(ctx, w.bob)
	if err != nil || len(invites) != 1 {
		t.Fatalf("invitations: %v, %v", invites, err)
	}
	_, err = w.ProcessInvite(ctx, w.bob, w.printer, true)
	must(t, err)
	w.wantUse("before", w.bob, true)
	j := w.submit(w.bob).ID
	w.clock.add(24*time.Hour - time.Second)
	w.wantUse("in the last second", w.bob, true)
	w.clock.add(time.Second)
	w.wantUse("after", w.bob, false)
	if p, err := w.Printer(ctx, w.alice, w.printer); err != nil || len(p.Shares) != 0 {
		t.Errorf("the owner still sees %v, %v", p.Shares, err)
	}
	if v, err := w.Job(ctx, w.bob, j); err != nil || v.Role != gcp.RoleUser {
		t.Errorf("the own job afterwards: %v, %v", v.Role, err)
	}
	_, err = w.ProcessInvite(ctx, w.bob, w.printer, true)
	refusedAs(t, "the old invitation", err, cloud.KindNotFound)
	must(t, w.Share(ctx, w.alice, cloud.ShareRequest{Printer: w.printer, Scope: "bob@example.com"}))
	_, err = w.ProcessInvite(ctx, w.bob, w.printer, true)
	must(t, err)
	w.wantUse("shared again, for ever", w.bob, true)
}

// manager makes bob a manager of the printer.
func (w *world) manager() {
	w.t.Helper()
	must(w.t, w.Share(w.t.Context(), w.alice, cloud.ShareRequest{Printer: w.printer, Scope: "bob@example.com", Role: gcp.RoleManager}))
	_, err := w.ProcessInvite(w.t.Context(), w.bob, w.printer, true)
	must(w.t, err)
}

// Owner and managers make links, and what they say about themselves must be in order.
// A connector makes none: its thief would keep the printer.
func TestWhoMakesLinks(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.manager()
	n := cloud.NewLink{Printer: w.printer, Name: "Lobby", Lifetime: 24 * time.Hour}
	visitors := n
	visitors.Visitors, visitors.Most = true, 5
	for _, tt := range []struct {
		name string
		by   cloud.Caller
		n    cloud.NewLink
		want cloud.Kind
	}{
		{"owner", w.alice, n, ""},
		{"owner, for visitors", w.alice, visitors, ""},
		{"manager", w.bob, n, ""},
		{"manager, for visitors", w.bob, visitors, cloud.KindForbidden},
		{"stranger", w.eve, n, cloud.KindNotFound},
		{"connector", w.robot, n, cloud.KindCredentials},
		{"nobody", cloud.Caller{}, n, cloud.KindCredentials},
		{"too short", w.alice, cloud.NewLink{Printer: w.printer, Lifetime: time.Minute}, cloud.KindInvalid},
		{"too long", w.alice, cloud.NewLink{Printer: w.printer, Lifetime: 91 * 24 * time.Hour}, cloud.KindInvalid},
		{"too many", w.alice, cloud.NewLink{Printer: w.printer, Lifetime: time.Hour, Most: 1001}, cloud.KindInvalid},
		{"any number of visitors", w.alice, cloud.NewLink{Printer: w.printer, Lifetime: time.Hour, Visitors: true}, cloud.KindInvalid},
		{"visitors for ever", w.alice, cloud.NewLink{Printer: w.printer, Lifetime: time.Hour, Visitors: true, Most: 1, Keeps: true}, cloud.KindInvalid},
		{"long name", w.alice, cloud.NewLink{Printer: w.printer, Lifetime: time.Hour, Name: strings.Repeat("x", 101)}, cloud.KindInvalid},
	} {
		l, secret, err := w.MakeLink(ctx, tt.by, tt.n)
		if tt.want != "" {
			refusedAs(t, tt.name, err, tt.want)
			continue
		}
		if err != nil || len(secret) != 43 || strings.Contains(l.SecretHash, secret) { // 256 bits in base64url
			t.Errorf("%s: a secret of %d characters, %v", tt.name, len(secret), err)
		}
	}
	links, err := w.LinksOf(ctx, w.bob, w.printer)
	if err != nil || len(links) != 3 {
		t.Errorf("the manager sees %d links, %v", len(links), err)
	}
	_, err = w.LinksOf(ctx, w.eve, w.printer)
	refusedAs(t, "a stranger's list", err, cloud.KindNotFound)
	refusedAs(t, "a stranger removes", w.RemoveLink(ctx, w.eve, w.printer, links[0].ID), cloud.KindNotFound)
	refusedAs(t, "no such link", w.RemoveLink(ctx, w.alice, w.printer, "none"), cloud.KindNotFound)
	for range 20 - len(links) {
		_, _, err := w.MakeLink(ctx, w.alice, n)
		must(t, err)
	}
	_, _, err = w.MakeLink(ctx, w.alice, n)
	refusedAs(t, "the twenty-first", err, cloud.KindQuota)
}

// Whoever opens a link with an account may print until the link ends or is removed.
func TestLinkForAccounts(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	use := func(c cloud.Caller, secret string) error {
		_, err := w.UseLink(ctx, c, secret)
		return err
	}
	_, secret, err := w.MakeLink(ctx, w.alice, cloud.NewLink{Printer: w.printer, Lifetime: 48 * time.Hour, Most: 1})
	must(t, err)
	o, err := w.Link(ctx, w.bob, secret)
	if err != nil || o.Printer != w.printer || o.From != "alice" || o.Role != "" || o.Visitors {
		t.Errorf("the link offers %+v, %v", o, err)
	}
	refusedAs(t, "a guess", use(w.bob, "guess"), cloud.KindNotFound)
	refusedAs(t, "nobody", use(cloud.Caller{}, secret), cloud.KindCredentials)
	_, _, err = w.Visit(ctx, secret, "Vera", "")
	refusedAs(t, "a visitor", err, cloud.KindCredentials)
	must(t, use(w.alice, secret)) // it is hers, and uses nothing up
	must(t, use(w.bob, secret))
	must(t, use(w.bob, secret)) // again is no second use
	w.wantUse("by the link", w.bob, true)
	refusedAs(t, "the second person", use(w.eve, secret), cloud.KindForbidden)
	w.clock.add(48 * time.Hour)
	w.wantUse("after its end", w.bob, false)
	refusedAs(t, "after its end", use(w.eve, secret), cloud.KindNotFound)

	l, secret, err := w.MakeLink(ctx, w.alice, cloud.NewLink{Printer: w.printer, Lifetime: time.Hour})
	must(t, err)
	kept, keeps, err := w.MakeLink(ctx, w.alice, cloud.NewLink{Printer: w.printer, Lifetime: time.Hour, Keeps: true})
	must(t, err)
	must(t, use(w.bob, secret))
	must(t, use(w.eve, keeps))
	must(t, w.RemoveLink(ctx, w.alice, w.printer, l.ID))
	must(t, w.RemoveLink(ctx, w.alice, w.printer, kept.ID))
	w.wantUse("removed", w.bob, false)
	w.wantUse("for good", w.eve, true)
	refusedAs(t, "a removed link", use(w.bob, secret), cloud.KindNotFound)
}

// A link lets nobody in any more once who made it could not make it: who lost a printer
// does not come back by an own link.
func TestLinksEndWithTheirMakers(t *testing.T) {
	s := newStaff(t, cloud.ProviderRules{})
	ctx := t.Context()
	s.manager()
	link := func(c cloud.Caller, n cloud.NewLink) string {
		t.Helper()
		n.Printer, n.Lifetime = s.printer, 24*time.Hour
		_, secret, err := s.MakeLink(ctx, c, n)
		must(t, err)
		return secret
	}
	bobs, keeps := link(s.bob, cloud.NewLink{}), link(s.bob, cloud.NewLink{Keeps: true})
	lobby := link(s.alice, cloud.NewLink{Visitors: true, Most: 9})
	standing := func(when string, want int) {
		t.Helper()
		links, err := s.LinksOf(ctx, s.alice, s.printer)
		must(t, err)
		n := 0
		for _, l := range links {
			if l.Stands {
				n++
			}
		}
		if len(links) != 3 || n != want {
			t.Errorf("%s: %d of %d links stand, want %d", when, n, len(links), want)
		}
	}
	standing("before", 3)
	must(t, s.Unshare(ctx, s.alice, cloud.ShareRequest{Printer: s.printer, Scope: "bob@example.com"}))
	for name, secret := range map[string]string{"own link": bobs, "own link that keeps": keeps} {
		_, err := s.UseLink(ctx, s.bob, secret)
		refusedAs(t, name, err, cloud.KindNotFound)
		_, err = s.UseLink(ctx, s.eve, secret)
		refusedAs(t, name+", another person", err, cloud.KindNotFound)
	}
	s.wantUse("a former manager", s.bob, false)
	standing("after", 1)
	_, _, err := s.Visit(ctx, lobby, "Vera", "")
	must(t, err)

	// Who is disabled is let in by nobody; after a removal the heir answers for the links.
	must(t, s.Disable(ctx, s.root, s.alice.User.ID))
	_, _, err = s.Visit(ctx, lobby, "Vito", "")
	refusedAs(t, "the link of an owner who is disabled", err, cloud.KindNotFound)
	must(t, s.Remove(ctx, s.root, s.alice.User.ID, s.eve.User.ID))
	_, _, err = s.Visit(ctx, lobby, "Viola", "")
	must(t, err)
}

// A link answers an invitation that waits, which may be for longer than the link.
func TestLinkAnswersInvitation(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	must(t, w.Share(ctx, w.alice, cloud.ShareRequest{Printer: w.printer, Scope: "bob@example.com", Role: gcp.RoleManager}))
	_, secret, err := w.MakeLink(ctx, w.alice, cloud.NewLink{Printer: w.printer, Lifetime: time.Hour})
	must(t, err)
	_, err = w.UseLink(ctx, w.bob, secret)
	must(t, err)
	w.clock.add(2 * time.Hour)
	if p, err := w.Printer(ctx, w.bob, w.printer); err != nil || p.Role != gcp.RoleManager {
		t.Errorf("bob is %q, %v", p.Role, err)
	}
}

// A visitor prints at one printer, until the link ends or is removed, and does nothing
// else; then the account is gone.
func TestVisitors(t *testing.T) {
	s := newStaff(t, cloud.ProviderRules{})
	ctx := t.Context()
	visit := func(secret string) (cloud.Caller, string) {
		t.Helper()
		u, p, err := s.Visit(ctx, secret, "  Véra Guest ", "")
		must(t, err)
		if p != s.printer || !u.Guest || u.Name != "Véra Guest" || !strings.HasPrefix(u.Email, "vra-guest-") || !strings.HasSuffix(u.Email, "@visitors.invalid") {
			t.Errorf("the visitor is %+v", u)
		}
		cookie, err := s.oauth.NewSession(ctx, u.ID)
		must(t, err)
		c, err := s.oauth.Session(ctx, cookie.Reveal())
		must(t, err)
		return c, cookie.Reveal()
	}
	link := func(most int) (cloud.ShareLink, string) {
		t.Helper()
		l, secret, err := s.MakeLink(ctx, s.alice, cloud.NewLink{Printer: s.printer, Name: "Lobby", Lifetime: 24 * time.Hour, Visitors: true, Most: most})
		must(t, err)
		return l, secret
	}
	_, secret := link(1)
	_, _, err := s.Visit(ctx, secret, " ", "")
	refusedAs(t, "no name", err, cloud.KindInvalid)
	vera, cookie := visit(secret)
	_, _, err = s.Visit(ctx, secret, "Vito", "")
	refusedAs(t, "one visitor too many", err, cloud.KindForbidden)
	s.wantUse("by the link", vera, true)
	j := s.submit(vera).ID

	refusedAs(t, "password", s.SetPassword(ctx, vera.User.ID, "correct horse battery"), cloud.KindForbidden)
	refusedAs(t, "share", s.Share(ctx, vera, cloud.ShareRequest{Printer: s.printer, Scope: "eve@example.net"}), cloud.KindForbidden)
	_, _, err = s.MakeLink(ctx, vera, cloud.NewLink{Printer: s.printer, Lifetime: time.Hour})
	refusedAs(t, "link", err, cloud.KindForbidden)
	_, _, err = s.oauth.MakeKey(ctx, vera.User.ID, oauth.KeyWish{Label: "k", Scopes: []oauth.Scope{oauth.ScopePrint}})
	refusedAs(t, "key", err, cloud.KindForbidden)
	_, err = s.CreateRobot(ctx, vera, cloud.RobotRequest{ClientID: "c", Proxy: "p"})
	refusedAs(t, "connector", err, cloud.KindForbidden)
	must(t, s.Share(ctx, s.alice, cloud.ShareRequest{Printer: s.printer, Public: true}))
	p, err := s.Printer(ctx, s.alice, s.printer)
	must(t, err)
	_, err = s.AddPublic(ctx, vera, s.printer, p.PublicKey)
	refusedAs(t, "a public printer", err, cloud.KindForbidden)
	for _, role := range []cloud.AccountRole{cloud.RoleMember, cloud.RoleAdministrator} {
		refusedAs(t, "made "+string(role), s.SetRole(ctx, s.root, vera.User.ID, role), cloud.KindForbidden)
	}
	s.hold(s.alice, cloud.Releasers{PIN: "2468"})
	_, err = s.ReleaseByPIN(ctx, vera, cloud.PINRelease{Sender: "alice@example.com", PIN: "2468"})
	refusedAs(t, "what others hold", err, cloud.KindForbidden)

	s.clock.add(24 * time.Hour)
	_, err = s.oauth.Session(ctx, cookie)
	refusedAs(t, "the session after the end", err, cloud.KindCredentials)
	s.wantUse("after the end", vera, false)
	s.Sweep(ctx)
	_, err = s.Person(ctx, s.root, vera.User.ID)
	refusedAs(t, "the account after the end", err, cloud.KindNotFound)
	if v, err := s.Job(ctx, s.alice, j); err != nil || v.OwnerEmail != vera.User.Email {
		t.Errorf("what the visitor printed: %v, %v", v.OwnerEmail, err)
	}

	l, secret := link(2)
	vera, cookie = visit(secret)
	must(t, s.RemoveLink(ctx, s.alice, s.printer, l.ID))
	s.wantUse("removed", vera, false)
	_, err = s.oauth.Session(ctx, cookie)
	refusedAs(t, "the session when the link was removed", err, cloud.KindCredentials)
}

// Where links without an account are not allowed, none is made, and those from before
// let nobody in and nobody print.
func TestNoVisitors(t *testing.T) {
	s := newStaff(t, cloud.ProviderRules{})
	ctx := t.Context()
	_, secret, err := s.MakeLink(ctx, s.alice, cloud.NewLink{Printer: s.printer, Lifetime: time.Hour, Visitors: true, Most: 9})
	must(t, err)
	u, _, err := s.Visit(ctx, secret, "Vera", "")
	must(t, err)
	strict := cloud.New(cloud.Config{Store: s.db, Blobs: s.blobs, Now: s.clock.Now, NoVisitors: true})
	_, _, err = strict.MakeLink(ctx, s.alice, cloud.NewLink{Printer: s.printer, Lifetime: time.Hour, Visitors: true, Most: 9})
	refusedAs(t, "make", err, cloud.KindForbidden)
	_, _, err = strict.Visit(ctx, secret, "Vito", "")
	refusedAs(t, "visit", err, cloud.KindForbidden)
	if o, err := strict.Link(ctx, cloud.Caller{}, secret); err != nil || o.Visitors {
		t.Errorf("the link offers %+v, %v", o, err)
	}
	_, err = strict.Printer(ctx, cloud.Caller{User: &u}, s.printer)
	refusedAs(t, "a visitor from before", err, cloud.KindNotFound)
}

// A public printer that wants an approval is there for whoever asked once owner or
// manager say so, and nobody says so in the own case.
func TestPublicWithApproval(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	must(t, w.Share(ctx, w.alice, cloud.ShareRequest{Printer: w.printer, Public: true, Approval: true}))
	p, err := w.Printer(ctx, w.alice, w.printer)
	must(t, err)
	ask := func(c cloud.Caller) gcp.Role {
		t.Helper()
		v, err := w.AddPublic(ctx, c, w.printer, p.PublicKey)
		must(t, err)
		return v.Role
	}
	_, err = w.AddPublic(ctx, w.bob, w.printer, "guess")
	refusedAs(t, "a guess", err, cloud.KindNotFound)
	for range 2 { // asking again changes nothing
		if role := ask(w.bob); role != "" {
			t.Errorf("bob is %s at once", role)
		}
	}
	w.wantUse("waiting", w.bob, false)
	wishes, err := w.Wishes(ctx, w.bob)
	if err != nil || !slices.Equal(wishes, []cloud.PrinterName{{ID: w.printer, Name: p.ShownName()}}) {
		t.Errorf("bob waits for %v, %v", wishes, err)
	}
	if invites, err := w.Invites(ctx, w.bob); err != nil || len(invites) != 0 {
		t.Errorf("a wish is no invitation: %v, %v", invites, err)
	}
	_, err = w.ProcessInvite(ctx, w.bob, w.printer, true)
	refusedAs(t, "own wish granted", err, cloud.KindNotFound)
	refusedAs(t, "answered by the asker", w.AnswerRequest(ctx, w.bob, w.printer, "bob@example.com", true), cloud.KindNotFound)
	must(t, w.AnswerRequest(ctx, w.alice, w.printer, "bob@example.com", true))
	w.wantUse("granted", w.bob, true)
	refusedAs(t, "answered twice", w.AnswerRequest(ctx, w.alice, w.printer, "bob@example.com", false), cloud.KindNotFound)

	ask(w.eve)
	must(t, w.AnswerRequest(ctx, w.alice, w.printer, "eve@example.net", false))
	w.wantUse("refused", w.eve, false)
	if wishes, err := w.Wishes(ctx, w.eve); err != nil || len(wishes) != 0 {
		t.Errorf("eve waits for %v, %v", wishes, err)
	}
	ask(w.eve)
	_, err = w.ProcessInvite(ctx, w.eve, w.printer, false) // she thinks better of it
	must(t, err)
	ask(w.eve)
	must(t, w.Share(ctx, w.alice, cloud.ShareRequest{Printer: w.printer, Scope: "eve@example.net"})) // which answers, too
	w.wantUse("shared with who asked", w.eve, true)
	must(t, w.Unshare(ctx, w.alice, cloud.ShareRequest{Printer: w.printer, Public: true}))
	w.wantUse("no longer public", w.bob, false)

	// Who opened it to everybody, and closed it, stands in the audit log.
	log, err := w.db.Audit(ctx, cloud.AuditFilter{By: w.alice.User.ID, Printer: w.printer, Limit: 100})
	must(t, err)
	for _, note := range []string{"published the printer queue", "unpublished the printer queue"} {
		if !slices.ContainsFunc(log, func(e cloud.Event) bool { return e.Note == note }) {
			t.Errorf("nobody %s: %+v", note, log)
		}
	}
}
