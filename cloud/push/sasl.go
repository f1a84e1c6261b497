package push

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// The ways to show a token. All carry the same one: X-OAUTH2 and
// X-GOOGLE-TOKEN are Google's and look like PLAIN (RFC 4616), OAUTHBEARER is
// RFC 7628.
const (
	mechOAuth2 = "X-OAUTH2"
	mechGoogle = "X-GOOGLE-TOKEN"
	mechBearer = "OAUTHBEARER"
	mechPlain  = "PLAIN"
)

// saslFailure is a condition of RFC 6120, 6.5.
type saslFailure string

const (
	failAborted   saslFailure = "aborted"
	failActsFor   saslFailure = "invalid-authzid"
	failEncoding  saslFailure = "incorrect-encoding"
	failMechanism saslFailure = "invalid-mechanism"
	failMalformed saslFailure = "malformed-request"
	failDenied    saslFailure = "not-authorized"
	failTemporary saslFailure = "temporary-auth-failure"
	failPlaintext saslFailure = "encryption-required"
)

func (f saslFailure) text() string {
	return `<failure xmlns="` + nsSASL + `"><` + string(f) + `/></failure>`
}

// response decodes the text of <auth> or <response>. Python's old base64 breaks
// lines; "=" alone is an empty response (RFC 6120, 6.4.2).
func response(text string) ([]byte, bool) {
	text = strings.Join(strings.Fields(text), "")
	if text == "=" {
		return nil, true
	}
	b, err := base64.StdEncoding.DecodeString(text)
	return b, err == nil
}

// token takes the token out of a response. The user's name in it says nothing of a
// connector: clients write the local part, the full address or nothing, and only the
// token says who it is.
func token(mech string, resp []byte) (string, bool) {
	if mech == mechBearer {
		return bearerToken(resp)
	}
	f := bytes.Split(resp, []byte{0})
	if len(f) != 3 || len(f[2]) == 0 {
		return "", false
	}
	return string(f[2]), true
}

// user is the name in a response, which matters for people alone: it says whom the token must
// be of. actsFor is whom else the client would act for, "" for nobody (RFC 4616, 2).
func user(mech string, resp []byte) (name, actsFor string) {
	if mech != mechBearer {
		f := bytes.Split(resp, []byte{0})
		if len(f) != 3 {
			return "", ""
		}
		return string(f[1]), string(f[0])
	}
	gs2, _, _ := strings.Cut(string(resp), "\x01")
	for part := range strings.SplitSeq(gs2, ",") {
		if name, ok := strings.CutPrefix(part, "a="); ok {
			return strings.NewReplacer("=2C", ",", "=3D", "=").Replace(name), "" // RFC 5801, 4
		}
	}
	return "", ""
}

// isUser reports whether who is the user of a login, who may write the domain or not.
func (c *conn) isUser(who, user string) bool {
	whole := func(s string) string {
		if !strings.Contains(s, "@") {
			s += "@" + c.srv.cfg.Domain
		}
		return s
	}
	return strings.EqualFold(whole(who), whole(user))
}

// bearerToken reads "n,a=user,\x01host=...\x01auth=Bearer TOKEN\x01\x01".
func bearerToken(resp []byte) (string, bool) {
	gs2, rest, ok := strings.Cut(string(resp), "\x01")
	if !ok || !strings.HasPrefix(gs2, "n,") && !strings.HasPrefix(gs2, "y,") {
		return "", false
	}
	for kv := range strings.SplitSeq(rest, "\x01") {
		v, ok := strings.CutPrefix(kv, "auth=")
		if !ok {
			continue
		}
		scheme, tok, _ := strings.Cut(v, " ")
		return tok, strings.EqualFold(scheme, "Bearer") && tok != ""
	}
	return "", false
}
