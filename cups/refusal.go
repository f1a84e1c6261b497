package cups

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/printer"
)

// refusal is an answer that says no, in IPP or already in HTTP.
type refusal struct {
	status goipp.Status // 0 if HTTP said no
	http   int
	text   string // status-message

	unsupported []string // names of the attributes that were the reason
}

// Error names the status.
func (r *refusal) Error() string {
	if r.status == 0 {
		return fmt.Sprintf("HTTP status %d", r.http)
	}
	if r.text != "" {
		return fmt.Sprintf("%s (%s)", r.status, r.text)
	}
	return r.status.String()
}

// refused returns the answer behind err, nil if there was none.
func refused(err error) *refusal {
	var r *refusal
	if errors.As(err, &r) {
		return r
	}
	return nil
}

// statusOf returns the IPP status behind err, 0 if there is none.
func statusOf(err error) goipp.Status {
	if r := refused(err); r != nil {
		return r.status
	}
	return 0
}

// notBegun reports whether err came before the first byte was sent.
func notBegun(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// explain turns the failure of an operation into what it means (RFC 8011,
// 4.1.6 and appendix B).
func explain(op goipp.Op, err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	var done *printer.Error
	if errors.As(err, &done) {
		return err
	}
	e := &printer.Error{Op: op.String(), Err: err}
	r := refused(err)
	switch {
	case r == nil:
		e.Text, e.Retry = noAnswer, true
		e.State = gcp.ByService(gcp.JobStopped, gcp.ServiceCommunication)
	case r.status == 0:
		explainHTTP(e, r.http)
	default:
		explainIPP(e, r)
	}
	return e
}

// unprintable says why a document is not printed (PWG 5100.13, PWG 5100.16).
func unprintable(s goipp.Status) string {
	switch s {
	case goipp.StatusErrorDocumentPassword:
		return "the document is locked with a password"
	case goipp.StatusErrorDocumentPermission:
		return "the document may not be printed"
	case goipp.StatusErrorDocumentSecurity:
		return "the printer distrusts the document"
	case goipp.StatusErrorDocumentUnprintable:
		return "the printer cannot make sense of the document"
	case goipp.StatusErrorAccountInfoNeeded:
		return "the printer wants to know who pays"
	case goipp.StatusErrorAccountClosed, goipp.StatusErrorAccountAuthorizationFailed:
		return "the printer does not take this account"
	case goipp.StatusErrorAccountLimitReached:
		return "the account has no pages left"
	}
	return "the printer cannot print this"
}

func explainHTTP(e *printer.Error, status int) {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		e.Text = "the printer wants authentication"
		e.State = gcp.ByDevice(gcp.JobAborted, gcp.DeviceActionOther)
	case http.StatusRequestEntityTooLarge:
		e.Text = "the document is too large for the printer"
		e.State = gcp.ByService(gcp.JobAborted, gcp.ServiceFileTooBig)
	case http.StatusNotFound:
		e.Text = "the printer is not there"
		e.State = gcp.ByService(gcp.JobAborted, gcp.ServicePrinterDeleted)
	default:
		e.Text, e.Retry = "the printer cannot answer now", status >= 500
		e.State = gcp.ByService(gcp.JobStopped, gcp.ServiceCommunication)
	}
}

func explainIPP(e *printer.Error, r *refusal) {
	switch r.status {
	case goipp.StatusErrorBusy, goipp.StatusErrorTooManyJobs:
		e.Text, e.Busy = "the printer is busy", true
	case goipp.StatusErrorServiceUnavailable, goipp.StatusErrorTemporary, goipp.StatusErrorTimeout:
		e.Text, e.Retry = "the printer is not ready", true
		e.State = gcp.ByService(gcp.JobStopped, gcp.ServiceCommunication)
	case goipp.StatusErrorNotAcceptingJobs, goipp.StatusErrorPrinterIsDeactivated:
		e.Text, e.Retry = "the printer accepts no jobs", true
		e.State = gcp.ByUser(gcp.JobStopped, gcp.UserPaused)
	case goipp.StatusErrorDocumentFormatNotSupported, goipp.StatusErrorDocumentFormatError:
		e.Text = "the printer cannot print this kind of document"
		e.State = gcp.ByService(gcp.JobAborted, gcp.ServiceUnsupportedType)
	case goipp.StatusErrorAttributesOrValues, goipp.StatusErrorConflicting:
		e.Text = "the printer refuses the print options"
		if len(r.unsupported) > 0 {
			e.Text += " (" + strings.Join(r.unsupported, ", ") + ")"
		}
		e.State = gcp.ByDevice(gcp.JobAborted, gcp.DeviceInvalidTicket)
	case goipp.StatusErrorCompressionNotSupported, goipp.StatusErrorCompressionError, goipp.StatusErrorDocumentAccess:
		e.Text = "the printer could not read the document"
		e.State = gcp.ByDevice(gcp.JobAborted, gcp.DeviceDownloadFailure)
	case goipp.StatusErrorRequestEntity:
		e.Text = "the document is too large for the printer"
		e.State = gcp.ByService(gcp.JobAborted, gcp.ServiceFileTooBig)
	case goipp.StatusErrorNotFound, goipp.StatusErrorGone:
		e.Text = "the printer or the job is not there"
		e.State = gcp.ByService(gcp.JobAborted, gcp.ServicePrinterDeleted)
	case goipp.StatusErrorForbidden, goipp.StatusErrorNotAuthenticated, goipp.StatusErrorNotAuthorized:
		e.Text = "the printer wants authentication"
		e.State = gcp.ByDevice(gcp.JobAborted, gcp.DeviceActionOther)
	default:
		e.Text = unprintable(r.status)
		e.State = gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure)
	}
	if r.text != "" {
		e.Text += ": " + r.text
		said := *r
		said.text = "" // once is enough
		e.Err = &said
	}
}
