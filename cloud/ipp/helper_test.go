package ipp_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"platen/cloud"
)

// exchange gets a connector its access token.
func exchange(b *bench, code string) string {
	b.t.Helper()
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "client_id": {"c"}, "redirect_uri": {"oob"}}
	r := httptest.NewRequestWithContext(b.t.Context(), http.MethodPost, "/o/oauth2/token", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	b.oauth.Handler().ServeHTTP(w, r)
	var got struct {
		Access string `json:"access_token"`
	}
	b.ok(json.Unmarshal(w.Body.Bytes(), &got))
	if got.Access == "" {
		b.t.Fatalf("no token: %d %s", w.Code, w.Body)
	}
	return got.Access
}

func fieldsWithLocation(where string) cloud.PrinterFields {
	return cloud.PrinterFields{Location: &where}
}
