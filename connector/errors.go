package connector

import (
	"errors"
	"net/http"

	"platen/gcp"
	"platen/printer"
)

// refused reports whether the service will never take what it was told, as for
// a job that is finished there. Doubts about who we are do not count: they may
// be cleared up.
func refused(err error) bool {
	var e *gcp.Error
	if !errors.As(err, &e) || e.Temporary() {
		return false
	}
	switch e.HTTPStatus {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusRequestTimeout, http.StatusProxyAuthRequired:
		return false
	}
	return true
}

// noDocument reports whether the service will never give a document.
func noDocument(err error) bool {
	var e *gcp.Error
	return errors.As(err, &e) &&
		(e.HTTPStatus == http.StatusNotFound || e.HTTPStatus == http.StatusGone || e.HTTPStatus == http.StatusUnsupportedMediaType)
}

// ending returns how a job ends because the printer refused it for good, or
// false for failures that may pass.
func ending(err error) (Status, bool) {
	var ticket *printer.ErrTicket
	if errors.As(err, &ticket) {
		return Status{State: gcp.ByDevice(gcp.JobAborted, gcp.DeviceInvalidTicket), Message: ticket.Reason}, true
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
