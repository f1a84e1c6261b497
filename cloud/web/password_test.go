package web

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/oauth"
)

// Behind a one-time link a person sets a password, which ends what else was open.
func TestSetPassword(t *testing.T) {
	w := start(t)
	w.signIn()
	other := &http.Client{Jar: w.browser.Jar, Timeout: w.browser.Timeout}
	w.browser.Jar, _ = cookiejar.New(nil)
	link, err := w.oauth.NewSignInLink(t.Context(), w.user.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, resp := w.get("/link/" + link.Reveal() + "?next=/password"); resp.URL.Path != "/password" {
		t.Fatalf("the link leads to %v", resp.URL)
	}
	const next = "another long password"
	for name, form := range map[string]url.Values{
		"too short": {"password": {"short"}, "again": {"short"}},
		"differ":    {"password": {next}, "again": {next + "!"}},
	} {
		form.Set("xsrf", w.xsrf())
		if page, resp := w.post("/password", form); resp.StatusCode != http.StatusBadRequest || !strings.Contains(page, `role="alert"`) {
			t.Errorf("%s: %s", name, resp.Status)
		}
	}
	if _, resp := w.post("/password", url.Values{"password": {next}, "again": {next}}); resp.StatusCode != http.StatusForbidden {
		t.Errorf("without a token of the page: %s", resp.Status)
	}
	if _, resp := w.post("/password", url.Values{"password": {next}, "again": {next}, "xsrf": {w.xsrf()}}); resp.URL.Path != "/printers" {
		t.Errorf("set: %s %v", resp.Status, resp.URL)
	}
	if _, err := w.service.CheckPassword(t.Context(), cloud.PasswordCheck{Email: email, Password: next}); err != nil {
		t.Errorf("new password: %v", err)
	}
	if _, err := w.service.CheckPassword(t.Context(), cloud.PasswordCheck{Email: email, Password: password}); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("old password: %v", err)
	}
	w.browser = other
	if _, resp := w.get("/printers"); resp.URL.Path != "/signin" {
		t.Errorf("another browser is still signed in: %v", resp.URL)
	}
}

// A session of yesterday does not set a password: whoever finds a browser open
// signs in first.
func TestOldSessionSetsNoPassword(t *testing.T) {
	w := start(t)
	const cookie = "yesterday"
	err := w.db.AddTokens(t.Context(), oauth.Token{
		Hash: oauth.HashOf(cookie), Kind: oauth.KindSession, Grant: "g", User: w.user.ID,
		CreateTime: time.Now().Add(-24 * time.Hour), ExpireTime: time.Now().Add(24 * time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	at, _ := url.Parse(w.URL)
	w.browser.Jar.SetCookies(at, []*http.Cookie{{Name: oauth.CookieName, Value: cookie}})
	if _, resp := w.get("/printers"); resp.URL.Path != "/printers" {
		t.Fatalf("the session is not good: %v", resp.URL)
	}
	if _, resp := w.get("/password"); resp.URL.Path != "/signin" || resp.URL.Query().Get("next") != "/password" {
		t.Errorf("the page: %v", resp.URL)
	}
	form := url.Values{"password": {"another long password"}, "again": {"another long password"}, "xsrf": {w.oauth.XSRF(cookie)}}
	if _, resp := w.post("/password", form); resp.URL.Path != "/signin" {
		t.Errorf("the form: %v", resp.URL)
	}
	if _, err := w.service.CheckPassword(t.Context(), cloud.PasswordCheck{Email: email, Password: password}); err != nil {
		t.Errorf("the old password: %v", err)
	}
}
