package oauth_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/bearer"
	"platen/cloud/oauth"
	"platen/gcp"
)

// signed returns a bench whose robots get tokens that say whose they are, and their issuer.
func signed(t *testing.T) (*bench, bearer.Issuer) {
	t.Helper()
	key, err := bearer.Make(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	i := bearer.Issuer{Key: key, URL: "https://print.example.com", Domain: "xmpp.example.com"}
	return newBench(t, func(c *oauth.Config) { c.Issuer, c.Lifetime = i, 15*time.Minute }), i
}

// A robot's signed tokens are as good as others at the cloud: until they end, or are
// revoked, and then at once. People's say nothing.
func TestSignedTokens(t *testing.T) {
	b, _ := signed(t)
	access, refresh := b.robotTokens()
	good := func(token string) bool {
		t.Helper()
		c, err := b.Authenticate(t.Context(), token)
		if err != nil && cloud.KindOf(err) != cloud.KindCredentials {
			t.Fatal(err)
		}
		return err == nil && c.Robot != nil && c.Robot.ID == robotID
	}
	if strings.Count(access, ".") != 2 || strings.Contains(refresh, ".") || !good(access) {
		t.Errorf("access token %s, refresh token %s", access, refresh)
	}
	b.pass(15*time.Minute - time.Second)
	if !good(access) {
		t.Error("it ends too early")
	}
	b.pass(time.Second)
	if good(access) {
		t.Error("it is good for longer than it says")
	}
	status, m := b.post("/o/oauth2/token", form("grant_type", "refresh_token", "refresh_token", refresh, "client_id", "client-1"))
	next := text(m, "access_token")
	if status != 200 || m["expires_in"] != 900.0 || strings.Count(next, ".") != 2 || next == access || !good(next) {
		t.Fatalf("refresh: %d %v", status, m)
	}
	if err := b.Revoke(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	if good(next) {
		t.Error("it is good although it was revoked")
	}
	if _, person := b.robotTokens(); strings.Contains(person, ".") {
		t.Error("a refresh token says something")
	}
	if _, err := b.RobotOf(t.Context(), access); err == nil {
		t.Error("an access token is taken for a refresh token")
	}
}

// Nothing that the cloud did not issue is good there, however it is signed: not even with
// the cloud's own key.
func TestForgedTokens(t *testing.T) {
	b, i := signed(t)
	access, _ := b.robotTokens()
	if _, err := b.Authenticate(t.Context(), access); err != nil {
		t.Fatal(err)
	}
	now := b.clock()
	issue := func(by bearer.Issuer, id gcp.RobotID) string {
		t.Helper()
		text, err := by.Issue(id, now, now.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		return text.Reveal()
	}
	stranger := i
	var err error
	if stranger.Key, err = bearer.Fresh(); err != nil {
		t.Fatal(err)
	}
	public, err := i.Key.Public()
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(access, ".")
	encode := base64.RawURLEncoding.EncodeToString
	other := reclaim(t, parts[1], "sub", "fedcba9876543210fedcba9876543210")
	hs256 := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + parts[1]
	mac := hmac.New(sha256.New, public)
	mac.Write([]byte(hs256))
	for name, token := range map[string]string{
		"somebody else's key":   issue(stranger, robotID),
		"our key, not issued":   issue(i, robotID),
		"another robot":         parts[0] + "." + other + "." + parts[2],
		"later end":             parts[0] + "." + reclaim(t, parts[1], "exp", now.Add(time.Hour).Unix()) + "." + parts[2],
		"no signature":          parts[0] + "." + parts[1] + ".",
		"no algorithm":          encode([]byte(`{"alg":"none"}`)) + "." + parts[1] + ".",
		"the public half's mac": hs256 + "." + encode(mac.Sum(nil)),
		"two of three parts":    parts[0] + "." + parts[1],
		"more":                  access + "A",
		"very much more":        access + strings.Repeat("A", 1<<20),
	} {
		if c, err := b.Authenticate(t.Context(), token); cloud.KindOf(err) != cloud.KindCredentials {
			t.Errorf("%s: speaks for %+v, %v", name, c.Robot, err)
		}
	}
}

// reclaim returns a token's claims with another value of one.
func reclaim(t *testing.T, claims, name string, value any) string {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(claims)
	if err != nil {
		t.Fatal(err)
	}
	var says map[string]any
	if err := json.Unmarshal(text, &says); err != nil {
		t.Fatal(err)
	}
	if says[name] == nil {
		t.Fatalf("it does not say %s", name)
	}
	says[name] = value
	if text, err = json.Marshal(says); err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}
