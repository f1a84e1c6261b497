package daemon

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"platen/cups"
	"platen/internal/vprinter"
)

// locked is a virtual printer that wants a password, over TLS with a certificate
// that nobody vouches for.
func locked(t *testing.T) *httptest.Server {
	t.Helper()
	p, err := vprinter.New(vprinter.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "ann" || password != "secret" {
			w.Header().Set("WWW-Authenticate", `Basic realm="printer"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		p.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// The doctor asks a printer as the daemon does: with its password and its key.
func TestExamineWithPasswordAndKey(t *testing.T) {
	s := locked(t)
	origin := strings.Replace(s.URL, "https", "ipps", 1)
	cfg := Default()
	cfg.StateDir, cfg.CUPS = t.TempDir(), nil
	known, err := openPrinters(cfg.StateDir)
	if err != nil {
		t.Fatal(err)
	}
	if err := known.AddDirect(cups.Direct{Name: "lp", URI: origin + vprinter.Path}); err != nil {
		t.Fatal(err)
	}
	with := Credentials{Printers: map[string]PrinterLogin{origin: {User: "ann", Password: "secret"}}}
	check := func(what string, c Credentials, want bool) {
		t.Helper()
		found := examinePrinters(t.Context(), cfg, c)
		if len(found) != 1 || found[0].Check != "printer lp" || found[0].OK != want {
			t.Errorf("%s: %+v, want OK %t", what, found, want)
		}
	}
	check("with the password", with, true)
	check("without a password", Credentials{}, false)
	pins, err := openPins(cfg.StateDir)
	if err != nil {
		t.Fatal(err)
	}
	if pins.Pin("lp") != "" {
		t.Error("the doctor pinned a key")
	}
	if err := pins.SetPin("lp", "sha256:of another printer"); err != nil {
		t.Fatal(err)
	}
	check("with another key than before", with, false)
}
