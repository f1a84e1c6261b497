package oauth_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/oauth"
)

func TestDeviceDialogue(t *testing.T) {
	b := newBench(t, nil)
	for _, grant := range []struct{ grant, code string }{
		{"http://oauth.net/grant_type/device/1.0", "code"},
		{"urn:ietf:params:oauth:grant-type:device_code", "device_code"},
	} {
		status, m := b.post("/o/oauth2/device/code", form("client_id", "tv", "scope", "https://www.googleapis.com/auth/cloudprint"))
		user := text(m, "user_code")
		if status != 200 || !regexp.MustCompile(`^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$`).MatchString(user) ||
			text(m, "verification_url") != "https://print.example.com/pair" || m["verification_uri"] != m["verification_url"] ||
			text(m, "verification_uri_complete") != "https://print.example.com/pair?user_code="+user ||
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

// What a machine says of itself is shown to people: it is cut short, and made harmless.
func TestDeviceTellsWhatItWouldAdd(t *testing.T) {
	b := newBench(t, nil)
	asker := func(printers string) oauth.Asker {
		t.Helper()
		status, m := b.post("/o/oauth2/device/code", form("client_id", "platen", "device_name", "de\x07sk", "device_printers", printers))
		if status != 200 {
			t.Fatalf("device code: %d %v", status, m)
		}
		p, err := b.PendingDevice(t.Context(), b.caller("u-bob"), text(m, "user_code"))
		if err != nil {
			t.Fatal(err)
		}
		return p.Asker
	}
	if got := asker(`["Hall", " ", "<b>\u001b[1m` + strings.Repeat("ä", 200) + `"]`); got.Host != "desk" || len(got.Printers) != 2 ||
		got.Printers[0] != "Hall" || got.Printers[1] != "<b>[1m"+strings.Repeat("ä", 94) {
		t.Errorf("people are told of %+v", got)
	}
	if got := asker(`["Hall"` + strings.Repeat(`,"x"`, 200) + `]`); len(got.Printers) != 100 {
		t.Errorf("people are told of %d printers", len(got.Printers))
	}
	for _, none := range []string{"", "Hall", `{"a":"b"}`, `[1]`} {
		if got := asker(none); got.Printers != nil {
			t.Errorf("%q is told as %q", none, got.Printers)
		}
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
		t.Errorf("decided otherwise: %v", err)
	}
	if err := b.DecideDevice(t.Context(), b.caller("u-bob"), d.UserCode, oauth.Deny); cloud.KindOf(err) != cloud.KindNotFound {
		t.Errorf("decided by somebody else: %v", err)
	}
	for range 10 { // they are no guesses
		if err := b.DecideDevice(t.Context(), b.caller("u-ann"), d.UserCode, oauth.Deny); err != nil {
			t.Fatalf("decided twice: %v", err)
		}
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
