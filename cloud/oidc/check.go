package oidc

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// metadata is what a provider tells of itself (OpenID Connect Discovery 1.0, 3).
type metadata struct {
	Issuer        string   `json:"issuer"`
	Authorization string   `json:"authorization_endpoint"`
	Token         string   `json:"token_endpoint"`
	Keys          string   `json:"jwks_uri"`
	Scopes        []string `json:"scopes_supported"`
	Claims        []string `json:"claims_supported"`
	Challenges    []string `json:"code_challenge_methods_supported"` // RFC 8414, 2
	Methods       []string `json:"token_endpoint_auth_methods_supported"`
}

// Review is what a provider lacks, a sentence for each thing.
type Review struct {
	Problems []string // with which nobody can sign in
	Doubts   []string // that it does not list, and may do nevertheless
}

// Check asks the provider anew for what a sign-in needs of it, and returns what does not
// fit; an error if it does not tell. Whether the client's id and secret are right shows
// with the first sign-in only.
func (p *Provider) Check(ctx context.Context) (Review, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	var m metadata
	if err := p.ask(ctx, strings.TrimSuffix(p.cfg.Issuer, "/")+"/.well-known/openid-configuration", &m); err != nil {
		return Review{}, fmt.Errorf("ask %s for its addresses: %w", p.cfg.Issuer, err)
	}
	r := Review{p.problems(m), p.doubts(m)}
	if m.Keys == "" {
		r.Problems = append(r.Problems, "It names no address of its keys.")
		return r, nil
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := p.ask(ctx, m.Keys, &set); err != nil {
		r.Problems = append(r.Problems, "Its keys cannot be had: "+err.Error())
	} else if len(set.Keys) == 0 {
		r.Problems = append(r.Problems, "It has no keys, so that no sign-in can be verified.")
	}
	return r, nil
}

// lacks reports whether a list is without a word. One that a provider leaves out says
// nothing.
func lacks(list []string, word string) bool { return len(list) > 0 && !slices.Contains(list, word) }

// problems says what of the settings does not fit.
func (p *Provider) problems(m metadata) []string {
	var problems []string
	add := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if m.Issuer != p.cfg.Issuer { // exactly so, 4.3
		add("It calls itself %q, and oidc.issuer is %q: they must be the same to the last slash.", m.Issuer, p.cfg.Issuer)
	}
	if m.Authorization == "" || m.Token == "" {
		add("It does not tell where people sign in, or where codes are exchanged.")
	}
	if lacks(m.Challenges, "S256") {
		add("It does not know the code challenge S256, with which sign-ins are kept from being stolen on the way.")
	}
	if p.cfg.Secret.Empty() && lacks(m.Methods, "none") {
		add("It wants a client secret, and none is set.")
	}
	return problems
}

// doubts says what is asked for and not listed: lists of scopes and claims need not be
// whole (OpenID Connect Discovery 1.0, 3).
func (p *Provider) doubts(m metadata) []string {
	var doubts []string
	for _, scope := range append([]string{"openid", "email", "profile"}, p.cfg.Scopes...) {
		if lacks(m.Scopes, scope) {
			doubts = append(doubts, fmt.Sprintf("It does not list the scope %q; some providers know it nevertheless.", scope))
		}
	}
	if p.cfg.GroupsClaim != "" && lacks(m.Claims, p.cfg.GroupsClaim) {
		doubts = append(doubts, fmt.Sprintf("It does not list the claim %q that oidc.groups_claim names; some providers send it nevertheless.", p.cfg.GroupsClaim))
	}
	return doubts
}

// ask reads a JSON document of the provider.
func (p *Provider) ask(ctx context.Context, address string, into any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	resp, err := p.client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", address, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		return fmt.Errorf("%s answers no JSON: %w", address, err)
	}
	return nil
}
