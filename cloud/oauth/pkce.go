package oauth

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/url"
	"strings"
)

// The code challenge methods, RFC 7636, 4.2.
const (
	challengeS256  = "S256"
	challengePlain = "plain"
)

// challenge reads the code challenge of an authorization request.
func challenge(params url.Values) (string, error) {
	c, method := params.Get("code_challenge"), params.Get("code_challenge_method")
	switch {
	case c == "" && method == "":
		return "", nil
	case c == "":
		return "", invalid("The parameter code_challenge is missing.")
	case method == "" || method == challengePlain: // RFC 7636, 4.3: plain is the default
		return challengePlain + ":" + c, nil
	case method == challengeS256:
		return challengeS256 + ":" + c, nil
	}
	return "", invalid("This code_challenge_method is not known.")
}

// verified reports whether a verifier fits a stored challenge, RFC 7636, 4.6.
func verified(challenge, verifier string) bool {
	method, want, _ := strings.Cut(challenge, ":")
	have := verifier
	if method == challengeS256 {
		sum := sha256.Sum256([]byte(verifier))
		have = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return challenge == "" || subtle.ConstantTimeCompare([]byte(have), []byte(want)) == 1
}
