package raster

import (
	"context"
	"errors"
)

// Office says how office documents are made ready on this machine: what a LibreOffice
// that reads one, and does what its author wants, is kept from.
type Office struct {
	Program   string // of LibreOffice, "" if it is not installed
	NoFiles   bool   // it sees no files but programs, fonts and the document (Landlock)
	NoTCP     bool   // it makes no TCP connections (Landlock of Linux 6.7)
	NoNetwork bool   // it has no network at all (user namespaces)
}

// CheckOffice looks what there is for this user.
func CheckOffice(ctx context.Context) Office {
	o := Office{Program: findOffice()}
	if o.Program != "" {
		abi := landlock()
		o.NoFiles, o.NoTCP, o.NoNetwork = abi >= 1, abi >= 4, namespaces(ctx)
	}
	return o
}

// Detail says it in a sentence.
func (o Office) Detail() string {
	switch {
	case o.Program == "":
		return "not taken: LibreOffice is not installed"
	case o.NoNetwork:
		return "read by LibreOffice, without other files (Landlock) and without a network (namespaces)"
	case o.NoTCP:
		return "read by LibreOffice, without other files and TCP (Landlock); it has no namespaces of its own, and so the rest of the network"
	}
	return "read by LibreOffice, without other files (Landlock), but with the network: neither may it have namespaces of its own " +
		"(user.max_user_namespaces; RestrictNamespaces of a unit), nor is this Linux 6.7, whose Landlock forbids TCP"
}

// Err is not nil where a document can have other files of this machine printed.
func (o Office) Err() error {
	if o.Program == "" || o.NoFiles {
		return nil
	}
	return errors.New("a document can have LibreOffice print whatever file this user can read: the system has no Landlock")
}

// OfficeAdvice says what to do about Err.
const OfficeAdvice = "use Linux 5.13 or later with landlock among its security modules (kernel parameter lsm=, " +
	"see /sys/kernel/security/lsm), or take LibreOffice off this machine: office documents are then refused"
