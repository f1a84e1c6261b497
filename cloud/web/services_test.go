package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"platen/cloud"
)

var revokeService = regexp.MustCompile(`action="(/services/[^"]+/revoke)"`)

// An administrator adds an account for a program, whose key is shown once; who keeps
// it sees it and its keys, and nobody else.
func TestServiceAccounts(t *testing.T) {
	w := start(t)
	w.signIn()
	page, a := w.fill("/services", "name", "no good")
	wantPage(t, "a bad name", a, http.StatusBadRequest, "/services")
	if !strings.Contains(page, `role="alert"`) || !strings.Contains(page, `value="no good"`) {
		t.Errorf("the page is %s", page)
	}
	_, a = w.fill("/services", "name", "till", "title", "<b>Till</b>")
	at := a.URL.Path
	if a.StatusCode != http.StatusOK || !strings.HasPrefix(at, "/services/") {
		t.Fatalf("adding ended at %s with %s", at, a.Status)
	}
	if page, _ := w.get("/services"); strings.Contains(page, "<b>Till") || !strings.Contains(page, "till@service") || !strings.Contains(page, email) {
		t.Errorf("the list is %s", page)
	}
	if page, _ := w.get("/people"); strings.Contains(page, "till@service") {
		t.Error("a program is among the people")
	}
	page, a = w.fill(at+"/keys", "label", "shop", "scope", "print", "days", "30")
	wantPage(t, "making a key", a, http.StatusOK, at+"/keys")
	key := shownKey.FindStringSubmatch(page)
	if key == nil {
		t.Fatalf("no key in %s", page)
	}
	c, err := w.oauth.Authenticate(t.Context(), key[1])
	if err != nil || c.User.Email != "till@service" || strings.Join(c.Scopes, " ") != "print" {
		t.Errorf("the key is %+v's, %v", c.User, err)
	}
	page, _ = w.get(at)
	revoke := revokeService.FindStringSubmatch(page)
	if revoke == nil || strings.Contains(page, key[1]) || !strings.Contains(page, "Print, and see printers and jobs") ||
		strings.Contains(page, "until it is revoked") {
		t.Fatalf("the page is %s", page)
	}

	if _, err := w.service.AddUser(t.Context(), "bob@example.com", password, false); err != nil {
		t.Fatal(err)
	}
	bob := w.other()
	bob.post("/signin", url.Values{"email": {"bob@example.com"}, "password": {password}})
	for _, path := range []string{at, at + "/keys"} {
		_, a := bob.get(path)
		wantPage(t, "somebody else", a, http.StatusNotFound, path)
	}
	_, a = bob.fill(revoke[1])
	wantPage(t, "somebody else revokes", a, http.StatusNotFound, revoke[1])
	if page, _ := bob.get("/services"); strings.Contains(page, "till@service") || strings.Contains(page, `name="keeper"`) {
		t.Errorf("somebody else sees %s", page)
	}

	_, a = w.fill(revoke[1])
	wantPage(t, "revoking", a, http.StatusOK, at)
	if _, err := w.oauth.Authenticate(t.Context(), key[1]); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("the revoked key: %v", err)
	}
	if page, a := w.fill(at+"/keeper", "keeper", "/group/none"); a.StatusCode != http.StatusBadRequest || !strings.Contains(page, `value="/group/none"`) || !strings.Contains(page, `role="alert"`) {
		t.Errorf("a keeper that is none: %s, %s", a.Status, page)
	}
	if _, err := w.service.AddUser(t.Context(), "root@example.com", password, true); err != nil {
		t.Fatal(err)
	}
	if page, a := w.fill(at+"/keeper", "keeper", "root@example.com"); a.URL.Path != at || !strings.Contains(page, "<dd>root@example.com</dd>") {
		t.Errorf("another keeper: %v, %s", a.URL, page)
	}
	for _, do := range []string{"/disable", "/enable"} {
		_, a = w.fill(at + do)
		wantPage(t, do, a, http.StatusOK, at)
	}
	_, a = w.fill(at + "/remove")
	wantPage(t, "removing", a, http.StatusOK, "/services")
	_, a = w.get(at)
	wantPage(t, "the removed one", a, http.StatusNotFound, at)
}
