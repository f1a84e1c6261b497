package oauth_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"platen/cloud/oauth"
	"platen/cloud/store"
)

// FuzzTokenRequest sends anything to the token endpoint: it must answer in JSON,
// never with a token and never with trouble of its own.
func FuzzTokenRequest(f *testing.F) {
	db, err := store.Open(f.Context(), filepath.Join(f.TempDir(), "db"))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = db.Close() })
	n := 0
	s := oauth.New(oauth.Config{Store: db, RemoteAddr: func(*http.Request) string {
		n++ // nobody is limited here
		return string(rune(n))
	}})
	h := s.Handler()
	f.Add("client_id=c", "application/x-www-form-urlencoded", "grant_type=refresh_token&refresh_token=x", "Basic Yzpz")
	f.Add("", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"grant_type\"\r\n\r\nauthorization_code\r\n--b--", "")
	f.Add("grant_type=http://oauth.net/grant_type/device/1.0&code=x", "", "", "Bearer x")
	f.Fuzz(func(t *testing.T, query, typ, body, auth string) {
		r := httptest.NewRequest("POST", "/o/oauth2/token", strings.NewReader(body))
		r.URL.RawQuery = query
		r.Header.Set("Content-Type", typ)
		r.Header.Set("Authorization", auth)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code < 400 || w.Code >= 500 || !strings.HasPrefix(w.Body.String(), `{"error":"`) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		oauth.BearerOf(auth)
		if v, err := url.ParseQuery(query); err == nil {
			_, _ = s.CheckAuthorize(v) // any outcome but a crash
		}
	})
}
