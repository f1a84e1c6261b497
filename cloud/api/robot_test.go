package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"platen/cloud/oauth"
	"platen/gcp"
)

// tokens exchanges a robot's code.
func (b *bench) tokens(code string) (access, refresh string) {
	b.t.Helper()
	w := b.exchange(code, "c")
	var got struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 {
		b.t.Fatalf("exchange: %d %s", w.Code, w.Body)
	}
	return got.Access, got.Refresh
}

// renew uses a refresh token.
func (b *bench) renew(refresh string) {
	b.t.Helper()
	f := form("grant_type", "refresh_token", "refresh_token", refresh, "client_id", "c")
	w := httptest.NewRecorder()
	b.oauth.Handler().ServeHTTP(w, httptest.NewRequestWithContext(b.t.Context(), "POST", "/o/oauth2/token?"+f.Encode(), nil))
	if w.Code != http.StatusOK {
		b.t.Fatalf("renewal: %d %s", w.Code, w.Body)
	}
}

// A key that may only add connectors does not take over one that is there, unless
// the connector itself comes back, or its pairing was cut before it had tokens. What
// it had before ends with the first use of what it has then: the answer that brought
// it may have been lost.
func TestPairKeyTakesNothingOver(t *testing.T) {
	b := newBench(t, nil)
	key, _, err := b.oauth.MakeKey(t.Context(), b.annUser.ID, oauth.KeyWish{Label: "k", Scopes: []oauth.Scope{oauth.ScopePair}})
	if err != nil {
		t.Fatal(err)
	}
	pair := func(token string, pairs ...string) answer {
		return b.post("createrobot", token, append([]string{"oauth_client_id", "c", "proxy", "cellar"}, pairs...)...)
	}
	b.must(pair(key.Reveal())) // cut: the code is never exchanged
	first := b.must(pair(key.Reveal()))
	access, refresh := b.tokens(first.AuthorizationCode)
	other := b.must(b.post("createrobot", key.Reveal(), "oauth_client_id", "c", "proxy", "attic"))
	_, foreign := b.tokens(other.AuthorizationCode)
	for what, proof := range map[string]string{"nothing": "", "nonsense": "x", "an access token": access, "another robot's": foreign} {
		a := pair(key.Reveal(), "robot_token", proof)
		if a.Success || a.ErrorCode != gcp.CodeUnauthorized || !strings.Contains(a.Message, "a person must approve") {
			t.Errorf("%s: %s", what, a.raw)
		}
	}
	again := b.must(pair(key.Reveal(), "robot_token", refresh))
	if again.XMPPJID != first.XMPPJID || strings.Contains(again.raw, refresh) {
		t.Errorf("the same connector: %s", again.raw)
	}
	b.must(b.post("list", access, "proxy", "cellar")) // until the code is exchanged
	b.tokens(again.AuthorizationCode)                 // lost on the way back
	again = b.must(pair(key.Reveal(), "robot_token", refresh))
	newAccess, newRefresh := b.tokens(again.AuthorizationCode)
	b.must(b.post("list", access, "proxy", "cellar"))
	b.renew(newRefresh)
	b.must(b.post("list", newAccess, "proxy", "cellar"))
	if a := b.post("list", access, "proxy", "cellar"); a.status != 403 {
		t.Errorf("the older access token: %d %s", a.status, a.raw)
	}
	if a := pair(key.Reveal(), "robot_token", refresh); a.Success {
		t.Error("the older refresh token still proves something")
	}
	if a := b.must(pair(b.ann)); a.XMPPJID != first.XMPPJID {
		t.Errorf("a person's own credential: %s", a.raw)
	}
	b.must(pair(key.Reveal(), "robot_token", newRefresh))
}

// Bad credentials get the classic page and a sentence that says what is wrong.
func TestRefusalsSayWhy(t *testing.T) {
	b := newBench(t, nil)
	if a := b.get("search", "platen_wrong"); a.status != 403 || !strings.Contains(a.raw, "User credentials required") ||
		!strings.Contains(a.raw, "The token or API key is wrong") {
		t.Errorf("wrong key: %d %s", a.status, a.raw)
	}
	if a := b.get("search", ""); a.status != 403 || !strings.Contains(a.raw, "send a token or an API key") {
		t.Errorf("no key: %d %s", a.status, a.raw)
	}
	key, _, err := b.oauth.MakeKey(t.Context(), b.annUser.ID, oauth.KeyWish{Label: "k", Scopes: []oauth.Scope{oauth.ScopePair}})
	if err != nil {
		t.Fatal(err)
	}
	a := b.submit(key.Reveal(), part{name: "printerid", value: "p"}, part{name: "content", value: pdf})
	if a.ErrorCode != gcp.CodeUnauthorized || !strings.Contains(a.Message, "this key may not do that: it has scope pair") {
		t.Errorf("a key that pairs: %s", a.raw)
	}
}

// An answer does not grow with arguments that cost their sender almost nothing.
func TestEchoIsBounded(t *testing.T) {
	b := newBench(t, nil)
	const kind = "application/x-www-form-urlencoded"
	var keys strings.Builder
	for i := range 900 {
		keys.WriteString("k" + strings.Repeat("x", i%100) + string(rune('a'+i%26)) + "=" + strings.Repeat("=", 400) + "&")
	}
	for what, body := range map[string]string{
		"empty values": strings.Repeat("a=&", 300<<10), "some empty values": strings.Repeat("a=&", 4000), "many keys": keys.String(),
	} {
		if a := b.do(b.request("POST", "/cloudprint/getauthcode", "", kind, body)); len(a.raw) > 128<<10 {
			t.Errorf("%s: %d bytes were answered with %d", what, len(body), len(a.raw))
		}
	}
	if a := b.do(b.request("POST", "/cloudprint/getauthcode", "", kind, strings.Repeat("a=&", 5000))); a.Success || !strings.Contains(a.Message, "too large") {
		t.Errorf("5000 values: %s", a.raw)
	}
}
