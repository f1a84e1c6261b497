package server

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"platen/cloud/archive"
	"platen/internal/disk"
)

// authority is the cloud's own certificate authority, for installations without
// a public certificate. Pairing hands its certificate to connectors over a
// channel that is verified already, or that does not leave the machine.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  []byte
}

const (
	authorityYears = 20
	leafDays       = 397 // what browsers accept at most
)

// openAuthority reads the authority of a state folder, or makes one.
func openAuthority(dir string) (*authority, error) {
	path := filepath.Join(dir, archive.Authority)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return newAuthority(path)
	}
	if err != nil {
		return nil, fmt.Errorf("own authority: %w", err)
	}
	pair, err := tls.X509KeyPair(data, data)
	if err != nil {
		return nil, fmt.Errorf("own authority: %s cannot be used (%w): put it back from a backup, or delete it "+
			"and pair each connector again, for the next start makes a new one", path, err)
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("own authority %s: not an ECDSA key", path)
	}
	return &authority{
		cert: pair.Leaf, key: key,
		pem: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]}),
	}, nil
}

func newAuthority(path string) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          serial(),
		Subject:               pkix.Name{CommonName: "Platen authority of this installation"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().AddDate(authorityYears, 0, 0),
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	a := &authority{cert: cert, key: key, pem: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})
	if err := disk.Replace(disk.OS{}, path, slices.Concat(a.pem, keyPEM)); err != nil {
		return nil, fmt.Errorf("own authority: %w", err)
	}
	return a, nil
}

// issue makes a certificate for the names and addresses given.
func (a *authority) issue(hosts ...string) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: serial(),
		Subject:      pkix.Name{CommonName: hosts[0]},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().AddDate(0, 0, leafDays),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else if h != "" {
			template.DNSNames = append(template.DNSNames, h)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: key}, nil
}

// serial returns a random serial number of 127 bits (RFC 5280, 4.1.2.2: at most 20 octets, positive).
func serial() *big.Int {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails, see crypto/rand
	b[0] &= 0x7f
	return new(big.Int).SetBytes(b)
}

// shownAuthority is the certificate (DER) that people install who use the HTTPS port;
// nil where a public authority vouches for it.
func (s *Server) shownAuthority() []byte {
	if s.cfg.mode() != TLSOwn {
		return nil
	}
	return s.ca.cert.Raw
}

// AuthorityFingerprint returns the SHA-256 of the own authority's certificate, in
// hexadecimal digits; it makes the authority if there is none.
func AuthorityFingerprint(stateDir string) (string, error) {
	a, err := openAuthority(stateDir)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(a.cert.Raw)
	return hex.EncodeToString(sum[:]), giveTo(stateDir, filepath.Join(stateDir, archive.Authority))
}

// ownRoots trusts the own authority alone.
func ownRoots(stateDir string) (*x509.CertPool, error) {
	a, err := openAuthority(stateDir)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	return roots, nil
}
