// Package oidctest is an OpenID Connect provider for tests that takes nothing that
// the standards forbid, and can be told to answer wrongly. It signs with RS256 and
// asks nobody for a password.
package oidctest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// The client that the provider knows.
const (
	ClientID     = "platen"
	ClientSecret = "a secret of the client"
)

// Provider is a running provider.
type Provider struct {
	URL string

	t   testing.TB
	key *rsa.PrivateKey

	mu       sync.Mutex // guards what follows
	redirect string
	claims   map[string]any // of whoever signs in next
	info     map[string]any // what only userinfo tells
	deny     bool
	spoil    func(claims map[string]any)
	codes    map[string]pending
}

// pending is an authorization request that got its code.
type pending struct {
	nonce, challenge, redirect string
	access                     string
}

// Start starts a provider; Redirect tells it its client.
func Start(t testing.TB) *Provider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &Provider{t: t, key: key, codes: map[string]pending{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /keys", p.keys)
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("GET /userinfo", p.userinfo)
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	p.URL = s.URL
	return p
}

// Redirect registers the client's address.
func (p *Provider) Redirect(to string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.redirect = to
}

// Next says who signs in next: claims of the ID token, and those that only the
// userinfo endpoint tells.
func (p *Provider) Next(claims, info map[string]any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.claims, p.info, p.deny, p.spoil = claims, info, false, nil
}

// Deny has the next person refuse.
func (p *Provider) Deny() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.deny = true
}

// Spoil changes the ID token before it is signed.
func (p *Provider) Spoil(fn func(claims map[string]any)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.spoil = fn
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // whoever asked is gone
}

// discovery is OpenID Connect Discovery 1.0, 4.2.
func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{
		"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token",
		"jwks_uri": p.URL + "/keys", "userinfo_endpoint": p.URL + "/userinfo",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"}, "code_challenge_methods_supported": []string{"S256"},
	})
}

func (p *Provider) keys(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{"keys": []any{map[string]any{
		"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "k",
		"n": encode(p.key.N.Bytes()), "e": encode(big.NewInt(int64(p.key.E)).Bytes()),
	}}})
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// authorize is OpenID Connect Core 1.0, 3.1.2; PKCE, state and nonce are required.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	q := r.URL.Query()
	to, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || q.Get("redirect_uri") != p.redirect || q.Get("client_id") != ClientID {
		http.Error(w, "unknown client or redirect_uri", http.StatusBadRequest)
		return
	}
	back := to.Query()
	back.Set("state", q.Get("state"))
	back.Set("iss", p.URL) // RFC 9207
	switch {
	case q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 ||
		len(q.Get("nonce")) < 22 || len(q.Get("state")) < 22 || !slices.Contains(strings.Fields(q.Get("scope")), "openid"):
		back.Set("error", "invalid_request")
	case p.deny:
		back.Set("error", "access_denied")
	default:
		code := rand.Text()
		p.codes[code] = pending{q.Get("nonce"), q.Get("code_challenge"), q.Get("redirect_uri"), rand.Text()}
		back.Set("code", code)
	}
	to.RawQuery = back.Encode()
	http.Redirect(w, r, to.String(), http.StatusFound)
}

// token is RFC 6749, 4.1.3 with RFC 7636, 4.6. A code is good once.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id, secret, ok := r.BasicAuth()
	if !ok {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	} else if plain, err := url.QueryUnescape(secret); err == nil { // RFC 6749, 2.3.1
		secret = plain
	}
	if id != ClientID || secret != ClientSecret {
		answer(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
		return
	}
	code := r.PostFormValue("code")
	asked, known := p.codes[code]
	delete(p.codes, code)
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !known || encode(sum[:]) != asked.challenge || r.PostFormValue("redirect_uri") != asked.redirect ||
		r.PostFormValue("grant_type") != "authorization_code" {
		answer(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant"})
		return
	}
	p.codes["access "+asked.access] = asked
	answer(w, http.StatusOK, map[string]any{
		"access_token": asked.access, "token_type": "Bearer", "expires_in": 60, "id_token": p.sign(asked),
	})
}

// sign makes an ID token, OpenID Connect Core 1.0, 2 and RFC 7515.
func (p *Provider) sign(asked pending) string {
	half := sha256.Sum256([]byte(asked.access))
	claims := map[string]any{
		"iss": p.URL, "aud": ClientID, "nonce": asked.nonce, "at_hash": encode(half[:16]),
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(),
	}
	maps.Copy(claims, p.claims)
	if p.spoil != nil {
		p.spoil(claims)
	}
	body, err := json.Marshal(claims)
	if err != nil {
		p.t.Error(err)
	}
	text := encode([]byte(`{"alg":"RS256","typ":"JWT","kid":"k"}`)) + "." + encode(body)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, p.key, crypto.SHA256, sum[:])
	if err != nil {
		p.t.Error(err)
	}
	return text + "." + encode(signature)
}

func (p *Provider) userinfo(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	const bearer = "Bearer "
	header := r.Header.Get("Authorization")
	if len(header) < len(bearer) || p.codes["access "+header[len(bearer):]].access == "" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	info := map[string]any{"sub": p.claims["sub"]}
	maps.Copy(info, p.info)
	answer(w, http.StatusOK, info)
}
