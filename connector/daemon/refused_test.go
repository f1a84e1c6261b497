package daemon

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"platen/connector/control"
	"platen/gcp"
	"platen/internal/backoff"
)

// paired returns the settings of an installation that is paired with the service
// at base. Its notification stream leads nowhere.
func paired(t *testing.T, base string) Config {
	t.Helper()
	cfg := Default()
	cfg.StateDir, cfg.CUPS = t.TempDir(), nil
	err := Credentials{
		Cloud: base, Proxy: "here", ClientID: clientID, RefreshToken: "old", JID: "robot@push.example", Owner: "ann@example.org",
		Push: gcp.PushEndpoint{Host: "127.0.0.1", DirectPort: 1, Domain: "push.example", Service: "push.example"},
	}.Write(cfg.StateDir)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// run runs a daemon to the end of the test.
func run(t *testing.T, cfg Config) *control.Client {
	t.Helper()
	d, err := Open(cfg, "test", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-done, d.Close()); err != nil {
			t.Error(err)
		}
	})
	return control.Dial(cfg.SocketPath())
}

// await asks until ok likes the status.
func await(t *testing.T, c *control.Client, ok func(control.Status) bool) control.Status {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for wait := (backoff.Backoff{Min: 10 * time.Millisecond, Max: 100 * time.Millisecond}); ; {
		s, err := c.Status(ctx)
		if err == nil && ok(s) {
			return s
		}
		if wait.Wait(ctx) != nil {
			t.Fatalf("status stays %+v, %v", s, err)
		}
	}
}

// A revoked pairing is named, and not tried again at once.
func TestRefusedCredentials(t *testing.T) {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/o/oauth2/token" && r.URL.Path != "/" && r.URL.Path != gcp.WebSocketPath { // the doctor only knocks
			t.Errorf("%s was called without a token", r.URL.Path)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"invalid_grant"}`)) // RFC 6749, 5.2
	}))
	defer service.Close()
	cfg := paired(t, service.URL)
	want := "revoked: run platen pair " + service.URL + " --replace"

	s := await(t, run(t, cfg), func(s control.Status) bool { return s.Cloud.Refused })
	if s.Cloud.LastError != want {
		t.Errorf("status says %q, want %q", s.Cloud.LastError, want)
	}
	told := 0
	for _, f := range Examine(t.Context(), cfg) {
		if strings.Contains(f.Detail, want) && !f.OK {
			told++
		}
	}
	if told != 2 {
		t.Errorf("%d findings of the doctor say %q, want those of cloud and daemon", told, want)
	}
}

func TestRefused(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want bool
	}{
		{nil, false},
		{errors.New("connection refused"), false},
		{&gcp.Error{Op: "token", HTTPStatus: 400, OAuth: "invalid_grant"}, true},
		{&gcp.Error{Op: "token", HTTPStatus: 401, OAuth: "invalid_client"}, true},
		{&gcp.Error{Op: "token", HTTPStatus: 400, OAuth: "invalid_request"}, false},
		{&gcp.Error{Op: "token", HTTPStatus: 400}, false}, // the portal of a guest network
		{&gcp.Error{Op: "token", HTTPStatus: 401}, false}, // a proxy that wants a password
		{&gcp.Error{Op: "token", HTTPStatus: 503}, false},
		{&gcp.Error{Op: "list", HTTPStatus: 401}, false},
		{&gcp.Error{Op: "list", HTTPStatus: 400}, false},
		{&gcp.Error{Op: "list", HTTPStatus: 200, Code: gcp.CodeFailure}, false},
	} {
		if got := refused(tt.err); got != tt.want {
			t.Errorf("refused(%v) = %t, want %t", tt.err, got, tt.want)
		}
	}
}
