package api

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"platen/gcp"
)

// claimed registers a device without an account and claims it for ann.
func (b *bench) claimed(proxy string) (id gcp.PrinterID, pollingURL string) {
	b.t.Helper()
	a := b.must(b.post("register", "", "name", "Dev", "proxy", proxy, "capabilities", cdd))
	b.must(b.post("confirm", b.ann, "token", a.RegistrationToken))
	return a.Printers[0].ID, strings.TrimPrefix(a.PollingURL, b.url)
}

// exchange plays B.2.5, and returns the answer.
func (b *bench) exchange(code, client string) *httptest.ResponseRecorder {
	b.t.Helper()
	f := form("grant_type", "authorization_code", "code", code, "client_id", client, "redirect_uri", "oob")
	w := httptest.NewRecorder()
	b.oauth.Handler().ServeHTTP(w, httptest.NewRequestWithContext(b.t.Context(), "POST", "/o/oauth2/token?"+f.Encode(), nil))
	return w
}

// Whoever knows a printer's id only, as everybody does whom it is shared with,
// gets no code for its robot, and does not hear whose it is.
func TestClaimNeedsTheSecret(t *testing.T) {
	b := newBench(t, nil)
	id, poll := b.claimed("dev-1")
	u, err := url.Parse(poll)
	if err != nil || len(u.Query().Get("poll")) < 20 {
		t.Fatalf("polling_url %q", poll)
	}
	refused := func(what string, a answer) {
		t.Helper()
		if a.Success || strings.Contains(a.raw, "authorization_code") || strings.Contains(a.raw, "owner@example.com") {
			t.Errorf("%s: %s", what, a.raw)
		}
	}
	code := b.must(b.do(b.request("GET", poll+"CLIENT", "", "", "")))
	unknown := b.post("getauthcode", "", "printerid", "unknown", "oauth_client_id", "evil")
	for _, pairs := range [][]string{{}, {"poll", ""}, {"poll", "WRONG"}, {"poll", string(id)}} {
		a := b.post("getauthcode", "", append([]string{"printerid", string(id), "oauth_client_id", "evil"}, pairs...)...)
		refused(fmt.Sprint(pairs), a)
		if a.ErrorCode != unknown.ErrorCode || a.Message != unknown.Message {
			t.Errorf("%v: %d %q, an unknown printer gets %d %q", pairs, a.ErrorCode, a.Message, unknown.ErrorCode, unknown.Message)
		}
	}
	if status := b.exchange(code.AuthorizationCode, "CLIENT").Code; status != 200 {
		t.Errorf("exchange: %d", status)
	}
	if a := b.must(b.do(b.request("GET", poll+"CLIENT", "", "", ""))); strings.Contains(a.raw, u.Query().Get("poll")) {
		t.Error("the secret is echoed")
	}
}

// Some devices post printerid and oauth_client_id and leave the rest of their
// polling address out (B.2.3). They get their code, and nobody after them.
func TestClaimOfADeviceWithoutTheSecret(t *testing.T) {
	b := newBench(t, nil)
	id, _ := b.claimed("dev-1")
	poll := func(client string) answer {
		typ, body := multipartBody(part{name: "printerid", value: string(id)}, part{name: "oauth_client_id", value: client})
		return b.do(b.request("POST", "/cloudprint/getauthcode", "", typ, body))
	}
	a := b.must(poll("CLIENT"))
	if other := poll("evil"); other.Success {
		t.Errorf("another client: %s", other.raw)
	}
	if status := b.exchange(a.AuthorizationCode, "CLIENT").Code; status != 200 {
		t.Errorf("exchange: %d", status)
	}
	if again := poll("CLIENT"); again.Success {
		t.Errorf("after the exchange: %s", again.raw)
	}
	// Once somebody else may know the id, the id gives nothing.
	id, _ = b.claimed("dev-2")
	b.must(b.post("share", b.ann, "printerid", string(id), "scope", "bob@example.com"))
	if shared := poll("CLIENT"); shared.Success {
		t.Errorf("of a shared printer: %s", shared.raw)
	}
}

// A stranger cannot fill the disk with registrations that nobody claims.
func TestRegistrationsWithoutAccountAreFew(t *testing.T) {
	b := newBench(t, nil)
	big := `{"version":"1.0","printer":{"vendor_capability":[{"id":"` + strings.Repeat("x", 300<<10) + `"}]}}`
	if a := b.post("register", "", "name", "Big", "proxy", "dev", "capabilities", big); a.Success || !strings.Contains(a.Message, "too long") {
		t.Errorf("300 KiB of capabilities: %d %.200s", a.status, a.raw)
	}
	taken := 0
	for i := range 20 {
		if b.post("register", "", "name", "Dev", "proxy", fmt.Sprint("dev-", i), "capabilities", cdd).Success {
			taken++
		}
	}
	if taken > 5 {
		t.Errorf("one address registered %d devices at once", taken)
	}
}
