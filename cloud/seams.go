package cloud

import (
	"context"
	"io"
	"time"

	"platen/gcp"
)

// Blobs keeps documents. cloud/blob satisfies it.
type Blobs interface {
	// Open opens a document; ErrNotFound if it is not there.
	Open(ctx context.Context, id string) (io.ReadSeekCloser, error)
	// Remove deletes a document; one that is not there is success.
	Remove(ctx context.Context, id string) error
	// Copy makes a second document with the same content and a life of its own.
	Copy(ctx context.Context, d Document) (Document, error)
	// Room refuses with KindUnavailable while the disk is too full to take more.
	Room(ctx context.Context) error
	// Sweep deletes documents last written before a time that known does not know,
	// and unfinished ones.
	Sweep(ctx context.Context, before time.Time, known func(ctx context.Context, id string) (bool, error)) error
}

// CodeIssuer makes the codes that connectors exchange for tokens. cloud/oauth
// satisfies it.
type CodeIssuer interface {
	// RobotCode returns a single-use code for a robot and an OAuth client.
	RobotCode(ctx context.Context, robot gcp.RobotID, clientID string) (code string, err error)
	// HasTokens reports whether a robot has exchanged a code.
	HasTokens(ctx context.Context, robot gcp.RobotID) (bool, error)
	// RobotOf returns the robot that a refresh token belongs to; ErrCredentials if
	// it is none, or was revoked.
	RobotOf(ctx context.Context, refreshToken string) (gcp.RobotID, error)
}

// Sessions lets people in by a link, and ends what people and connectors are
// signed in with. cloud/oauth satisfies it.
type Sessions interface {
	// JoinToken returns the secret of a link that lets a user choose a password,
	// once. Those given before end.
	JoinToken(ctx context.Context, id UserID, lifetime time.Duration) (token string, err error)
	// Forget drops what is remembered of whom tokens speak for: an account changed.
	Forget()
	// RevokeRobot revokes all that a connector was given.
	RevokeRobot(ctx context.Context, id gcp.RobotID) error
	// EndSessions ends a user's sessions, for example after a new password.
	EndSessions(ctx context.Context, id UserID) error
	// RevokeUser ends a user's sessions and revokes all of the user's tokens and
	// keys, but nothing of the user's connectors.
	RevokeUser(ctx context.Context, id UserID) error
}

// Notifier hands hints to push. cloud/push satisfies it. Notify neither waits
// for the network nor fails: a hint may be lost, and is repeated while it matters.
type Notifier interface {
	Notify(ctx context.Context, robot gcp.RobotID, n gcp.Notification)
}
