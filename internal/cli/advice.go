package cli

import (
	"cmp"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"syscall"
	"time"
)

// Advice says what to do about an error of the network or of a file, by what it is; an
// error that is none of those gets the advice otherwise.
func Advice(err error, otherwise string) string {
	var name *net.DNSError
	var op *net.OpError
	switch {
	case err == nil:
		return ""
	case ClockWrong(err, time.Now()) != "":
		return "set the clock (timedatectl set-ntp true); a board without a battery gets it from the network, and what waits for it goes on by itself"
	case errors.As(err, &op) && op.Op == "proxyconnect":
		return "the HTTP proxy does not answer: is the address right (http_proxy in the settings, else HTTPS_PROXY), and NO_PROXY for what needs none?"
	case errors.As(err, &name):
		return fmt.Sprintf("the name %s cannot be looked up: is it spelled right, and does DNS work on this machine (getent hosts %s)?", name.Name, name.Name)
	case ofCertificate(err) != "":
		return ofCertificate(err)
	}
	return cmp.Or(ofSystem(err), otherwise)
}

// ClockWrong says how the clock must be wrong for a certificate to be refused as not yet
// valid; "" for other errors.
func ClockWrong(err error, now time.Time) string {
	var invalid x509.CertificateInvalidError
	if !errors.As(err, &invalid) || invalid.Reason != x509.Expired || invalid.Cert == nil || !now.Before(invalid.Cert.NotBefore) {
		return ""
	}
	return fmt.Sprintf("this machine's clock says %s, before the certificate of the other side was made (%s)",
		now.UTC().Format(time.DateOnly), invalid.Cert.NotBefore.UTC().Format(time.DateOnly))
}

// ofCertificate is the advice about a certificate; "" where that is not the trouble.
func ofCertificate(err error) string {
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	switch {
	case errors.As(err, &unknown):
		return "the certificate is from an authority that this machine does not know: name its file with ca_file, or is something on the way that opens TLS?"
	case errors.As(err, &host):
		return "the certificate is for another name: use the name that it is for, or have one made for this name"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the certificate has ended: it must be renewed there; if it has not, this machine's clock is ahead"
	}
	return ""
}

// ofSystem is the advice about what the system refused; "" where it did not.
func ofSystem(err error) string {
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nobody listens there: is it running, and is the port right?"
	case errors.Is(err, syscall.EADDRINUSE):
		return "another program has the port: 'ss -ltnp' names it; stop it, or choose another port"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "the disk is full: make room"
	case errors.Is(err, syscall.EROFS):
		return "the file system cannot be written: is it mounted read-only?"
	case errors.Is(err, fs.ErrPermission):
		return fmt.Sprintf("this user (%d) may not: run the command as the user of the service, or as root", os.Geteuid())
	case errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time: is a firewall on the way, or the other side frozen?"
	}
	return ""
}
