package server

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"platen/internal/lab"
)

// serve runs a cloud with settings of its own on free ports of loopback.
func serve(t *testing.T, change func(*Config)) *Server {
	t.Helper()
	cfg := Default()
	cfg.StateDir, cfg.Listen, cfg.Render = t.TempDir(), "127.0.0.1:0", false
	cfg.Push.Direct, cfg.Push.STARTTLS = "127.0.0.1:0", ""
	change(&cfg)
	s, err := Open(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- s.Run(ctx, func(context.Context) error {
			close(ready)
			return nil
		})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the server ended: %v", err)
		}
		_ = s.Close()
	})
	select {
	case <-ready:
	case <-time.After(patience):
		t.Fatal("the server does not start")
	}
	return s
}

// handshake tries a port by a name.
func handshake(l net.Listener, name string, roots *x509.CertPool) error {
	d := tls.Dialer{Config: &tls.Config{ServerName: name, RootCAs: roots}}
	c, err := d.Dial("tcp", l.Addr().String())
	if err != nil {
		return err
	}
	return c.Close()
}

// Certificate files are read anew when they were replaced; while they cannot be used the
// old certificate goes on.
func TestCertificateFilesAreReadAnew(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	lab.CertificateFiles(t, cert, key, "print.example.com")
	roots := func() *x509.CertPool {
		pem, err := os.ReadFile(cert)
		if err != nil {
			t.Fatal(err)
		}
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(pem)
		return pool
	}
	s := serve(t, func(c *Config) { c.TLSCert, c.TLSKey, c.BaseURL = cert, key, "https://print.example.com" })
	first := roots()
	for _, port := range []net.Listener{s.http, s.direct} {
		if err := handshake(port, "print.example.com", first); err != nil {
			t.Fatalf("the first certificate: %v", err)
		}
	}
	if err := os.WriteFile(key, []byte("half of a k"), 0o600); err != nil {
		t.Fatal(err)
	}
	time.Sleep(lookEvery) // it looks again only then: the old one must go on when it has
	if err := handshake(s.http, "print.example.com", first); err != nil {
		t.Errorf("while the files cannot be used: %v", err)
	}
	lab.CertificateFiles(t, cert, key, "print.example.com")
	second := roots()
	for _, port := range []net.Listener{s.http, s.direct} {
		lab.Until(t, patience, "the new certificate", func() bool {
			err := handshake(port, "print.example.com", second)
			return err == nil
		})
	}
}

// A cloud with an authority of its own is believed by whoever has that one's certificate,
// by its names and by the address that they came to, on both ports, and by nobody else.
func TestOwnAuthority(t *testing.T) {
	s := serve(t, func(c *Config) { c.TLS, c.BaseURL, c.HTTPListen = TLSOwn, "https://cloud.lan:8631", "127.0.0.1:0" })
	plain := "http://" + s.plain.Addr().String()
	get := func(path string) (int, string, http.Header) {
		resp, err := http.DefaultTransport.RoundTrip(must(http.NewRequestWithContext(t.Context(), http.MethodGet, plain+path, nil)))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(text), resp.Header
	}
	status, der, header := get("/ca.crt")
	ca, err := x509.ParseCertificate([]byte(der))
	if status != http.StatusOK || err != nil || header.Get("Content-Type") != "application/x-x509-ca-cert" {
		t.Fatalf("the certificate: %d %v %v", status, header, err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(ca)
	for _, port := range []net.Listener{s.http, s.direct} {
		for name, want := range map[string]bool{"cloud.lan": true, "127.0.0.1": port == s.http, "other.lan": false} {
			if err := handshake(port, name, roots); (err == nil) != want {
				t.Errorf("%s as %s: %v", port.Addr(), name, err)
			}
		}
		if err := handshake(port, "cloud.lan", x509.NewCertPool()); err == nil {
			t.Error("nobody vouches for it, and it is believed")
		}
	}
	told, err := AuthorityFingerprint(s.cfg.StateDir)
	sum := sha256.Sum256([]byte(der))
	if err != nil || told != hex.EncodeToString(sum[:]) {
		t.Errorf("the fingerprint told is %s, %v", told, err)
	}
	if status, page, _ := get("/ca"); status != http.StatusOK || !strings.Contains(page, strings.ToUpper(told[:8])+" "+strings.ToUpper(told[8:16])) {
		t.Errorf("the page: %d %s", status, page)
	}
	if status, profile, _ := get("/ca.mobileconfig"); status != http.StatusOK || !strings.Contains(profile, "com.apple.security.root") {
		t.Errorf("the profile: %d %s", status, profile)
	}
	if status, _, header := get("/printers?q=a"); status != http.StatusTemporaryRedirect || header.Get("Location") != "https://cloud.lan:8631/printers?q=a" {
		t.Errorf("another page: %d %v", status, header)
	}
	raw, err := net.Dial("tcp", s.plain.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = raw.Close() }()
	_, _ = raw.Write([]byte("GET evil:.example.com HTTP/1.0\r\nHost: x\r\n\r\n"))
	if answer, err := io.ReadAll(raw); err != nil || strings.Contains(string(answer), "cloud.lan:8631evil") || strings.Contains(string(answer), "example.com") {
		t.Errorf("a path that is none: %s, %v", answer, err)
	}
	resp, err := http.Post(plain+"/signin", "application/x-www-form-urlencoded", strings.NewReader("password=x"))
	if err != nil {
		t.Fatal(err)
	}
	if _ = resp.Body.Close(); resp.StatusCode != http.StatusForbidden {
		t.Errorf("a password without TLS: %s", resp.Status)
	}
}

// An own certificate is made anew a month before its end, and one that is good is kept.
func TestOwnCertificateRenewsItself(t *testing.T) {
	ca, err := openAuthority(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		own := &ownCertificate{ca: ca, hosts: []string{"cloud.lan"}}
		leaf := func() *x509.Certificate {
			c, err := own.get(nil)
			if err != nil {
				t.Fatal(err)
			}
			return must(x509.ParseCertificate(c.Certificate[0]))
		}
		first := leaf()
		time.Sleep(time.Until(first.NotAfter) - 32*24*time.Hour)
		if leaf().SerialNumber.Cmp(first.SerialNumber) != 0 {
			t.Error("a good certificate was replaced")
		}
		time.Sleep(3 * 24 * time.Hour)
		if again := leaf(); again.SerialNumber.Cmp(first.SerialNumber) == 0 || time.Until(again.NotAfter) < 396*24*time.Hour {
			t.Errorf("29 days before its end the certificate is good until %v", again.NotAfter)
		}
	})
}

// A certificate is asked of an ACME server, which looks whether we are who we say: on both
// ports is shown what it signed, which is kept for the next start.
func TestACME(t *testing.T) {
	port := lab.FreePort(t)
	server := lab.StartACME(t, port, lab.FreePort(t))
	state := t.TempDir()
	asked := func(c *Config) {
		c.TLS, c.BaseURL, c.StateDir = TLSACME, "https://print.example.com", state
		c.Listen = net.JoinHostPort("127.0.0.1", portText(port))
		c.ACME = ACMEConfig{Directory: server.Directory, CAFile: server.CAFile, Email: "admin@example.com"}
	}
	s := serve(t, asked)
	for _, port := range []net.Listener{s.http, s.direct} {
		var shown *x509.Certificate
		lab.Until(t, patience, "a certificate", func() bool {
			d := tls.Dialer{Config: &tls.Config{ServerName: "print.example.com", InsecureSkipVerify: true}}
			c, err := d.Dial("tcp", port.Addr().String())
			if err != nil {
				return false
			}
			shown = c.(*tls.Conn).ConnectionState().PeerCertificates[0]
			return c.Close() == nil
		})
		if !strings.HasPrefix(shown.Issuer.CommonName, "Pebble") || shown.VerifyHostname("print.example.com") != nil {
			t.Errorf("%s shows a certificate of %s for %v", port.Addr(), shown.Issuer, shown.DNSNames)
		}
	}
	if err := handshake(s.http, "other.example.com", nil); err == nil || !strings.Contains(err.Error(), "internal error") {
		t.Errorf("a name that is not ours: %v", err)
	}
	folder := filepath.Join(state, acmeFolder)
	lab.Until(t, patience, "the certificate is kept", func() bool {
		kept, err := filepath.Glob(filepath.Join(folder, "print.example.com*"))
		return err == nil && len(kept) > 0
	})
	if info, err := os.Stat(folder); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder of certificates and keys: %v, %v", info, err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Settings of TLS that cannot work are refused with what to write instead.
func TestTLSSettings(t *testing.T) {
	for want, set := range map[string]func(*Config){
		"tls_cert and tls_key":   func(c *Config) { c.TLS = TLSFiles },
		"go together":            func(c *Config) { c.TLSCert = "a.pem" },
		`"files", "acme"`:        func(c *Config) { c.TLS = "magic" },
		"base_url must say":      func(c *Config) { c.TLS = TLSACME },
		"base_url must say ":     func(c *Config) { c.TLS, c.BaseURL = TLSOwn, "http://cloud.lan" },
		"no name in the DNS":     func(c *Config) { c.TLS, c.BaseURL = TLSACME, "https://192.0.2.1" },
		"no name in the DNS: ":   func(c *Config) { c.TLS, c.BaseURL = TLSACME, "https://printhost" },
		"acme.directory":         func(c *Config) { c.TLS, c.BaseURL, c.ACME.Directory = TLSACME, "https://a.example.com", "http://x" },
		"leave tls_cert and tls": func(c *Config) { c.TLS, c.TLSCert, c.TLSKey, c.BaseURL = TLSOwn, "a", "b", "https://a.lan" },
	} {
		cfg := Default()
		set(&cfg)
		if err := cfg.Check(); err == nil || !strings.Contains(err.Error(), strings.TrimSpace(want)) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func portText(n int) string { return strconv.Itoa(n) }
