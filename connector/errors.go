package connector

import (
	"errors"
	"net/http"

	"platen/gcp"
	"platen/printer"
)

// opToken is the renewal of our own credentials, which each call may begin with. How
// it fails (RFC 6749, 5.2: 400) says nothing about the job.
const opToken = "token"

// refused reports whether the service will never take what it was told, as for
// a job that is finished there. Doubts about who we are do not count: they may
// be cleared up.
func refused(err error) bool {
	var e *gcp.Error
	if !errors.As(err, &e) || e.Temporary() || e.Op == opToken || standsBy(err) {
		return false
	}
	switch e.HTTPStatus {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusRequestTimeout, http.StatusProxyAuthRequired:
		return false
	}
	return true
}

// claimedElsewhere reports whether the service refused a claim: another one has
// the job.
func claimedElsewhere(err error) bool { return errors.Is(err, &gcp.Error{Code: gcp.CodeClaimed}) }

// standsBy reports whether the service refused a run: another one is the current.
func standsBy(err error) bool { return errors.Is(err, &gcp.Error{Code: gcp.CodeStandby}) }

// noDocument reports whether the service will never give a document.
func noDocument(err error) bool {
	var e *gcp.Error
	return errors.As(err, &e) && e.Op != opToken &&
		(e.HTTPStatus == http.StatusNotFound || e.HTTPStatus == http.StatusGone || e.HTTPStatus == http.StatusUnsupportedMediaType)
}

// ending returns how a job ends because the printer refused it for good, or
// false for failures that may pass.
func ending(err error) (Status, bool) {
	var ticket *printer.ErrTicket
	if errors.As(err, &ticket) {
		return Status{State: gcp.ByDevice(gcp.JobAborted, gcp.DeviceInvalidTicket), Message: ticket.Reason}, true
	}
	if s, ok := unmade(err); ok {
		return s, true
	}
	var e *printer.Error
	if !errors.As(err, &e) || e.Temporary() {
		return Status{}, false
	}
	state := e.State
	if !state.Type.Ended() {
		state = gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure)
	}
	return Status{State: state, Message: e.Text}, true
}
