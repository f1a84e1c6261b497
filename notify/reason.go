package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/xml"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
)

// Reason says in a word why a connection ended, or could not be made.
type Reason string

// The reasons. What is none of them is ReasonOther.
const (
	ReasonCredentials Reason = "credentials" // the service does not accept ours
	ReasonConflict    Reason = "conflict"    // another installation has them
	ReasonClock       Reason = "clock"       // this machine's is before the service's certificate was made
	ReasonName        Reason = "name"        // DNS does not know the service, or does not answer
	ReasonTLS         Reason = "tls"         // the certificate is not good, or the other side speaks no TLS
	ReasonRefused     Reason = "refused"     // nobody listens
	ReasonTimeout     Reason = "timeout"     // no answer: also of a connection that was cut
	ReasonClosed      Reason = "closed"      // by the service, or something on the way
	ReasonOther       Reason = "other"
)

// reasonOf returns the reason that an error of a Carrier gives. Of several that were
// joined it is the first in the order of the constants.
func reasonOf(err error) Reason {
	var name *net.DNSError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, ErrCredentials):
		return ReasonCredentials
	case errors.Is(err, ErrConflict):
		return ReasonConflict
	case errors.As(err, &name):
		return ReasonName
	case clock(err) != "":
		return ReasonClock
	case isTLS(err):
		return ReasonTLS
	case errors.Is(err, syscall.ECONNREFUSED):
		return ReasonRefused
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return ReasonTimeout
	case isCut(err), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, net.ErrClosed):
		return ReasonClosed
	}
	return ReasonOther
}

// isCut reports whether a stream ended in the middle of its document.
func isCut(err error) bool {
	var syntax *xml.SyntaxError
	return errors.As(err, &syntax) && syntax.Msg == "unexpected EOF" // encoding/xml has no other way to say it
}

// isTLS reports whether a handshake failed.
func isTLS(err error) bool {
	var record tls.RecordHeaderError
	var verify *tls.CertificateVerificationError
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var alert tls.AlertError
	return errors.As(err, &verify) || errors.As(err, &record) || errors.As(err, &invalid) || errors.As(err, &unknown) ||
		errors.As(err, &host) || errors.As(err, &alert)
}
