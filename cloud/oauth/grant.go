package oauth

import (
	"context"
	"errors"
	"net/http"
	"time"

	"platen/cloud"
	"platen/internal/secret"
)

// grantError is an answer of the token endpoint, RFC 6749, 5.2 and RFC 8628, 3.5.
type grantError struct {
	code   string
	text   string
	status int
}

// Error returns the code and the sentence.
func (e *grantError) Error() string { return e.code + ": " + e.text }

func badGrant(text string) error {
	return &grantError{"invalid_grant", text, http.StatusBadRequest}
}

func badRequest(text string) error {
	return &grantError{"invalid_request", text, http.StatusBadRequest}
}

// waiting is an answer that a device meets while nobody has decided.
func waiting(code string) error { return &grantError{code, "", http.StatusBadRequest} }

// issued is what the token endpoint gives.
type issued struct {
	access  secret.Text
	refresh secret.Text // empty when refreshing: the old one stays good
	scope   string
	expires time.Duration
}

// spent turns the store's "used before" into a refusal.
func spent(err error) error {
	if errors.Is(err, ErrUsed) || errors.Is(err, cloud.ErrNotFound) {
		return refused(err)
	}
	return err
}

// exchangeCode gives tokens for an authorization code, RFC 6749, 4.1.3.
func (s *Server) exchangeCode(ctx context.Context, f form) (issued, error) {
	code := f.get("code")
	if code == "" || len(code) > maxSecret {
		return issued{}, badRequest("The parameter code is missing.")
	}
	t, err := s.cfg.Store.Token(ctx, HashOf(code))
	if errors.Is(err, cloud.ErrNotFound) || err == nil && t.Kind != KindCode {
		return issued{}, badGrant("The code is not known.")
	}
	if err != nil {
		return issued{}, err
	}
	redirect := f.get("redirect_uri")
	switch {
	case s.expired(t.ExpireTime):
		return issued{}, badGrant("The code has expired.")
	case t.Client != f.clientID():
		return issued{}, badGrant("The code was given to another client.")
	case t.Redirect != redirect && (!outOfBand(t.Redirect) || !outOfBand(redirect)):
		return issued{}, badGrant("The redirect_uri is not the one that the code was given for.")
	case !verified(t.Challenge, f.get("code_verifier")):
		return issued{}, badGrant("The code_verifier does not fit.")
	}
	out, tokens, err := s.issue(t)
	if err != nil {
		return issued{}, err
	}
	err = s.cfg.Store.ExchangeToken(ctx, t.Hash, s.cfg.Now(), tokens...)
	if errors.Is(err, ErrUsed) {
		// Somebody else may hold what the code gave, RFC 6749, 4.1.2.
		return issued{}, errors.Join(badGrant("The code was used before."), s.revoke(ctx, Selection{Grant: t.Grant}))
	}
	return out, err
}

// issue makes the two tokens of a grant.
func (s *Server) issue(from Token) (issued, []Token, error) {
	out, a, err := s.access(from)
	if err != nil {
		return issued{}, nil, err
	}
	refresh, r := s.newToken(KindRefresh, from.Grant, 0)
	r.User, r.Robot, r.Client, r.Scope = from.User, from.Robot, from.Client, from.Scope
	out.refresh = refresh
	return out, []Token{a, r}, nil
}

// access makes an access token of a grant.
func (s *Server) access(from Token) (issued, Token, error) {
	lifetime := AccessLifetime
	signed := from.Robot != "" && s.cfg.Issuer != nil
	if signed {
		lifetime = s.cfg.Lifetime
	}
	text, t := s.newToken(KindAccess, from.Grant, lifetime)
	if signed {
		var err error
		if text, err = s.cfg.Issuer.Issue(from.Robot, t.CreateTime, t.ExpireTime); err != nil {
			return issued{}, Token{}, err
		}
		t.Hash = HashOf(text.Reveal())
	}
	t.User, t.Robot, t.Client, t.Scope = from.User, from.Robot, from.Client, from.Scope
	return issued{access: text, scope: from.Scope, expires: lifetime}, t, nil
}

// refresh gives an access token for a refresh token, which stays as it is:
// classic clients keep one for ever. A registered client's is bound to it.
func (s *Server) refresh(ctx context.Context, f form) (issued, error) {
	token := f.get("refresh_token")
	if token == "" || len(token) > maxSecret {
		return issued{}, badRequest("The parameter refresh_token is missing.")
	}
	t, err := s.live(ctx, HashOf(token), KindRefresh)
	if cloud.KindOf(err) == cloud.KindCredentials {
		return issued{}, badGrant("The refresh token is not known, or was revoked.")
	}
	if err != nil {
		return issued{}, err
	}
	if t.Client != f.clientID() {
		return issued{}, badGrant("The refresh token was given to another client.")
	}
	if _, err := s.caller(ctx, t); err != nil {
		if cloud.KindOf(err) == cloud.KindCredentials {
			return issued{}, badGrant("The account is gone.")
		}
		return issued{}, err
	}
	out, a, err := s.access(t)
	if err != nil {
		return issued{}, err
	}
	err = s.cfg.Store.RefreshToken(ctx, t.Hash, s.cfg.Now(), a)
	if t.Robot != "" && t.UsedTime.IsZero() {
		s.cache.forget() // its older grants ended
	}
	if errors.Is(err, cloud.ErrNotFound) {
		return issued{}, badGrant("The refresh token was revoked.")
	}
	if err != nil {
		return issued{}, err
	}
	return out, nil
}

// pollDevice answers a device's question, RFC 8628, 3.4 and 3.5.
func (s *Server) pollDevice(ctx context.Context, f form) (issued, error) {
	code := f.get("device_code")
	if code == "" {
		code = f.get("code") // the name that the older grant has for it
	}
	if code == "" || len(code) > maxSecret {
		return issued{}, badRequest("The parameter device_code is missing.")
	}
	d, err := s.cfg.Store.DeviceByCode(ctx, HashOf(code))
	if errors.Is(err, cloud.ErrNotFound) || err == nil && s.expired(d.ExpireTime) {
		return issued{}, waiting("expired_token")
	}
	if err != nil {
		return issued{}, err
	}
	if d.Client != f.clientID() {
		return issued{}, badGrant("The device code was given to another client.")
	}
	switch d.State {
	case DeviceDenied:
		return issued{}, waiting("access_denied")
	case DeviceAllowed:
		return s.finishDevice(ctx, d)
	}
	return issued{}, s.keepWaiting(ctx, d)
}

// keepWaiting slows down a device that asks too often: its interval grows by
// five seconds each time, RFC 8628, 3.5. A fifth of the interval is forgiven,
// because networks deliver unevenly.
func (s *Server) keepWaiting(ctx context.Context, d Device) error {
	now, interval, answer := s.cfg.Now(), d.Interval, "authorization_pending"
	if !d.PollTime.IsZero() && now.Sub(d.PollTime) < interval*4/5 {
		interval, answer = min(interval+deviceInterval, maxDeviceSeconds*time.Second), "slow_down"
	}
	if err := s.cfg.Store.PolledDevice(ctx, d.Hash, now, interval); err != nil {
		return err
	}
	return waiting(answer)
}

func (s *Server) finishDevice(ctx context.Context, d Device) (issued, error) {
	if _, err := s.account(ctx, d.User); err != nil {
		if cloud.KindOf(err) == cloud.KindCredentials {
			return issued{}, waiting("access_denied")
		}
		return issued{}, err
	}
	out, tokens, err := s.issue(Token{Grant: newGrant(), User: d.User, Client: d.Client, Scope: d.Scope})
	if err != nil {
		return issued{}, err
	}
	err = s.cfg.Store.FinishDevice(ctx, d.Hash, tokens...)
	if errors.Is(err, ErrUsed) {
		return issued{}, waiting("expired_token")
	}
	return out, err
}

// login gives a token for a password, as ClientLogin did.
func (s *Server) login(r *http.Request, f form) (secret.Text, error) {
	u, err := s.SignIn(r, f.get("Email"), f.get("Passwd"))
	if err != nil {
		return secret.Text{}, err
	}
	if u.Guest {
		return secret.Text{}, refused(errGuest)
	}
	text, t := s.newToken(KindAccess, "", LoginLifetime)
	t.User, t.Client = u.ID, "ClientLogin"
	return text, s.cfg.Store.AddTokens(r.Context(), t)
}
