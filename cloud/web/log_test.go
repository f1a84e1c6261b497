package web

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"platen/cloud"
)

// The log says which page has trouble, and not by which secret it was asked for.
func TestLogHasNoLinks(t *testing.T) {
	var log bytes.Buffer
	w := startSet(t, func(c *Config, _ *cloud.Config) { c.Logger = slog.New(slog.NewJSONHandler(&log, nil)) })
	w.signIn()
	link := w.newLink(w.addPrinter("P"), url.Values{"lifetime": {"86400"}})
	if err := w.db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{link, strings.Replace(link, SharePath, JoinPath, 1), strings.Replace(link, SharePath, "/link/", 1)} {
		if _, a := w.other().get(path); a.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("%s without a store: %s", path, a.Status)
		}
	}
	w.Close() // all that is logged is logged
	if text := log.String(); !strings.Contains(text, SharePath+"{token}") || strings.Contains(text, strings.TrimPrefix(link, SharePath)) {
		t.Errorf("the log: %s", text)
	}
}
