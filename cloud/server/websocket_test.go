package server

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"platen/gcp"
)

// TestHostMeta: the examples of XEP-0156, 2.2, in both forms, which every page may read.
func TestHostMeta(t *testing.T) {
	r := start(t, nil)
	want := "ws" + strings.TrimPrefix(r.base, "http") + "/xmpp-websocket"
	body := func(path string) []byte {
		t.Helper()
		resp, err := r.do(http.MethodGet, path, "", nil)
		r.ok(err)
		defer func() { _ = resp.Body.Close() }()
		if resp.StatusCode != http.StatusOK || resp.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %s %v", path, resp.Status, resp.Header)
		}
		text, err := io.ReadAll(resp.Body)
		r.ok(err)
		return text
	}
	type link struct {
		Rel  string `json:"rel" xml:"rel,attr"`
		Href string `json:"href" xml:"href,attr"`
	}
	var xrd struct {
		XMLName xml.Name `xml:"http://docs.oasis-open.org/ns/xri/xrd-1.0 XRD"`
		Link    []link
	}
	r.ok(xml.Unmarshal(body("/.well-known/host-meta"), &xrd))
	var jrd struct{ Links []link }
	r.ok(json.Unmarshal(body("/.well-known/host-meta.json"), &jrd))
	for _, links := range [][]link{xrd.Link, jrd.Links} {
		if len(links) != 1 || links[0] != (link{"urn:xmpp:alt-connections:websocket", want}) {
			t.Errorf("links %v", links)
		}
	}
}

// TestStreamOverHTTP: a connector's token opens a stream at the address that host-meta
// names, from no page, from ours, or from one of the settings.
func TestStreamOverHTTP(t *testing.T) {
	r := start(t, func(s *Server) { s.cfg.Push.Origins = []string{"https://www.example.com"} })
	robot, _ := r.robotTokens()
	dial := func(origin string) (*websocket.Conn, error) {
		header := http.Header{}
		if origin != "" {
			header.Set("Origin", origin)
		}
		c, _, err := websocket.Dial(t.Context(), r.base+gcp.WebSocketPath, &websocket.DialOptions{Subprotocols: []string{"xmpp"}, HTTPHeader: header}) //nolint:bodyclose // the connection's
		return c, err
	}
	if _, err := dial("https://evil.example.com"); err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("another site's page: %v", err)
	}
	for _, tt := range []struct{ origin, token, want string }{
		{"", robot, "<success "},
		{r.base, robot, "<success "},
		{"https://www.example.com", robot, "<success "},
		{"", "guessed", "<not-authorized/>"},
	} {
		c, err := dial(tt.origin)
		r.ok(err)
		say := func(text string) { r.ok(c.Write(t.Context(), websocket.MessageText, []byte(text))) }
		hear := func() string {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			_, text, err := c.Read(ctx)
			r.ok(err)
			return string(text)
		}
		say(`<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="` + r.cfg.Push.Domain + `" version="1.0"/>`)
		_, _ = hear(), hear()
		say(`<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">` + base64.StdEncoding.EncodeToString([]byte("\x00u\x00"+tt.token)) + `</auth>`)
		if got := hear(); !strings.Contains(got, tt.want) {
			t.Errorf("from %q: %s", tt.origin, got)
		}
		_ = c.CloseNow()
	}
}

// Without streams there is nothing to be found.
func TestNoStreamsOverHTTP(t *testing.T) {
	r := start(t, func(s *Server) { s.cfg.Push.Driver = DriverNone })
	for _, path := range []string{gcp.WebSocketPath, "/.well-known/host-meta"} {
		resp, err := r.do(http.MethodGet, path, "", nil)
		r.ok(err)
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
}

// TestOrigins: RFC 6454, 6.2, and what no browser would write.
func TestOrigins(t *testing.T) {
	for base, want := range map[string]string{
		"https://print.example.com":       "https://print.example.com",
		"https://Print.Example.com:443":   "https://print.example.com",
		"http://print.example.com:80":     "http://print.example.com",
		"https://print.example.com:8443":  "https://print.example.com:8443",
		"http://127.0.0.1:8631":           "http://127.0.0.1:8631",
		"https://example.com/print":       "https://example.com",
		"http://[2001:db8::1]:8631/print": "http://[2001:db8::1]:8631",
	} {
		u, err := url.Parse(base)
		if err != nil || origin(u) != want {
			t.Errorf("origin(%s) = %s, %v", base, origin(u), err)
		}
	}
	for site, good := range map[string]bool{
		"https://www.example.com": true, "http://localhost:8080": true,
		"www.example.com": false, "https://www.example.com/": false, "https://www.example.com:443": false,
		"https://*.example.com/x": false, "null": false, "": false,
	} {
		if err := checkOrigins([]string{site}); (err == nil) != good {
			t.Errorf("%q: %v", site, err)
		}
	}
}
