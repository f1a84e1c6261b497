package gcp

import "fmt"

// ErrorCode is the errorCode member of a failed answer. Zero means that the
// service gave none.
type ErrorCode int

// The error codes that clients of the protocol are known to meet.
const (
	CodeMissingParameter ErrorCode = 2   // a required argument is absent
	CodeFailure          ErrorCode = 5   // generic; also unknown printer or job
	CodeUnauthorized     ErrorCode = 8   // the printer is not shared with the caller
	CodeXSRF             ErrorCode = 9   // signed in by cookie, without a valid xsrf token
	CodeConversion       ErrorCode = 403 // the document cannot be converted
	CodeClaimed          ErrorCode = 409 // another claim has the job: drop it (Platen's addition)
	CodeNoJob            ErrorCode = 413 // /fetch: nothing waits, or the printer is unknown
	CodeStandby          ErrorCode = 423 // another installation of this connector prints (Platen's addition)
	CodeNotClaimed       ErrorCode = 502 // the registration token was not confirmed yet: keep polling
	CodeNoAuthCode       ErrorCode = 505 // no authorization code can be given
	CodeTokenExpired     ErrorCode = 506 // the registration token expired: register afresh
)

// Error is a failed call as the wire tells it: an answer with success false, or
// an HTTP status other than 200.
type Error struct {
	Op         string    // the interface called, such as "fetch"
	Code       ErrorCode // from the envelope; 0 if it had none
	Message    string    // the service's sentence, or the HTTP status text
	HTTPStatus int       // 200 for failures told in the envelope
	OAuth      string    // error code of a token endpoint (RFC 6749, 5.2), such as "invalid_grant"; "" if it gave none
}

// Error returns the operation, the service's sentence and the numbers.
func (e *Error) Error() string {
	switch {
	case e.HTTPStatus != 0 && e.HTTPStatus != 200:
		return fmt.Sprintf("%s: HTTP %d: %s", e.Op, e.HTTPStatus, e.Message)
	case e.Code != 0:
		return fmt.Sprintf("%s: %s (code %d)", e.Op, e.Message, e.Code)
	}
	return fmt.Sprintf("%s: %s", e.Op, e.Message)
}

// Refused reports whether the service said that it will not take our refresh token again
// (RFC 6749, 5.2). A bare status 400 or 401 does not say so: the portals of guest networks
// and proxies answer with them, too.
func (e *Error) Refused() bool {
	return e.OAuth == "invalid_grant" || e.OAuth == "invalid_client" || e.OAuth == "unauthorized_client"
}

// Temporary reports whether the same call may succeed later: a 5xx answer or
// 429. A failure told in the envelope is never temporary.
func (e *Error) Temporary() bool { return e.HTTPStatus >= 500 || e.HTTPStatus == 429 }

// Is reports whether target is an *Error with the same non-zero Code, so that
// errors.Is(err, &gcp.Error{Code: gcp.CodeNoJob}) works.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code != 0 && t.Code == e.Code
}
