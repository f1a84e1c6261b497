package cloud_test

import (
	"testing"

	"platen/cloud"
	"platen/cloud/oauth"
	"platen/gcp"
)

func (s *staff) service(name, keeper string) cloud.User {
	s.t.Helper()
	u, err := s.AddServiceAccount(s.t.Context(), s.root, cloud.NewServiceAccount{Name: name, Keeper: keeper})
	must(s.t, err)
	return u
}

// Nobody signs in as a program: it has keys, and prints under its own name where a
// printer is shared with it.
func TestServiceAccount(t *testing.T) {
	s := newStaff(t, cloud.ProviderRules{Create: true})
	ctx := t.Context()
	till := s.service(" Till ", "")
	if till.Email != "till@service" || till.Role() != cloud.RoleService || till.Keeper != string(s.root.User.ID) {
		t.Errorf("the account is %+v", till)
	}
	key, _, err := s.oauth.MakeKey(ctx, till.ID, oauth.KeyWish{Label: "shop", Scopes: []oauth.Scope{oauth.ScopePrint}})
	must(t, err)
	c, err := s.oauth.Authenticate(ctx, key.Reveal())
	must(t, err)
	_, err = s.Printer(ctx, c, s.printer)
	refusedAs(t, "before the share", err, cloud.KindNotFound)
	s.share("Till@service", gcp.RoleUser) // nobody would answer an invitation
	s.submit(c)
	jobs, _, err := s.Jobs(ctx, s.alice, cloud.JobQuery{Printer: s.printer, Limit: 9})
	must(t, err)
	if len(jobs) != 1 || jobs[0].OwnerEmail != "till@service" {
		t.Errorf("the owner of the printer sees %+v", jobs)
	}

	_, err = s.CheckPassword(ctx, cloud.PasswordCheck{Email: till.Email, Password: ""})
	refusedAs(t, "no password", err, cloud.KindCredentials)
	refusedAs(t, "a password", s.SetPassword(ctx, till.ID, "correct horse battery"), cloud.KindInvalid)
	_, err = s.ResetPassword(ctx, s.root, till.ID)
	refusedAs(t, "a link for a password", err, cloud.KindInvalid)
	refusedAs(t, "another role", s.SetRole(ctx, s.root, till.ID, cloud.RoleAdministrator), cloud.KindInvalid)
	_, err = s.SignInIdentity(ctx, cloud.Identity{Issuer: "i", Subject: "s", Email: till.Email, Verified: true})
	refusedAs(t, "with a provider", err, cloud.KindForbidden)
	_, _, err = s.Invite(ctx, s.root, cloud.NewUser{Email: "x@service", Role: cloud.RoleMember})
	refusedAs(t, "a person with such an address", err, cloud.KindInvalid)
	refusedAs(t, "as an heir", s.Remove(ctx, s.root, s.bob.User.ID, till.ID), cloud.KindInvalid)
	cookie, err := s.oauth.NewSession(ctx, till.ID)
	must(t, err)
	_, err = s.oauth.Session(ctx, cookie.Reveal())
	refusedAs(t, "a session", err, cloud.KindCredentials)
	s.share("/hd/domain/service", gcp.RoleUser)
	must(t, s.Unshare(ctx, s.alice, cloud.ShareRequest{Printer: s.printer, Scope: till.Email}))
	_, err = s.Printer(ctx, c, s.printer)
	refusedAs(t, "by a domain", err, cloud.KindNotFound)

	must(t, s.Disable(ctx, s.root, till.ID))
	_, err = s.oauth.Authenticate(ctx, key.Reveal())
	refusedAs(t, "the key of a disabled one", err, cloud.KindCredentials)
}

func TestNamesOfServiceAccounts(t *testing.T) {
	s := newStaff(t, cloud.ProviderRules{})
	for _, name := range []string{"", "till@example.com", "två", "a b", ".a", "a-", "a..b", "/group/x", string(make([]byte, 61))} {
		_, err := s.AddServiceAccount(t.Context(), s.root, cloud.NewServiceAccount{Name: name})
		refusedAs(t, name, err, cloud.KindInvalid)
	}
	for _, keeper := range []string{"nobody@example.com", s.bob.User.Email, "/group/nobody"} {
		_, err := s.AddServiceAccount(t.Context(), s.root, cloud.NewServiceAccount{Name: "a", Keeper: keeper})
		refusedAs(t, "kept by "+keeper, err, cloud.KindInvalid)
	}
	s.service("a-1.b", s.root.User.Email)
	_, err := s.AddServiceAccount(t.Context(), s.root, cloud.NewServiceAccount{Name: "A-1.b@service"})
	refusedAs(t, "a second one", err, cloud.KindInvalid)
}

// A service account is there for administrators and for who keeps it.
func TestWhoKeepsServiceAccounts(t *testing.T) {
	s := newStaff(t, cloud.ProviderRules{})
	ctx := t.Context()
	_, err := s.db.SetGroups(ctx, s.bob.User.ID, cloud.GroupsOfImport, []string{"Shop"})
	must(t, err)
	bob := s.user(s.bob.User.ID)
	own, group := s.service("own", ""), s.service("group", "/group/shop")
	limited := s.root
	limited.Scopes = []string{"print"}
	program := cloud.Caller{User: &group}
	for name, tt := range map[string]struct {
		c            cloud.Caller
		own, group   bool
		list         int
		listRefused  cloud.Kind
		addsAccounts bool
	}{
		"administrator": {s.root, true, true, 2, "", true},
		"member of it":  {cloud.Caller{User: &bob}, false, true, 1, "", false},
		"somebody":      {s.eve, false, false, 0, "", false},
		"a key":         {limited, false, false, 0, cloud.KindForbidden, false},
		"itself":        {program, false, false, 0, cloud.KindForbidden, false},
		"a connector":   {s.robot, false, false, 0, cloud.KindCredentials, false},
		"nobody":        {cloud.Caller{}, false, false, 0, cloud.KindCredentials, false},
	} {
		for what, w := range map[string]struct {
			id   cloud.UserID
			want bool
		}{"own": {own.ID, tt.own}, "group": {group.ID, tt.group}, "a person": {bob.ID, false}} {
			_, err := s.ServiceAccount(ctx, tt.c, w.id)
			if (err == nil) != w.want || err != nil && tt.c.User != nil && cloud.KindOf(err) != cloud.KindNotFound {
				t.Errorf("%s, %s: %v", name, what, err)
			}
			if err := s.KeyChanged(ctx, tt.c, w.id, "made the key k"); (err == nil) != w.want {
				t.Errorf("%s notes a key of %s: %v", name, what, err)
			}
		}
		page, err := s.ServiceAccounts(ctx, tt.c, cloud.ServiceAccountFilter{})
		if cloud.KindOf(err) != tt.listRefused || page.Total != tt.list {
			t.Errorf("%s sees %d, %v", name, page.Total, err)
		}
		_, err = s.AddServiceAccount(ctx, tt.c, cloud.NewServiceAccount{Name: "by-" + map[bool]string{true: "admin", false: "x"}[tt.addsAccounts]})
		if (err == nil) != tt.addsAccounts {
			t.Errorf("%s adds one: %v", name, err)
		}
		if err == nil {
			u, _ := s.PersonByEmail(ctx, s.root, "by-admin@service")
			must(t, s.Remove(ctx, s.root, u.ID, ""))
		}
	}
	must(t, s.KeyChanged(ctx, cloud.Caller{User: &bob}, group.ID, "revoked a key"))
	s.audited(bob.ID, "revoked a key of group@service")
	people, err := s.People(ctx, s.root, cloud.UserFilter{Text: "@service"})
	must(t, err)
	if people.Total != 0 {
		t.Errorf("%d of the people are programs", people.Total)
	}
	for id, want := range map[cloud.UserID]string{own.ID: "root@example.com", group.ID: "/group/shop"} {
		u := s.user(id)
		if got, err := s.KeeperName(ctx, &u); err != nil || got != want {
			t.Errorf("kept by %q, %v, want %q", got, err, want)
		}
	}
}

// An administrator gives a service account to another keeper, who sees it from then on;
// the one before does not.
func TestSetKeeper(t *testing.T) {
	s := newStaff(t, cloud.ProviderRules{})
	ctx := t.Context()
	_, err := s.db.SetGroups(ctx, s.bob.User.ID, cloud.GroupsOfImport, []string{"Shop"})
	must(t, err)
	user := s.user(s.bob.User.ID)
	bob := cloud.Caller{User: &user}
	till := s.service("till", "/group/shop")
	refusedAs(t, "by its keeper", s.SetKeeper(ctx, bob, till.ID, ""), cloud.KindForbidden)
	for _, keeper := range []string{"nobody@example.com", "bob@example.com", "/group/nobody"} {
		refusedAs(t, "for "+keeper, s.SetKeeper(ctx, s.root, till.ID, keeper), cloud.KindInvalid)
	}
	refusedAs(t, "of a person", s.SetKeeper(ctx, s.root, s.bob.User.ID, ""), cloud.KindNotFound)
	_, err = s.ServiceAccount(ctx, bob, till.ID)
	must(t, err)
	must(t, s.SetKeeper(ctx, s.root, till.ID, "root@example.com"))
	s.audited(s.root.User.ID, "had the service account till@service kept by root@example.com")
	_, err = s.ServiceAccount(ctx, bob, till.ID)
	refusedAs(t, "the keeper from before", err, cloud.KindNotFound)
	must(t, s.SetKeeper(ctx, s.root, till.ID, "/group/shop"))
	_, err = s.ServiceAccount(ctx, bob, till.ID)
	must(t, err)
}
