package bearer

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/go-jose/go-jose/v4"

	"platen/internal/disk"
)

// Key signs tokens. It may be used from any goroutine.
type Key struct {
	private *ecdsa.PrivateKey
	signer  jose.Signer
}

// ErrNoKey is returned where there is no key yet.
var ErrNoKey = errors.New("there is no key for access tokens yet")

// pemType is how the file calls what it holds: PKCS #8, RFC 7468, 10.
const pemType = "PRIVATE KEY"

// Read reads a key of Make. Without a file it returns ErrNoKey.
func Read(path string) (*Key, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoKey
	}
	if err != nil {
		return nil, fmt.Errorf("key of the access tokens: %w", err)
	}
	block, _ := pem.Decode(data)
	if block == nil || block.Type != pemType {
		return nil, unusable(path, errors.New("no private key is in it"))
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, unusable(path, err)
	}
	private, ok := parsed.(*ecdsa.PrivateKey)
	if !ok || private.Curve != elliptic.P256() {
		return nil, unusable(path, errors.New("it is no key of ES256"))
	}
	return newKey(private)
}

func unusable(path string, cause error) error {
	return fmt.Errorf("key of the access tokens: %s cannot be used (%w): put it back from a backup; or delete it, "+
		"and give the XMPP server what platen-cloud xmpp-key prints then", path, cause)
}

// Make makes a key and writes it, for the file's owner alone to read.
func Make(path string) (*Key, error) {
	key, err := Fresh()
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key.private)
	if err != nil {
		return nil, err
	}
	if err := disk.Replace(disk.OS{}, path, pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: der})); err != nil {
		return nil, fmt.Errorf("key of the access tokens: %w", err)
	}
	return key, nil
}

// Fresh returns a key that is kept nowhere.
func Fresh() (*Key, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	return newKey(private)
}

// newKey takes ES256 (RFC 7518, 3.4) and nothing else: the XMPP server then has nothing
// with which tokens could be made, and they are half as long as with RSA.
func newKey(private *ecdsa.PrivateKey) (*Key, error) {
	options := (&jose.SignerOptions{}).WithType("JWT")
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: private}, options)
	if err != nil {
		return nil, fmt.Errorf("key of the access tokens: %w", err)
	}
	return &Key{private, signer}, nil
}

// Public returns the half that checks tokens, as a JWK (RFC 7517). It is no secret.
func (k *Key) Public() ([]byte, error) {
	return jose.JSONWebKey{Key: k.private.Public(), Algorithm: string(jose.ES256), Use: "sig"}.MarshalJSON()
}
