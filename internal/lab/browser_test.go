package lab_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
)

// What no page may do is noticed.
func TestFaultsAreFound(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /good", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<p>good")) })
	mux.HandleFunc("GET /bad", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "script-src 'self'")
		_, _ = w.Write([]byte(`<script>document.title = "inline"</script><script src="/fails.js"></script><img src="http://127.0.0.1:9/x.png"><img src="/broken"><img src="/missing"><script src="/complains.js"></script><p>bad`))
	})
	mux.HandleFunc("GET /fails.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = w.Write([]byte(`throw new Error("on purpose")`))
	})
	mux.HandleFunc("GET /complains.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = w.Write([]byte(`console.error("oh", 7, new Error("no")); Promise.reject(new Error("left alone")); fetch("/missing").catch(() => {})`))
	})
	mux.HandleFunc("GET /broken", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	server := httptest.NewServer(mux)
	defer server.Close()
	tab := lab.Chromium(t).Open(t, lab.View{})

	tab.Go(server.URL + "/good")
	tab.Read("good")
	if found := tab.Faults(server.URL); len(found) > 0 {
		t.Errorf("a good page has the faults %q", found)
	}
	tab.Go(server.URL + "/bad")
	for _, each := range []string{
		"asked http://127.0.0.1:9", "script-src 'self'", "on purpose", "/broken answered 500",
		"/missing answered 404", `a script complains: "oh" 7 Error: no`, "left alone",
	} {
		lab.Until(t, time.Minute, "finding "+each, func() bool { return strings.Contains(strings.Join(tab.Faults(server.URL), "\n"), each) })
	}
}
