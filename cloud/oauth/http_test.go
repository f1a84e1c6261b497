package oauth_test

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"platen/cloud"
	"platen/cloud/oauth"
	"platen/internal/secret"
)

// Old clients send client credentials as Basic, in the body, in the query, in multipart.
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

func TestClientLogin(t *testing.T) {
	check := func(_ context.Context, p cloud.PasswordCheck) (cloud.User, error) {
		if p.Email == "ann@example.com" && p.Password == "pw" && p.From == "127.0.0.1" {
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
	if statuses[403] == 0 || statuses[403] > 12 || statuses[429] == 0 {
		t.Errorf("twenty guesses were answered %v", statuses)
	}
}

func TestUserInfo(t *testing.T) {
	b := newBench(t, nil)
	key, _, err := b.MakeKey(t.Context(), "u-ann", oauth.KeyWish{Label: "k", Scopes: []oauth.Scope{oauth.ScopeAdmin}})
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

// Many connectors behind one address renew their tokens without being slowed
// down, which wrong ones are.
func TestGoodTokenRequestsAreFree(t *testing.T) {
	b := newBench(t, nil)
	_, refresh := b.robotTokens()
	for i := range 200 {
		if s, m := b.post("/o/oauth2/token", form("grant_type", "refresh_token", "refresh_token", refresh, "client_id", "client-1")); s != 200 {
			t.Fatalf("renewal %d: %d %v", i, s, m)
		}
	}
}
