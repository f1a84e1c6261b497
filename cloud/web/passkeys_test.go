package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"platen/cloud"
	"platen/cloud/passkey"
)

// notes are what the audit log has of a world's person, newest first.
func (w *world) notes() []string {
	w.t.Helper()
	entries, err := w.service.Audit(w.t.Context(), cloud.OperatorCaller(), cloud.AuditQuery{Who: email})
	if err != nil {
		w.t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Note)
	}
	return list
}

// A person adds a passkey, signs in with it, renames it and removes it, all in the audit
// log but for the name.
func TestPasskey(t *testing.T) {
	w := start(t)
	w.signIn()
	d := w.addDevice(`Phone <1>`)
	page, _ := w.get("/account")
	if !strings.Contains(page, "Phone &lt;1&gt;") {
		t.Errorf("the account's page has no such passkey: %s", page)
	}
	o, _ := w.challenge("/account/passkeys/options", w.xsrf())
	if o.RP.ID != "cloud.invalid" || o.AuthenticatorSelection.ResidentKey != "required" || o.AuthenticatorSelection.UserVerification != "required" ||
		len(o.ExcludeCredentials) != 1 || o.ExcludeCredentials[0].ID != b64(d.id) {
		t.Errorf("another device is asked for %+v", o)
	}
	if page, a := w.fill("/account/passkeys", "name", "again", "credential", d.make(o)); a.StatusCode != http.StatusBadRequest || !strings.Contains(page, "added already") {
		t.Errorf("the same once more: %s", a.Status)
	}

	other := w.other()
	o, a := other.challenge("/signin/passkey/options", "")
	if o.RPID != "cloud.invalid" || o.UserVerification != "required" || o.Challenge == "" || a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the browser is asked for %+v, %v", o, a.Header)
	}
	for _, c := range a.Cookies {
		if c.Name == passkeyCookie && (!c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.MaxAge > 300) {
			t.Errorf("the cookie is %+v", c)
		}
	}
	_, a = other.signInBy(d)
	wantPage(t, "signing in", a, http.StatusOK, "/jobs")
	if u, err := w.db.User(t.Context(), w.user.ID); err != nil || u.SignInTime.IsZero() {
		t.Errorf("the account was signed in to at %v, %v", u.SignInTime, err)
	}
	_, a = other.get("/account/passkeys") // it was a moment ago
	wantPage(t, "another passkey", a, http.StatusOK, "/account/passkeys")
	keys, err := w.db.Passkeys(t.Context(), w.user.ID)
	if err != nil || len(keys) != 1 || keys[0].UsedTime.IsZero() || keys[0].Transports[0] != "internal" {
		t.Fatalf("the passkeys are %+v, %v", keys, err)
	}
	at := "/account/passkeys/" + string(keys[0].ID)
	_, a = w.fill(at+"/rename", "name", " ")
	wantPage(t, "an empty name", a, http.StatusBadRequest, at+"/rename")
	page, a = w.fill(at+"/rename", "name", "Key")
	wantPage(t, "renaming", a, http.StatusOK, "/account")
	if strings.Contains(page, "Phone") || !strings.Contains(page, "<td>Key</td>") {
		t.Error("the passkey is called as before")
	}
	_, a = w.fill(at + "/remove")
	wantPage(t, "removing", a, http.StatusOK, "/account")
	_, a = w.other().signInBy(d)
	wantPage(t, "a passkey that was removed", a, http.StatusForbidden, "/signin/passkey")
	if have := strings.Join(w.notes(), ", "); have != "removed the passkey Key, added the passkey Phone <1>" {
		t.Errorf("the audit log has %s", have)
	}
}

// Whatever is wrong with a passkey is answered alike, and lets nobody in.
func TestPasskeyIsNotBelieved(t *testing.T) {
	w := start(t)
	w.roams.Store(true) // how often one may try is not what is asked here
	w.signIn()
	d, stranger := w.addDevice("Phone"), newDevice(t)
	if _, err := w.service.AddUser(t.Context(), "eve@example.com", password, false); err != nil {
		t.Fatal(err)
	}
	eve := w.other()
	if _, a := eve.post("/signin", url.Values{"email": {"eve@example.com"}, "password": {password}}); a.URL.Path != "/printers" {
		t.Fatalf("eve is at %v", a.URL)
	}
	hers := eve.addDevice("Eve's")
	stranger.account = d.account
	answers := map[string]bool{}
	for name, spoil := range map[string]func(d, hers *device) *device{
		"nobody's key":         func(_, _ *device) *device { return stranger },
		"another site":         func(d, _ *device) *device { d.origin = "https://cloud.invalid.example.com"; return d },
		"another site's key":   func(d, _ *device) *device { d.party = "invalid"; return d },
		"nobody was there":     func(d, _ *device) *device { d.flags = flagVerified; return d },
		"nobody was verified":  func(d, _ *device) *device { d.flags = flagPresent; return d },
		"somebody else's key":  func(d, hers *device) *device { hers.id = d.id; return hers },
		"somebody else's id":   func(d, hers *device) *device { hers.account = d.account; return hers },
		"somebody else's both": func(d, hers *device) *device { hers.id, hers.account = d.id, d.account; return hers },
		"no account":           func(d, _ *device) *device { d.account = ""; return d },
	} {
		mine, others := *d, *hers
		o := w.other()
		page, a := o.signInBy(spoil(&mine, &others))
		wantPage(t, name, a, http.StatusForbidden, "/signin/passkey")
		if _, a := o.get("/printers"); a.URL.Path != "/signin" {
			t.Errorf("%s lets in", name)
		}
		answers[page] = true
	}
	o := w.other()
	page, a := o.post("/signin/passkey", url.Values{"credential": {"{"}, "next": {"/jobs"}})
	wantPage(t, "no passkey at all", a, http.StatusForbidden, "/signin/passkey")
	if answers[page] = true; len(answers) != 1 {
		t.Errorf("there are %d answers: %v", len(answers), answers)
	}
}

// A challenge is good once, in the browser that asked for it, for five minutes, and for
// what it was asked for.
func TestPasskeyChallengeIsGoodOnce(t *testing.T) {
	w := start(t)
	w.roams.Store(true)
	w.signIn()
	d := w.addDevice("Phone")
	refused := func(name string, o *world, form url.Values) {
		t.Helper()
		_, a := o.post("/signin/passkey", form)
		wantPage(t, name, a, http.StatusForbidden, "/signin/passkey")
	}
	site, _ := url.Parse(w.URL)
	o := w.other()
	asked, a := o.challenge("/signin/passkey/options", "")
	form := url.Values{"credential": {d.sign(asked)}, "next": {"/jobs"}}
	thief := w.other()
	refused("another browser", thief, form)
	thief.challenge("/signin/passkey/options", "")
	refused("another browser with a challenge of its own", thief, form)
	if page, a := o.post("/signin/passkey", form); a.URL.Path != "/jobs" {
		t.Fatalf("the browser that asked is at %v: %s", a.URL, page)
	}
	thief.browser.Jar.SetCookies(site, a.Cookies)
	refused("the same once more", thief, form)

	asked, _ = o.challenge("/signin/passkey/options", "")
	d.count++ // it counts from now on
	form.Set("credential", d.sign(asked))
	w.ahead.Add(int64(passkey.CookieTime))
	refused("too late", o, form)

	asked, _ = w.challenge("/account/passkeys/options", w.xsrf())
	form.Set("credential", d.sign(asked))
	refused("a challenge to make a passkey", w, form)
	asked, _ = w.challenge("/signin/passkey/options", "")
	_, a = w.fill("/account/passkeys", "name", "x", "credential", newDevice(t).make(asked))
	wantPage(t, "a challenge to sign in", a, http.StatusBadRequest, "/account/passkeys")
	asked, _ = w.challenge("/account/passkeys/options", w.xsrf())
	far := newDevice(t)
	far.origin = "https://example.com"
	_, a = w.fill("/account/passkeys", "name", "x", "credential", far.make(asked))
	wantPage(t, "a passkey of another site", a, http.StatusBadRequest, "/account/passkeys")
}

// A key whose counter goes back is on two devices, which nobody meant: it is refused, and
// the audit log tells.
func TestPasskeyThatWasCopied(t *testing.T) {
	w := start(t)
	w.signIn()
	d := w.addDevice("Phone")
	for _, tt := range []struct {
		count  uint32
		status int
	}{{5, http.StatusOK}, {6, http.StatusOK}, {6, http.StatusForbidden}, {2, http.StatusForbidden}, {7, http.StatusOK}} {
		d.count = tt.count
		if _, a := w.other().signInBy(d); a.StatusCode != tt.status {
			t.Errorf("the counter %d is answered %s", tt.count, a.Status)
		}
	}
	refusals := 0
	for _, note := range w.notes() {
		if strings.Contains(note, "refused with the passkey Phone: its counter went back") {
			refusals++
		}
	}
	if refusals != 2 {
		t.Errorf("the audit log has %q", w.notes())
	}
}

// Who is disabled does not come in by a passkey, which is there again afterwards; a link
// for a new password shows the passkeys, and signing out everywhere leaves them.
func TestPasskeyOfADisabledPerson(t *testing.T) {
	w := start(t)
	w.signIn()
	d := w.addDevice("Phone")
	ctx, operator := t.Context(), cloud.OperatorCaller()
	if _, err := w.service.AddUser(ctx, "root@example.com", password, true); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{w.service.SignOut(ctx, operator, w.user.ID), w.service.Disable(ctx, operator, w.user.ID)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	o := w.other()
	_, a := o.signInBy(d)
	wantPage(t, "while it is disabled", a, http.StatusForbidden, "/signin/passkey")
	if err := w.service.Enable(ctx, operator, w.user.ID); err != nil {
		t.Fatal(err)
	}
	_, a = o.signInBy(d)
	wantPage(t, "enabled again", a, http.StatusOK, "/jobs")
	link, err := w.service.ResetPassword(ctx, operator, w.user.ID)
	if err != nil {
		t.Fatal(err)
	}
	page, a := w.other().post(JoinPath+link, url.Values{"password": {password}, "again": {password}})
	wantPage(t, "a new password", a, http.StatusOK, "/account")
	if !strings.Contains(page, "<td>Phone</td>") {
		t.Errorf("the page after a new password shows no passkey: %s", page)
	}
}

// Wrong passkeys count like wrong passwords, and with them.
func TestPasskeysAreLimited(t *testing.T) {
	w := start(t)
	// What one address may try grows again meanwhile, by one in two and a half seconds.
	both := false
	for range 20 {
		_, key := w.post("/signin/passkey", url.Values{"credential": {"{}"}})
		_, word := w.post("/signin", url.Values{"email": {email}, "password": {"not the password"}})
		both = key.StatusCode == http.StatusTooManyRequests && word.StatusCode == http.StatusTooManyRequests && word.Header.Get("Retry-After") != ""
		if both {
			break
		}
	}
	if !both {
		t.Error("passkeys and passwords are tried without end")
	}
	w, asked := start(t), 0
	for ; asked < 100; asked++ {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URL+"/signin/passkey/options", nil)
		if _, a := w.do(req); a.StatusCode == http.StatusTooManyRequests {
			break
		}
	}
	if asked < 20 || asked > 30 {
		t.Errorf("%d challenges were given at once", asked)
	}
}

// Where browsers make no passkeys, none are offered, and the page says what they need.
func TestPasskeysNeedHTTPS(t *testing.T) {
	w := startSet(t, func(c *Config, s *cloud.Config) {
		c.Passkeys = passkey.New(passkey.Config{Store: s.Store.(passkey.Store), BaseURL: "http://print.example.com"})
	})
	w.signIn()
	if page, _ := w.get("/account"); !strings.Contains(page, "need an https address") || strings.Contains(page, `href="/account/passkeys"`) {
		t.Errorf("the account's page says %s", page)
	}
	_, a := w.get("/account/passkeys")
	wantPage(t, "adding one", a, http.StatusNotFound, "/account/passkeys")
	o := w.other()
	if page, _ := o.get("/signin"); strings.Contains(page, "passkey") {
		t.Errorf("the page of sign-in says %s", page)
	}
	_, a = o.post("/signin/passkey/options", nil)
	wantPage(t, "signing in", a, http.StatusNotFound, "/signin/passkey/options")
}
