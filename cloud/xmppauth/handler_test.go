package xmppauth

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/secret"
)

const (
	robot  = "0123456789abcdef"
	shared = "a shared secret"
	good   = "ya29.good"
	domain = "print.example.com"
)

func authenticate(_ context.Context, l cloud.Login) (gcp.RobotID, error) {
	switch l.Token.Reveal() {
	case good:
		return robot, nil
	case "busy":
		return "", errors.New("database is locked")
	case "often":
		return "", &cloud.Error{Kind: cloud.KindQuota, Message: "too many"}
	}
	return "", &cloud.Error{Kind: cloud.KindCredentials, Message: "no such token"}
}

// serve starts a handler, and returns its address and what it logs.
func serve(t *testing.T, secretText string) (string, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	mux := http.NewServeMux()
	mux.Handle(Pattern, New(Config{
		Secret: secret.New(secretText), Domain: domain, Authenticate: authenticate,
		Logger: slog.New(slog.NewTextHandler(&log, nil)),
	}))
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL + "/xmpp/auth", &log
}

func ask(t *testing.T, address, authorization string, form url.Values) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

func TestOnlyTheRobotOfTheToken(t *testing.T) {
	address, log := serve(t, shared)
	for _, c := range []struct {
		user, host, token string
		want              int
	}{
		{robot, domain, good, 204},
		{robot, "", good, 204},
		{robot, "Print.Example.Com", good, 204},
		{robot + "@" + domain, domain, good, 204}, // one old client writes its whole address
		{"another", domain, good, 403},
		{robot + "0", domain, good, 403},
		{"", domain, good, 403},
		{"@" + domain, domain, good, 403},
		{robot, domain, "", 403},
		{robot, domain, "ya29.bad", 403},
		{robot, "example.org", good, 403},
		{robot + "@example.org", domain, good, 403},
		{robot, domain, "busy", 503}, // not refused: nobody knows
		{robot, domain, "often", 429},
	} {
		form := url.Values{"user": {c.user}, "host": {c.host}, "token": {c.token}}
		if got := ask(t, address, "Bearer "+shared, form); got != c.want {
			t.Errorf("user %q at %q with %q: %d, want %d", c.user, c.host, c.token, got, c.want)
		}
	}
	if strings.Contains(log.String(), good) || strings.Contains(log.String(), shared) {
		t.Errorf("a secret is in the log:\n%s", log)
	}
}

func TestOnlyTheServerMayAsk(t *testing.T) {
	address, _ := serve(t, shared)
	form := url.Values{"user": {robot}, "host": {domain}, "token": {good}}
	for _, authorization := range []string{"", "Bearer", "Bearer ", "Bearer wrong", "Basic " + shared, shared, "Bearer " + shared + "x", "Bearer " + good} {
		if got := ask(t, address, authorization, form); got != http.StatusUnauthorized {
			t.Errorf("%q: %d, want 401", authorization, got)
		}
	}
	if got := ask(t, address, "Bearer "+shared, url.Values{"token": {strings.Repeat("x", 1<<20)}}); got != http.StatusBadRequest {
		t.Errorf("a huge form: %d, want 400", got)
	}
	resp, err := http.Get(address + "?user=" + robot + "&token=" + good)
	if err != nil || resp.StatusCode != http.StatusMethodNotAllowed {
		t.Fatalf("GET: %v, %+v", err, resp)
	}
	_ = resp.Body.Close()
	none, _ := serve(t, "")
	for _, authorization := range []string{"", "Bearer ", "Bearer " + shared} {
		if got := ask(t, none, authorization, form); got != http.StatusNotFound {
			t.Errorf("without a secret in the settings, %q: %d, want 404", authorization, got)
		}
	}
	// What is in the address would be in the logs of proxies.
	if got := ask(t, address+"?user="+robot+"&token="+good, "Bearer "+shared, nil); got != http.StatusForbidden {
		t.Errorf("a token in the address: %d, want 403", got)
	}
}
