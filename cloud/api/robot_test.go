package api

import (
	"encoding/json"
	"strings"
	"testing"

	"platen/cloud/oauth"
	"platen/gcp"
)

// tokens exchanges a robot's code.
func (b *bench) tokens(code, client string) (access, refresh string) {
	b.t.Helper()
	w := b.exchange(code, client)
	var got struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 {
		b.t.Fatalf("exchange: %d %s", w.Code, w.Body)
	}
	return got.Access, got.Refresh
}

// A key that may only add connectors does not take over one that is there, unless
// the connector itself comes back; then what it had before ends.
func TestPairKeyTakesNothingOver(t *testing.T) {
	b := newBench(t, nil)
	key, _, err := b.oauth.CreateKey(t.Context(), b.annUser.ID, "k", oauth.ScopePair)
	if err != nil {
		t.Fatal(err)
	}
	pair := func(token string, pairs ...string) answer {
		return b.post("createrobot", token, append([]string{"oauth_client_id", "c", "proxy", "cellar"}, pairs...)...)
	}
	first := b.must(pair(key.Reveal()))
	access, refresh := b.tokens(first.AuthorizationCode, "c")
	other := b.must(b.post("createrobot", key.Reveal(), "oauth_client_id", "c", "proxy", "attic"))
	_, foreign := b.tokens(other.AuthorizationCode, "c")
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
	newAccess, newRefresh := b.tokens(again.AuthorizationCode, "c")
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
