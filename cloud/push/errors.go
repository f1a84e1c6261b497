package push

import (
	"errors"

	"platen/internal/stream"
)

// streamError is a condition of RFC 6120, 4.9.3 that ends a stream.
type streamError = stream.Error

const (
	errPolicy                    = stream.Policy
	errNamespace     streamError = "invalid-namespace"
	errVersion       streamError = "unsupported-version"
	errNotAuthorized streamError = "not-authorized"
	errTimeout       streamError = "connection-timeout"
	errShutdown      streamError = "system-shutdown"
	errResources     streamError = "resource-constraint"
	errUnsupported   streamError = "unsupported-stanza-type"
	errBadFormat     streamError = "bad-format"
)

var errNoCertificate = errors.New("push needs a certificate to listen")

// errClosed ends a stream without a word to the peer.
var (
	errClosed  = errors.New("stream closed")
	errRefused = errors.New("login refused")
)
