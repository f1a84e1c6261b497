package bearer

import (
	"crypto/rand"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4/jwt"

	"platen/gcp"
	"platen/internal/secret"
)

// Issuer issues the tokens of one cloud's robots.
type Issuer struct {
	Key    *Key
	URL    string // of the cloud
	Domain string // of the robots' JIDs, whose XMPP server is to take the tokens
}

// claims are what a token says, RFC 7519, 4.1, and the JID that ejabberd looks for.
type claims struct {
	jwt.Claims
	JID string `json:"jid"`
}

// Issue makes a token by which a robot, and nobody else, logs in between two times. No
// two are the same.
func (i Issuer) Issue(id gcp.RobotID, from, until time.Time) (secret.Text, error) {
	text, err := jwt.Signed(i.Key.signer).Claims(claims{
		Claims: jwt.Claims{
			Issuer: i.URL, Subject: string(id), Audience: jwt.Audience{i.Domain}, ID: rand.Text(),
			IssuedAt: jwt.NewNumericDate(from), Expiry: jwt.NewNumericDate(until),
		},
		JID: string(id) + "@" + i.Domain,
	}).Serialize()
	if err != nil {
		return secret.Text{}, fmt.Errorf("sign an access token: %w", err)
	}
	return secret.New(text), nil
}
