package daemon

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// Fingerprint is the SHA-256 of a certificate (DER), 64 hexadecimal digits in lower
// case.
type Fingerprint string

// ParseFingerprint reads a fingerprint as people write it: with or without colons or
// spaces, and with or without "sha256:" before it.
func ParseFingerprint(text string) (Fingerprint, error) {
	digits := strings.ToLower(strings.TrimSpace(text))
	for _, before := range []string{"sha256:", "sha-256:", "sha256="} {
		digits = strings.TrimPrefix(digits, before)
	}
	digits = strings.NewReplacer(":", "", " ", "").Replace(digits)
	if b, err := hex.DecodeString(digits); err != nil || len(b) != sha256.Size {
		return "", fmt.Errorf("%q is no fingerprint: it is the SHA-256 of the cloud's authority, 64 hexadecimal digits", text)
	}
	return Fingerprint(digits), nil
}

// fingerprintOf returns the fingerprint of a certificate.
func fingerprintOf(c *x509.Certificate) Fingerprint {
	sum := sha256.Sum256(c.Raw)
	return Fingerprint(hex.EncodeToString(sum[:]))
}

// splitPin takes the fingerprint off an address that holds one, as the QR code of
// 'platen-cloud setup' does: https://cloud.lan:8631/#ca=sha256:...
func splitPin(address string) (string, Fingerprint, error) {
	base, after, _ := strings.Cut(address, "#")
	text, there := strings.CutPrefix(after, "ca=")
	if !there {
		return address, "", nil
	}
	pin, err := ParseFingerprint(text)
	return base, pin, err
}

// pinned finds the authority whose fingerprint a person gave, in what the cloud shows
// (RFC 8446, 4.4.2): nothing else of the cloud is believed before. Without a
// fingerprint there is none.
func (p *Pairing) pinned(ctx context.Context, base string) error {
	if p.Fingerprint == "" {
		return nil
	}
	u, err := url.Parse(base)
	if err != nil {
		return err
	}
	if u.Scheme != "https" {
		return fmt.Errorf("%s has no certificate, and --ca-fingerprint is for one", base)
	}
	found, err := p.shown(ctx, u)
	if err != nil {
		return err
	}
	p.authority = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: found.Raw}))
	return nil
}

// shown makes a handshake that is good only if the cloud's certificate was signed by
// the pinned authority, and returns that.
func (p *Pairing) shown(ctx context.Context, u *url.URL) (*x509.Certificate, error) {
	var found *x509.Certificate
	config := &tls.Config{
		ServerName: u.Hostname(), MinVersion: tls.VersionTLS12,
		InsecureSkipVerify: true, //nolint:gosec // VerifyConnection verifies, against the one authority that was named
		VerifyConnection: func(s tls.ConnectionState) (err error) {
			found, err = vouchedBy(s.PeerCertificates, p.Fingerprint, u.Hostname())
			return err
		},
	}
	proxy, err := httpProxy(p.HTTPProxy)
	if err != nil {
		return nil, err
	}
	through := http.ProxyFromEnvironment
	if proxy != nil {
		through = http.ProxyURL(proxy)
	}
	transport := &http.Transport{Proxy: through, TLSClientConfig: config, DialContext: (&net.Dialer{}).DialContext, DisableKeepAlives: true}
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, u.String()+"/ca.crt", nil)
	if err != nil {
		return nil, err
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	return found, resp.Body.Close()
}

// vouchedBy returns the certificate with a fingerprint if it is an authority and
// signed the first of a chain for a name.
func vouchedBy(chain []*x509.Certificate, pin Fingerprint, name string) (*x509.Certificate, error) {
	if len(chain) == 0 {
		return nil, errors.New("the cloud shows no certificate")
	}
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	var found *x509.Certificate
	for _, c := range chain {
		if subtle.ConstantTimeCompare([]byte(fingerprintOf(c)), []byte(pin)) == 1 && c.IsCA {
			found = c
			roots.AddCert(c)
			continue
		}
		between.AddCert(c)
	}
	if found == nil {
		last := chain[len(chain)-1]
		return nil, &ReachError{
			Err:    fmt.Errorf("the cloud's authority has not the fingerprint given: it shows %s", fingerprintOf(last)),
			Advice: "compare it with what 'platen-cloud setup' shows on the cloud's machine; if they differ, somebody is in between",
		}
	}
	_, err := chain[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, DNSName: name})
	return found, err
}
