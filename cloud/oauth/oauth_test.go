package oauth_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/oauth"
	"platen/cloud/store"
	"platen/cloud/store/emptystore"
	"platen/gcp"
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
	b.db = emptystore.Open(t, filepath.Join(b.dir, "cloud.db"))
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
