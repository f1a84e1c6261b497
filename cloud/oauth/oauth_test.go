package oauth_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/oauth"
	"platen/cloud/store"
	"platen/gcp"
	"platen/internal/secret"
)

// bench is a Server on a real store, with a clock that the test moves.
type bench struct {
	*oauth.Server
	t    *testing.T
	dir  string
	db   *store.DB
	http *httptest.Server
	mu   sync.Mutex
	now  time.Time
	ann  cloud.User
}

func (b *bench) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *bench) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

func newBench(t *testing.T, change func(*oauth.Config)) *bench {
	t.Helper()
	b := &bench{t: t, dir: t.TempDir(), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	var err error
	if b.db, err = store.Open(t.Context(), filepath.Join(b.dir, "cloud.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.db.Close() })
	b.ann = cloud.User{ID: "u-ann", Email: "ann@example.com", Name: "Ann", CreateTime: b.now}
	for _, u := range []cloud.User{b.ann, {ID: "u-bob", Email: "bob@example.com", CreateTime: b.now}} {
		if err := b.db.AddUser(t.Context(), u); err != nil {
			t.Fatal(err)
		}
	}
	robot := cloud.Robot{ID: "0123456789abcdef0123456789abcdef", Owner: "u-ann", Proxy: "px", CreateTime: b.now}
	if err := b.db.AddRobot(t.Context(), robot); err != nil {
		t.Fatal(err)
	}
	cfg := oauth.Config{Store: b.db, BaseURL: "https://print.example.com/", Now: b.clock}
	if change != nil {
		change(&cfg)
	}
	b.Server = oauth.New(cfg)
	b.http = httptest.NewServer(b.Handler())
	t.Cleanup(b.http.Close)
	return b
}

const robotID gcp.RobotID = "0123456789abcdef0123456789abcdef"

func (b *bench) caller(id cloud.UserID) cloud.Caller {
	return cloud.Caller{User: &cloud.User{ID: id}, Via: cloud.ViaCookie}
}

// post sends a form and returns status and JSON.
func (b *bench) post(path string, form url.Values) (int, map[string]any) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), "POST", b.http.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, m, _ := b.do(r)
	return status, m
}

// do sends a request and returns status, JSON and headers.
func (b *bench) do(req *http.Request) (int, map[string]any, http.Header) {
	b.t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		b.t.Fatalf("%s: %v", raw, err)
	}
	return resp.StatusCode, m, resp.Header
}

func text(m map[string]any, key string) string { s, _ := m[key].(string); return s }

func form(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

func codeForm(code, client, redirect string) url.Values {
	return form("grant_type", "authorization_code", "code", code, "client_id", client, "redirect_uri", redirect)
}

// robotTokens plays hop B.3: a robot code, exchanged with redirect_uri=oob.
func (b *bench) robotTokens() (access, refresh string) {
	b.t.Helper()
	code, err := b.RobotCode(b.t.Context(), robotID, "client-1")
	if err != nil {
		b.t.Fatal(err)
	}
	status, m := b.post("/o/oauth2/token", codeForm(code, "client-1", "oob"))
	if status != 200 {
		b.t.Fatalf("exchange: %d %v", status, m)
	}
	return text(m, "access_token"), text(m, "refresh_token")
}

func TestRobotCodeExchange(t *testing.T) {
	b := newBench(t, nil)
	code, err := b.RobotCode(t.Context(), robotID, "client-1")
	if err != nil {
		t.Fatal(err)
	}
	f := codeForm(code, "client-1", "oob")
	for path, wrong := range map[string]url.Values{
		"/o/oauth2/token":  codeForm(code, "client-2", "oob"),
		"/oauth2/v3/token": codeForm(code, "client-1", "http://localhost/"),
		"/oauth2/v4/token": codeForm(code+"x", "client-1", "oob"),
	} {
		if status, m := b.post(path, wrong); status != 400 || text(m, "error") != "invalid_grant" {
			t.Errorf("%s with %v: %d %v", path, wrong, status, m)
		}
	}
	status, m := b.post("/oauth2/v4/token", f)
	if status != 200 || text(m, "token_type") != "Bearer" || m["expires_in"] != 3600.0 || text(m, "refresh_token") == "" {
		t.Fatalf("exchange: %d %v", status, m)
	}
	c, err := b.Authenticate(t.Context(), text(m, "access_token"))
	if err != nil || c.Robot == nil || c.Robot.ID != robotID || c.User != nil || c.Via != cloud.ViaToken {
		t.Errorf("robot's token speaks for %+v, %v", c, err)
	}

	// RFC 6749, 4.1.2: a second use is refused, and takes back what the first gave.
	if status, m := b.post("/oauth2/v4/token", f); status != 400 || text(m, "error") != "invalid_grant" {
		t.Errorf("second use of a code: %d %v", status, m)
	}
	if _, err := b.Authenticate(t.Context(), text(m, "access_token")); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("after the second use the first token gives %v", err)
	}
}

func TestCodeIsUsedOnceWhenRaced(t *testing.T) {
	b := newBench(t, nil)
	code, err := b.RobotCode(t.Context(), robotID, "c")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	won := make(chan int, 10)
	for range 10 {
		wg.Go(func() {
			resp, err := http.PostForm(b.http.URL+"/o/oauth2/token", codeForm(code, "c", "oob"))
			if err != nil {
				t.Error(err)
				return
			}
			_ = resp.Body.Close()
			won <- resp.StatusCode
		})
	}
	wg.Wait()
	close(won)
	good := 0
	for s := range won {
		if s == 200 {
			good++
		}
	}
	if good > 1 {
		t.Errorf("a code was exchanged %d times", good)
	}
}

func TestCodeExpires(t *testing.T) {
	b := newBench(t, nil)
	code, err := b.RobotCode(t.Context(), robotID, "c")
	if err != nil {
		t.Fatal(err)
	}
	b.pass(10 * time.Minute)
	if status, m := b.post("/o/oauth2/token", codeForm(code, "c", "oob")); status != 400 || text(m, "error") != "invalid_grant" {
		t.Errorf("%d %v", status, m)
	}
}

func TestRefreshKeepsItsToken(t *testing.T) {
	b := newBench(t, nil)
	access, refresh := b.robotTokens()
	b.pass(time.Hour)
	if _, err := b.Authenticate(t.Context(), access); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("access token after an hour: %v", err)
	}
	for range 2 {
		status, m := b.post("/o/oauth2/token", form("grant_type", "refresh_token", "refresh_token", refresh, "client_id", "client-1"))
		if status != 200 || text(m, "refresh_token") != "" {
			t.Fatalf("refresh: %d %v", status, m)
		}
		if c, err := b.Authenticate(t.Context(), text(m, "access_token")); err != nil || c.Robot == nil {
			t.Errorf("refreshed token: %+v %v", c, err)
		}
	}
	if status, m := b.post("/o/oauth2/token", form("grant_type", "refresh_token", "refresh_token", refresh, "client_id", "other")); status != 400 {
		t.Errorf("refresh by another client: %d %v", status, m)
	}
}

// Trap 7: client credentials as Basic, in the body, in the query, in multipart.
func TestClientCredentialsAnywhere(t *testing.T) {
	b := newBench(t, func(c *oauth.Config) {
		c.Clients = []oauth.Client{{ID: "conf", Secret: secret.New("s3cret+/ ")}}
	})
	_, refresh := b.refreshFor("conf", "s3cret+/ ")
	body := form("grant_type", "refresh_token", "refresh_token", refresh)
	send := func(name string, req *http.Request, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if status, m, _ := b.do(req); status != 200 {
			t.Errorf("%s: %d %v", name, status, m)
		}
	}
	newRequest := func(query string, body string) (*http.Request, error) {
		r, err := http.NewRequestWithContext(t.Context(), "POST", b.http.URL+"/oauth2/v3/token"+query, strings.NewReader(body))
		if err == nil {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		return r, err
	}
	r, err := newRequest("", body.Encode())
	r.SetBasicAuth(url.QueryEscape("conf"), url.QueryEscape("s3cret+/ "))
	send("basic", r, err)

	all := form("client_id", "conf", "client_secret", "s3cret+/ ")
	r, err = newRequest("", body.Encode()+"&"+all.Encode())
	send("body", r, err)
	r, err = newRequest("?"+all.Encode(), body.Encode())
	send("query", r, err)
	r, err = newRequest("?"+all.Encode()+"&"+body.Encode(), "")
	r.Header.Del("Content-Type")
	send("everything in the query of a POST", r, err)

	var buf bytes.Buffer
	m := multipart.NewWriter(&buf)
	for _, v := range []url.Values{all, body} {
		for k := range v {
			_ = m.WriteField(k, v.Get(k))
		}
	}
	_ = m.Close()
	r, err = newRequest("", buf.String())
	r.Header.Set("Content-Type", m.FormDataContentType())
	send("multipart", r, err)

	r, _ = newRequest("", body.Encode())
	r.SetBasicAuth("conf", "wrong")
	if status, m, head := b.do(r); status != 401 || text(m, "error") != "invalid_client" || head.Get("WWW-Authenticate") == "" {
		t.Errorf("wrong secret: %d %v", status, m)
	}
}

func (b *bench) refreshFor(client, clientSecret string) (access, refresh string) {
	b.t.Helper()
	code, err := b.RobotCode(b.t.Context(), robotID, client)
	if err != nil {
		b.t.Fatal(err)
	}
	f := codeForm(code, client, "oob")
	f.Set("client_secret", clientSecret)
	status, m := b.post("/o/oauth2/token", f)
	if status != 200 {
		b.t.Fatalf("exchange: %d %v", status, m)
	}
	return text(m, "access_token"), text(m, "refresh_token")
}

func TestDeviceDialogue(t *testing.T) {
	b := newBench(t, nil)
	for _, grant := range []struct{ grant, code string }{
		{"http://oauth.net/grant_type/device/1.0", "code"},
		{"urn:ietf:params:oauth:grant-type:device_code", "device_code"},
	} {
		status, m := b.post("/o/oauth2/device/code", form("client_id", "tv", "scope", "https://www.googleapis.com/auth/cloudprint"))
		user := text(m, "user_code")
		if status != 200 || !regexp.MustCompile(`^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$`).MatchString(user) ||
			text(m, "verification_url") != "https://print.example.com/device" || m["verification_uri"] != m["verification_url"] ||
			text(m, "verification_uri_complete") != "https://print.example.com/device?user_code="+user ||
			m["expires_in"] != 900.0 || m["interval"] != 5.0 {
			t.Fatalf("device code: %d %v", status, m)
		}
		poll := form("client_id", "tv", "client_secret", "any", grant.code, text(m, "device_code"), "grant_type", grant.grant)
		want := func(status int, code string) {
			t.Helper()
			if s, m := b.post("/oauth2/v3/token", poll); s != status || text(m, "error") != code {
				t.Errorf("poll: %d %v, want %d %s", s, m, status, code)
			}
		}
		want(400, "authorization_pending")
		want(400, "slow_down") // at once again: RFC 8628, 3.5
		b.pass(5 * time.Second)
		want(400, "slow_down") // the interval is 10 s by now
		b.pass(15 * time.Second)
		want(400, "authorization_pending")

		p, err := b.PendingDevice(t.Context(), b.caller("u-bob"), strings.ToLower(strings.ReplaceAll(user, "-", " ")))
		if err != nil || p.ClientID != "tv" {
			t.Fatalf("PendingDevice: %+v %v", p, err)
		}
		if err := b.DecideDevice(t.Context(), b.caller("u-bob"), user, oauth.Allow); err != nil {
			t.Fatal(err)
		}
		s, m := b.post("/o/oauth2/token", poll)
		if s != 200 || text(m, "refresh_token") == "" {
			t.Fatalf("allowed: %d %v", s, m)
		}
		c, err := b.Authenticate(t.Context(), text(m, "access_token"))
		if err != nil || c.User == nil || c.User.ID != "u-bob" || c.Scopes != nil {
			t.Errorf("speaks for %+v, %v", c, err)
		}
		want(400, "expired_token") // good once
	}
}

func TestDeviceDeniedAndExpired(t *testing.T) {
	b := newBench(t, nil)
	d, err := b.StartDevice(t.Context(), "tv", "")
	if err != nil {
		t.Fatal(err)
	}
	poll := form("client_id", "tv", "device_code", d.DeviceCode.Reveal(), "grant_type", "urn:ietf:params:oauth:grant-type:device_code")
	if err := b.DecideDevice(t.Context(), b.caller("u-ann"), d.UserCode, oauth.Deny); err != nil {
		t.Fatal(err)
	}
	if s, m := b.post("/o/oauth2/token", poll); s != 400 || text(m, "error") != "access_denied" {
		t.Errorf("denied: %d %v", s, m)
	}
	if err := b.DecideDevice(t.Context(), b.caller("u-ann"), d.UserCode, oauth.Allow); cloud.KindOf(err) != cloud.KindNotFound {
		t.Errorf("decided twice: %v", err)
	}
	if d, err = b.StartDevice(t.Context(), "tv", ""); err != nil {
		t.Fatal(err)
	}
	b.pass(15 * time.Minute)
	if _, err := b.PendingDevice(t.Context(), b.caller("u-bob"), d.UserCode); cloud.KindOf(err) != cloud.KindNotFound {
		t.Errorf("expired user code: %v", err)
	}
	poll.Set("device_code", d.DeviceCode.Reveal())
	if s, m := b.post("/o/oauth2/token", poll); s != 400 || text(m, "error") != "expired_token" {
		t.Errorf("expired: %d %v", s, m)
	}
}

// Guessing a user code: five wrong ones, then not even the right one counts, and
// right ones in between do not reset the count.
func TestUserCodeCannotBeGuessed(t *testing.T) {
	b := newBench(t, nil)
	d, err := b.StartDevice(t.Context(), "tv", "")
	if err != nil {
		t.Fatal(err)
	}
	own, err := b.StartDevice(t.Context(), "mine", "")
	if err != nil {
		t.Fatal(err)
	}
	eve := b.caller("u-bob")
	for range 5 {
		b.pass(time.Second)
		if _, err := b.PendingDevice(t.Context(), eve, own.UserCode); err != nil {
			t.Fatal(err)
		}
		b.pass(time.Second)
		if _, err := b.PendingDevice(t.Context(), eve, "BBBB-BBBB"); cloud.KindOf(err) != cloud.KindNotFound {
			t.Fatalf("wrong code: %v", err)
		}
	}
	if err := b.DecideDevice(t.Context(), eve, d.UserCode, oauth.Allow); cloud.KindOf(err) != cloud.KindQuota {
		t.Errorf("sixth guess: %v", err)
	}
	if _, err := b.PendingDevice(t.Context(), b.caller("u-ann"), d.UserCode); err != nil {
		t.Errorf("somebody else's right code: %v", err)
	}
	b.pass(16 * time.Minute)
	if own, err = b.StartDevice(t.Context(), "mine", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := b.PendingDevice(t.Context(), eve, own.UserCode); err != nil {
		t.Errorf("a quarter of an hour later: %v", err)
	}
}

func TestAuthorize(t *testing.T) {
	b := newBench(t, func(c *oauth.Config) {
		c.Clients = []oauth.Client{{ID: "web", Name: "Shop", RedirectURIs: []string{"https://shop.example.com/cb?x=1"}}}
	})
	check := func(client, redirect string, more ...string) (oauth.AuthorizeRequest, error) {
		f := form(append([]string{"client_id", client, "redirect_uri", redirect, "response_type", "code", "state", "st&1"}, more...)...)
		return b.CheckAuthorize(f)
	}
	for _, bad := range []string{
		"https://evil.example.com/", "http://127.0.0.1.evil.example.com/", "https://shop.example.com/cb", "", "oob2",
		"http://localhost@evil.example.com/", "https://127.0.0.1/", "javascript:alert(1)", "http://localhost:80\\@evil.example.com/",
		"//localhost/", "http://127.0.0.1/#f",
	} {
		if _, err := check("web", bad); err == nil {
			t.Errorf("redirect_uri %q was accepted", bad)
		}
	}
	if _, err := check("other", "https://shop.example.com/cb?x=1"); err == nil {
		t.Error("a client used another's redirect_uri")
	}
	for _, good := range []string{"oob", "urn:ietf:wg:oauth:2.0:oob", "http://localhost:9999/cb", "http://[::1]:3/", "http://127.0.0.1"} {
		if _, err := check("any", good); err != nil {
			t.Errorf("redirect_uri %q: %v", good, err)
		}
	}
	r, err := check("web", "https://shop.example.com/cb?x=1")
	if err != nil || r.ClientName != "Shop" {
		t.Fatalf("%+v %v", r, err)
	}
	g, err := b.GrantAuthorize(t.Context(), b.caller("u-ann"), r)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(g.Redirect)
	if err != nil || u.Query().Get("state") != "st&1" || u.Query().Get("x") != "1" || u.Query().Get("code") == "" {
		t.Fatalf("redirect %q", g.Redirect)
	}
	if s, m := b.post("/o/oauth2/token", codeForm(u.Query().Get("code"), "web", "https://shop.example.com/cb?x=1")); s != 200 {
		t.Errorf("exchange: %d %v", s, m)
	}
	if deny := b.DenyAuthorize(r); !strings.Contains(deny, "error=access_denied") {
		t.Errorf("deny: %q", deny)
	}
}

// The verifier and challenge are those of RFC 7636, appendix B.
func TestPKCE(t *testing.T) {
	b := newBench(t, nil)
	const verifier, challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	r, err := b.CheckAuthorize(form("client_id", "app", "redirect_uri", "http://127.0.0.1:1/", "response_type", "code",
		"code_challenge", challenge, "code_challenge_method", "S256"))
	if err != nil {
		t.Fatal(err)
	}
	g, err := b.GrantAuthorize(t.Context(), b.caller("u-ann"), r)
	if err != nil {
		t.Fatal(err)
	}
	u, _ := url.Parse(g.Redirect)
	f := codeForm(u.Query().Get("code"), "app", "http://127.0.0.1:1/")
	for _, v := range []string{"", "wrong", challenge} {
		f.Set("code_verifier", v)
		if s, m := b.post("/o/oauth2/token", f); s != 400 || text(m, "error") != "invalid_grant" {
			t.Errorf("verifier %q: %d %v", v, s, m)
		}
	}
	f.Set("code_verifier", verifier)
	if s, m := b.post("/o/oauth2/token", f); s != 200 {
		t.Errorf("%d %v", s, m)
	}
}

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

func TestClientLogin(t *testing.T) {
	check := func(_ context.Context, email, password string) (cloud.User, error) {
		if email == "ann@example.com" && password == "pw" {
			return cloud.User{ID: "u-ann"}, nil
		}
		return cloud.User{}, &cloud.Error{Kind: cloud.KindCredentials, Message: "no"}
	}
	login := form("accountType", "HOSTED_OR_GOOGLE", "Email", "ann@example.com", "Passwd", "pw", "service", "cloudprint", "source", "x")
	off := newBench(t, func(c *oauth.Config) { c.CheckPassword = check })
	resp, err := http.PostForm(off.http.URL+"/accounts/ClientLogin", login)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != 404 {
		t.Errorf("switched off: %d", resp.StatusCode)
	}
	b := newBench(t, func(c *oauth.Config) { c.CheckPassword, c.ClientLogin = check, true })
	resp, err = http.PostForm(b.http.URL+"/accounts/ClientLogin", login)
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	m := regexp.MustCompile(`^SID=\S+\nLSID=\S+\nAuth=(\S+)\n$`).FindSubmatch(raw)
	if resp.StatusCode != 200 || m == nil {
		t.Fatalf("%d %q", resp.StatusCode, raw)
	}
	if c, err := b.Authenticate(t.Context(), string(m[1])); err != nil || c.User.ID != "u-ann" {
		t.Errorf("%+v %v", c, err)
	}
	login.Set("Passwd", "guess")
	statuses := map[int]int{}
	for range 20 {
		resp, err := http.PostForm(b.http.URL+"/accounts/ClientLogin", login)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		statuses[resp.StatusCode]++
	}
	if statuses[403] == 0 || statuses[403] > 6 || statuses[429] == 0 {
		t.Errorf("twenty guesses were answered %v", statuses)
	}
}

func TestUserInfo(t *testing.T) {
	b := newBench(t, nil)
	key, _, err := b.CreateKey(t.Context(), "u-ann", "k", oauth.ScopeAdmin)
	if err != nil {
		t.Fatal(err)
	}
	get := func(auth string) (int, map[string]any) {
		r, _ := http.NewRequestWithContext(t.Context(), "GET", b.http.URL+"/oauth2/v1/userinfo?alt=json", nil)
		r.Header.Set("Authorization", auth)
		status, m, _ := b.do(r)
		return status, m
	}
	if s, m := get("Bearer " + key.Reveal()); s != 200 || text(m, "email") != "ann@example.com" || m["verified_email"] != true {
		t.Errorf("%d %v", s, m)
	}
	if s, _ := get("Bearer x"); s != 401 {
		t.Errorf("bad token: %d", s)
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

func TestBearerOf(t *testing.T) {
	for header, want := range map[string]string{
		"Bearer T": "T", "bearer  T": "T", "OAuth T": "T", "GoogleLogin auth=T": "T",
		"Basic dTpw": "", "Bearer": "", "Bearer ": "", "GoogleLogin T": "", "": "",
	} {
		if got, ok := oauth.BearerOf(header); got != want || ok != (want != "") {
			t.Errorf("BearerOf(%q) = %q, %v", header, got, ok)
		}
	}
}

func TestTokenRequestsAreLimited(t *testing.T) {
	b := newBench(t, nil)
	last := 0
	for range 70 {
		last, _ = b.post("/o/oauth2/token", form("grant_type", "refresh_token", "refresh_token", "guess"))
	}
	if last != 429 {
		t.Errorf("seventieth guess within a moment: %d", last)
	}
	if s, _ := b.post("/o/oauth2/token", url.Values{"x": {strings.Repeat("y", 100<<10)}}); s != 429 && s != 400 {
		t.Errorf("over-long body: %d", s)
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
