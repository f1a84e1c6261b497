package cloud

import (
	"errors"
	"time"
)

// Kind is the class of an error; interfaces turn it into their own codes.
type Kind string

// The kinds of errors.
const (
	KindInvalid      Kind = "invalid"      // an argument is wrong; the sentence says which
	KindMissing      Kind = "missing"      // a required argument is absent
	KindCredentials  Kind = "credentials"  // nobody, or somebody unknown
	KindForbidden    Kind = "forbidden"    // known, but not allowed
	KindNotFound     Kind = "notfound"     // does not exist, or the caller may not know that it does
	KindNoJob        Kind = "nojob"        // nothing to fetch
	KindFinished     Kind = "finished"     // an ended job cannot change
	KindClaimed      Kind = "claimed"      // another claim has the job
	KindStandby      Kind = "standby"      // another installation of this connector prints
	KindConflict     Kind = "conflict"     // the key was used for another job
	KindUnsupported  Kind = "unsupported"  // the printer cannot take this document
	KindTooLarge     Kind = "toolarge"     // over a limit
	KindQuota        Kind = "quota"        // over a quota or rate
	KindNotClaimed   Kind = "notclaimed"   // registration not confirmed yet
	KindTokenExpired Kind = "tokenexpired" // registration token expired
	KindXSRF         Kind = "xsrf"         // cookie without a valid xsrf token
	KindUnavailable  Kind = "unavailable"  // try again: disk full, database busy
)

// Error is a refusal with a sentence for people and a cause for the log.
type Error struct {
	Kind    Kind
	Message string        // one sentence, safe to show
	Cause   error         // for the log; may be nil
	After   time.Duration // when it may work again, for a rate; 0 if that is not known
}

// Error returns the sentence.
func (e *Error) Error() string { return e.Message }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Is reports whether target is an *Error of the same kind without a message, so
// that errors.Is(err, cloud.ErrNotFound) works.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Message == "" && t.Kind == e.Kind
}

// Sentinels for errors.Is.
var (
	ErrNotFound    = &Error{Kind: KindNotFound}
	ErrFinished    = &Error{Kind: KindFinished}
	ErrCredentials = &Error{Kind: KindCredentials}
)

// Denies reports whether an error of a token's check says that the token is not good,
// and not that the check itself went wrong.
func Denies(err error) bool {
	switch KindOf(err) {
	case KindCredentials, KindForbidden, KindNotFound, KindInvalid, KindMissing, KindTokenExpired:
		return true
	}
	return false
}

// KindOf returns the kind of err, or "" if it is none of ours.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return ""
}
