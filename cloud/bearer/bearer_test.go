package bearer

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func decode(t *testing.T, text string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A token is what RFC 7515 and RFC 7519 say, checked with nothing but the public half, as
// whoever has only that does.
func TestToken(t *testing.T) {
	key, err := Make(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	i := Issuer{Key: key, URL: "https://print.example.com", Domain: "xmpp.example.com"}
	from := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	token, err := i.Issue("0123456789abcdef", from, from.Add(15*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(token.Reveal(), ".")
	if len(parts) != 3 {
		t.Fatalf("%d parts", len(parts))
	}
	if got, want := string(decode(t, parts[0])), `{"alg":"ES256","typ":"JWT"}`; got != want {
		t.Errorf("header %s, want %s", got, want)
	}
	var says map[string]any
	if err := json.Unmarshal(decode(t, parts[1]), &says); err != nil {
		t.Fatal(err)
	}
	if says["jti"] == "" {
		t.Error("it has no name of its own")
	}
	delete(says, "jti")
	got, _ := json.Marshal(says)
	want := `{"aud":"xmpp.example.com","exp":1772367300,"iat":1772366400,"iss":"https://print.example.com",` +
		`"jid":"0123456789abcdef@xmpp.example.com","sub":"0123456789abcdef"}`
	if string(got) != want {
		t.Errorf("it says\n%s, want\n%s", got, want)
	}

	public, err := key.Public()
	if err != nil {
		t.Fatal(err)
	}
	var jwk map[string]string
	if err := json.Unmarshal(public, &jwk); err != nil {
		t.Fatal(err)
	}
	if jwk["d"] != "" || jwk["kty"] != "EC" || jwk["crv"] != "P-256" || jwk["alg"] != "ES256" {
		t.Errorf("the public half is %v", jwk)
	}
	point := append(append([]byte{4}, decode(t, jwk["x"])...), decode(t, jwk["y"])...)
	check, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		t.Fatal(err)
	}
	signature := decode(t, parts[2]) // RFC 7518, 3.4: R and S, 32 bytes each
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if len(signature) != 64 || !ecdsa.Verify(check, sum[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
		t.Error("the signature is not the key's")
	}

	if again, err := i.Issue("0123456789abcdef", from, from.Add(15*time.Minute)); err != nil || again.Equal(token) {
		t.Errorf("a second one of the same moment is the same, or none: %v", err)
	}
}

// A key stays what it is, and nobody else can read it.
func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if _, err := Read(path); !errors.Is(err, ErrNoKey) {
		t.Errorf("no key: %v", err)
	}
	made, err := Make(path)
	if err != nil {
		t.Fatal(err)
	}
	read, err := Read(path)
	if err != nil || !read.private.Equal(made.private) {
		t.Errorf("another key is read: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// What is no key of ours is refused, with what to do.
func TestKeyFileThatIsNone(t *testing.T) {
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(p384)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"empty":         "",
		"a certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
		"cut":           "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
		"another curve": string(pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: der})),
	} {
		path := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "backup") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
