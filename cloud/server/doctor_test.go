package server

import (
	"crypto/x509"
	"encoding/pem"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/internal/cli"
	"platen/internal/lab"
)

// wantFound wants what the doctor says, and what to do.
func wantFound(t *testing.T, f cli.Finding, detail, advice string) {
	t.Helper()
	if f.OK || !strings.Contains(f.Detail, detail) || !strings.Contains(f.Advice, advice) {
		t.Errorf("got %+v, want a failure with %q and the advice %q", f, detail, advice)
	}
}

// doctoredFiles writes a certificate that begins at a time and lasts two hours.
func doctoredFiles(t *testing.T, from time.Time) (cert, key string) {
	t.Helper()
	made, _ := lab.CertificateFrom(t, from, "print.example.com")
	der, err := x509.MarshalPKCS8PrivateKey(made.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	for path, block := range map[string]*pem.Block{
		cert: {Type: "CERTIFICATE", Bytes: made.Certificates[0].Certificate[0]}, key: {Type: "PRIVATE KEY", Bytes: der},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// The doctor tells a clock that is wrong from a certificate that is.
func TestDoctorFindsCertificates(t *testing.T) {
	now := time.Now()
	for name, test := range map[string]struct {
		from           time.Time
		host           string
		detail, advice string
	}{
		"ended":     {now.AddDate(-1, 0, 0), "print.example.com", "it ended on", "renew it"},
		"not yet":   {now.AddDate(30, 0, 0), "print.example.com", "this machine's clock says", "set the clock"},
		"elsewhere": {now.Add(-time.Hour), "www.example.com", "www.example.com", "for another name"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := Default()
			cfg.BaseURL = "https://" + test.host
			cfg.TLSCert, cfg.TLSKey = doctoredFiles(t, test.from)
			wantFound(t, examineCertificates(cfg)[0], test.detail, test.advice)
		})
	}
	cfg := Default()
	cfg.BaseURL = "https://print.example.com"
	cfg.TLSCert, cfg.TLSKey = doctoredFiles(t, now.Add(-time.Hour))
	if f := examineCertificates(cfg)[0]; !f.OK {
		t.Errorf("a good one: %+v", f)
	}
	cfg.TLSCert = filepath.Join(t.TempDir(), "none.pem")
	wantFound(t, examineCertificates(cfg)[0], "none.pem", "renew it")
	wantFound(t, examineClock(time.Unix(0, 0), now), "this machine's clock says 1970-01-01", "timedatectl")
	if f := examineClock(now, now.Add(-time.Hour)); !f.OK {
		t.Errorf("a good clock: %+v", f)
	}
}

// The port is ours, free, or another's.
func TestDoctorFindsThePort(t *testing.T) {
	r := start(t, nil)
	cfg := Default()
	cfg.Listen = r.http.Addr().String()
	if f := examinePort(t.Context(), cfg); !f.OK || !strings.Contains(f.Detail, "platen-cloud listens") {
		t.Errorf("our own: %+v", f)
	}
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	cfg.Listen = other.Listener.Addr().String()
	wantFound(t, examinePort(t.Context(), cfg), "is taken by another program", "another program has the port")
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cfg.Listen = mute.Addr().String()
	_ = mute.Close()
	if f := examinePort(t.Context(), cfg); !f.OK || !strings.Contains(f.Detail, "is free") {
		t.Errorf("a free one: %+v", f)
	}
	cfg.Listen = "192.0.2.1:80"
	wantFound(t, examinePort(t.Context(), cfg), "cannot assign", "an address of this machine")
}

// The public address: name, port, certificate.
func TestDoctorFindsThePublicAddress(t *testing.T) {
	stranger := httptest.NewTLSServer(http.NotFoundHandler())
	defer stranger.Close()
	t.Setenv("NO_PROXY", "*")
	for address, advice := range map[string]string{
		"https://print.invalid": "the name print.invalid cannot be looked up", // RFC 6761, 6.4
		"http://127.0.0.1:1":    "nobody listens there",
		stranger.URL:            "authority that this machine does not know",
	} {
		wantFound(t, examineServing(t.Context(), &Server{base: address}), "", advice)
	}
	cfg := Default()
	cfg.BaseURL = "https://print.example.com"
	wantFound(t, examineFront(cfg), "a proxy is in front", `trusted_proxies = ["127.0.0.1"]`)
	cfg.TrustedProxies = []string{"127.0.0.1"}
	if f := examineFront(cfg); !f.OK {
		t.Errorf("a proxy that is named: %+v", f)
	}
	for _, mode := range []TLSMode{TLSOwn, TLSACME} {
		cfg := Default()
		cfg.BaseURL, cfg.TLS = "https://print.example.com", mode
		if f := examineFront(cfg); !f.OK {
			t.Errorf("a port that speaks TLS by itself (%s): %+v", mode, f)
		}
	}
}

// A full disk and a folder that is another's are found for what they are.
func TestDoctorFindsTheDisk(t *testing.T) {
	cfg := Default()
	cfg.StateDir = filepath.Join(t.TempDir(), "state")
	disk := lab.SmallDisk(t, cfg.StateDir, 4)
	disk.Fill()
	wantFound(t, examineDisk(cfg), "only 0 of 4 MiB free", "make room")
	disk.ReadOnly()
	wantFound(t, examineWriting(cfg), "read-only", "mounted read-only")
}

// Connectors of another version are named.
func TestDoctorNamesVersions(t *testing.T) {
	list := []cloud.ConnectorView{{Label: "ground floor", Version: "v1.0.0"}, {Label: "attic", Version: "v1.1.0"}}
	if words := skew(list, "v1.1.0"); !strings.Contains(words, "1 of them of another version") || !strings.Contains(words, "ground floor (v1.0.0)") {
		t.Error(words)
	}
	if words := skew(list[1:], "v1.1.0"); !strings.Contains(words, "all of them of this version") {
		t.Error(words)
	}
	r := start(t, nil)
	if f := examineVersions(t.Context(), r.Server); !f.OK || !strings.Contains(f.Detail, "0, all of them") {
		t.Errorf("without a connector: %+v", f)
	}
}
