package cups

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"sync"

	"platen/gcp"
	"platen/printer"
)

// fingerprint names a key: the SHA-256 of its SubjectPublicKeyInfo (RFC 7469, 2.4).
func fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	return "sha256:" + base64.StdEncoding.EncodeToString(sum[:])
}

// vouched is kept instead of a fingerprint for a server whose certificate an
// authority signed: from then on one that nobody vouches for is another key.
const vouched = "authority"

// tlsConfig verifies a server by the system's authorities, or else by the key
// that it showed first. Printers sign their own certificates.
func tlsConfig(target, host string, pins PinStore) *tls.Config {
	k := keeper{target: target, host: host, pins: pins}
	return &tls.Config{
		ServerName:         host,
		InsecureSkipVerify: true, //nolint:gosec // VerifyConnection does it
		VerifyConnection:   func(s tls.ConnectionState) error { return k.check(s.PeerCertificates) },
	}
}

// keeper decides whose key is accepted.
type keeper struct {
	target, host string
	pins         PinStore
	roots        *x509.CertPool // nil: the system's
}

func (k keeper) check(certs []*x509.Certificate) error {
	if len(certs) == 0 {
		return errors.New("the printer shows no certificate")
	}
	opts := x509.VerifyOptions{DNSName: k.host, Roots: k.roots, Intermediates: x509.NewCertPool()}
	for _, c := range certs[1:] {
		opts.Intermediates.AddCert(c)
	}
	now := fingerprint(certs[0])
	if _, err := certs[0].Verify(opts); err == nil {
		now = vouched
	}
	kept := k.pins.Pin(k.target)
	switch {
	case kept == now:
		return nil
	case kept == "", now == vouched:
		if err := k.pins.SetPin(k.target, now); err != nil {
			return fmt.Errorf("keeping the key of %s: %w", k.target, err)
		}
		return nil
	}
	return &printer.Error{
		Op:    "connect",
		State: gcp.ByService(gcp.JobStopped, gcp.ServiceCommunication),
		Text: fmt.Sprintf("%s shows another key than before (%s): somebody may be in between. "+
			"If it was replaced or reset, say so with: platen printer trust %s", k.target, now, k.target),
		Retry: true, // a person may say so at any time
	}
}

// memoryPins keeps keys as long as the process lives.
type memoryPins struct {
	mu   sync.Mutex
	pins map[string]string // guarded by mu
}

// Pin returns the fingerprint kept for a target.
func (m *memoryPins) Pin(target string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.pins[target]
}

// SetPin keeps a fingerprint.
func (m *memoryPins) SetPin(target, fingerprint string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.pins == nil {
		m.pins = map[string]string{}
	}
	m.pins[target] = fingerprint
	return nil
}
