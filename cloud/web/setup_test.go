package web

import (
	"net/http"
	"net/url"
	"testing"

	"platen/cloud"
	"platen/internal/secret"
)

// The first administrator comes in by the set-up link, once; without the link, or
// once there is an account, nobody does.
func TestSetUp(t *testing.T) {
	w := startSet(t, func(c *Config, _ *cloud.Config) { c.Setup = secret.New("the-setup-secret") })
	form := url.Values{"email": {"root@example.com"}, "name": {"Root"}, "password": {password}, "again": {password}}
	_, a := w.post("/setup/the-setup-secret", form)
	wantPage(t, "a service with accounts", a, http.StatusForbidden, "/setup/the-setup-secret")

	w = startEmpty(t, func(c *Config, _ *cloud.Config) { c.Setup = secret.New("the-setup-secret") })
	for _, path := range []string{"/setup/wrong", "/setup/the-setup-secre"} {
		_, a := w.post(path, form)
		wantPage(t, "a wrong link", a, http.StatusForbidden, path)
	}
	_, a = w.get("/setup/the-setup-secret")
	wantPage(t, "the link", a, http.StatusOK, "/setup/the-setup-secret")
	short := url.Values{"email": {"root@example.com"}, "password": {"short"}, "again": {"short"}}
	_, a = w.post("/setup/the-setup-secret", short)
	wantPage(t, "a short password", a, http.StatusBadRequest, "/setup/the-setup-secret")
	_, a = w.post("/setup/the-setup-secret", form)
	wantPage(t, "setting up", a, http.StatusOK, "/printers")
	u, err := w.service.PersonByEmail(t.Context(), cloud.OperatorCaller(), "root@example.com")
	if err != nil || !u.Admin || u.Name != "Root" {
		t.Errorf("the account is %+v, %v", u, err)
	}
	_, a = w.post("/setup/the-setup-secret", form)
	wantPage(t, "setting up again", a, http.StatusForbidden, "/setup/the-setup-secret")
}

func TestNoSetUpWithoutASecret(t *testing.T) {
	w := startEmpty(t, nil)
	_, a := w.get("/setup/x")
	wantPage(t, "a service without a set-up link", a, http.StatusForbidden, "/setup/x")
}
