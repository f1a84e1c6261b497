package notify

import (
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"time"
)

// words returns what an error says, without our own ends of connections: their ports
// differ each time, and nobody needs them.
func words(err error) string {
	text := clock(err) + err.Error()
	for _, source := range sources(err) {
		text = strings.ReplaceAll(text, source+"->", "")
	}
	return text
}

// sources returns the addresses that the errors of the net package below err came from.
func sources(err error) []string {
	var list []string
	if op, ok := err.(*net.OpError); ok && op.Source != nil { //nolint:errorlint // each one of the tree is looked at
		list = append(list, op.Source.String())
	}
	switch e := err.(type) { //nolint:errorlint // likewise
	case interface{ Unwrap() error }:
		if next := e.Unwrap(); next != nil {
			list = append(list, sources(next)...)
		}
	case interface{ Unwrap() []error }:
		for _, next := range e.Unwrap() {
			list = append(list, sources(next)...)
		}
	}
	return list
}

// clock says first that this machine's clock is wrong, where a certificate that was made
// says so; "" for other errors.
func clock(err error) string {
	var invalid x509.CertificateInvalidError
	now := time.Now()
	if !errors.As(err, &invalid) || invalid.Reason != x509.Expired || invalid.Cert == nil || !now.Before(invalid.Cert.NotBefore) {
		return ""
	}
	return "this machine's clock is wrong: it says " + now.UTC().Format(time.DateOnly) + ", before the service's certificate was made (" +
		invalid.Cert.NotBefore.UTC().Format(time.DateOnly) + "); it is tried again until the clock is set: "
}
