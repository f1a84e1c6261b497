package oauth_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/oauth"
)

// expectedCallers is what each endpoint answers each caller who sends a request that is
// good by itself, with the caller's own credentials as a bearer token (cookie: as the
// cookie of a page). After the colon stands which use, where there are several. Here the
// request says who asks: RFC 6749 and RFC 8628 know no other credentials, so that only
// userinfo looks at them (RFC 6750).
const expectedCallers = `
                        nobody person administrator connector print pair identity session cookie disabled revoked guest
/o/oauth2/token         ok     ok     ok            ok        ok    ok   ok       ok      ok     ok       ok      ok
/oauth2/v3/token        ok     ok     ok            ok        ok    ok   ok       ok      ok     ok       ok      ok
/oauth2/v4/token        ok     ok     ok            ok        ok    ok   ok       ok      ok     ok       ok      ok
/o/oauth2/device/code   ok     ok     ok            ok        ok    ok   ok       ok      ok     ok       ok      ok
/o/oauth2/revoke        ok     ok     ok            ok        ok    ok   ok       ok      ok     ok       ok      ok
/oauth2/v1/userinfo     401    ok     ok            401       ok    ok   ok       401     401    401      401     401
/accounts/ClientLogin   404    404    404           404       404   404  404      404     404    404      404     404
/accounts/ClientLogin:on ok    ok     ok            ok        ok    ok   ok       ok      ok     ok       ok      ok
/accounts/ClientLogin:wrong 403 403   403           403       403   403  403      403     403    403      403     403
`

// expectedSecrets is what an endpoint gives for each kind of secret: one is good for
// what it was made for. A line that ends in ":other" is the same by another client.
const expectedSecrets = `
                nothing access refresh key     session link    code    robotcode spent   stream  device  allowed denied  finished
code            request grant  grant   grant   grant   grant   ok      ok        grant   grant   grant   grant   grant   grant
code:other      request grant  grant   grant   grant   grant   grant   grant     grant   grant   grant   grant   grant   grant
refresh         request grant  ok      grant   grant   grant   grant   grant     grant   grant   grant   grant   grant   grant
refresh:other   request grant  grant   grant   grant   grant   grant   grant     grant   grant   grant   grant   grant   grant
device          request gone   gone    gone    gone    gone    gone    gone      gone    gone    pending ok      denied  gone
device:other    request gone   gone    gone    gone    gone    gone    gone      gone    gone    grant   grant   grant   gone
userinfo        401     ok     401     ok      401     401     401     401       401     401     401     401     401     401
revoke          request ok     ok      ok      ok      ok      ok      ok        ok      ok      ok      ok      ok      ok
`

// reply is a status, and the error that the answer names.
type reply struct {
	status int
	error  string
}

// replies are the words of both tables.
var replies = map[string]reply{
	"ok":      {200, ""},
	"request": {400, "invalid_request"},       // RFC 6749, 5.2
	"grant":   {400, "invalid_grant"},         // RFC 6749, 5.2
	"pending": {400, "authorization_pending"}, // RFC 8628, 3.5
	"denied":  {400, "access_denied"},         // RFC 8628, 3.5
	"gone":    {400, "expired_token"},         // RFC 8628, 3.5; unknown ones too, as expired ones are forgotten
	"401":     {401, "invalid_token"},         // RFC 6750, 3.1
	"403":     {403, ""},                      // ClientLogin
	"404":     {404, ""},
}

const (
	ourClient = "client-1"
	password  = "right horse"
)

// newAuthz makes a bench on which each request comes from an address of its own, and
// user u-gone is disabled.
func newAuthz(t *testing.T, login bool) *bench {
	t.Helper()
	var n atomic.Int64
	b := newBench(t, func(c *oauth.Config) {
		c.ClientLogin = login
		c.CheckPassword = func(_ context.Context, p cloud.PasswordCheck) (cloud.User, error) {
			if p.Password != password {
				return cloud.User{}, &cloud.Error{Kind: cloud.KindCredentials}
			}
			return cloud.User{ID: "u-ann"}, nil
		}
		c.RemoteAddr = func(*http.Request) string {
			return strconv.FormatInt(n.Add(1), 10)
		}
	})
	for _, u := range []cloud.User{{ID: "u-admin", Email: "admin@example.com", Admin: true}, {ID: "u-gone", Email: "gone@example.com", Disabled: true}, {ID: "u-left", Email: "left@example.com"}} {
		b.check(b.db.AddUser(t.Context(), u))
	}
	return b
}

func (b *bench) check(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) key(u cloud.UserID, s oauth.Scope) string {
	b.t.Helper()
	k, _, err := b.MakeKey(b.t.Context(), u, oauth.KeyWish{Label: "k", Scopes: []oauth.Scope{s}})
	b.check(err)
	return k.Reveal()
}

// code returns a code of a person for our client.
func (b *bench) code(scope string) string {
	b.t.Helper()
	g, err := b.GrantAuthorize(b.t.Context(), b.caller("u-ann"), oauth.AuthorizeRequest{ClientID: ourClient, RedirectURI: "oob", Scope: scope})
	b.check(err)
	return g.Code
}

// redeem exchanges a code of our client.
func (b *bench) redeem(code string) (access, refresh string) {
	b.t.Helper()
	status, m := b.post("/o/oauth2/token", codeForm(code, ourClient, "oob"))
	if status != http.StatusOK {
		b.t.Fatalf("exchange: %d %v", status, m)
	}
	return text(m, "access_token"), text(m, "refresh_token")
}

func (b *bench) session() string {
	b.t.Helper()
	c, err := b.NewSession(b.t.Context(), "u-ann")
	b.check(err)
	return c.Reveal()
}

// credentials returns new ones of a column of expectedCallers.
func (b *bench) credentials(who string) string {
	b.t.Helper()
	switch who {
	case "nobody":
		return ""
	case "person":
		return b.key("u-ann", oauth.ScopeAdmin)
	case "administrator":
		return b.key("u-admin", oauth.ScopeAdmin)
	case "connector":
		access, _ := b.robotTokens()
		return access
	case "print", "pair":
		return b.key("u-ann", oauth.Scope(who))
	case "identity":
		access, _ := b.redeem(b.code("email"))
		return access
	case "session", "cookie":
		return b.session()
	case "disabled":
		return b.key("u-gone", oauth.ScopeAdmin)
	case "guest": // a member's key, who became a guest
		key := b.key("u-left", oauth.ScopeAdmin)
		_, err := b.db.UpdateUser(b.t.Context(), "u-left", func(u *cloud.User) ([]cloud.Event, error) { u.Guest = true; return nil, nil })
		b.check(err)
		return key
	case "revoked":
		key := b.key("u-ann", oauth.ScopeAdmin)
		b.check(b.Revoke(b.t.Context(), key))
		return key
	}
	b.t.Fatalf("nobody is called %q", who)
	return ""
}

// secret returns a new one of a column of expectedSecrets.
func (b *bench) secret(kind string) string {
	b.t.Helper()
	ctx := b.t.Context()
	switch kind {
	case "nothing":
		return ""
	case "access", "refresh":
		access, refresh := b.redeem(b.code("https://www.googleapis.com/auth/cloudprint"))
		return map[string]string{"access": access, "refresh": refresh}[kind]
	case "key":
		return b.key("u-ann", oauth.ScopeAdmin)
	case "session":
		return b.session()
	case "link":
		l, err := b.NewSignInLink(ctx, "u-ann")
		b.check(err)
		return l.Reveal()
	case "code":
		return b.code("")
	case "robotcode":
		code, err := b.RobotCode(ctx, robotID, ourClient)
		b.check(err)
		return code
	case "spent":
		code := b.code("")
		b.redeem(code)
		return code
	case "stream":
		b.pass(10 * time.Second) // a robot gets few at once
		access, _ := b.robotTokens()
		s, err := b.StreamToken(ctx, access)
		b.check(err)
		return s.Reveal()
	}
	return b.deviceCode(kind)
}

func (b *bench) deviceCode(kind string) string {
	b.t.Helper()
	ctx := b.t.Context()
	d, err := b.StartDevice(ctx, ourClient, "")
	b.check(err)
	code := d.DeviceCode.Reveal()
	switch kind {
	case "device":
	case "denied":
		b.check(b.DecideDevice(ctx, b.caller("u-ann"), d.UserCode, oauth.Deny))
	case "allowed", "finished":
		b.check(b.DecideDevice(ctx, b.caller("u-ann"), d.UserCode, oauth.Allow))
		if kind == "finished" {
			b.post("/o/oauth2/token", form("grant_type", "http://oauth.net/grant_type/device/1.0", "code", code, "client_id", ourClient))
		}
	default:
		b.t.Fatalf("no secret is called %q", kind)
	}
	return code
}

// ask sends a request with bearer or cookie, and returns what came of it.
func (b *bench) ask(path string, f url.Values, bearer, cookie string) (reply, string) {
	b.t.Helper()
	method := http.MethodPost
	if path == "/oauth2/v1/userinfo" {
		method = http.MethodGet
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.http.URL+path, strings.NewReader(f.Encode()))
	b.check(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	if cookie != "" {
		r.AddCookie(&http.Cookie{Name: oauth.CookieName, Value: cookie})
	}
	resp, err := http.DefaultClient.Do(r)
	b.check(err)
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	b.check(err)
	var m struct {
		Error string `json:"error"`
	}
	_ = json.Unmarshal(raw, &m) // some answers are text
	return reply{resp.StatusCode, m.Error}, string(raw)
}

// goodRequest is what an endpoint takes from anybody.
func (b *bench) goodRequest(line string) url.Values {
	b.t.Helper()
	switch path, _, _ := strings.Cut(line, ":"); path {
	case "/o/oauth2/token", "/oauth2/v3/token", "/oauth2/v4/token":
		return codeForm(b.code(""), ourClient, "oob")
	case "/o/oauth2/device/code":
		return form("client_id", ourClient)
	case "/o/oauth2/revoke":
		return form("token", b.key("u-bob", oauth.ScopePrint))
	case "/accounts/ClientLogin":
		if strings.HasSuffix(line, ":wrong") {
			return form("Email", "ann@example.com", "Passwd", "wrong")
		}
		return form("Email", "ann@example.com", "Passwd", password)
	}
	return nil
}

// table reads the columns and the lines of a table.
func table(t *testing.T, text string) (columns []string, lines map[string][]string) {
	t.Helper()
	lines = map[string][]string{}
	for line := range strings.Lines(strings.TrimSpace(text)) {
		words := strings.Fields(line)
		if columns == nil {
			columns = words
			continue
		}
		if len(words) != len(columns)+1 || lines[words[0]] != nil {
			t.Fatalf("%q has %d answers for %d columns, or stands there twice", words[0], len(words)-1, len(columns))
		}
		lines[words[0]] = words[1:]
	}
	return columns, lines
}

// Each endpoint answers each caller as it is written down.
func TestEveryEndpointForEveryCaller(t *testing.T) {
	columns, lines := table(t, expectedCallers)
	for _, path := range oauth.Paths() {
		if lines[path] == nil {
			t.Errorf("nobody wrote down who may call %s: add a line to expectedCallers, and a request to goodRequest", path)
		}
	}
	for line, words := range lines {
		path, use, _ := strings.Cut(line, ":")
		if !slices.Contains(oauth.Paths(), path) {
			t.Errorf("expectedCallers has %q, which is no endpoint", path)
		}
		b := newAuthz(t, use != "")
		for i, who := range columns {
			bearer, cookie := b.credentials(who), ""
			if who == "cookie" {
				bearer, cookie = "", bearer
			}
			got, raw := b.ask(path, b.goodRequest(line), bearer, cookie)
			if want, ok := replies[words[i]]; !ok || got != want {
				t.Errorf("%s by %s: %+v, want %s %+v: %s", line, who, got, words[i], want, raw)
			}
			if path == "/oauth2/v1/userinfo" && who != "administrator" && got.status == http.StatusOK && !strings.Contains(raw, `"ann@example.com"`) {
				t.Errorf("%s by %s tells of somebody else: %s", line, who, raw)
			}
		}
	}
}

// A secret is good for what it was made for, and nothing else.
func TestEverySecretForEveryUse(t *testing.T) {
	columns, lines := table(t, expectedSecrets)
	b := newAuthz(t, false)
	for line, words := range lines {
		use, other, _ := strings.Cut(line, ":")
		client := ourClient
		if other != "" {
			client = "client-2"
		}
		for i, kind := range columns {
			secret, path, bearer := b.secret(kind), "/o/oauth2/token", ""
			f := form("client_id", client)
			switch use {
			case "code":
				f = codeForm(secret, client, "oob")
			case "refresh":
				f = form("grant_type", "refresh_token", "refresh_token", secret, "client_id", client)
			case "device":
				f = form("grant_type", "urn:ietf:params:oauth:grant-type:device_code", "device_code", secret, "client_id", client)
			case "revoke":
				path, f = "/o/oauth2/revoke", form("token", secret)
			case "userinfo":
				path, bearer = "/oauth2/v1/userinfo", secret
			}
			got, raw := b.ask(path, f, bearer, "")
			if want, ok := replies[words[i]]; !ok || got != want {
				t.Errorf("%s as %s: %+v, want %s %+v: %s", kind, line, got, words[i], want, raw)
			}
			if got.status != http.StatusOK && strings.Contains(raw, "_token\":\"") {
				t.Errorf("%s as %s: a refusal has tokens: %s", kind, line, raw)
			}
		}
	}
}
