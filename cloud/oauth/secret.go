package oauth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"platen/internal/secret"
)

// Hash is the SHA-256 hash of a secret, in hexadecimal digits.
type Hash string

// HashOf returns the hash under which a secret is stored.
func HashOf(s string) Hash {
	sum := sha256.Sum256([]byte(s))
	return Hash(hex.EncodeToString(sum[:]))
}

// newSecret returns a fresh secret and its hash.
func newSecret(prefix string) (secret.Text, Hash) {
	s := secret.Fresh(prefix)
	return s, HashOf(s.Reveal())
}

func newGrant() GrantID { return GrantID(rand.Text()) }

// userAlphabet has no vowels, so that no words appear, and no digits; RFC 8628,
// 6.1 recommends these twenty letters.
const userAlphabet = "BCDFGHJKLMNPQRSTVWXZ"

// userCodeLength gives 20^8 codes.
const userCodeLength = 8

// newUserCode returns a user code in the form BCDF-GHJK.
func newUserCode() string {
	code := make([]byte, 0, userCodeLength+1)
	for len(code) < userCodeLength+1 {
		if len(code) == userCodeLength/2 {
			code = append(code, '-')
		}
		var b [1]byte
		_, _ = rand.Read(b[:])
		if n := int(b[0]) % 32; n < len(userAlphabet) { // no letter is likelier than another
			code = append(code, userAlphabet[n])
		}
	}
	return string(code)
}

// hashUserCode ignores case, dashes and blanks, RFC 8628, 6.1.
func hashUserCode(code string) Hash {
	return HashOf("user code " + userCodeLetters(code))
}

func userCodeLetters(code string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, strings.ToUpper(code))
}

// canonicalUserCode returns a code as the device shows it.
func canonicalUserCode(code string) string {
	letters := userCodeLetters(code)
	if len(letters) != userCodeLength {
		return code
	}
	return letters[:userCodeLength/2] + "-" + letters[userCodeLength/2:]
}
