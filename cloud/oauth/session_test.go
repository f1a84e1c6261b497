package oauth_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/oauth"
	"platen/cloud/store"
)

func TestRevokeClosesStream(t *testing.T) {
	b := newBench(t, nil)
	access, refresh := b.robotTokens()
	if _, err := b.Authenticate(t.Context(), access); err != nil { // remembered from now on
		t.Fatal(err)
	}
	if s, _ := b.post("/o/oauth2/revoke", form("token", refresh)); s != 200 {
		t.Errorf("revoke: %d", s)
	}
	if _, err := b.Authenticate(t.Context(), access); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("after revocation: %v", err)
	}
	if s, m := b.post("/o/oauth2/token", form("grant_type", "refresh_token", "refresh_token", refresh, "client_id", "client-1")); s != 400 {
		t.Errorf("refresh after revocation: %d %v", s, m)
	}
	events, err := b.db.Events(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range events {
		if e.Kind == cloud.EventRobotRevoked && e.Robot == robotID {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d robot.revoked events, want 1: %+v", n, events)
	}
	if s, _ := b.post("/o/oauth2/revoke", form("token", "unknown")); s != 200 { // RFC 7009, 2.2
		t.Errorf("revoke of an unknown token: %d", s)
	}
}

func TestRevokeUser(t *testing.T) {
	b := newBench(t, nil)
	access, _ := b.robotTokens()
	cookie, err := b.NewSession(t.Context(), "u-ann")
	if err != nil {
		t.Fatal(err)
	}
	key, _, err := b.CreateKey(t.Context(), "u-ann", "shop", oauth.ScopePrint)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.EndSessions(t.Context(), "u-ann"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Session(t.Context(), cookie.Reveal()); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("session after EndSessions: %v", err)
	}
	for _, token := range []string{access, key.Reveal()} {
		if _, err := b.Authenticate(t.Context(), token); err != nil {
			t.Errorf("EndSessions took a token: %v", err)
		}
	}
	if err := b.RevokeUser(t.Context(), "u-ann"); err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{access, key.Reveal()} {
		if _, err := b.Authenticate(t.Context(), token); cloud.KindOf(err) != cloud.KindCredentials {
			t.Errorf("after RevokeUser: %v", err)
		}
	}
}

func TestDisabledAccountIsRefused(t *testing.T) {
	b := newBench(t, nil)
	access, refresh := b.robotTokens()
	_, err := b.db.UpdateUser(t.Context(), "u-ann", func(u *cloud.User) error { u.Disabled = true; return nil })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Authenticate(t.Context(), access); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("robot of a disabled account: %v", err)
	}
	if s, m := b.post("/o/oauth2/token", form("grant_type", "refresh_token", "refresh_token", refresh, "client_id", "client-1")); s != 400 {
		t.Errorf("refresh: %d %v", s, m)
	}
}

func TestKeys(t *testing.T) {
	b := newBench(t, nil)
	for _, scopes := range [][]oauth.Scope{nil, {"root"}} {
		if _, _, err := b.CreateKey(t.Context(), "u-ann", "x", scopes...); cloud.KindOf(err) != cloud.KindInvalid {
			t.Errorf("scopes %v: %v", scopes, err)
		}
	}
	text, k, err := b.CreateKey(t.Context(), "u-ann", "Shop", oauth.ScopePrint)
	if err != nil {
		t.Fatal(err)
	}
	c, err := b.Authenticate(t.Context(), text.Reveal())
	if err != nil || c.User.ID != "u-ann" || len(c.Scopes) != 1 || c.Scopes[0] != "print" {
		t.Errorf("key: %+v %v", c, err)
	}
	if err := b.RevokeKey(t.Context(), "u-bob", k.ID); cloud.KindOf(err) != cloud.KindNotFound {
		t.Errorf("somebody else's key: %v", err)
	}
	if err := b.RevokeKey(t.Context(), "u-ann", k.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Authenticate(t.Context(), text.Reveal()); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("revoked key: %v", err)
	}
	if keys, err := b.Keys(t.Context(), "u-ann"); err != nil || len(keys) != 0 {
		t.Errorf("keys left: %v %v", keys, err)
	}
}

func TestSessionsLinksAndXSRF(t *testing.T) {
	b := newBench(t, nil)
	link, err := b.NewSignInLink(t.Context(), "u-ann")
	if err != nil {
		t.Fatal(err)
	}
	cookie, err := b.RedeemSignInLink(t.Context(), link.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.RedeemSignInLink(t.Context(), link.Reveal()); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("link used twice: %v", err)
	}
	c, err := b.Session(t.Context(), cookie.Reveal())
	if err != nil || c.Via != cloud.ViaCookie || c.User.ID != "u-ann" {
		t.Fatalf("%+v %v", c, err)
	}
	if _, err := b.Authenticate(t.Context(), cookie.Reveal()); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("a cookie as bearer token: %v", err)
	}
	x := b.XSRF(cookie.Reveal())
	if !regexp.MustCompile(`^[\w-]+:\d{13}$`).MatchString(x) {
		t.Errorf("xsrf token %q", x)
	}
	if err := b.CheckXSRF(cookie.Reveal(), x); err != nil {
		t.Error(err)
	}
	other, err := b.NewSession(t.Context(), "u-ann")
	if err != nil {
		t.Fatal(err)
	}
	later := regexp.MustCompile(`\d$`).ReplaceAllString(x, "9")
	for name, bad := range map[string]string{"none": "", "another session's": b.XSRF(other.Reveal()), "changed time": later + "9", "half": x[:8]} {
		if err := b.CheckXSRF(cookie.Reveal(), bad); cloud.KindOf(err) != cloud.KindXSRF {
			t.Errorf("%s: %v", name, err)
		}
	}
	b.pass(25 * time.Hour)
	if err := b.CheckXSRF(cookie.Reveal(), x); cloud.KindOf(err) != cloud.KindXSRF {
		t.Errorf("old: %v", err)
	}
	if err := b.EndSession(t.Context(), cookie.Reveal()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Session(t.Context(), cookie.Reveal()); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("ended session: %v", err)
	}
}

// No secret is in the database file, nor in what sits beside it.
func TestSecretsAreStoredHashed(t *testing.T) {
	b := newBench(t, nil)
	access, refresh := b.robotTokens()
	cookie, _ := b.NewSession(t.Context(), "u-ann")
	key, _, _ := b.CreateKey(t.Context(), "u-ann", "k", oauth.ScopeAdmin)
	link, _ := b.NewSignInLink(t.Context(), "u-ann")
	d, err := b.StartDevice(t.Context(), "c", "")
	if err != nil {
		t.Fatal(err)
	}
	code, _ := b.RobotCode(t.Context(), robotID, "c")
	if err := b.db.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(b.dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var all []byte
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, raw...)
	}
	for name, s := range map[string]string{
		"access": access, "refresh": refresh, "cookie": cookie.Reveal(), "key": key.Reveal(), "link": link.Reveal(),
		"device": d.DeviceCode.Reveal(), "user code": d.UserCode, "code": code,
	} {
		if len(s) < 8 || bytes.Contains(all, []byte(s)) {
			t.Errorf("the %s is in the database", name)
		}
	}
}

// A sign-in that did not ask for printing gives the name only.
func TestScopeWithoutPrinting(t *testing.T) {
	b := newBench(t, nil)
	for scope, want := range map[string]int{"email profile": 1, "https://www.googleapis.com/auth/cloudprint email": 0, "": 0} {
		g, err := b.GrantAuthorize(t.Context(), b.caller("u-ann"), oauth.AuthorizeRequest{ClientID: "c", RedirectURI: "oob", Scope: scope})
		if err != nil {
			t.Fatal(err)
		}
		_, m := b.post("/o/oauth2/token", codeForm(g.Code, "c", "urn:ietf:wg:oauth:2.0:oob"))
		c, err := b.Authenticate(t.Context(), text(m, "access_token"))
		if err != nil || len(c.Scopes) != want {
			t.Errorf("scope %q: %v %v", scope, c.Scopes, err)
		}
	}
}

func TestSweepKeepsWhatIsGood(t *testing.T) {
	b := newBench(t, nil)
	access, refresh := b.robotTokens()
	b.pass(2 * time.Hour)
	if err := b.db.SweepTokens(t.Context(), b.clock()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.db.Token(t.Context(), oauth.HashOf(access)); err == nil {
		t.Error("the expired access token is still there")
	}
	if _, err := b.db.Token(t.Context(), oauth.HashOf(refresh)); err != nil {
		t.Errorf("the refresh token is gone: %v", err)
	}
}

func BenchmarkAuthenticate(b *testing.B) {
	db, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "db"))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.AddUser(b.Context(), cloud.User{ID: "u", Email: "u@example.com"}); err != nil {
		b.Fatal(err)
	}
	s := oauth.New(oauth.Config{Store: db})
	key, _, err := s.CreateKey(b.Context(), "u", "k", oauth.ScopeAdmin)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.Authenticate(b.Context(), key.Reveal()); err != nil {
			b.Fatal(err)
		}
	}
}
