package oidc

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"platen/cloud/oidc/oidctest"
	"platen/internal/secret"
)

// What does not fit a sign-in is said before anybody tries one.
func TestCheckOfAProvider(t *testing.T) {
	good := oidctest.Start(t)
	found, err := New(Config{Issuer: good.URL, ClientID: "c", Secret: secret.New("s"), GroupsClaim: "groups"}).Check(t.Context())
	if err != nil || len(found.Problems)+len(found.Doubts) != 0 {
		t.Errorf("a good one: %q, %v", found, err)
	}
	var told map[string]any
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(told) })
	mux.HandleFunc("GET /empty", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"keys":[]}`)) })
	mux.HandleFunc("GET /page", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`<html>`)) })
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	for name, tt := range map[string]struct {
		change map[string]any
		want   string
		doubt  bool
	}{
		"issuer with a slash": {map[string]any{"issuer": s.URL + "/"}, "to the last slash", false},
		"no endpoints":        {map[string]any{"token_endpoint": ""}, "where codes are exchanged", false},
		"no keys named":       {map[string]any{"jwks_uri": ""}, "no address of its keys", false},
		"no keys":             {map[string]any{"jwks_uri": s.URL + "/empty"}, "It has no keys", false},
		"keys that are gone":  {map[string]any{"jwks_uri": s.URL + "/none"}, "404", false},
		"keys that are HTML":  {map[string]any{"jwks_uri": s.URL + "/page"}, "no JSON", false},
		"no challenge":        {map[string]any{"code_challenge_methods_supported": []string{"plain"}}, "S256", false},
		"no e-mail":           {map[string]any{"scopes_supported": []string{"openid", "profile"}}, `scope "email"`, true},
		"no groups":           {map[string]any{"claims_supported": []string{"sub"}}, `claim "groups"`, true},
		"a secret is wanted":  {map[string]any{"token_endpoint_auth_methods_supported": []string{"client_secret_basic"}}, "client secret", false},
	} {
		told = map[string]any{"issuer": s.URL, "authorization_endpoint": s.URL + "/a", "token_endpoint": s.URL + "/t", "jwks_uri": good.URL + "/keys"}
		maps.Copy(told, tt.change)
		found, err := New(Config{Issuer: s.URL, ClientID: "c", GroupsClaim: "groups"}).Check(t.Context())
		said, other := found.Problems, found.Doubts
		if tt.doubt {
			said, other = other, said
		}
		if err != nil || len(said) != 1 || len(other) != 0 || !strings.Contains(said[0], tt.want) {
			t.Errorf("%s: %q, %v", name, found, err)
		}
	}
	if _, err := New(Config{Issuer: s.URL + "/elsewhere", ClientID: "c"}).Check(t.Context()); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("nobody there: %v", err)
	}
}
