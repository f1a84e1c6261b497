package cloud_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/oauth"
	"platen/gcp"
)

// staff is a world with tokens and an administrator.
type staff struct {
	*world
	oauth *oauth.Server
	root  cloud.Caller
}

func newStaff(t *testing.T, rules cloud.ProviderRules) *staff {
	w := newWorld(t)
	s := &staff{world: w, oauth: oauth.New(oauth.Config{Store: w.db, Now: w.clock.Now})}
	w.Service = cloud.New(cloud.Config{
		Domain: "print.example.com", Store: w.db, Blobs: w.blobs, Codes: s.oauth, Sessions: s.oauth, Notifier: w.push,
		Provider: rules, Now: w.clock.Now,
	})
	u, err := w.AddUser(t.Context(), "root@example.com", "", true)
	must(t, err)
	s.root = cloud.Caller{User: &u}
	return s
}

func (s *staff) user(id cloud.UserID) cloud.User {
	s.t.Helper()
	u, err := s.Person(s.t.Context(), cloud.OperatorCaller(), id)
	must(s.t, err)
	return u
}

func refusedAs(t *testing.T, what string, err error, want cloud.Kind) {
	t.Helper()
	if cloud.KindOf(err) != want {
		t.Errorf("%s: %v, want kind %q", what, err, want)
	}
}

// Only administrators administer people, and no key of few scopes does.
func TestWhoAdministersPeople(t *testing.T) {
	s := newStaff(t, cloud.ProviderRules{})
	limited := s.root
	limited.Scopes = []string{"print"}
	id := s.bob.User.ID
	for name, call := range map[string]func(context.Context, cloud.Caller) error{
		"list": func(ctx context.Context, c cloud.Caller) error {
			_, err := s.People(ctx, c, cloud.UserFilter{})
			return err
		},
		"see": func(ctx context.Context, c cloud.Caller) error { _, err := s.Person(ctx, c, id); return err },
		"invite": func(ctx context.Context, c cloud.Caller) error {
			_, _, err := s.Invite(ctx, c, cloud.NewUser{Email: "new@example.com", Role: cloud.RoleMember})
			return err
		},
		"reset":   func(ctx context.Context, c cloud.Caller) error { _, err := s.ResetPassword(ctx, c, id); return err },
		"role":    func(ctx context.Context, c cloud.Caller) error { return s.SetRole(ctx, c, id, cloud.RoleAdministrator) },
		"disable": func(ctx context.Context, c cloud.Caller) error { return s.Disable(ctx, c, id) },
		"enable":  func(ctx context.Context, c cloud.Caller) error { return s.Enable(ctx, c, id) },
		"remove":  func(ctx context.Context, c cloud.Caller) error { return s.Remove(ctx, c, id, "") },
		"signout": func(ctx context.Context, c cloud.Caller) error { return s.SignOut(ctx, c, id) },
		"import": func(ctx context.Context, c cloud.Caller) error {
			_, err := s.Import(ctx, c, nil, cloud.ImportApply)
			return err
		},
	} {
		refusedAs(t, name+" by a member", call(t.Context(), s.eve), cloud.KindForbidden)
		refusedAs(t, name+" by a key", call(t.Context(), limited), cloud.KindForbidden)
		refusedAs(t, name+" by a connector", call(t.Context(), s.robot), cloud.KindCredentials)
		refusedAs(t, name+" by nobody", call(t.Context(), cloud.Caller{}), cloud.KindCredentials)
	}
	if _, err := s.PersonByEmail(t.Context(), s.root, "NEW@example.com"); cloud.KindOf(err) != cloud.KindNotFound {
		t.Errorf("somebody was invited: %v", err)
	}
}

func TestInvitedAccount(t *testing.T) {
	s := newStaff(t, cloud.ProviderRules{})
	ctx := t.Context()
	for name, n := range map[string]cloud.NewUser{
		"no address":    {Email: "new", Role: cloud.RoleMember},
		"no role":       {Email: "new@example.com"},
		"taken address": {Email: "Bob@example.com", Role: cloud.RoleMember},
		"too long":      {Email: "new@example.com", Role: cloud.RoleMember, Expire: 91 * 24 * time.Hour},
		"long name":     {Email: "new@example.com", Role: cloud.RoleMember, Name: strings.Repeat("x", 101)},
	} {
		_, _, err := s.Invite(ctx, s.root, n)
		refusedAs(t, name, err, cloud.KindInvalid)
	}
	u, token, err := s.Invite(ctx, s.root, cloud.NewUser{Email: "New@example.com", Role: cloud.RoleGuest, Expire: time.Hour})
	must(t, err)
	if got := s.user(u.ID); got.Email != "new@example.com" || got.Role() != cloud.RoleGuest || got.PasswordHash != "" {
		t.Errorf("invited %+v", got)
	}
	s.clock.add(59 * time.Minute)
	if who, err := s.oauth.JoiningUser(ctx, token); err != nil || who.ID != u.ID {
		t.Errorf("the link is %v's, %v", who.ID, err)
	}
	s.clock.add(time.Minute)
	_, err = s.oauth.JoiningUser(ctx, token)
	refusedAs(t, "an hour later", err, cloud.KindCredentials)
	again, err := s.ResetPassword(ctx, s.root, u.ID)
	must(t, err)
	if _, err := s.oauth.RedeemJoin(ctx, again); err != nil {
		t.Errorf("another link: %v", err)
	}
}

// Guests use what is shared with them, and nothing else.
func TestGuests(t *testing.T) {
	s := newStaff(t, cloud.ProviderRules{})
	ctx := t.Context()
	must(t, s.SetRole(ctx, s.root, s.bob.User.ID, cloud.RoleGuest))
	u := s.user(s.bob.User.ID)
	guest := cloud.Caller{User: &u}
	s.share("/hd/domain/example.com", gcp.RoleUser)
	_, err := s.Printer(ctx, guest, s.printer)
	refusedAs(t, "what the domain has", err, cloud.KindNotFound)
	s.share(u.Email, gcp.RoleManager)
	s.accept(guest)
	if _, err := s.Printer(ctx, guest, s.printer); err != nil {
		t.Errorf("what was shared: %v", err)
	}
	s.submit(guest)

	_, err = s.CreateRobot(ctx, guest, cloud.RobotRequest{ClientID: "c", Proxy: "x"})
	refusedAs(t, "pair", err, cloud.KindForbidden)
	name, proxy := "queue", "x"
	_, err = s.Register(ctx, guest, cloud.PrinterFields{Name: &name, Proxy: &proxy, Capabilities: []byte(cdd)})
	refusedAs(t, "register", err, cloud.KindForbidden)
	_, err = s.Confirm(ctx, guest, "CODE")
	refusedAs(t, "claim", err, cloud.KindForbidden)
	err = s.Share(ctx, guest, cloud.ShareRequest{Printer: s.printer, Scope: "eve@example.net", Role: gcp.RoleUser})
	refusedAs(t, "share", err, cloud.KindForbidden)
	_, err = s.Groups(ctx, guest)
	refusedAs(t, "groups", err, cloud.KindForbidden)
	_, _, err = s.oauth.MakeKey(ctx, u.ID, oauth.KeyWish{Label: "k", Scopes: []oauth.Scope{oauth.ScopePrint}})
	refusedAs(t, "key", err, cloud.KindForbidden)
	if err := s.Unshare(ctx, guest, cloud.ShareRequest{Printer: s.printer, Scope: u.Email}); err != nil {
		t.Errorf("step back: %v", err)
	}
}

// What is shared with a group is there for its members, as long as they are in it.
func TestGroupShares(t *testing.T) {
	s := newStaff(t, cloud.ProviderRules{})
	ctx := t.Context()
	for _, scope := range []string{"/group/", "/group/ x", "/group/a\nb"} {
		err := s.Share(ctx, s.alice, cloud.ShareRequest{Printer: s.printer, Scope: scope})
		refusedAs(t, scope, err, cloud.KindInvalid)
	}
	s.share(cloud.GroupScope("Art Teachers"), gcp.RoleUser)
	sees := func() error {
		u := s.user(s.eve.User.ID)
		_, err := s.Printer(ctx, cloud.Caller{User: &u}, s.printer)
		return err
	}
	refusedAs(t, "before", sees(), cloud.KindNotFound)
	put := func(groups string) {
		t.Helper()
		rows, err := cloud.ReadPeople(strings.NewReader("email,groups\neve@example.net," + groups + "\n"))
		must(t, err)
		_, err = s.Import(ctx, s.root, rows, cloud.ImportApply)
		must(t, err)
	}
	put("Art Teachers; staff")
	if err := sees(); err != nil {
		t.Errorf("as a member: %v", err)
	}
	u := s.user(s.eve.User.ID)
	list, err := s.Search(ctx, cloud.Caller{User: &u}, cloud.PrinterQuery{Connection: gcp.ConnectionAll})
	if err != nil || len(list) != 1 {
		t.Errorf("a member's list: %v, %v", list, err)
	}
	put("staff")
	refusedAs(t, "after leaving", sees(), cloud.KindNotFound)
}

// Who is disabled or removed is out at once; the connectors go on, and so do the
// printers, with a new owner.
func TestConnectorsOutliveTheirOwner(t *testing.T) {
	s := newStaff(t, cloud.ProviderRules{})
	ctx := t.Context()
	code, err := s.oauth.RobotCode(ctx, s.robot.Robot.ID, "client")
	must(t, err)
	access := exchange(t, s.oauth, code)
	cookie, err := s.oauth.NewSession(ctx, s.alice.User.ID)
	must(t, err)
	key, _, err := s.oauth.MakeKey(ctx, s.alice.User.ID, oauth.KeyWish{Label: "k", Scopes: []oauth.Scope{oauth.ScopePrint}})
	must(t, err)
	check := func(when string, people cloud.Kind) {
		t.Helper()
		_, err := s.oauth.Session(ctx, cookie.Reveal())
		refusedAs(t, "session "+when, err, people)
		_, err = s.oauth.Authenticate(ctx, key.Reveal())
		refusedAs(t, "key "+when, err, people)
		c, err := s.oauth.Authenticate(ctx, access)
		if err != nil || c.Robot == nil {
			t.Fatalf("the connector %s: %v", when, err)
		}
		if _, err := s.Printer(ctx, c, s.printer); err != nil {
			t.Errorf("its printer %s: %v", when, err)
		}
	}
	check("before", "")
	must(t, s.Disable(ctx, s.root, s.alice.User.ID))
	check("when disabled", cloud.KindCredentials)
	must(t, s.Enable(ctx, s.root, s.alice.User.ID))
	check("when enabled again", cloud.KindCredentials) // it takes a new sign-in
	must(t, s.Remove(ctx, s.root, s.alice.User.ID, s.bob.User.ID))
	check("when removed", cloud.KindCredentials)
	p, err := s.Printer(ctx, s.bob, s.printer)
	if err != nil || p.Role != gcp.RoleOwner {
		t.Errorf("the heir's printer: %v, %v", p.Role, err)
	}
	for _, who := range []cloud.Caller{s.root, cloud.OperatorCaller()} { // administrators inherit by default
		u, err := s.AddUser(ctx, "short@example.com", "", false)
		must(t, err)
		must(t, s.Remove(ctx, who, u.ID, ""))
	}
}

// The service never loses its last administrator, and nobody locks himself out.
func TestLastAdministrator(t *testing.T) {
	s := newStaff(t, cloud.ProviderRules{})
	ctx := t.Context()
	id := s.root.User.ID
	for name, err := range map[string]error{
		"own role":        s.SetRole(ctx, s.root, id, cloud.RoleMember),
		"disable oneself": s.Disable(ctx, s.root, id),
		"remove oneself":  s.Remove(ctx, s.root, id, s.bob.User.ID),
		"last role":       s.SetRole(ctx, cloud.OperatorCaller(), id, cloud.RoleGuest),
		"last disabled":   s.Disable(ctx, cloud.OperatorCaller(), id),
		"last removed":    s.Remove(ctx, cloud.OperatorCaller(), id, s.bob.User.ID),
		"unknown role":    s.SetRole(ctx, s.root, s.bob.User.ID, "king"),
	} {
		refusedAs(t, name, err, cloud.KindInvalid)
	}
	must(t, s.SetRole(ctx, s.root, s.bob.User.ID, cloud.RoleAdministrator))
	bob := s.user(s.bob.User.ID)
	must(t, s.SetRole(ctx, cloud.Caller{User: &bob}, s.eve.User.ID, cloud.RoleGuest))
	refusedAs(t, "a guest as heir", s.Remove(ctx, s.root, s.alice.User.ID, s.eve.User.ID), cloud.KindInvalid)
	must(t, s.Disable(ctx, cloud.OperatorCaller(), id))
	s.audited(cloud.Operator, "disabled the account root@example.com")
}

// Two administrators who take each other's role away at the same moment: one of
// them comes too late.
func TestAdministratorsDemoteEachOther(t *testing.T) {
	s := newStaff(t, cloud.ProviderRules{})
	ctx := t.Context()
	must(t, s.SetRole(ctx, s.root, s.bob.User.ID, cloud.RoleAdministrator))
	bob := s.user(s.bob.User.ID)
	errs := make(chan error, 2)
	go func() { errs <- s.SetRole(ctx, s.root, bob.ID, cloud.RoleMember) }()
	go func() { errs <- s.Disable(ctx, cloud.Caller{User: &bob}, s.root.User.ID) }()
	refusals := 0
	for range 2 {
		if err := <-errs; err != nil {
			refusals++
			refusedAs(t, "the second", err, cloud.KindInvalid)
		}
	}
	left := 0
	for _, id := range []cloud.UserID{bob.ID, s.root.User.ID} {
		if u := s.user(id); u.Administers() {
			left++
		}
	}
	if refusals != 1 || left != 1 {
		t.Errorf("%d were refused, %d administrators are left", refusals, left)
	}
}

func TestFirstAdministrator(t *testing.T) {
	s := newStaff(t, cloud.ProviderRules{})
	_, err := s.FirstAdministrator(t.Context(), cloud.NewUser{Email: "x@example.com"}, "correct horse battery")
	refusedAs(t, "with accounts", err, cloud.KindForbidden)
}

func TestImport(t *testing.T) {
	s := newStaff(t, cloud.ProviderRules{})
	ctx := t.Context()
	rows, err := cloud.ReadPeople(strings.NewReader("\ufeffEmail,Name,Role,Groups\n" +
		"Bob@example.com,Bob B,guest,art; chess\nnew@example.com,,,\nalice@example.com,alice,member,\n"))
	must(t, err)
	want := "bob@example.com: name Bob B, role guest, joins art, joins chess; new@example.com (new): "
	tell := func(changes []cloud.ImportChange) string {
		var all []string
		for _, c := range changes {
			line := c.Email
			if c.New {
				line += " (new)"
			}
			all = append(all, line+": "+strings.Join(c.What, ", "))
		}
		return strings.Join(all, "; ")
	}
	for _, mode := range []cloud.ImportMode{cloud.ImportTry, cloud.ImportApply} {
		changes, err := s.Import(ctx, s.root, rows, mode)
		must(t, err)
		if got := tell(changes); got != want {
			t.Errorf("%s: %s, want %s", mode, got, want)
		}
	}
	changes, err := s.Import(ctx, s.root, rows, cloud.ImportApply)
	must(t, err)
	if len(changes) != 0 {
		t.Errorf("a second time: %s", tell(changes))
	}
	if u := s.user(s.bob.User.ID); u.Role() != cloud.RoleGuest || strings.Join(u.Groups, " ") != "art chess" || u.Name != "Bob B" {
		t.Errorf("imported %+v", u)
	}
	for name, text := range map[string]string{
		"empty": "", "no address column": "name\nx\n", "unknown column": "email,phone\na@example.com,1\n",
		"unknown role": "email,role\na@example.com,king\n", "no address": "email\nalice\n", "ragged": "email,name\na@example.com\n",
	} {
		_, err := cloud.ReadPeople(strings.NewReader(text))
		refusedAs(t, name, err, cloud.KindInvalid)
	}
}

// exchange gets a connector's access token for its code.
func exchange(t *testing.T, o *oauth.Server, code string) string {
	t.Helper()
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "client_id": {"client"}, "redirect_uri": {"oob"}}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/o/oauth2/token", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	o.Handler().ServeHTTP(w, r)
	var answer struct {
		Token string `json:"access_token"`
	}
	must(t, json.Unmarshal(w.Body.Bytes(), &answer))
	if answer.Token == "" {
		t.Fatalf("no token: %s", w.Body)
	}
	return answer.Token
}
