package daemon

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"platen/connector/control"
	"platen/cups"
	"platen/gcp"
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

// A doctor that finds all well where an installation runs twice hides it.
func TestExamineTwins(t *testing.T) {
	up := control.Cloud{Connected: true}
	twins := []control.Twin{{Host: "a"}, {Host: "a", Self: true}}
	for name, test := range map[string]struct {
		status control.Status
		want   string // of the advice; "" for all well
	}{
		"alone":     {control.Status{Cloud: up, Standing: gcp.StandingGranted}, ""},
		"cut off":   {control.Status{Standing: gcp.StandingGranted}, "port"},
		"prints":    {control.Status{Cloud: up, Standing: gcp.StandingGranted, Twins: twins}, "platen pair --new"},
		"stands by": {control.Status{Cloud: up, Standing: gcp.StandingStandby, Twins: twins}, "platen pair --new"},
	} {
		f := judgeDaemon(test.status)
		if f.OK != (test.want == "") || !strings.Contains(f.Advice, test.want) {
			t.Errorf("%s: %+v, want advice with %q", name, f, test.want)
		}
	}
}
