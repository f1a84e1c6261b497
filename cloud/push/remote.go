package push

import (
	"context"
	"fmt"

	"platen/gcp"
	"platen/internal/stream"
)

// Remote carries hints over an XMPP server that robots log in to instead of this one, and
// knows which are there. cloud/component satisfies it. Whether a robot is there is said
// in one place, here: by a stream, a call that waits, or a session at that server.
type Remote interface {
	// Notify sends a hint soon. It neither waits nor fails: hints may be lost.
	Notify(ctx context.Context, robot gcp.RobotID, n gcp.Notification)
	// Present reports whether a robot has a session.
	Present(ctx context.Context, robot gcp.RobotID) (bool, error)
	// Revoke ends a robot's sessions, as some of its tokens are not good any more.
	Revoke(ctx context.Context, robot gcp.RobotID)
}

// Changed is told that a robot's session at the Remote came, goes on, or ended.
func (s *Server) Changed(ctx context.Context, id gcp.RobotID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return
	}
	s.robotLocked(id)
	s.reportPresence(context.WithoutCancel(ctx), id)
}

// elsewhere reports whether a robot has a session at the Remote.
func (s *Server) elsewhere(ctx context.Context, id gcp.RobotID) (bool, error) {
	if s.cfg.Remote == nil {
		return false, nil
	}
	there, err := s.cfg.Remote.Present(ctx, id)
	if err != nil {
		return false, fmt.Errorf("look for robot %s at the XMPP server: %w", id, err)
	}
	return there, nil
}

// Hint is what a message, or an item of PubSub, says of a notification to a robot of this
// address. Some clients look for "push:" as text.
func Hint(channel, robot string, n gcp.Notification) string {
	return `<push:push` + stream.Attr("channel", channel) + ` xmlns:push="` + nsPush + `"><push:recipient` +
		stream.Attr("to", robot) + `></push:recipient><push:data>` + n.Encode() + `</push:data></push:push>`
}
