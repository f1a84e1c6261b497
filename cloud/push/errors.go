package push

import "errors"

// streamError is a condition of RFC 6120, 4.9.3 that ends a stream.
type streamError string

// Error returns the condition.
func (e streamError) Error() string { return "stream error: " + string(e) }

const (
	errPolicy        streamError = "policy-violation"
	errRestricted    streamError = "restricted-xml"
	errNotWellFormed streamError = "not-well-formed"
	errEncoding      streamError = "unsupported-encoding"
	errNamespace     streamError = "invalid-namespace"
	errVersion       streamError = "unsupported-version"
	errNotAuthorized streamError = "not-authorized"
	errConflict      streamError = "conflict"
	errTimeout       streamError = "connection-timeout"
	errShutdown      streamError = "system-shutdown"
	errResources     streamError = "resource-constraint"
	errUnsupported   streamError = "unsupported-stanza-type"
	errBadFormat     streamError = "bad-format"
)

// text is the element that carries the condition, with the end of the stream.
func (e streamError) text() string {
	return `<stream:error><` + string(e) + ` xmlns="urn:ietf:params:xml:ns:xmpp-streams"/></stream:error></stream:stream>`
}

// errClosed ends a stream without a word to the peer.
var (
	errClosed  = errors.New("stream closed")
	errRefused = errors.New("login refused")
)
