package oauth_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"platen/cloud"
	"platen/cloud/oauth"
)

// Guests get no key, let no program act in their names, and what they had as members
// is good for nothing.
func TestGuestsHaveNoKeys(t *testing.T) {
	b := newBench(t, nil)
	ctx := t.Context()
	old, _, err := b.MakeKey(ctx, "u-ann", oauth.KeyWish{Label: "shop", Scopes: []oauth.Scope{oauth.ScopePrint}})
	b.check(err)
	access, refresh := b.redeem(b.code("cloudprint"))
	d, err := b.StartDevice(ctx, ourClient, "")
	b.check(err)
	b.user(func(u *cloud.User) { u.Guest = true })
	b.Forget() // as SetRole does
	if _, _, err := b.MakeKey(ctx, "u-ann", oauth.KeyWish{Label: "shop", Scopes: []oauth.Scope{oauth.ScopePrint}}); cloud.KindOf(err) != cloud.KindForbidden {
		t.Errorf("a guest's key: %v", err)
	}
	for what, token := range map[string]string{"key": old.Reveal(), "token": access} {
		if c, err := b.Authenticate(ctx, token); cloud.KindOf(err) != cloud.KindCredentials {
			t.Errorf("the member's %s: %+v, %v", what, c, err)
		}
	}
	if status, m := b.post("/o/oauth2/token", form("grant_type", "refresh_token", "refresh_token", refresh, "client_id", ourClient)); status != 400 || m["error"] != "invalid_grant" {
		t.Errorf("the member's refresh token: %d %v", status, m)
	}
	guest := b.caller("u-ann")
	guest.User.Guest = true
	if err := b.DecideDevice(ctx, guest, d.UserCode, oauth.Allow); cloud.KindOf(err) != cloud.KindForbidden {
		t.Errorf("a guest's device: %v", err)
	}
	if _, err := b.GrantAuthorize(ctx, guest, oauth.AuthorizeRequest{ClientID: ourClient, RedirectURI: "oob"}); cloud.KindOf(err) != cloud.KindForbidden {
		t.Errorf("a guest's program: %v", err)
	}
}

// A guest's password gives old programs no token.
func TestGuestsHaveNoClientLogin(t *testing.T) {
	b := newBench(t, func(c *oauth.Config) {
		c.ClientLogin = true
		c.CheckPassword = func(context.Context, cloud.PasswordCheck) (cloud.User, error) {
			return cloud.User{ID: "u-ann", Guest: true}, nil
		}
	})
	if got, raw := b.ask("/accounts/ClientLogin", form("Email", "ann@example.com", "Passwd", password), "", ""); got.status != http.StatusForbidden || !strings.Contains(raw, "BadAuthentication") {
		t.Errorf("%+v %s", got, raw)
	}
}
