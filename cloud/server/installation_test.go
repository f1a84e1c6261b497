package server

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/cloud/oauth"
	"platen/cloud/oidc/oidctest"
	"platen/internal/config"
	"platen/internal/secret"
)

// page asks for a page, or sends a form, with a session's cookie.
func (r *running) page(method, path, cookie string) string {
	r.t.Helper()
	form := url.Values{"xsrf": {r.oauth.XSRF(cookie)}}
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.base+path, strings.NewReader(form.Encode()))
	r.ok(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.AddCookie(&http.Cookie{Name: oauth.CookieName, Value: cookie})
	resp, err := http.DefaultTransport.RoundTrip(req)
	r.ok(err)
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	r.ok(err)
	if resp.StatusCode != http.StatusOK {
		r.t.Errorf("%s %s: %s", method, path, resp.Status)
	}
	return string(text)
}

// An administrator sees how the running service is, each setting with what it is for,
// and no secret.
func TestInstallationPages(t *testing.T) {
	provider := oidctest.Start(t)
	r := start(t, func(s *Server) {
		s.cfg.OIDC = OIDCConfig{Issuer: provider.URL, ClientID: "platen-client", ClientSecret: secret.New("hush-hush")}
		s.cfg.Render = false
		s.cfg.Settings = "/etc/some.toml"
	})
	admin, err := r.service.AddUser(t.Context(), "root@example.com", "", true)
	r.ok(err)
	session, err := r.oauth.NewSession(t.Context(), admin.ID)
	r.ok(err)
	cookie := session.Reveal()
	at := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	r.ok(os.WriteFile(filepath.Join(r.cfg.StateDir, lastBackup), []byte(at.Format(time.RFC3339)), 0o600))
	for path, want := range map[string][]string{
		"GET /admin":           {r.base, "XMPP, built in", "2026-11-20 10:00:00 UTC", "<dt>Accounts</dt><dd>2</dd>", " KiB", " free"},
		"POST /admin":          {"What was found", "<strong>push</strong>", "<strong>public address</strong>", "<strong>database</strong>"},
		"GET /admin/settings":  {"/etc/some.toml", "<code>retention</code>", "24h0m0s", "(set, not shown)"},
		"GET /admin/provider":  {r.base + "/oidc/callback", "platen-client"},
		"POST /admin/provider": {"<strong>sign-in provider</strong>", provider.URL + " answers"},
	} {
		method, path, _ := strings.Cut(path, " ")
		text := r.page(method, path, cookie)
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s %s does not say %q:\n%s", method, path, w, text)
			}
		}
		if strings.Contains(text, "hush-hush") {
			t.Errorf("%s shows a secret", path)
		}
	}
	text := r.page(http.MethodGet, "/admin/settings", cookie)
	all, err := config.InForce(config.File{}, "", r.cfg)
	r.ok(err)
	for _, s := range all {
		if !strings.Contains(text, "<code>"+s.Key+"</code> <span") {
			t.Errorf("the page does not say what %s is for: add setting.%s to the catalogue", s.Key, s.Key)
		}
	}
}
