package server

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"strings"

	"platen/cloud"
	"platen/cloud/oidc"
	"platen/cloud/web"
	"platen/internal/config"
	"platen/internal/secret"
)

// OIDCConfig are the settings of the sign-in with an OpenID Connect provider, where
// base_url with /oidc/callback is to be registered.
type OIDCConfig struct {
	Issuer         string      `toml:"issuer"`             // the provider's address; "" for no such sign-in
	Name           string      `toml:"name"`               // what the sign-in page calls it; "" for the issuer's host
	ClientID       string      `toml:"client_id"`          // this cloud's id as registered with the provider
	ClientSecret   secret.Text `toml:"client_secret"`      // the secret that belongs to it; "" for a public client
	SecretFile     string      `toml:"client_secret_file"` // file with that secret, instead of client_secret
	Scopes         []string    `toml:"scopes"`             // scopes to ask for besides openid, email and profile
	GroupsClaim    string      `toml:"groups_claim"`       // the claim that lists a person's groups; "" for none
	AllowedDomains []string    `toml:"allowed_domains"`    // domains of the addresses that are let in; none for all
	AdminGroup     string      `toml:"admin_group"`        // group whose members are administrators; "" for no such group
	CreateAccounts bool        `toml:"create_accounts"`    // make an account for who has none yet
}

// check refuses settings with which nobody could sign in, or anybody.
func (c OIDCConfig) check() error {
	if c.Issuer == "" {
		return nil
	}
	u, err := url.Parse(c.Issuer)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !loopbackHost(u.Hostname())):
		return &config.Wrong{Key: "oidc.issuer", Value: c.Issuer, Want: "an https address like https://login.example.com"}
	case c.ClientID == "":
		return &config.Wrong{Key: "oidc.client_id", Value: c.ClientID, Want: "the id that the provider gave"}
	case !c.ClientSecret.Empty() && c.SecretFile != "":
		return errors.New("oidc.client_secret and oidc.client_secret_file exclude each other: set one")
	case c.AdminGroup != "" && c.GroupsClaim == "":
		return errors.New("oidc.admin_group needs oidc.groups_claim, which names the claim that lists the groups")
	}
	return nil
}

func loopbackHost(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

func (c OIDCConfig) rules() cloud.ProviderRules {
	r := cloud.ProviderRules{AdminGroup: c.AdminGroup, Create: c.CreateAccounts}
	for _, d := range c.AllowedDomains {
		r.Domains = append(r.Domains, strings.ToLower(strings.TrimPrefix(d, "@")))
	}
	return r
}

// provider returns who signs people in besides passwords; nil if nobody does.
func (s *Server) provider() (*oidc.Provider, error) {
	c := s.cfg.OIDC
	if c.Issuer == "" {
		return nil, nil //nolint:nilnil // no provider is not an error
	}
	if c.SecretFile != "" {
		text, err := os.ReadFile(c.SecretFile)
		if err != nil {
			return nil, fmt.Errorf("oidc.client_secret_file: %w", err)
		}
		c.ClientSecret = secret.New(strings.TrimSpace(string(text)))
	}
	return oidc.New(oidc.Config{
		Issuer: c.Issuer, ClientID: c.ClientID, Secret: c.ClientSecret, RedirectURL: s.base + web.ProviderReturn,
		Scopes: c.Scopes, GroupsClaim: c.GroupsClaim,
	}), nil
}
