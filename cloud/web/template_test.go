package web

import (
	"net/http"
	"strings"
	"testing"
)

// A script of a new version counts at once, and one that is the same is not sent again
// (RFC 9110, 13.1.2).
func TestScriptsAreAskedFor(t *testing.T) {
	w := start(t)
	tags := map[string]bool{}
	for _, name := range []string{"print.js", "live.js", "style.css", "icon-192.png"} {
		ask := func(tag string) (string, answered) {
			req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, w.URL+"/static/"+name, nil)
			if tag != "" {
				req.Header.Set("If-None-Match", tag)
			}
			return w.do(req)
		}
		text, a := ask("")
		tag := a.Header.Get("ETag")
		if a.StatusCode != http.StatusOK || a.Header.Get("Cache-Control") != "no-cache" || !strings.HasPrefix(tag, `"`) || tags[tag] {
			t.Errorf("%s: %s, %v", name, a.Status, a.Header)
		}
		tags[tag] = true
		if again, a := ask(tag); a.StatusCode != http.StatusNotModified || again != "" {
			t.Errorf("%s once more: %s, %d bytes", name, a.Status, len(again))
		}
		if changed, a := ask(`"before"`); a.StatusCode != http.StatusOK || changed != text {
			t.Errorf("%s after another one: %s, %d bytes", name, a.Status, len(changed))
		}
	}
}
