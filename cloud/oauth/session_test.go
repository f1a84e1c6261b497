package oauth_test

import (
	"bytes"
	"net/http"
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

// What a person was given ends; the person's connectors go on, because other
// people print through them.
func TestRevokeUser(t *testing.T) {
	b := newBench(t, nil)
	robot, refresh := b.robotTokens()
	cookie, err := b.NewSession(t.Context(), "u-ann")
	if err != nil {
		t.Fatal(err)
	}
	text, _, err := b.MakeKey(t.Context(), "u-ann", oauth.KeyWish{Label: "shop", Scopes: []oauth.Scope{oauth.ScopePrint}})
	if err != nil {
		t.Fatal(err)
	}
	key := text.Reveal()
	if err := b.EndSessions(t.Context(), "u-ann"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Session(t.Context(), cookie.Reveal()); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("session after EndSessions: %v", err)
	}
	for _, token := range []string{robot, key} {
		if _, err := b.Authenticate(t.Context(), token); err != nil {
			t.Errorf("EndSessions took a token: %v", err)
		}
	}
	if err := b.RevokeUser(t.Context(), "u-ann"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Authenticate(t.Context(), key); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("key after RevokeUser: %v", err)
	}
	b.robotGoesOn(robot, refresh)
}

// robotGoesOn checks that a connector's tokens are good.
func (b *bench) robotGoesOn(access, refresh string) {
	b.t.Helper()
	if c, err := b.Authenticate(b.t.Context(), access); err != nil || c.Robot == nil {
		b.t.Errorf("the connector's access: %v", err)
	}
	if s, m := b.post("/o/oauth2/token", form("grant_type", "refresh_token", "refresh_token", refresh, "client_id", "client-1")); s != 200 {
		b.t.Errorf("the connector's refresh: %d %v", s, m)
	}
}

func TestDisabledAccountIsRefused(t *testing.T) {
	b := newBench(t, nil)
	access, refresh := b.robotTokens()
	cookie, err := b.NewSession(t.Context(), "u-ann")
	if err != nil {
		t.Fatal(err)
	}
	key, _, err := b.MakeKey(t.Context(), "u-ann", oauth.KeyWish{Label: "shop", Scopes: []oauth.Scope{oauth.ScopePrint}})
	if err != nil {
		t.Fatal(err)
	}
	b.user(func(u *cloud.User) { u.Disabled = true })
	if _, err := b.Session(t.Context(), cookie.Reveal()); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("session of a disabled account: %v", err)
	}
	if _, err := b.Authenticate(t.Context(), key.Reveal()); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("key of a disabled account: %v", err)
	}
	b.robotGoesOn(access, refresh)
}

// user changes ann's account.
func (b *bench) user(fn func(*cloud.User)) {
	b.t.Helper()
	_, err := b.db.UpdateUser(b.t.Context(), "u-ann", func(u *cloud.User) ([]cloud.Event, error) {
		fn(u)
		return nil, nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// A link to choose a password by is good once, and ends with the next one.
func TestJoinToken(t *testing.T) {
	b := newBench(t, nil)
	ctx := t.Context()
	token := func() string {
		t.Helper()
		text, err := b.JoinToken(ctx, "u-ann", time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	first, second := token(), token()
	if _, err := b.JoiningUser(ctx, first); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("the link before: %v", err)
	}
	if u, err := b.JoiningUser(ctx, second); err != nil || u.ID != "u-ann" {
		t.Errorf("the link: %v, %v", u, err)
	}
	if _, err := b.RedeemSignInLink(ctx, second); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("as a sign-in link: %v", err)
	}
	if _, err := b.JoinedUser(ctx, second); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("who used it before anybody did: %v", err)
	}
	cookie, err := b.RedeemJoin(ctx, second)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := b.Session(ctx, cookie.Reveal()); err != nil || c.User.ID != "u-ann" {
		t.Errorf("its session: %v", err)
	}
	if u, err := b.JoinedUser(ctx, second); err != nil || u.ID != "u-ann" {
		t.Errorf("who used it: %v, %v", u, err)
	}
	if _, err := b.RedeemJoin(ctx, second); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("a second time: %v", err)
	}
	third := token()
	b.pass(time.Hour)
	if _, err := b.RedeemJoin(ctx, third); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("an hour later: %v", err)
	}
}

// Nobody tries many links or keys from one address; who has a good one is not held up.
func TestAttemptsAreLimited(t *testing.T) {
	b := newBench(t, nil)
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.RemoteAddr = "192.0.2.7:1"
	for i := range 20 {
		if err := b.Attempt(r); err != nil {
			t.Fatalf("attempt %d: %v", i, err)
		}
	}
	if err := b.Attempt(r); cloud.KindOf(err) != cloud.KindQuota {
		t.Errorf("attempt 21: %v", err)
	}
	b.Proved(r, 2)
	for range 2 {
		if err := b.Attempt(r); err != nil {
			t.Errorf("after somebody came in: %v", err)
		}
	}
	key, _, err := b.MakeKey(t.Context(), "u-ann", oauth.KeyWish{Label: "shop", Scopes: []oauth.Scope{oauth.ScopePrint}})
	if err != nil {
		t.Fatal(err)
	}
	for range 700 {
		if _, err := b.AuthenticateRequest(r, key.Reveal()); err != nil {
			t.Fatal(err)
		}
	}
	for range 599 {
		if _, err := b.AuthenticateRequest(r, "wrong"); cloud.KindOf(err) != cloud.KindCredentials {
			t.Fatal(err)
		}
	}
	_, _ = b.AuthenticateRequest(r, "wrong") // the last may be lost to rounding
	if _, err := b.AuthenticateRequest(r, "wrong"); cloud.KindOf(err) != cloud.KindQuota {
		t.Errorf("wrong key 601: %v", err)
	}
	b.pass(time.Minute)
	if _, err := b.AuthenticateRequest(r, key.Reveal()); err != nil {
		t.Errorf("a good key a minute later: %v", err)
	}
}

func TestKeys(t *testing.T) {
	b := newBench(t, nil)
	for _, scopes := range [][]oauth.Scope{nil, {"root"}} {
		if _, _, err := b.MakeKey(t.Context(), "u-ann", oauth.KeyWish{Label: "x", Scopes: scopes}); cloud.KindOf(err) != cloud.KindInvalid {
			t.Errorf("scopes %v: %v", scopes, err)
		}
	}
	text, k, err := b.MakeKey(t.Context(), "u-ann", oauth.KeyWish{Label: "Shop", Scopes: []oauth.Scope{oauth.ScopePrint}})
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

// A key is good for as long as was said, and an account has a bounded number.
func TestKeysEnd(t *testing.T) {
	b := newBench(t, nil)
	ctx := t.Context()
	for _, lifetime := range []time.Duration{-time.Hour, 11 * 366 * 24 * time.Hour} {
		w := oauth.KeyWish{Label: "x", Scopes: []oauth.Scope{oauth.ScopePrint}, Lifetime: lifetime}
		if _, _, err := b.MakeKey(ctx, "u-ann", w); cloud.KindOf(err) != cloud.KindInvalid {
			t.Errorf("for %s: %v", lifetime, err)
		}
	}
	text, k, err := b.MakeKey(ctx, "u-ann", oauth.KeyWish{Label: "day", Scopes: []oauth.Scope{oauth.ScopePrint}, Lifetime: 24 * time.Hour})
	if err != nil || k.ExpireTime.Sub(k.CreateTime) != 24*time.Hour {
		t.Fatalf("made %+v, %v", k, err)
	}
	b.pass(24*time.Hour - time.Second)
	if _, err := b.Authenticate(ctx, text.Reveal()); err != nil {
		t.Errorf("a second before its end: %v", err)
	}
	b.pass(time.Second)
	if _, err := b.Authenticate(ctx, text.Reveal()); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("at its end: %v", err)
	}
	for range 100 {
		if _, _, err := b.MakeKey(ctx, "u-bob", oauth.KeyWish{Label: "k", Scopes: []oauth.Scope{oauth.ScopePrint}}); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := b.MakeKey(ctx, "u-bob", oauth.KeyWish{Label: "k", Scopes: []oauth.Scope{oauth.ScopePrint}}); cloud.KindOf(err) != cloud.KindInvalid {
		t.Errorf("key 101: %v", err)
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
	key, _, _ := b.MakeKey(t.Context(), "u-ann", oauth.KeyWish{Label: "k", Scopes: []oauth.Scope{oauth.ScopeAdmin}})
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
	key, _, err := s.MakeKey(b.Context(), "u", oauth.KeyWish{Label: "k", Scopes: []oauth.Scope{oauth.ScopeAdmin}})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.Authenticate(b.Context(), key.Reveal()); err != nil {
			b.Fatal(err)
		}
	}
}

// A robot has tokens for its streams, which are good for nothing else and end with the
// grant that gave them; nobody else has.
func TestStreamTokens(t *testing.T) {
	b := newBench(t, nil)
	access, refresh := b.robotTokens()
	key, _, err := b.MakeKey(t.Context(), "u-ann", oauth.KeyWish{Label: "all", Scopes: []oauth.Scope{oauth.ScopeAdmin}})
	if err != nil {
		t.Fatal(err)
	}
	for what, bearer := range map[string]string{"nothing": "", "a refresh token": refresh, "a person's key": key.Reveal()} {
		if token, err := b.StreamToken(t.Context(), bearer); cloud.KindOf(err) != cloud.KindCredentials || !token.Empty() {
			t.Errorf("%s: %v", what, err)
		}
	}
	token, err := b.StreamToken(t.Context(), access)
	if err != nil {
		t.Fatal(err)
	}
	if id, err := b.StreamOf(t.Context(), token.Reveal()); err != nil || id != robotID {
		t.Errorf("%q, %v", id, err)
	}
	for what, wrong := range map[string]string{"nothing": "", "an access token": access, "a refresh token": refresh, "a guess": "x"} {
		if id, err := b.StreamOf(t.Context(), wrong); cloud.KindOf(err) != cloud.KindCredentials || id != "" {
			t.Errorf("a stream by %s: %q, %v", what, id, err)
		}
	}
	if _, err := b.Authenticate(t.Context(), token.Reveal()); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("a call by it: %v", err)
	}
	few := 0
	for range 30 {
		if _, err := b.StreamToken(t.Context(), access); err == nil {
			few++
		} else if cloud.KindOf(err) != cloud.KindQuota {
			t.Fatal(err)
		}
	}
	if few == 0 || few > 10 {
		t.Errorf("%d more at once", few)
	}
	b.pass(oauth.StreamRenewal)
	if _, err := b.StreamOf(t.Context(), token.Reveal()); err != nil {
		t.Errorf("when its connector asks for another: %v", err)
	}
	b.pass(oauth.StreamLifetime)
	if _, err := b.StreamOf(t.Context(), token.Reveal()); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("after its time: %v", err)
	}
	_, m := b.post("/o/oauth2/token", form("grant_type", "refresh_token", "refresh_token", refresh, "client_id", "client-1"))
	if token, err = b.StreamToken(t.Context(), text(m, "access_token")); err != nil {
		t.Fatal(err)
	}
	if s, _ := b.post("/o/oauth2/revoke", form("token", refresh)); s != 200 {
		t.Errorf("revoke: %d", s)
	}
	if _, err := b.StreamOf(t.Context(), token.Reveal()); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("after the grant was revoked: %v", err)
	}
}
