package stream

// Error is a condition of RFC 6120, 4.9.3 that ends a stream.
type Error string

// Conditions that a Splitter finds.
const (
	Policy        Error = "policy-violation" // too long, or too deep
	Restricted    Error = "restricted-xml"   // what RFC 6120, 11.1 forbids
	NotWellFormed Error = "not-well-formed"
	Encoding      Error = "unsupported-encoding"
)

// Error returns the condition.
func (e Error) Error() string { return "stream error: " + string(e) }

// Text is the element that carries the condition, with the end of the stream.
func (e Error) Text() string { return e.Element() + `</stream:stream>` }

// Element is the element alone.
func (e Error) Element() string {
	return `<stream:error><` + string(e) + ` xmlns="urn:ietf:params:xml:ns:xmpp-streams"/></stream:error>`
}
