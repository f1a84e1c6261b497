package oauth

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"platen/cloud"
	"platen/internal/secret"
)

// CookieName is the name of the session cookie.
const CookieName = "platen_session"

// xsrfLifetime lets a page stay open for a working day.
const xsrfLifetime = 24 * time.Hour

// NewSession signs a person in and returns the value of the cookie.
func (s *Server) NewSession(ctx context.Context, u cloud.UserID) (secret.Text, error) {
	cookie, t := s.newToken(KindSession, "", SessionLifetime)
	t.User = u
	return cookie, s.cfg.Store.AddTokens(ctx, t)
}

// Session returns whom a cookie speaks for, or cloud.ErrCredentials.
func (s *Server) Session(ctx context.Context, cookie string) (cloud.Caller, error) {
	if cookie == "" || len(cookie) > maxSecret {
		return cloud.Caller{}, refused(errShape)
	}
	t, err := s.live(ctx, HashOf(cookie), KindSession)
	if err != nil {
		return cloud.Caller{}, err
	}
	u, err := s.account(ctx, t.User)
	if err != nil {
		return cloud.Caller{}, err
	}
	if u.Service { // nobody signs in as a program
		return cloud.Caller{}, refused(errKind)
	}
	s.touch(ctx, t)
	return cloud.Caller{User: &u, Via: cloud.ViaCookie}, nil
}

// SignedInAt returns when the person of a cookie last proved to be the person.
func (s *Server) SignedInAt(ctx context.Context, cookie string) (time.Time, error) {
	t, err := s.live(ctx, HashOf(cookie), KindSession)
	return t.CreateTime, err
}

// EndSession signs out; a cookie that does not count is no error.
func (s *Server) EndSession(ctx context.Context, cookie string) error {
	t, err := s.live(ctx, HashOf(cookie), KindSession)
	if err != nil {
		if cloud.KindOf(err) == cloud.KindCredentials {
			return nil
		}
		return err
	}
	return s.cfg.Store.RevokeTokens(ctx, Selection{Hash: t.Hash}, s.cfg.Now())
}

// XSRF returns a token that proves that a request was written by a page that
// could read the session's answers. It has the form TOKEN:MILLIS. Only the
// session's own cookie is its key, so every replica can check it.
func (s *Server) XSRF(cookie string) string {
	return xsrf(cookie, strconv.FormatInt(s.cfg.Now().UnixMilli(), 10))
}

// CheckXSRF checks what XSRF gave for the same cookie, in constant time.
func (s *Server) CheckXSRF(cookie, token string) error {
	_, millis, _ := strings.Cut(token, ":")
	ms, err := strconv.ParseInt(millis, 10, 64)
	age := s.cfg.Now().Sub(time.UnixMilli(ms))
	if err != nil || !hmac.Equal([]byte(xsrf(cookie, millis)), []byte(token)) || age > xsrfLifetime || age < -time.Minute {
		return &cloud.Error{Kind: cloud.KindXSRF, Message: "XSRF token validation failed."}
	}
	return nil
}

func xsrf(cookie, millis string) string {
	mac := hmac.New(sha256.New, []byte(cookie))
	mac.Write([]byte("xsrf " + millis)) // hash.Hash never fails
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)) + ":" + millis
}

// NewSignInLink returns the secret of a link that signs a person in once.
func (s *Server) NewSignInLink(ctx context.Context, u cloud.UserID) (secret.Text, error) {
	link, t := s.newToken(KindLink, "", LinkLifetime)
	t.User = u
	return link, s.cfg.Store.AddTokens(ctx, t)
}

// RedeemSignInLink opens a session for a link, and spends the link.
func (s *Server) RedeemSignInLink(ctx context.Context, link string) (cookie secret.Text, err error) {
	return s.redeem(ctx, link, KindLink)
}

// JoinToken returns the secret of a link by which a person chooses a password,
// once. Those given before end.
func (s *Server) JoinToken(ctx context.Context, u cloud.UserID, lifetime time.Duration) (string, error) {
	if err := s.cfg.Store.RevokeTokens(ctx, Selection{User: u, Kind: KindJoin}, s.cfg.Now()); err != nil {
		return "", err
	}
	link, t := s.newToken(KindJoin, "", lifetime)
	t.User = u
	return link.Reveal(), s.cfg.Store.AddTokens(ctx, t)
}

// JoiningUser returns whose a link to choose a password by is, and does not spend it.
func (s *Server) JoiningUser(ctx context.Context, link string) (cloud.User, error) {
	u, _, err := s.linkOf(ctx, link, KindJoin)
	return u, err
}

// JoinedUser returns who chose a password by a link that was used already.
func (s *Server) JoinedUser(ctx context.Context, link string) (cloud.User, error) {
	t, err := s.live(ctx, HashOf(link), KindJoin)
	if err != nil {
		return cloud.User{}, err
	}
	if t.UsedTime.IsZero() {
		return cloud.User{}, refused(errKind)
	}
	return s.account(ctx, t.User)
}

// RedeemJoin spends a link to choose a password by, and opens a session.
func (s *Server) RedeemJoin(ctx context.Context, link string) (cookie secret.Text, err error) {
	return s.redeem(ctx, link, KindJoin)
}

// linkOf returns whose a link is that was not used yet.
func (s *Server) linkOf(ctx context.Context, link string, k Kind) (cloud.User, Token, error) {
	if link == "" || len(link) > maxSecret {
		return cloud.User{}, Token{}, refused(errShape)
	}
	t, err := s.live(ctx, HashOf(link), k)
	if err != nil {
		return cloud.User{}, t, err
	}
	if !t.UsedTime.IsZero() {
		return cloud.User{}, t, refused(ErrUsed)
	}
	u, err := s.account(ctx, t.User)
	return u, t, err
}

// redeem opens a session for a link, and spends the link.
func (s *Server) redeem(ctx context.Context, link string, k Kind) (cookie secret.Text, err error) {
	_, t, err := s.linkOf(ctx, link, k)
	if err != nil {
		return secret.Text{}, err
	}
	cookie, session := s.newToken(KindSession, "", SessionLifetime)
	session.User = t.User
	if err := s.cfg.Store.ExchangeToken(ctx, t.Hash, s.cfg.Now(), session); err != nil {
		return secret.Text{}, spent(err)
	}
	return cookie, nil
}

// newToken returns a secret and the row to store for it, in a grant of its own
// unless one is given. A lifetime of 0 is for ever.
func (s *Server) newToken(k Kind, g GrantID, lifetime time.Duration) (secret.Text, Token) {
	if g == "" {
		g = newGrant()
	}
	text, hash := newSecret(prefixes(k))
	t := Token{Hash: hash, Kind: k, Grant: g, CreateTime: s.cfg.Now()}
	if lifetime > 0 {
		t.ExpireTime = t.CreateTime.Add(lifetime)
	}
	return text, t
}

// prefixes make a key that was pasted into the wrong place easy to find.
func prefixes(k Kind) string {
	switch k {
	case KindKey:
		return "platen_"
	case KindAddress:
		return addressPrefix
	}
	return ""
}
