package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/oidc"
	"platen/cloud/oidc/oidctest"
	"platen/internal/secret"
)

// startProvider starts a world whose people sign in with a provider.
func startProvider(t *testing.T, rules cloud.ProviderRules) (*world, *oidctest.Provider) {
	t.Helper()
	p := oidctest.Start(t)
	back := &late{}
	w := startSet(t, func(c *Config, s *cloud.Config) {
		c.Provider, c.ProviderName = back, "Example"
		s.Provider = rules
	})
	p.Redirect(w.URL + ProviderReturn)
	back.Provider = oidc.New(oidc.Config{
		Issuer: p.URL, ClientID: oidctest.ClientID, Secret: secret.New(oidctest.ClientSecret),
		RedirectURL: w.URL + ProviderReturn, GroupsClaim: "groups",
	})
	return w, p
}

// late is a provider that is known once the address of the pages is.
type late struct{ Provider }

// person is what a provider tells of bob.
func person(groups ...string) map[string]any {
	return map[string]any{
		"sub": "s-bob", "email": "Bob@example.com", "email_verified": true, "name": "Bob B", "groups": groups,
	}
}

func TestProviderSignsIn(t *testing.T) {
	w, p := startProvider(t, cloud.ProviderRules{Create: true})
	page, _ := w.get("/signin?next=/jobs")
	if !strings.Contains(page, `href="/oidc/start?next=%2fjobs"`) || !strings.Contains(page, "Sign in with Example") {
		t.Fatalf("no way to the provider: %s", page)
	}
	p.Next(person("art", "chess"), nil)
	_, a := w.get("/oidc/start?next=/jobs")
	wantPage(t, "signing in", a, http.StatusOK, "/jobs")
	u, err := w.service.PersonByEmail(t.Context(), cloud.OperatorCaller(), "bob@example.com")
	if err != nil || u.Name != "Bob B" || strings.Join(u.Groups, " ") != "art chess" || u.SignInTime.IsZero() {
		t.Errorf("the account is %+v, %v", u, err)
	}
	claims := person()
	delete(claims, "email_verified")
	delete(claims, "email")
	delete(claims, "groups")
	p.Next(claims, map[string]any{"email": "bob@example.com", "email_verified": "true", "groups": "solo"})
	_, a = w.other().get("/oidc/start")
	wantPage(t, "with userinfo", a, http.StatusOK, "/printers")
	if u, _ := w.service.Person(t.Context(), cloud.OperatorCaller(), u.ID); strings.Join(u.Groups, " ") != "solo" {
		t.Errorf("the groups are %q", u.Groups)
	}
	_, a = w.other().get("/oidc/start?next=https://evil.example.com/")
	wantPage(t, "another site as the aim", a, http.StatusOK, "/printers")
}

// What a provider says and may not be believed lets nobody in.
func TestProviderIsNotBelieved(t *testing.T) {
	rules := cloud.ProviderRules{Create: true, Domains: []string{"example.com"}}
	with := func(name string, value any) map[string]any {
		claims := person()
		claims[name] = value
		return claims
	}
	for name, tt := range map[string]struct {
		claims, info map[string]any
		spoil        func(map[string]any)
	}{
		"unverified address":        {claims: with("email_verified", false)},
		"another domain":            {claims: with("email", "bob@example.net")},
		"no address":                {claims: map[string]any{"sub": "s"}},
		"another nonce":             {claims: person(), spoil: func(c map[string]any) { c["nonce"] = "n" }},
		"no nonce":                  {claims: person(), spoil: func(c map[string]any) { delete(c, "nonce") }},
		"another client's":          {claims: person(), spoil: func(c map[string]any) { c["aud"] = "other" }},
		"another issuer's":          {claims: person(), spoil: func(c map[string]any) { c["iss"] = "https://id.example.com" }},
		"expired":                   {claims: person(), spoil: func(c map[string]any) { c["exp"] = time.Now().Add(-time.Hour).Unix() }},
		"another access token's":    {claims: person(), spoil: func(c map[string]any) { c["at_hash"] = "AAAAAAAAAAAAAAAAAAAAAA" }},
		"userinfo of somebody else": {claims: map[string]any{"sub": "s"}, info: map[string]any{"sub": "t", "email": "bob@example.com", "email_verified": true}},
		"verified is another one":   {claims: map[string]any{"sub": "s", "email": "bob@example.com"}, info: map[string]any{"email": "eve@example.com", "email_verified": true}},
	} {
		t.Run(name, func(t *testing.T) {
			w, p := startProvider(t, rules)
			p.Next(tt.claims, tt.info)
			p.Spoil(tt.spoil)
			page, a := w.other().get("/oidc/start")
			wantPage(t, "signing in", a, http.StatusForbidden, ProviderReturn)
			if !strings.Contains(page, `role="alert"`) || !strings.Contains(page, `action="/signin"`) {
				t.Errorf("the page is %s", page)
			}
			if all, err := w.service.People(t.Context(), cloud.OperatorCaller(), cloud.UserFilter{}); err != nil || all.Total != 1 {
				t.Errorf("there are %d accounts, %v", all.Total, err)
			}
		})
	}
	w, p := startProvider(t, rules)
	p.Next(person(), nil)
	p.Deny()
	page, a := w.other().get("/oidc/start")
	wantPage(t, "refusing there", a, http.StatusForbidden, ProviderReturn)
	if !strings.Contains(page, "refused or cancelled") {
		t.Errorf("the page is %s", page)
	}
}

// A return that this browser did not set out for is nobody's: somebody else's code
// must not sign a person in as somebody else.
func TestReturnOfAnotherBrowser(t *testing.T) {
	w, p := startProvider(t, cloud.ProviderRules{Create: true})
	p.Next(person(), nil)
	eve := w.other()
	eve.browser.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == ProviderReturn {
			return http.ErrUseLastResponse
		}
		return nil
	}
	_, a := eve.get("/oidc/start")
	if a.To == nil || a.To.Path != ProviderReturn {
		t.Fatalf("eve is at %v", a.To)
	}
	for name, query := range map[string]string{"eve's": a.To.RawQuery, "nothing": "", "no state": url.Values{"code": {"x"}}.Encode()} {
		victim := w.other()
		_, got := victim.get(ProviderReturn + "?" + query)
		wantPage(t, name+" without a flow", got, http.StatusForbidden, ProviderReturn)
		victim.browser.CheckRedirect = eve.browser.CheckRedirect
		victim.get("/oidc/start")
		_, got = victim.get(ProviderReturn + "?" + query)
		wantPage(t, name+" with another flow", got, http.StatusForbidden, ProviderReturn)
	}
}

func TestNoProvider(t *testing.T) {
	w := start(t)
	for _, path := range []string{"/oidc/start", ProviderReturn} {
		_, a := w.get(path)
		wantPage(t, "without a provider", a, http.StatusNotFound, path)
	}
	if page, _ := w.get("/signin"); strings.Contains(page, "/oidc/start") {
		t.Error("a provider is offered")
	}
}
