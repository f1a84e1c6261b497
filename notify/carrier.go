package notify

import (
	"context"
	"errors"
)

// Carrier brings notifications over one kind of connection; notify/xmpp.Client
// is one.
type Carrier interface {
	// Carry opens a connection, subscribes, calls sink.Connected, then sink.Hint for
	// each notification, and returns when the connection ended or ctx did. It may
	// open another one by itself, and calls sink.Connected then, too. The error says
	// why it ended and is never nil. It wraps ErrCredentials when the service refuses
	// who we are, ErrConflict when it lets another in instead, and ErrUnfit when
	// another way to the service is to be taken. Nothing that Carry started runs on
	// after it returned.
	Carry(ctx context.Context, sink Sink) error
	// Name says in a word what carries now, such as "xmpp".
	Name() string
}

// ErrCredentials means that the service refused our credentials: trying again
// soon is of no use unless they are renewed.
var ErrCredentials = errors.New("the service does not accept this connector's credentials")

// ErrUnfit means that the service was reached this way, but nothing lasts on it.
var ErrUnfit = errors.New("this way does not last")

// ErrConflict means that the service ended the connection because another program
// connected with our credentials. To come back soon would only throw that one out.
var ErrConflict = errors.New("another installation with this connector's credentials connected")
