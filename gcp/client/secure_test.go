package client

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"platen/gcp"
	"platen/internal/secret"
)

// Whatever goes wrong, no error shows a token or the signature of an address.
func TestErrorsKeepSecrets(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "cut") {
			panic(http.ErrAbortHandler)
		}
		http.Error(w, r.Header.Get("Authorization"), http.StatusForbidden)
	})
	c := s.client(t, func(c *Config) { c.Retries = -1 })
	_, refused := c.List(t.Context(), "")
	_, cut := c.Download(t.Context(), gcp.Job{ID: "j", FileURL: s.URL + "/cut?signature=SIGNED"}, gcp.Grant{}, io.Discard)
	s.Close()
	_, away := c.As(Tokens{Refresh: secret.New("R"), Access: secret.New("T1")}).List(t.Context(), "")
	_, exchange := c.ExchangeRobotCode(t.Context(), secret.New("4/code"))
	for _, err := range []error{refused, cut, away, exchange} {
		if err == nil {
			t.Fatal("want an error")
		}
		for _, word := range []string{"T1", "T2", "client-secret", "SIGNED", "4/code"} {
			if text := fmt.Sprintf("%v %+v", err, err); strings.Contains(text, word) {
				t.Errorf("%q shows %q", text, word)
			}
		}
	}
}

func TestRootCAs(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answer(w, `{"success": true, "printers": []}`)
	}))
	defer s.Close()
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
	for _, roots := range []*x509.CertPool{nil, pool} {
		c, err := New(Config{BaseURL: s.URL, RootCAs: roots, AccessToken: secret.New("T")})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.List(t.Context(), "px"); (err == nil) != (roots != nil) {
			t.Errorf("own authority %v: %v", roots != nil, err)
		}
		c.Close()
	}
}

func TestAddressChecked(t *testing.T) {
	for _, base := range []string{"", "print.example.org", "ftp://print.example.org", "https://user:pw@print.example.org", "://"} {
		_, err := New(Config{BaseURL: base})
		if err == nil {
			t.Errorf("%q was accepted", base)
		} else if strings.Contains(err.Error(), "pw@") {
			t.Errorf("%v shows a password", err)
		}
	}
}
