// Package filelock locks open files, so that one process owns a folder. The system ends
// a lock with the process that has it, however that ends: it is never stale.
package filelock

import (
	"errors"
	"os"
)

// Kind says who else may have a lock at the same time.
type Kind string

// The kinds of locks.
const (
	Shared    Kind = "shared"    // others that are shared
	Exclusive Kind = "exclusive" // nobody
)

// ErrHeld is returned when another process has a lock that excludes this one.
var ErrHeld = errors.New("locked by another process")

// Try locks f until it is closed. It does not wait: the error is ErrHeld where it would
// have to. What is in the file can be read and written by everybody all the same.
func Try(f *os.File, kind Kind) error { return try(f, kind) }
