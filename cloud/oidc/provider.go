package oidc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"platen/cloud"
	"platen/internal/secret"
)

// Bounds of what a provider may do to us.
const (
	answerTime  = 15 * time.Second
	answerBytes = 1 << 20
)

// Config is how a provider is asked.
type Config struct {
	Issuer      string // address without /.well-known/openid-configuration
	ClientID    string
	Secret      secret.Text // empty for a public client
	RedirectURL string      // ours, as registered with the provider
	Scopes      []string    // besides openid, email and profile
	GroupsClaim string      // the claim that lists a person's groups; "" for none
}

// Provider signs people in. Its methods may be called from any goroutine.
type Provider struct {
	cfg    Config
	client *http.Client

	mu    sync.Mutex       // guards found
	found *gooidc.Provider // nil until the provider told its addresses
}

// New returns a Provider. It asks nothing yet: a service starts also while its
// provider is away.
func New(cfg Config) *Provider {
	return &Provider{cfg: cfg, client: &http.Client{Timeout: answerTime, Transport: bounded{http.DefaultTransport}}}
}

// bounded cuts answers that are longer than any provider's.
type bounded struct{ http.RoundTripper }

// RoundTrip bounds the body of the answer.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := b.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(resp.Body, answerBytes), resp.Body}
	return resp, nil
}

// discover asks the provider for its addresses and keys, once it answers.
func (p *Provider) discover(ctx context.Context) (*gooidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	found, err := gooidc.NewProvider(gooidc.ClientContext(ctx, p.client), p.cfg.Issuer)
	if err != nil {
		return nil, away(fmt.Errorf("ask %s for its addresses: %w", p.cfg.Issuer, err))
	}
	p.found = found
	return found, nil
}

// away is the answer while the provider is in trouble.
func away(cause error) error {
	return &cloud.Error{
		Kind: cloud.KindUnavailable, Cause: cause,
		Message: "The organization's sign-in does not answer. Try again in a moment.",
	}
}

// wrong is the answer to a return that we cannot believe.
func wrong(cause error) error {
	return &cloud.Error{
		Kind: cloud.KindForbidden, Cause: cause,
		Message: "The organization's sign-in gave no valid answer. Start again.",
	}
}

func (p *Provider) oauth(found *gooidc.Provider) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.cfg.ClientID, ClientSecret: p.cfg.Secret.Reveal(), RedirectURL: p.cfg.RedirectURL,
		Endpoint: found.Endpoint(), Scopes: append([]string{gooidc.ScopeOpenID, "email", "profile"}, p.cfg.Scopes...),
	}
}

// Flow is what a browser keeps while its person is away at the provider.
type Flow struct {
	State    string `json:"s"`
	Nonce    string `json:"n"`
	Verifier string `json:"v"` // RFC 7636, 4.1
	Next     string `json:"t"` // where the person wanted to go
}

// Begin returns the provider's address to send a browser to.
func (p *Provider) Begin(ctx context.Context, next string) (to string, f Flow, err error) {
	found, err := p.discover(ctx)
	if err != nil {
		return "", Flow{}, err
	}
	// Each is 256 random bits.
	f = Flow{State: oauth2.GenerateVerifier(), Nonce: oauth2.GenerateVerifier(), Verifier: oauth2.GenerateVerifier(), Next: next}
	to = p.oauth(found).AuthCodeURL(f.State, gooidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier))
	return to, f, nil
}

// Finish returns who came back from the provider with params.
func (p *Provider) Finish(ctx context.Context, f Flow, params url.Values) (cloud.Identity, error) {
	if err := p.checkReturn(f, params); err != nil {
		return cloud.Identity{}, err
	}
	found, err := p.discover(ctx)
	if err != nil {
		return cloud.Identity{}, err
	}
	ctx, cancel := context.WithTimeout(gooidc.ClientContext(ctx, p.client), answerTime)
	defer cancel()
	token, err := p.oauth(found).Exchange(ctx, params.Get("code"), oauth2.VerifierOption(f.Verifier))
	if err != nil {
		if _, refused := errors.AsType[*oauth2.RetrieveError](err); refused {
			return cloud.Identity{}, wrong(fmt.Errorf("exchange code: %w", err))
		}
		return cloud.Identity{}, away(fmt.Errorf("exchange code: %w", err))
	}
	claims, err := p.verify(ctx, found, f, token)
	if err != nil {
		return cloud.Identity{}, err
	}
	return claims.identity(p.cfg), nil
}

// checkReturn refuses a return that does not belong to the flow, RFC 6749, 10.12
// and RFC 9207, 2.4.
func (p *Provider) checkReturn(f Flow, params url.Values) error {
	switch {
	case f.State == "" || params.Get("state") != f.State:
		return wrong(errors.New("the state is not the one that was sent"))
	case params.Has("iss") && params.Get("iss") != p.cfg.Issuer:
		return wrong(fmt.Errorf("the answer is of %q", params.Get("iss")))
	case params.Get("error") == "access_denied":
		return &cloud.Error{Kind: cloud.KindForbidden, Message: "The organization's sign-in was refused or cancelled."}
	case params.Get("error") != "":
		return wrong(fmt.Errorf("the provider says %q: %q", params.Get("error"), params.Get("error_description")))
	case params.Get("code") == "":
		return wrong(errors.New("no code"))
	}
	return nil
}

// verify checks the ID token (OpenID Connect Core 1.0, 3.1.3.7) and adds what only
// the userinfo endpoint tells.
func (p *Provider) verify(ctx context.Context, found *gooidc.Provider, f Flow, token *oauth2.Token) (claims, error) {
	raw, _ := token.Extra("id_token").(string)
	id, err := found.Verifier(&gooidc.Config{ClientID: p.cfg.ClientID}).Verify(ctx, raw)
	if err != nil {
		return nil, wrong(fmt.Errorf("verify ID token: %w", err))
	}
	if id.Nonce != f.Nonce || f.Nonce == "" {
		return nil, wrong(errors.New("the nonce is not the one that was sent"))
	}
	if id.AccessTokenHash != "" {
		if err := id.VerifyAccessToken(token.AccessToken); err != nil {
			return nil, wrong(fmt.Errorf("verify access token: %w", err))
		}
	}
	c := claims{}
	if err := id.Claims(&c); err != nil {
		return nil, wrong(fmt.Errorf("read ID token: %w", err))
	}
	if c.complete(p.cfg) || found.UserInfoEndpoint() == "" {
		return c, nil
	}
	info, err := found.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return nil, away(fmt.Errorf("ask for userinfo: %w", err))
	}
	if info.Subject != id.Subject { // OpenID Connect Core 1.0, 5.3.2
		return nil, wrong(errors.New("userinfo is of another subject"))
	}
	more := claims{}
	if err := info.Claims(&more); err != nil {
		return nil, wrong(fmt.Errorf("read userinfo: %w", err))
	}
	c.add(more)
	return c, nil
}
