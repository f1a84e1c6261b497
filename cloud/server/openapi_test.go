package server

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"platen/cloud/api"
	"platen/cloud/ipp"
	"platen/cloud/oauth"
	"platen/cloud/web"
	"platen/cloud/xmppauth"
	"platen/gcp"
)

// leftOut are the addresses that the description of the interfaces leaves out, and why.
func leftOut() map[string]string {
	all := map[string]string{
		"/":                          "is the pages, which people use",
		"GET " + api.DescriptionPath: "is the description",
		"GET " + oauth.MetadataPath:  "describes the sign-in of programs (RFC 8414)",
		ipp.Prefix:                   "is IPP (RFC 8010), which systems speak by themselves; docs/clients.md",
		xmppauth.Pattern:             "is asked by XMPP servers alone; packaging/prosody, packaging/ejabberd",
		gcp.WebSocketPath:            "is a stream of XMPP (RFC 7395); docs/extensions.md",

		"GET /.well-known/host-meta":      "says where that is (XEP-0156)",
		"GET /.well-known/host-meta.json": "says it in JSON",
		"GET " + api.StreamPath:           "is a stream of old connectors; docs/compatibility.md",
	}
	for _, path := range oauth.Paths() {
		all[path] = "is OAuth 2.0 (RFC 6749, 7009, 8628) or older, which programs have libraries for; docs/extensions.md"
	}
	return all
}

// Every address for programs is in the description, or left out for a reason.
func TestEveryAddressIsDescribedOrLeftOut(t *testing.T) {
	r := start(t, nil)
	left := leftOut()
	for pattern := range r.mounts(http.NotFoundHandler(), http.NotFoundHandler()) {
		if left[pattern] == "" {
			t.Errorf("nobody wrote down why %s is left out of the description", pattern)
		}
		delete(left, pattern)
	}
	for pattern := range left {
		t.Errorf("%s is left out, and not served", pattern)
	}
	w := httptest.NewRecorder()
	api.Description("http://cloud.invalid").ServeHTTP(w, httptest.NewRequest(http.MethodGet, api.DescriptionPath, nil))
	var doc struct{ Paths map[string]any }
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil || len(doc.Paths) == 0 {
		t.Fatalf("%v %s", err, w.Body)
	}
	for path := range doc.Paths {
		if !strings.HasPrefix(path, api.Prefix) || slices.Contains(web.ProtocolPages(), path) {
			t.Errorf("%s is described, and is for people", path)
		}
	}
}
