package secret

import (
	"encoding/base64"
	"strings"
	"testing"
)

func TestFreshSecrets(t *testing.T) {
	one, other := Fresh("platen_"), Fresh("platen_")
	text, prefixed := strings.CutPrefix(one.Reveal(), "platen_")
	if b, err := base64.RawURLEncoding.DecodeString(text); err != nil || len(b) != 32 || !prefixed || one.Equal(other) {
		t.Errorf("%d bytes, with its prefix: %v, twice the same: %v, %v", len(b), prefixed, one.Equal(other), err)
	}
}
