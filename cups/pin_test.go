package cups

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"
)

// signed returns a certificate for print.example.com, signed by parent or, where
// there is none, by itself.
func signed(t *testing.T, parent *x509.Certificate, by *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "print"}, NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"print.example.com"}, IsCA: parent == nil, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	if parent == nil {
		parent, by = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, by)
	if err == nil {
		c, err = x509.ParseCertificate(der)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c, key
}

// What an authority vouches for is not replaced by what nobody vouches for; the
// other way round needs no person.
func TestVouchedKeyIsNotReplacedByAnother(t *testing.T) {
	authority, key := signed(t, nil, nil)
	roots := x509.NewCertPool()
	roots.AddCert(authority)
	vouchedFor, _ := signed(t, authority, key)
	renewed, _ := signed(t, authority, key)
	itself, _ := signed(t, nil, nil)
	check := func(pins PinStore, c *x509.Certificate) error {
		return keeper{target: "printer", host: "print.example.com", pins: pins, roots: roots}.check([]*x509.Certificate{c})
	}
	pins := &memoryPins{}
	for _, c := range []*x509.Certificate{vouchedFor, renewed} {
		if err := check(pins, c); err != nil {
			t.Errorf("a certificate that an authority signed: %v", err)
		}
	}
	if err := check(pins, itself); err == nil {
		t.Error("a certificate that nobody vouches for took its place")
	}
	pins = &memoryPins{}
	for _, c := range []*x509.Certificate{itself, vouchedFor} {
		if err := check(pins, c); err != nil {
			t.Errorf("a printer that got a certificate: %v", err)
		}
	}
}
