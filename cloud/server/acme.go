package server

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"platen/cloud/web"
)

// acmeManager asks for certificates when they are first needed, and renews them.
func (c Config) acmeManager() (*autocert.Manager, error) {
	client := &acme.Client{DirectoryURL: c.ACME.Directory, UserAgent: "platen-cloud"}
	if c.ACME.Directory == "" {
		client.DirectoryURL = autocert.DefaultACMEDirectory
	}
	if c.ACME.CAFile != "" {
		pem, err := os.ReadFile(c.ACME.CAFile)
		if err != nil {
			return nil, fmt.Errorf("acme.ca_file: %w", err)
		}
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("acme.ca_file: no certificate (PEM) is in %s", c.ACME.CAFile)
		}
		client.HTTPClient = &http.Client{
			Timeout:   time.Minute,
			Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}},
		}
	}
	return &autocert.Manager{
		// Whoever sets tls to "acme" agrees to the terms: 'platen-cloud setup' says so.
		Prompt: autocert.AcceptTOS, Email: c.ACME.Email, Client: client,
		Cache: autocert.DirCache(filepath.Join(c.StateDir, acmeFolder)), HostPolicy: autocert.HostWhitelist(c.names()...),
	}, nil
}

// askFirst gets the certificate before somebody waits for it, and says what is wrong
// where it cannot be had; then the first caller causes another try.
func (s *Server) askFirst(ctx context.Context) {
	if s.certs == nil || s.certs.acme == nil {
		return
	}
	done := make(chan struct{})
	go func() { // what it asks of the ACME server ends in its own time, or with the process
		defer close(done)
		s.askEach(ctx)
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

func (s *Server) askEach(ctx context.Context) {
	for _, name := range s.cfg.names() {
		hello := &tls.ClientHelloInfo{
			ServerName: name, SupportedVersions: []uint16{tls.VersionTLS13},
			SignatureSchemes: []tls.SignatureScheme{tls.ECDSAWithP256AndSHA256}, SupportedCurves: []tls.CurveID{tls.CurveP256},
			CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
		}
		if _, err := s.certs.get(hello); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "no certificate yet: does the name lead here, and do the ports 80 and 443?", "name", name, "err", err)
		}
	}
}

// plainHandler answers the port without TLS: it proves to an ACME server who we are
// (RFC 8555, 8.3), hands out the own authority, and sends everybody else to the safe
// address.
func (s *Server) plainHandler() http.Handler {
	elsewhere := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			http.Error(w, "this port is not encrypted: use "+s.base, http.StatusForbidden)
			return
		}
		path := r.URL.RequestURI()
		if !strings.HasPrefix(path, "/") { // it would become a part of the name before it
			path = "/"
		}
		http.Redirect(w, r, s.base+path, http.StatusTemporaryRedirect)
	})
	mux := http.NewServeMux()
	mux.Handle("/", elsewhere)
	if s.cfg.mode() == TLSOwn {
		for _, path := range web.AuthorityPaths() {
			mux.Handle(path, s.handler)
		}
	}
	if s.certs != nil && s.certs.acme != nil {
		return s.certs.acme.HTTPHandler(mux)
	}
	return mux
}
