package secret

import (
	"crypto/rand"
	"encoding/base64"
)

// freshBytes makes a secret 256 bits long: no guess ever meets it.
const freshBytes = 32

// Fresh returns a new secret, in letters that addresses take as they are. prefix says
// what it is to whoever finds it.
func Fresh(prefix string) Text {
	var b [freshBytes]byte
	_, _ = rand.Read(b[:]) // never fails; it ends the program instead
	return New(prefix + base64.RawURLEncoding.EncodeToString(b[:]))
}
