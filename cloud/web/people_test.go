package web

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"platen/cloud"
)

// other returns a browser of somebody else in the same world.
func (w *world) other() *world {
	jar, _ := cookiejar.New(nil)
	return &world{
		Server: w.Server, t: w.t, service: w.service, oauth: w.oauth, db: w.db, file: w.file, blobs: w.blobs, stop: w.stop,
		browser: &http.Client{Jar: jar, Timeout: 20 * time.Second},
	}
}

// fill posts a form with the xsrf field of the browser's person.
func (w *world) fill(path string, fields ...string) (string, answered) {
	w.t.Helper()
	form := url.Values{"xsrf": {w.xsrf()}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return w.post(path, form)
}

var shownLink = regexp.MustCompile(`value="http://cloud\.invalid(/join/[^"]+)"`)

// link takes the path of a one-time link out of a page.
func (w *world) link(page string) string {
	w.t.Helper()
	m := shownLink.FindStringSubmatch(page)
	if m == nil {
		w.t.Fatalf("no link in %s", page)
	}
	return m[1]
}

func wantPage(t *testing.T, what string, have answered, status int, path string) {
	t.Helper()
	if have.StatusCode != status || have.URL.Path != path {
		t.Errorf("%s ended at %s with %s, want %s with %d", what, have.URL.Path, have.Status, path, status)
	}
}

// An administrator invites somebody, who opens the link, chooses a password, and
// is in. The link is good once; looking at it does not spend it.
func TestInvitation(t *testing.T) {
	w := start(t)
	w.signIn()
	page, a := w.fill("/people", "email", "Bob@example.com", "name", `<b>Bob</b>`, "role", "guest", "days", "1")
	wantPage(t, "inviting", a, http.StatusOK, "/people")
	link := w.link(page)
	if page, _ := w.get("/people"); strings.Contains(page, "<b>Bob") || !strings.Contains(page, "&lt;b&gt;Bob") || !strings.Contains(page, "invited") {
		t.Errorf("the list is %s", page)
	}
	_, a = w.fill("/people", "email", "ben@example.com", "role", "member", "days", "soon")
	wantPage(t, "inviting until soon", a, http.StatusBadRequest, "/people")
	bob := w.other()
	for range 2 {
		if page, a := bob.get(link); a.StatusCode != http.StatusOK || !strings.Contains(page, "bob@example.com") {
			t.Fatalf("the link shows %s %s", a.Status, page)
		}
	}
	for _, form := range []url.Values{{"password": {"short"}, "again": {"short"}}, {"password": {"long enough 1"}, "again": {"long enough 2"}}} {
		_, a := bob.post(link, form)
		wantPage(t, "a bad password", a, http.StatusBadRequest, link)
	}
	_, a = bob.post(link, url.Values{"name": {"Bob"}, "password": {"tr0ub4dor&3 x"}, "again": {"tr0ub4dor&3 x"}})
	wantPage(t, "joining", a, http.StatusOK, "/printers")
	_, a = w.other().post(link, url.Values{"password": {"tr0ub4dor&3 y"}, "again": {"tr0ub4dor&3 y"}})
	wantPage(t, "the same link again", a, http.StatusForbidden, link)
	u, err := w.service.PersonByEmail(t.Context(), cloud.OperatorCaller(), "bob@example.com")
	if err != nil || u.Name != "Bob" || u.Role() != cloud.RoleGuest || u.SignInTime.IsZero() {
		t.Errorf("the account is %+v, %v", u, err)
	}
	if page, _ := bob.get("/printers"); strings.Contains(page, `"/people"`) {
		t.Error("a guest is offered the people")
	}
	_, a = bob.get("/people")
	wantPage(t, "a guest's look at people", a, http.StatusForbidden, "/people")
	_, a = bob.fill("/account/keys", "label", "x", "scope", "print")
	wantPage(t, "a guest's key", a, http.StatusForbidden, "/account/keys")
}

// A double click on "Set the password" ends inside, whether the browser has its session
// already when it sends the form again or not. Whoever finds the link has no part in it.
func TestJoinClickedTwice(t *testing.T) {
	w := start(t)
	w.signIn()
	page, _ := w.fill("/people", "email", "bob@example.com", "role", "member", "days", "1")
	link, form := w.link(page), url.Values{"password": {"tr0ub4dor&3 x"}, "again": {"tr0ub4dor&3 x"}}
	bob := w.other()
	for _, who := range []*world{bob, bob, w.other()} {
		page, a := who.post(link, form)
		wantPage(t, "a click", a, http.StatusOK, "/printers")
		if !strings.Contains(page, "bob@example.com") {
			t.Errorf("somebody else is signed in: %s", page)
		}
	}
	for what, password := range map[string]string{"another password": "tr0ub4dor&3 y", "none": ""} {
		_, a := w.other().post(link, url.Values{"password": {password}, "again": {password}})
		wantPage(t, what, a, http.StatusForbidden, link)
	}
	_, a := w.post(link, form) // somebody else's browser, on no page of ours
	wantPage(t, "somebody who is signed in", a, http.StatusForbidden, link)
	_, a = w.other().post(link+"x", form)
	wantPage(t, "another link", a, http.StatusForbidden, link+"x")
}

func TestPeopleAreFound(t *testing.T) {
	w := start(t)
	w.signIn()
	for i := range 60 {
		name := string(rune('a'+i/26)) + string(rune('a'+i%26))
		if _, err := w.service.AddUser(t.Context(), "p"+name+"@example.com", "", false); err != nil {
			t.Fatal(err)
		}
	}
	count := func(page string) int { return strings.Count(page, `<td><a href="/people/`) }
	page, _ := w.get("/people")
	if count(page) != 50 || !strings.Contains(page, "61 accounts") || !strings.Contains(page, "/people?from=50") {
		t.Errorf("%d rows: %s", count(page), page)
	}
	if page, _ := w.get("/people?from=50"); count(page) != 11 || !strings.Contains(page, `rel="prev" href="/people"`) {
		t.Errorf("%d rows on the second page: %s", count(page), page)
	}
	if page, _ := w.get("/people?q=PAA"); count(page) != 1 || !strings.Contains(page, "1 account<") {
		t.Errorf("%d rows found: %s", count(page), page)
	}
	if page, _ := w.get("/people?from=-7&q=nobody"); count(page) != 0 || !strings.Contains(page, "Nobody matches") {
		t.Errorf("found %s", page)
	}
	page, a := w.fill("/people", "email", email, "role", "member")
	wantPage(t, "an address that is taken", a, http.StatusBadRequest, "/people")
	if !strings.Contains(page, "an account with this address already") || !strings.Contains(page, `value="`+email+`"`) {
		t.Errorf("the form again: %s", page)
	}
}

// What an administrator does to an account works at once.
func TestAdministeringAPerson(t *testing.T) {
	w := start(t)
	w.signIn()
	u, err := w.service.AddUser(t.Context(), "bob@example.com", "tr0ub4dor&3 x", false)
	if err != nil {
		t.Fatal(err)
	}
	bob := w.other()
	enter := func() string {
		t.Helper()
		_, a := bob.post("/signin", url.Values{"email": {u.Email}, "password": {"tr0ub4dor&3 x"}})
		return a.URL.Path
	}
	in := func() bool {
		t.Helper()
		_, a := bob.get("/account")
		return a.URL.Path == "/account"
	}
	at := "/people/" + string(u.ID)
	enter()
	if !in() {
		t.Fatal("bob is not in")
	}
	_, a := w.fill(at + "/signout")
	wantPage(t, "signing out", a, http.StatusOK, at)
	if in() || enter() != "/printers" {
		t.Error("bob is still in, or cannot come back")
	}
	_, a = w.fill(at + "/disable")
	wantPage(t, "disabling", a, http.StatusOK, at)
	if in() || enter() != "/signin" {
		t.Error("bob is in though disabled")
	}
	_, a = w.fill(at + "/reset")
	wantPage(t, "a link of a disabled account", a, http.StatusBadRequest, at+"/reset")
	w.fill(at + "/enable")
	if enter() != "/printers" {
		t.Error("bob cannot come in though enabled")
	}
	page, _ := w.fill(at + "/reset")
	_, a = w.other().post(w.link(page), url.Values{"password": {"another one 4 bob"}, "again": {"another one 4 bob"}})
	wantPage(t, "a new password", a, http.StatusOK, "/printers")
	if in() || enter() != "/signin" {
		t.Error("the old password or session is good")
	}
	_, a = w.fill(at+"/role", "role", "administrator")
	wantPage(t, "a new role", a, http.StatusOK, at)
	if got, _ := w.service.Person(t.Context(), cloud.OperatorCaller(), u.ID); got.Role() != cloud.RoleAdministrator {
		t.Errorf("the role is %s", got.Role())
	}
	own := "/people/" + string(w.user.ID)
	_, a = w.fill(own + "/disable")
	wantPage(t, "disabling oneself", a, http.StatusBadRequest, own+"/disable")
	_, a = w.fill(at+"/remove", "heir", "nobody@example.com")
	wantPage(t, "an heir who is not there", a, http.StatusBadRequest, at+"/remove")
	_, a = w.fill(at+"/remove", "heir", email)
	wantPage(t, "removing", a, http.StatusOK, "/people")
	_, a = w.get(at)
	wantPage(t, "the removed", a, http.StatusNotFound, at)
	_, a = w.post("/people/"+string(w.user.ID)+"/signout", url.Values{"xsrf": {"wrong"}})
	wantPage(t, "a form of another site", a, http.StatusForbidden, own+"/signout")
}

var shownKey = regexp.MustCompile(`value="(platen_[^"]+)"`)

// A key is shown once, works, and does not once it is revoked.
func TestOwnAccount(t *testing.T) {
	w := start(t)
	w.signIn()
	page, a := w.fill("/account/keys", "label", "shop", "scope", "print")
	wantPage(t, "making a key", a, http.StatusOK, "/account/keys")
	m := shownKey.FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no key in %s", page)
	}
	if c, err := w.oauth.Authenticate(t.Context(), m[1]); err != nil || c.User.ID != w.user.ID || len(c.Scopes) != 1 {
		t.Errorf("the key is %+v's, %v", c.User, err)
	}
	page, _ = w.get("/account")
	id := regexp.MustCompile(`/account/keys/([^/]+)/revoke`).FindStringSubmatch(page)
	if id == nil || strings.Contains(page, m[1]) || !strings.Contains(page, "shop") {
		t.Fatalf("the account is %s", page)
	}
	_, a = w.fill("/account/keys/" + id[1] + "/revoke")
	wantPage(t, "revoking", a, http.StatusOK, "/account")
	if _, err := w.oauth.Authenticate(t.Context(), m[1]); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("the revoked key: %v", err)
	}
	_, a = w.fill("/account/keys", "label", "x", "scope", "root")
	wantPage(t, "an unknown scope", a, http.StatusBadRequest, "/account/keys")
	for _, days := range []string{"a week", "-1", "281474976710656", "9999"} { // 2^48 days of nanoseconds are 0 in 64 bits
		page, a = w.fill("/account/keys", "label", "x", "scope", "print", "days", days)
		wantPage(t, "a key for "+days+" days", a, http.StatusBadRequest, "/account/keys")
		if !strings.Contains(page, `role="alert"`) || shownKey.MatchString(page) {
			t.Errorf("%s days: the page is %s", days, page)
		}
	}
	_, a = w.fill("/account/name", "name", "Ada L.")
	wantPage(t, "a name", a, http.StatusOK, "/account")
	if page, _ := w.get("/account"); !strings.Contains(page, `value="Ada L."`) {
		t.Errorf("the account is %s", page)
	}
	_, a = w.fill("/account/name", "name", " ")
	wantPage(t, "no name", a, http.StatusBadRequest, "/account/name")
	elsewhere := w.other()
	elsewhere.signIn()
	_, a = w.fill("/account/signout")
	wantPage(t, "signing out everywhere", a, http.StatusOK, "/signin")
	_, a = elsewhere.get("/account")
	wantPage(t, "the other browser", a, http.StatusOK, "/signin")
}

// Who can try links without end could look for one.
func TestLinksAreLimited(t *testing.T) {
	w := start(t)
	for range 40 {
		if _, a := w.get("/join/wrong"); a.StatusCode == http.StatusTooManyRequests {
			if a.Header.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
			return
		}
	}
	t.Error("40 links were looked at")
}
