package daemon

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"platen/connector/control"
	"platen/connector/spool"
	"platen/internal/secret"
)

// revoker is a service that knows the refresh token "new" only, and makes robots
// for whoever it is told.
func revoker(t *testing.T, owner *atomic.Value) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch {
		case r.URL.Path == "/cloudprint/createrobot":
			_, _ = fmt.Fprintf(w, `{"success":true,"authorization_code":"code","xmpp_jid":"robot@push.example","user_email":%q,
				"push":{"host":"127.0.0.1","direct_port":1,"domain":"push.example","service":"push.example"}}`, owner.Load())
		case r.URL.Path == "/o/oauth2/token" && r.PostFormValue("grant_type") == "authorization_code":
			_, _ = w.Write([]byte(`{"access_token":"a","refresh_token":"new","token_type":"Bearer","expires_in":3600}`))
		case r.URL.Path == "/o/oauth2/token" && r.PostFormValue("refresh_token") == "new":
			_, _ = w.Write([]byte(`{"access_token":"a","token_type":"Bearer","expires_in":3600}`))
		case r.URL.Path == "/o/oauth2/token":
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`{"error":"invalid_grant"}`)) // RFC 6749, 5.2
		default:
			_, _ = w.Write([]byte(`{"success":true,"printers":[]}`))
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// A revoked connector is paired again while it runs, by its own account only; one
// whose credentials are good is left alone.
func TestPairAgainWhileRunning(t *testing.T) {
	var owner atomic.Value
	owner.Store("mallory@example.org")
	service := revoker(t, &owner)
	cfg := paired(t, service.URL)
	client := run(t, cfg)
	await(t, client, func(s control.Status) bool { return s.Cloud.Refused })

	again := Pairing{
		Cloud: service.URL, StateDir: cfg.StateDir, Socket: cfg.SocketPath(), Token: secret.New("key"), Replace: true,
	}
	unchanged := func(what string, p Pairing) {
		t.Helper()
		if _, err := p.Pair(t.Context()); !errors.Is(err, spool.ErrLocked) {
			t.Errorf("%s: %v, want ErrLocked", what, err)
		}
		if c, err := ReadCredentials(cfg.StateDir); err != nil || c.RefreshToken != "old" {
			t.Errorf("%s changed the credentials: %v", what, err)
		}
	}
	unchanged("another account", again)
	owner.Store("ann@example.org")
	for what, change := range map[string]func(*Pairing){
		"another cloud":      func(p *Pairing) { p.Cloud = "http://127.0.0.1:9" },
		"a name of its own":  func(p *Pairing) { p.New = true },
		"another's place":    func(p *Pairing) { p.Adopt = "desk" },
		"a daemon not asked": func(p *Pairing) { p.Socket = "" },
	} {
		p := again
		change(&p)
		unchanged(what, p)
	}
	if _, err := again.Pair(t.Context()); err != nil {
		t.Fatal(err)
	}
	await(t, client, func(s control.Status) bool { return !s.Cloud.Refused })
	if _, err := again.Pair(t.Context()); !errors.Is(err, spool.ErrLocked) {
		t.Errorf("pairing beside a connector whose credentials are good: %v, want ErrLocked", err)
	}
}
