package lab

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"time"
)

// Certificate returns a server configuration for 127.0.0.1, localhost and further names and
// addresses, and what trusts it.
func Certificate(t TB, names ...string) (*tls.Config, *x509.CertPool) {
	t.Helper()
	return CertificateFrom(t, time.Now().Add(-time.Hour), names...)
}

// CertificateFrom is Certificate with one that begins at a time, and ends two hours later.
func CertificateFrom(t TB, from time.Time, names ...string) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatalf("make a key: %v", err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: from, NotAfter: from.Add(2 * time.Hour),
		Subject:     pkix.Name{CommonName: "lab"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: append([]string{"localhost"}, names...),
		IsCA: true, BasicConstraintsValid: true,
	}
	for _, n := range names {
		if ip := net.ParseIP(n); ip != nil {
			tmpl.IPAddresses = append(tmpl.IPAddresses, ip)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatalf("make a certificate: %v", err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatalf("read the certificate: %v", err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, pool
}

// CertificateFiles writes a certificate for the same names, which signed itself, and its
// key, as PEM.
func CertificateFiles(t TB, cert, key string, names ...string) {
	t.Helper()
	made, _ := Certificate(t, names...)
	der, err := x509.MarshalPKCS8PrivateKey(made.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatalf("encode the key: %v", err)
	}
	for path, block := range map[string]*pem.Block{
		cert: {Type: "CERTIFICATE", Bytes: made.Certificates[0].Certificate[0]},
		key:  {Type: "PRIVATE KEY", Bytes: der},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatalf("write: %v", err)
		}
	}
}
