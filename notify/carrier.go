package notify

import (
	"context"
	"errors"
)

// Carrier brings notifications over one kind of connection; notify/xmpp.Client
// is one.
type Carrier interface {
	// Carry opens one connection, subscribes, calls sink.Connected once, then
	// sink.Hint for each notification, and returns when the connection ended or
	// ctx did. The error says why and is never nil. It wraps ErrCredentials when
	// the service refuses who we are. Nothing that Carry started runs on after
	// it returned.
	Carry(ctx context.Context, sink Sink) error
	// Name says in a word what carries, such as "xmpp".
	Name() string
}

// ErrCredentials means that the service refused our credentials: trying again
// soon is of no use unless they are renewed.
var ErrCredentials = errors.New("the service does not accept this connector's credentials")
