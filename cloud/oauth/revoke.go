package oauth

import (
	"context"
	"errors"

	"platen/cloud"
	"platen/gcp"
)

// Revoke takes back the grant that a token belongs to, with all tokens that stem
// from it. An unknown token is no error, RFC 7009, 2.2.
func (s *Server) Revoke(ctx context.Context, token string) error {
	if token == "" || len(token) > maxSecret {
		return nil
	}
	t, err := s.cfg.Store.Token(ctx, HashOf(token))
	if errors.Is(err, cloud.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.revoke(ctx, Selection{Grant: t.Grant})
}

// RevokeRobot takes back everything that a connector was given.
func (s *Server) RevokeRobot(ctx context.Context, r gcp.RobotID) error {
	return s.revoke(ctx, Selection{Robot: r})
}

// RevokeUser takes back everything that a person was given: tokens, keys and
// sessions. The person's connectors go on.
func (s *Server) RevokeUser(ctx context.Context, u cloud.UserID) error {
	return s.revoke(ctx, Selection{User: u})
}

// EndSessions signs a person out everywhere.
func (s *Server) EndSessions(ctx context.Context, u cloud.UserID) error {
	return s.revoke(ctx, Selection{User: u, Kind: KindSession})
}

// Forget drops what is remembered of tokens: for whoever hears that another
// process revoked some, or that an account changed.
func (s *Server) Forget() { s.cache.forget() }

func (s *Server) revoke(ctx context.Context, sel Selection) error {
	err := s.cfg.Store.RevokeTokens(ctx, sel, s.cfg.Now())
	s.cache.forget() // after the commit: what is read from now on is true
	return err
}
