package client

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"platen/gcp"
	"platen/internal/secret"
)

// A refresh token that was taken back is not shown again with each call: a person
// must do something first.
func TestRevokedTokenIsNotShownWithEachCall(t *testing.T) {
	var asked atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.URL.Path != "/o/oauth2/token" {
			t.Errorf("%s was called without a token", r.URL.Path)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"invalid_grant"}`)) // RFC 6749, 5.2
	}))
	defer s.Close()
	c, err := New(Config{BaseURL: s.URL + "/cloudprint", RefreshToken: secret.New("gone")})
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		_, err := c.List(t.Context(), "")
		var e *gcp.Error
		if !errors.As(err, &e) || e.HTTPStatus != http.StatusBadRequest {
			t.Errorf("list: %v, want the refusal", err)
		}
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("the service was asked %d times, want once", n)
	}
}

// What stands between us and the service, as the portal of a guest network, may answer in
// its place. That is no word about our token, and passes.
func TestPortalIsNoRefusal(t *testing.T) {
	for name, answer := range map[string]struct {
		status int
		kind   string
		body   string
	}{
		"portal": {http.StatusUnauthorized, "text/html", "<p>Please accept our terms.</p>"},
		"proxy":  {http.StatusBadRequest, "text/plain", "invalid request"},
		"gate":   {http.StatusForbidden, "application/json", `{"reason":"login"}`},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", answer.kind)
				w.WriteHeader(answer.status)
				_, _ = w.Write([]byte(answer.body))
			}))
			defer s.Close()
			c, err := New(Config{BaseURL: s.URL + "/cloudprint", RefreshToken: secret.New("good")})
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.List(t.Context(), "")
			var e *gcp.Error
			if !errors.As(err, &e) || e.HTTPStatus != answer.status || e.Refused() {
				t.Errorf("list: %v, want what it answered, and no refusal", err)
			}
		})
	}
}
