package client

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"platen/gcp"
)

// TransportError is a call that failed on the way: no connection, a cut or
// unreadable answer. Whether the service heard the call is not known.
type TransportError struct {
	Op  string
	Err error
}

// Error returns the operation and what happened; never an address with a query.
func (e *TransportError) Error() string { return e.Op + ": " + e.Err.Error() }

// Unwrap returns what happened.
func (e *TransportError) Unwrap() error { return e.Err }

// Temporary is always true: the same call may succeed later.
func (e *TransportError) Temporary() bool { return true }

// Errors that a TransportError may hold.
var (
	ErrAnswerTooLarge = errors.New("answer too large")
	ErrStalled        = errors.New("no data for too long")
	ErrShort          = errors.New("document is shorter than announced")
	ErrLong           = errors.New("document is longer than announced")
	ErrDigest         = errors.New("document does not match its digest")
	errEncoded        = errors.New("answer has a content encoding that was not asked for")
)

// transportError wraps err, without the address that net/http puts before it: a
// document's may hold a signature. It tells apart the end of ctx.
func transportError(ctx context.Context, op string, err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	return &TransportError{Op: op, Err: err}
}

// waitError is a *gcp.Error that came with Retry-After.
type waitError struct {
	err  *gcp.Error
	wait time.Duration
}

func (e *waitError) Error() string   { return e.err.Error() }
func (e *waitError) Unwrap() error   { return e.err }
func (e *waitError) Temporary() bool { return e.err.Temporary() }

// RetryAfter returns how long the service asked to wait after err, 0 if it did
// not say.
func RetryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*waitError](err); ok {
		return e.wait
	}
	return 0
}

// withRetryAfter adds the header of RFC 9110, 10.2.3: seconds or a date.
func withRetryAfter(e *gcp.Error, h http.Header) error {
	value := h.Get("Retry-After")
	if n, err := strconv.Atoi(value); err == nil && n > 0 {
		return &waitError{e, time.Duration(min(n, 24*3600)) * time.Second}
	}
	if t, err := http.ParseTime(value); err == nil && time.Until(t) > 0 {
		return &waitError{e, time.Until(t)}
	}
	return e
}

// worthRetrying reports whether the same call may succeed within seconds. A
// certificate that does not verify, or an answer that is none of the protocol's,
// will not change so soon.
func worthRetrying(err error) bool {
	if e, ok := errors.AsType[*gcp.Error](err); ok {
		return e.Temporary()
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return false
	}
	if errors.Is(err, ErrAnswerTooLarge) || errors.Is(err, errEncoded) || errors.Is(err, errAnswer) {
		return false
	}
	_, ok := errors.AsType[*TransportError](err)
	return ok
}
