package server

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/cloud/bearer"
	"platen/cloud/xmppauth"
	"platen/gcp"
	"platen/internal/config"
	"platen/internal/lab"
	"platen/internal/secret"
)

// signing sets up a cloud, and an ejabberd that checks its tokens by itself.
func signing(t *testing.T) (Config, *bearer.Key) {
	t.Helper()
	cfg := Default()
	cfg.StateDir, cfg.BaseURL = t.TempDir(), "https://print.example.com"
	key, err := cfg.tokenKey()
	if err != nil {
		t.Fatal(err)
	}
	jwk, err := key.Public()
	if err != nil {
		t.Fatal(err)
	}
	s := lab.Ejabberd(t, lab.XMPPOptions{Cloud: "http://127.0.0.1:1", JWK: string(jwk)})
	cfg.Push = outside(t, DriverComponent)
	cfg.Push.Host, cfg.Push.TellPort, cfg.Push.TellSTARTTLS = "127.0.0.1", s.Direct, s.STARTTLS
	cfg.Push.Domain, cfg.Push.Service = lab.XMPPDomain, lab.XMPPService
	ca := filepath.Join(t.TempDir(), "ca.pem")
	pem, err := os.ReadFile(filepath.Join(s.Dir, "server.crt"))
	if err == nil {
		err = os.WriteFile(ca, pem, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	cfg.Push.Server = XMPPServerConfig{
		Component: s.Component, SecretFile: s.Secret, CAFile: ca, JWTLifetime: config.Duration(15 * time.Minute),
	}
	if err := cfg.Push.check(); err != nil {
		t.Fatal(err)
	}
	return cfg, key
}

// ejabberd lets in the robot that a token names, while it lasts, and nobody else; the
// doctor says what is wrong.
func TestEjabberdChecksTokens(t *testing.T) {
	cfg, key := signing(t)
	t.Run("tokens", func(t *testing.T) { testTokens(t, cfg, key) })
	if f := examinePush(t.Context(), cfg); !f.OK || !strings.Contains(f.Detail, "lets robots in by the tokens that are made here") {
		t.Errorf("all is well: %+v", f)
	}
	starttls := cfg
	starttls.Push.TellPort = 0
	if f := examinePush(t.Context(), starttls); !f.OK {
		t.Errorf("with STARTTLS: %+v", f)
	}
	for want, change := range map[string]func(*Config){
		"refuses the access tokens":  func(c *Config) { c.StateDir = t.TempDir(); _, _ = c.tokenKey() },
		"there is no key":            func(c *Config) { c.StateDir = t.TempDir() },
		"log in to the XMPP server:": func(c *Config) { c.Push.TellPort = 1 },
		"certificate":                func(c *Config) { c.Push.Server.CAFile = "" },
	} {
		wrong := cfg
		change(&wrong)
		if f := examinePush(t.Context(), wrong); f.OK || !strings.Contains(f.Detail, want) || f.Advice == "" {
			t.Errorf("%s: %+v", want, f)
		}
	}
}

func testTokens(t *testing.T, cfg Config, key *bearer.Key) {
	const robot = gcp.RobotID("0123456789abcdef0123456789abcdef")
	now := time.Now()
	login, err := cfg.Push.login()
	if err != nil {
		t.Fatal(err)
	}
	issue := func(k *bearer.Key, domain string, until time.Time) string {
		t.Helper()
		text, err := bearer.Issuer{Key: k, URL: cfg.BaseURL, Domain: domain}.Issue(robot, now.Add(-time.Hour), until)
		if err != nil {
			t.Fatal(err)
		}
		return text.Reveal()
	}
	stranger, err := bearer.Fresh()
	if err != nil {
		t.Fatal(err)
	}
	public, err := key.Public()
	if err != nil {
		t.Fatal(err)
	}
	good := issue(key, lab.XMPPDomain, now.Add(time.Minute))
	parts := strings.Split(good, ".")
	encode := base64.RawURLEncoding.EncodeToString
	endless := encode([]byte(fmt.Sprintf(`{"jid":"%s@%s"}`, robot, lab.XMPPDomain)))
	hs256 := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + parts[1]
	mac := hmac.New(sha256.New, public)
	mac.Write([]byte(hs256))
	for name, try := range map[string]struct {
		user  gcp.RobotID
		token string
		in    bool
	}{
		"the robot's own":       {robot, good, true},
		"another robot's":       {"fedcba9876543210fedcba9876543210", good, false},
		"of another domain":     {robot, issue(key, "example.org", now.Add(time.Minute)), false},
		"expired":               {robot, issue(key, lab.XMPPDomain, now.Add(-time.Second)), false},
		"somebody else's key":   {robot, issue(stranger, lab.XMPPDomain, now.Add(time.Minute)), false},
		"no signature":          {robot, parts[0] + "." + parts[1] + ".", false},
		"no algorithm":          {robot, encode([]byte(`{"alg":"none"}`)) + "." + parts[1] + ".", false},
		"other claims":          {robot, parts[0] + "." + endless + "." + parts[2], false},
		"the public half's mac": {robot, hs256 + "." + encode(mac.Sum(nil)), false},
		"no token":              {robot, "ya29.opaque", false},
	} {
		login.User, login.Token = try.user, secret.New(try.token)
		err := login.Try(t.Context())
		if try.in && err != nil || !try.in && !errors.Is(err, xmppauth.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A token of this kind is good for a quarter of an hour at most.
func TestJWTSettings(t *testing.T) {
	for lifetime, ok := range map[time.Duration]bool{
		0: true, time.Second: false, 15 * time.Second: true, 15 * time.Minute: true, 16 * time.Minute: false, -time.Minute: false,
	} {
		c := outside(t, DriverComponent)
		c.Server.JWTLifetime = config.Duration(lifetime)
		if err := c.check(); (err == nil) != ok {
			t.Errorf("%s: %v", lifetime, err)
		}
	}
}
