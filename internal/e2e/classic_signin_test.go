package e2e

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
)

// The OAuth client of the play, as the operator of the cloud wrote it down.
const (
	classicClient = "539833558011-classic.apps.googleusercontent.com"
	classicSecret = "V9BfPOvdiYuw12hDx5Y5nR0a"
	classicScope  = "https://www.googleapis.com/auth/cloudprint"
	robotScope    = classicScope + " https://www.googleapis.com/auth/googletalk"
)

// form posts a form outside of /cloudprint, with further header lines.
func form(t *testing.T, base, path, body string, more ...string) reply {
	t.Helper()
	return exchange(t, base, "POST "+path, append([]string{
		"User-Agent: Go-http-client/1.1", fmt.Sprintf("Content-Length: %d", len(body)),
		"Content-Type: application/x-www-form-urlencoded", "Accept-Encoding: gzip",
	}, more...), []byte(body))
}

// basic is the header with the client's credentials.
func basic() string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(q(classicClient)+":"+q(classicSecret)))
}

// tokens checks an answer of the token endpoint (0.2) and returns its tokens;
// refresh is "" where none was given.
func tokens(t *testing.T, r reply) (access, refresh string) {
	t.Helper()
	o := r.plain(t)
	if r.status != http.StatusOK || !strings.HasPrefix(r.header.Get("Content-Type"), "application/json") {
		t.Fatalf("HTTP %d %s: %s", r.status, r.header.Get("Content-Type"), r.body)
	}
	must(t, o, "token_type", "Bearer")
	if n, _ := o["expires_in"].(float64); n <= 0 {
		t.Errorf("expires_in %v", o["expires_in"])
	}
	refresh, _ = o["refresh_token"].(string)
	return word(t, o, "access_token"), refresh
}

var xsrfField = regexp.MustCompile(`name="xsrf" value="([^"]+)"`)

// approve is the owner at the page /pair.
func approve(t *testing.T, base, userCode string) {
	t.Helper()
	approveAs(t, base, lab.Owner, userCode)
}

// approveAs is a person at the page /pair.
func approveAs(t *testing.T, base, email, userCode string) {
	t.Helper()
	r := form(t, base, "/signin", "email="+q(email)+"&password="+q(lab.Password)+"&next="+q("/pair"))
	var cookies []string
	for _, c := range r.header.Values("Set-Cookie") {
		pair, _, _ := strings.Cut(c, ";")
		cookies = append(cookies, pair)
	}
	if len(cookies) == 0 {
		t.Fatalf("sign-in: HTTP %d: %s", r.status, r.body)
	}
	cookie := "Cookie: " + strings.Join(cookies, "; ")
	r = exchange(t, base, "GET /pair?user_code="+q(userCode), []string{cookie}, nil)
	m := xsrfField.FindSubmatch(r.body)
	if m == nil || !strings.Contains(string(r.body), userCode) {
		t.Fatalf("/pair: HTTP %d: %s", r.status, r.body)
	}
	r = form(t, base, "/pair", "xsrf="+q(string(m[1]))+"&user_code="+q(userCode)+"&decision=allow", cookie)
	if r.status >= 400 {
		t.Fatalf("approval: HTTP %d: %s", r.status, r.body)
	}
}

// deviceGrant plays the sign-in of the connector's init: a code, a poll too
// early, a person's yes, the tokens.
func deviceGrant(t *testing.T, base string) (access, refresh string) {
	t.Helper()
	o := form(t, base, "/o/oauth2/device/code", "client_id="+q(classicClient)+"&scope="+q(classicScope)).plain(t)
	code, user := word(t, o, "device_code"), word(t, o, "user_code")
	if url := word(t, o, "verification_url"); !strings.HasPrefix(url, base+"/") {
		t.Errorf("verification_url %s", url)
	}
	interval, _ := o["interval"].(float64)
	if life, _ := o["expires_in"].(float64); interval <= 0 || life <= 0 {
		t.Fatalf("interval %v, expires_in %v", o["interval"], o["expires_in"])
	}
	poll := "client_id=" + q(classicClient) + "&client_secret=" + q(classicSecret) + "&code=" + q(code) +
		"&grant_type=" + q("http://oauth.net/grant_type/device/1.0")
	tick := time.NewTicker(time.Duration(interval) * time.Second)
	defer tick.Stop()
	r := form(t, base, "/oauth2/v3/token", poll)
	if r.status != http.StatusBadRequest && r.status != http.StatusOK {
		t.Errorf("HTTP %d while waiting", r.status)
	}
	must(t, r.plain(t), "error", "authorization_pending")
	approve(t, base, user)
	<-tick.C
	access, refresh = tokens(t, form(t, base, "/oauth2/v3/token", poll))
	if refresh == "" {
		t.Fatal("no refresh token")
	}
	return access, refresh
}

// renew asks for a new access token at one of the token paths.
func renew(t *testing.T, base, path, refresh string) string {
	t.Helper()
	access, _ := tokens(t, form(t, base, path, "grant_type=refresh_token&refresh_token="+q(refresh), basic()))
	return access
}
