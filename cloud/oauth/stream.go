package oauth

import (
	"context"
	"net/http"
	"time"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/secret"
)

// How long a token for a notification stream is good, and how long its connector
// should use it: one that comes back with an older token does not come again.
const (
	StreamLifetime = 72 * time.Hour
	StreamRenewal  = 24 * time.Hour
)

// streamCost lets a robot have a few tokens for streams at once, and then one each
// five seconds.
const streamCost = 10

// StreamToken gives the robot that a bearer token belongs to a token for its
// notification stream. It is good for nothing else, as it stands in an address, and
// ends with the grant of the other one.
func (s *Server) StreamToken(ctx context.Context, bearer string) (secret.Text, error) {
	t, err := s.live(ctx, HashOf(bearer), KindAccess)
	switch {
	case err != nil:
		return secret.Text{}, err
	case t.Robot == "":
		return secret.Text{}, refused(errKind)
	case !s.limit.allow("stream "+string(t.Robot), s.cfg.Now(), streamCost):
		return secret.Text{}, &cloud.Error{
			Kind: cloud.KindQuota, Message: "Too many notification streams. Try again in a few seconds.", After: 5 * time.Second,
		}
	}
	text, stream := s.newToken(KindStream, t.Grant, StreamLifetime)
	stream.Robot, stream.Client = t.Robot, t.Client
	return text, s.cfg.Store.AddTokens(ctx, stream)
}

// StreamOf returns the robot that a token of StreamToken belongs to. It asks the
// store each time: a stream that is open asks now and then, whether it may stay.
func (s *Server) StreamOf(ctx context.Context, token string) (gcp.RobotID, error) {
	if token == "" || len(token) > maxSecret {
		return "", refused(errShape)
	}
	t, err := s.live(ctx, HashOf(token), KindStream)
	return t.Robot, err
}

// StreamRequest is StreamOf for a request: one remote address has few wrong tokens
// in a short time.
func (s *Server) StreamRequest(r *http.Request, token string) (id gcp.RobotID, err error) {
	err = s.counted(r, func() error {
		id, err = s.StreamOf(r.Context(), token)
		return err
	})
	return id, err
}
