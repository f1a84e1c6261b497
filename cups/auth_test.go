package cups_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"platen/cups"
	"platen/gcp"
	"platen/internal/lab"
	"platen/internal/secret"
	"platen/internal/vprinter"
	"platen/printer"
)

type pins struct {
	mu sync.Mutex
	m  map[string]string
}

func (p *pins) Pin(target string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.m[target]
}

func (p *pins) SetPin(target, fingerprint string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.m[target] = fingerprint
	return nil
}

// ippeveprinter signs its own certificate.
func TestSelfSignedPrinterIsPinned(t *testing.T) {
	e := lab.IPPEve(t, lab.EveOptions{})
	uri := "ipps" + strings.TrimPrefix(e.URI, "ipp")
	keep := &pins{m: map[string]string{}}
	d := cups.Direct{Name: "eve", URI: uri}
	s := open(t, cups.Config{Direct: []cups.Direct{d}, Pins: keep})
	if _, err := s.Probe(t.Context(), cups.Direct{URI: uri}); err != nil || len(keep.m) != 0 {
		t.Errorf("a look at a printer without a name: %v, pinned %v", err, keep.m)
	}
	doc := pdf(20_000)
	wantState(t, finish(t, s, begin(t, s, newJob("eve", doc), doc)), gcp.StateOf(gcp.JobDone))
	shown, err := s.Fingerprint(t.Context(), "eve")
	if err != nil || shown == "" || shown != keep.Pin("eve") {
		t.Fatalf("pinned %q, shown %q, %v", keep.Pin("eve"), shown, err)
	}

	keep.m["eve"] = "sha256:another"
	s = open(t, cups.Config{Direct: []cups.Direct{d}, Pins: keep})
	_, err = s.Printers(t.Context())
	if err == nil || !strings.Contains(err.Error(), "platen printer trust eve") {
		t.Errorf("a changed key: %v; want the way out", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := s.Create(ctx, newJob("eve", doc)); err == nil {
		t.Error("a job was created on a printer with another key")
	}
	if n := len(e.Documents()); n != 1 {
		t.Errorf("%d documents were printed, want 1", n)
	}
}

func TestBasicAuthentication(t *testing.T) {
	v, err := vprinter.New(vprinter.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name, password, _ := r.BasicAuth(); name != "printer" || password != "sesame" {
			w.Header().Set("WWW-Authenticate", `Basic realm="printer"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		v.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	d := cups.Direct{Name: "v", URI: "ipp://" + srv.Listener.Addr().String() + vprinter.Path}
	doc := pdf(50_000)

	_, err = open(t, cups.Config{Direct: []cups.Direct{d}}).Create(t.Context(), newJob("v", doc))
	var e *printer.Error
	if !errors.As(err, &e) || e.Temporary() || !strings.Contains(e.Text, "authentication") {
		t.Errorf("without a password: %v", err)
	}
	s := open(t, cups.Config{Direct: []cups.Direct{d}, Credentials: func(uri string) (string, secret.Text) {
		if uri != d.URI {
			t.Errorf("credentials asked for %q", uri)
		}
		return "printer", secret.New("sesame")
	}})
	wantState(t, finish(t, s, begin(t, s, newJob("v", doc), doc)), gcp.StateOf(gcp.JobDone))
}

func TestNoPasswordInAnAddress(t *testing.T) {
	_, err := cups.New(cups.Config{Direct: []cups.Direct{{Name: "v", URI: "ipp://me:sesame@127.0.0.1/"}}})
	if err == nil || strings.Contains(err.Error(), "sesame") {
		t.Errorf("New: %v; want a refusal without the password", err)
	}
}

func TestSetDirect(t *testing.T) {
	_, uri := virtual(t, vprinter.Options{})
	s := open(t, cups.Config{})
	if err := s.SetDirect([]cups.Direct{{Name: "v", URI: uri}}); err != nil {
		t.Fatal(err)
	}
	if len(list(t, s)) != 1 {
		t.Error("the added printer is not listed")
	}
	if err := s.SetDirect([]cups.Direct{{Name: "x", URI: "http://no"}}); err == nil || len(list(t, s)) != 1 {
		t.Errorf("a wrong address: %v; want an error and the old list", err)
	}
	if err := s.SetDirect(nil); err != nil || len(list(t, s)) != 0 {
		t.Errorf("the removed printer is still listed (%v)", err)
	}
}
