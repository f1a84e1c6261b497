package pubsub

import (
	"errors"

	"platen/cloud"
	"platen/internal/stream"
)

// Namespaces of errors.
const (
	nsStanzas = "urn:ietf:params:xml:ns:xmpp-stanzas"
	nsErrors  = nsPubSub + "#errors"
)

// refusal is an error of RFC 6120, 8.3, with the condition that XEP-0060 adds.
type refusal struct {
	typ       string // cancel, modify, auth or wait
	condition string
	own       string // of XEP-0060, 14.5; "" for none
	feature   string // of unsupported
}

// Error returns the condition.
func (r *refusal) Error() string { return r.condition + " " + r.own }

// text is the element.
func (r *refusal) text() string {
	out := `<error type="` + r.typ + `"><` + r.condition + ` xmlns="` + nsStanzas + `"/>`
	if r.own != "" {
		out += `<` + r.own + ` xmlns="` + nsErrors + `"` + stream.Attr("feature", r.feature) + `/>`
	}
	return out + `</error>`
}

// The refusals, with where XEP-0060 or RFC 6120 has them.
var (
	errBadRequest  = &refusal{typ: "modify", condition: "bad-request"}                                   // RFC 6120, 8.3.3.1
	errUnavailable = &refusal{typ: "cancel", condition: "service-unavailable"}                           // RFC 6120, 8.3.3.19
	errInternal    = &refusal{typ: "wait", condition: "internal-server-error"}                           // RFC 6120, 8.3.3.7
	errBusy        = &refusal{typ: "wait", condition: "resource-constraint"}                             // RFC 6120, 8.3.3.18
	errNoNode      = &refusal{typ: "cancel", condition: "item-not-found"}                                // 6.1.3
	errForbidden   = &refusal{typ: "auth", condition: "forbidden"}                                       // 6.1.3, 7.1.3, 8.1.3
	errWrongJID    = &refusal{typ: "modify", condition: "bad-request", own: "invalid-jid"}               // 6.1.3
	errNodeNeeded  = &refusal{typ: "modify", condition: "bad-request", own: "nodeid-required"}           // 5.6, 6.1
	errNotOne      = &refusal{typ: "cancel", condition: "unexpected-request", own: "not-subscribed"}     // 6.2.3
	errTooMany     = &refusal{typ: "wait", condition: "policy-violation", own: "too-many-subscriptions"} // 6.1.3
	errConflict    = &refusal{typ: "cancel", condition: "conflict"}                                      // 8.1.3
	errNoPayload   = &refusal{typ: "modify", condition: "bad-request", own: "payload-required"}          // 7.1.3
	errOnePayload  = &refusal{typ: "modify", condition: "bad-request", own: "invalid-payload"}           // 7.1.3
	errItemNeeded  = &refusal{typ: "modify", condition: "bad-request", own: "item-required"}             // 7.1.3
	errPayloadSize = &refusal{typ: "modify", condition: "not-acceptable", own: "payload-too-big"}        // 7.1.3
	errNotTaken    = &refusal{typ: "modify", condition: "not-acceptable"}                                // 8.1.3, 8.2.5
	errTooFast     = &refusal{typ: "wait", condition: "policy-violation"}                                // RFC 6120, 8.3.3.12
	errNodesFull   = &refusal{typ: "wait", condition: "policy-violation", own: "max-nodes-exceeded"}     // 14.5
)

// unsupported is the refusal of a feature of XEP-0060 that we do not have.
func unsupported(feature string) error {
	return &refusal{typ: "cancel", condition: "feature-not-implemented", own: "unsupported", feature: feature}
}

// refusalOf returns how an error is answered; ok is false for trouble of our own.
func refusalOf(err error) (r *refusal, ok bool) {
	if r, is := errors.AsType[*refusal](err); is {
		return r, true
	}
	switch {
	case errors.Is(err, cloud.ErrNotFound):
		return errNoNode, true
	case cloud.Denies(err):
		return errForbidden, true
	case errors.Is(err, ErrTooMany):
		return errTooMany, true
	case errors.Is(err, ErrExists):
		return errConflict, true
	}
	return errInternal, false
}
