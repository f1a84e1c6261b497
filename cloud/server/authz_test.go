package server

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"platen/cloud"
	"platen/cloud/oauth"
	"platen/cloud/web"
	"platen/gcp"
	"platen/internal/secret"
)

// expectedMounts is what the server's own addresses answer, and where those lead that
// the packages have tables of: a page (cloud/web), an endpoint of tokens (cloud/oauth),
// an interface (cloud/api). Everything else is not there, for anybody: no address serves
// figures, profiles or files, and no way of writing a path goes round a table.
const expectedMounts = `
                               nobody person guest administrator connector cookie
/                              303    303    303   303           303       303
GET /openapi.json              200    200    200   200           200       200
POST /openapi.json             404    404    404   404           404       404
GET /fcm/connect/bind          403    403    403   403           403       403
POST /fcm/connect/bind         404    404    404   404           404       404
/xmpp-websocket                426    426    426   426           426       426
GET /.well-known/host-meta     200    200    200   200           200       200
GET /.well-known/host-meta.json 200   200    200   200           200       200
POST /xmpp/auth                404    404    404   404           404       404
GET /.well-known/oauth-authorization-server 200 200 200 200           200       200
/ipp/print/                    404    404    404   404           404       404
/ipp/print/nothing             303    303    303   303           303       303
POST /ipp/print/nothing        415    415    415   415           415       415
/o/oauth2/token                405    405    405   405           405       405
/o/oauth2/nothing              404    404    404   404           404       404
/cloudprint/search             403    200    403   200           200       200
//cloudprint/search            403    200    403   200           200       200
/cloudprint//search            403    200    403   200           200       200
/cloudprint/                   404    404    404   404           404       404
/cloudprint/nothing            404    404    404   404           404       404
/cloudprint/../people          404    404    404   404           404       404
/cloudprint/%2e%2e/people      404    404    404   404           404       404
/cloudprint/..%2fpeople        404    404    404   404           404       404
/cloudprint/claimprinter.html  303    303    303   303           303       200
//cloudprint/claimprinter.html 303    303    303   303           303       200
//people                       303    303    303   303           303       403
/people/                       404    404    404   404           404       404
/static/..%2froutes.go         404    404    404   404           404       404
/static/                       404    404    404   404           404       404
/metrics                       404    404    404   404           404       404
/debug/pprof/                  404    404    404   404           404       404
/debug/vars                    404    404    404   404           404       404
/healthz                       404    404    404   404           404       404
/.git/config                   404    404    404   404           404       404
`

// Every address that the server serves is in a table of who may ask for it: its own, or
// that of the package that serves what is below it.
func TestEveryAddressForEveryCaller(t *testing.T) {
	r := start(t, nil)
	credentials := r.credentials()
	var columns []string
	lines := map[string][]string{}
	for line := range strings.Lines(strings.TrimSpace(expectedMounts)) {
		words := strings.Fields(line)
		if columns == nil {
			columns = words
			continue
		}
		name := strings.Join(words[:len(words)-len(columns)], " ")
		lines[name] = words[len(words)-len(columns):]
	}
	for pattern := range r.mounts(http.NotFoundHandler(), http.NotFoundHandler()) {
		if lines[pattern] == nil && !slices.Contains(oauth.Paths(), pattern) { // TestEveryEndpointForEveryCaller
			t.Errorf("nobody wrote down who may ask for %s: add a line to expectedMounts", pattern)
		}
	}
	for name, words := range lines {
		method, path, ok := strings.Cut(name, " ")
		if !ok {
			method, path = http.MethodGet, name
		}
		for i, who := range columns {
			if status := r.asks(method, path, who, credentials[who]); strconv.Itoa(status) != words[i] {
				t.Errorf("%s by %s: %d, want %s", name, who, status, words[i])
			}
		}
	}
}

// credentials are those of each column, of the person for cookie.
func (r *running) credentials() map[string]string {
	r.t.Helper()
	all := map[string]string{"nobody": "", "person": r.key}
	for _, who := range []string{"guest", "administrator"} {
		u, err := r.service.AddUser(r.t.Context(), who+"@example.com", "", who == "administrator")
		r.ok(err)
		key, _, err := r.oauth.MakeKey(r.t.Context(), u.ID, oauth.KeyWish{Label: "k", Scopes: []oauth.Scope{oauth.ScopeAdmin}})
		r.ok(err)
		all[who] = key.Reveal()
		if who == "guest" { // a member once
			r.ok(r.service.SetRole(r.t.Context(), cloud.OperatorCaller(), u.ID, cloud.RoleGuest))
		}
	}
	cookie, err := r.oauth.NewSession(r.t.Context(), r.user.ID)
	r.ok(err)
	all["cookie"] = cookie.Reveal()
	all["connector"], all["refresh"] = r.robotTokens()
	return all
}

func (r *running) ok(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// robotTokens pairs a connector of the person.
func (r *running) robotTokens() (access, refresh string) {
	r.t.Helper()
	code, err := r.service.CreateRobot(r.t.Context(), r.caller(), cloud.RobotRequest{ClientID: "c", Proxy: "px"})
	r.ok(err)
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code.Code}, "client_id": {"c"}, "redirect_uri": {"oob"}}
	resp, err := r.do(http.MethodPost, "/o/oauth2/token", "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	r.ok(err)
	defer func() { _ = resp.Body.Close() }()
	var answer struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
	}
	r.ok(json.NewDecoder(resp.Body).Decode(&answer))
	return answer.Access, answer.Refresh
}

// asks sends a request as it is written, and follows where a path is only cleaned.
func (r *running) asks(method, path, who, secret string) int {
	r.t.Helper()
	for range 3 {
		req, err := http.NewRequestWithContext(r.t.Context(), method, r.base+path, nil)
		r.ok(err)
		switch who {
		case "nobody":
		case "cookie":
			req.AddCookie(&http.Cookie{Name: oauth.CookieName, Value: secret})
		default:
			req.Header.Set("Authorization", "Bearer "+secret)
		}
		resp, err := http.DefaultTransport.RoundTrip(req)
		r.ok(err)
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusMovedPermanently && resp.StatusCode != http.StatusTemporaryRedirect {
			return resp.StatusCode
		}
		path = resp.Header.Get("Location")
	}
	return 0
}

// The pages under the protocol's prefix are pages of the site's table.
func TestProtocolPagesAreThere(t *testing.T) {
	r := start(t, nil)
	cookie := r.credentials()["cookie"]
	for _, path := range web.ProtocolPages() {
		if status := r.asks(http.MethodGet, path, "cookie", cookie); status != http.StatusOK {
			t.Errorf("%s: %d", path, status)
		}
	}
}

// A notification stream is opened by a connector's token, as that connector, by that of
// a person which allows everything, as the person's own, and by nothing else.
func TestStreamsAreConnectors(t *testing.T) {
	r := start(t, nil)
	all := r.credentials()
	limited, _, err := r.oauth.MakeKey(t.Context(), r.user.ID, oauth.KeyWish{Label: "k", Scopes: []oauth.Scope{oauth.ScopePrint, oauth.ScopePair}})
	r.ok(err)
	all["limited"] = limited.Reveal()
	connector, err := r.oauth.Authenticate(t.Context(), all["connector"])
	r.ok(err)
	administrator, err := r.oauth.Authenticate(t.Context(), all["administrator"])
	r.ok(err)
	want := map[string]gcp.RobotID{
		"connector": connector.Robot.ID, "person": cloud.OwnRobot(r.user.ID), "administrator": cloud.OwnRobot(administrator.User.ID),
	}
	for who, token := range all {
		robot, err := r.robotOf(t.Context(), cloud.Login{Token: secret.New(token)})
		if robot != want[who] || (err == nil) != (robot != "") {
			t.Errorf("%s: %q, %v, want %q", who, robot, err, want[who])
		}
	}
}
