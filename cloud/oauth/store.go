package oauth

import (
	"context"
	"errors"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// Kind is what a stored secret is good for.
type Kind string

// The kinds of stored secrets.
const (
	KindAccess  Kind = "access"  // a bearer token
	KindRefresh Kind = "refresh" // gives access tokens until it is revoked
	KindCode    Kind = "code"    // an authorization code, good once
	KindKey     Kind = "key"     // an API key
	KindSession Kind = "session" // a page's cookie
	KindLink    Kind = "link"    // a sign-in link, good once
	KindJoin    Kind = "join"    // a link to choose a password by, good once
	KindStream  Kind = "stream"  // the address of a robot's notification stream
	KindAddress Kind = "address" // a person's address at one printer, which Scope names
)

// GrantID names one consent; all tokens that stem from it are revoked together.
type GrantID string

// Token is a secret as it is stored: its hash and what it stands for.
type Token struct {
	Hash       Hash
	Kind       Kind
	Grant      GrantID
	User       cloud.UserID // the person; "" for a robot's
	Robot      gcp.RobotID  // the robot; "" for a person's
	Client     string       // OAuth client that asked
	Scope      string       // separated by blanks, RFC 6749, 3.3
	Redirect   string       // codes only
	Challenge  string       // codes only: "S256:..." or "plain:...", RFC 7636
	Label      string       // keys and addresses: what a person called it
	CreateTime time.Time
	ExpireTime time.Time // zero for never
	UsedTime   time.Time // last use; for codes and links the only one
}

// DeviceState is what became of a device code.
type DeviceState string

// The states of a device code.
const (
	DevicePending DeviceState = "pending"
	DeviceAllowed DeviceState = "allowed"
	DeviceDenied  DeviceState = "denied"
)

// Asker is who began a device code dialogue.
type Asker struct {
	Address  string   // where the request came from; "" if that is not known
	Host     string   // the machine, as it says; "" if it did not say
	Printers []string // what it would add, as it says
}

// Device is one run of the device code dialogue, RFC 8628.
type Device struct {
	Hash       Hash // of the device code
	UserHash   Hash // of the user code
	Client     string
	Scope      string
	State      DeviceState
	User       cloud.UserID // who decided
	Interval   time.Duration
	CreateTime time.Time
	ExpireTime time.Time
	PollTime   time.Time // of the last poll
	Asker
}

// Selection says which tokens to revoke; exactly one of the first three members
// is set.
type Selection struct {
	Hash  Hash         // one token
	Grant GrantID      // a whole grant
	Robot gcp.RobotID  // everything of a connector
	User  cloud.UserID // everything of a person; not of the person's robots, which go on
	Kind  Kind         // with User: this kind only
}

// ErrUsed is returned when a secret that is good once was used before.
var ErrUsed = errors.New("used before")

// Tokens keeps tokens. What is not there is cloud.ErrNotFound.
type Tokens interface {
	// AddTokens stores new tokens in one transaction.
	AddTokens(ctx context.Context, t ...Token) error
	// Token returns the token with this hash, also when it is expired or used.
	Token(ctx context.Context, h Hash) (Token, error)
	// ExchangeToken marks a token as used and stores what was given for it, in one
	// transaction. It returns ErrUsed, and stores nothing, the second time. What a
	// robot has of other grants ends, with a robot.revoked event, so that two
	// connectors never serve one robot's printers.
	ExchangeToken(ctx context.Context, h Hash, at time.Time, issue ...Token) error
	// TouchToken records a use.
	TouchToken(ctx context.Context, h Hash, at time.Time) error
	// UserTokens lists a person's tokens of one kind, oldest first.
	UserTokens(ctx context.Context, u cloud.UserID, k Kind) ([]Token, error)
	// RevokeTokens deletes tokens, and writes a robot.revoked event for each robot
	// that loses its access, in one transaction.
	RevokeTokens(ctx context.Context, s Selection, at time.Time) error
	// SweepTokens deletes what expired before a time, and writes an event for each person
	// whose key it was, or the last token of a grant.
	SweepTokens(ctx context.Context, before time.Time) error
}

// Grants answers for what was granted. What is not there is cloud.ErrNotFound.
type Grants interface {
	// RefreshToken records a use of a refresh token and stores what was given for
	// it, in one transaction. If the token is there no more it stores nothing.
	RefreshToken(ctx context.Context, h Hash, at time.Time, issue ...Token) error
	// RobotHasTokens reports whether a robot has a refresh token.
	RobotHasTokens(ctx context.Context, r gcp.RobotID) (bool, error)
}

// Devices keeps device codes.
type Devices interface {
	// AddDevice stores a new device code; a user code that is in use is an error.
	AddDevice(ctx context.Context, d Device) error
	// DeviceByCode returns a device code by its own hash.
	DeviceByCode(ctx context.Context, h Hash) (Device, error)
	// DeviceByUserCode returns a device code by the hash of its user code.
	DeviceByUserCode(ctx context.Context, h Hash) (Device, error)
	// PolledDevice records a poll and the interval that counts from now on.
	PolledDevice(ctx context.Context, h Hash, at time.Time, interval time.Duration) error
	// DecideDevice records a decision; ErrUsed if there is one already.
	DecideDevice(ctx context.Context, h Hash, u cloud.UserID, s DeviceState) error
	// FinishDevice deletes an allowed device code and stores its tokens, in one
	// transaction; ErrUsed if it is gone.
	FinishDevice(ctx context.Context, h Hash, issue ...Token) error
}

// Tries counts guesses, so that they count on every replica alike.
type Tries interface {
	// AddTry records a guess and returns how many there were since a time.
	AddTry(ctx context.Context, who string, at, since time.Time) (int, error)
	// RemoveTry takes one guess of who back: it was right.
	RemoveTry(ctx context.Context, who string, at time.Time) error
}

// Accounts finds whom a token speaks for.
type Accounts interface {
	User(ctx context.Context, id cloud.UserID) (cloud.User, error)
	Robot(ctx context.Context, id gcp.RobotID) (cloud.Robot, error)
}

// Store is everything a Server keeps.
type Store interface {
	Tokens
	Grants
	Devices
	Tries
	Accounts
}
