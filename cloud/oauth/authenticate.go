package oauth

import (
	"context"
	"errors"
	"strings"
	"time"

	"platen/cloud"
)

// Scope is one thing that a limited token allows; a token without scopes allows
// everything that its account may.
type Scope string

// The scopes of API keys, and what is left of a sign-in that did not ask for
// printing.
const (
	ScopePrint    Scope = "print"    // submit, and read printers and jobs
	ScopePair     Scope = "pair"     // add a connector, nothing else
	ScopeAdmin    Scope = "admin"    // everything
	ScopeIdentity Scope = "identity" // name and address only
)

// maxSecret bounds what is hashed: no secret of ours is longer. What an Issuer makes names
// two hosts, one of them twice.
const maxSecret = 2048

var (
	errShape    = errors.New("not a token")
	errExpired  = errors.New("token expired")
	errKind     = errors.New("not a token for calls")
	errDisabled = errors.New("account disabled")
	errGuest    = errors.New("guests have no keys")
)

// Authenticate returns whom a bearer token, a ClientLogin token or an API key
// speaks for. An unknown, expired or revoked one is cloud.ErrCredentials. The
// users and robots of the answer are shared: read them only.
func (s *Server) Authenticate(ctx context.Context, token string) (cloud.Caller, error) {
	if token == "" || len(token) > maxSecret {
		return cloud.Caller{}, refused(errShape)
	}
	now, hash := s.cfg.Now(), HashOf(token)
	caller, generation, ok := s.cache.find(hash, now)
	if ok {
		return caller, nil
	}
	caller, t, err := s.read(ctx, hash)
	if err != nil {
		return cloud.Caller{}, err
	}
	until := now.Add(cacheLifetime)
	if !t.ExpireTime.IsZero() && t.ExpireTime.Before(until) {
		until = t.ExpireTime
	}
	s.cache.keep(hash, generation, cachedCaller{caller, until})
	return caller, nil
}

// read looks up a token in the store, and whom it speaks for.
func (s *Server) read(ctx context.Context, hash Hash) (cloud.Caller, Token, error) {
	t, err := s.live(ctx, hash, KindAccess, KindKey)
	if err != nil {
		return cloud.Caller{}, Token{}, err
	}
	caller, err := s.caller(ctx, t)
	if err != nil {
		return cloud.Caller{}, Token{}, err
	}
	s.touch(ctx, t)
	return caller, t, nil
}

// live returns a token that has not expired and is of one of the kinds.
func (s *Server) live(ctx context.Context, h Hash, kinds ...Kind) (Token, error) {
	t, err := s.cfg.Store.Token(ctx, h)
	if err != nil {
		return Token{}, unknown(err)
	}
	for _, k := range kinds {
		if t.Kind != k {
			continue
		}
		if s.expired(t.ExpireTime) {
			return Token{}, refused(errExpired)
		}
		return t, nil
	}
	return Token{}, refused(errKind)
}

func (s *Server) expired(t time.Time) bool { return !t.IsZero() && !s.cfg.Now().Before(t) }

// caller looks up whom a token speaks for, as the account is now.
func (s *Server) caller(ctx context.Context, t Token) (cloud.Caller, error) {
	if t.Robot != "" {
		r, err := s.cfg.Store.Robot(ctx, t.Robot)
		if err != nil {
			return cloud.Caller{}, unknown(err)
		}
		// Printers go on while their owner's account is disabled: others print there.
		return cloud.Caller{Robot: &r, Via: cloud.ViaToken}, nil
	}
	u, err := s.account(ctx, t.User)
	if err != nil {
		return cloud.Caller{}, err
	}
	if u.Guest { // since the token was given
		return cloud.Caller{}, refused(errGuest)
	}
	return cloud.Caller{User: &u, Via: cloud.ViaToken, Scopes: limits(t)}, nil
}

func (s *Server) account(ctx context.Context, id cloud.UserID) (cloud.User, error) {
	u, err := s.cfg.Store.User(ctx, id)
	if err != nil {
		return cloud.User{}, unknown(err)
	}
	if u.Gone(s.cfg.Now()) {
		return cloud.User{}, refused(errDisabled)
	}
	return u, nil
}

// limits returns what a token is limited to. Clients write the scope of the
// protocol in several ways; all of them hold "cloudprint", and ClientLogin
// tokens have none.
func limits(t Token) []string {
	switch {
	case t.Kind == KindKey:
		if t.Scope == string(ScopeAdmin) {
			return nil
		}
		return strings.Fields(t.Scope)
	case t.Scope == "" || strings.Contains(t.Scope, "cloudprint"):
		return nil
	}
	return []string{string(ScopeIdentity)}
}

// touch records a use now and then: a write on each call would cost more than
// the call. Losing one does no harm.
func (s *Server) touch(ctx context.Context, t Token) {
	now := s.cfg.Now()
	if now.Sub(t.UsedTime) < touchAfter {
		return
	}
	if err := s.cfg.Store.TouchToken(ctx, t.Hash, now); err != nil {
		s.cfg.Logger.WarnContext(ctx, "recording the use of a token", "err", err)
	}
}
