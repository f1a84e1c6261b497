package gcp

import (
	"crypto/rand"
	"encoding/hex"
)

// NewID returns 128 random bits as 32 hexadecimal digits, the form of every id that
// Platen makes.
func NewID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, see its documentation
	return hex.EncodeToString(b[:])
}

// PrinterID names one printer registered with a service. It is opaque, chosen by
// the service, and never reused.
type PrinterID string

// JobID names one print job of a service. It is opaque and never reused.
type JobID string

// ProxyID names one connector installation; printers with the same owner and
// ProxyID belong to one connector. The connector chooses it.
type ProxyID string

// RobotID is the local part of a robot's JID: 32 hexadecimal digits.
type RobotID string

// ClaimID is what a connector holds a job by: 32 random hexadecimal digits that it
// has written down before it asks for the job. Platen's addition, see
// docs/extensions.md.
type ClaimID string

// RunID is one link in the history of a connector's state folder: 32 random
// hexadecimal digits. Platen's addition, see docs/extensions.md.
type RunID string
