//go:build unix

package filelock

import (
	"errors"
	"os"
	"syscall"
)

// try uses flock(2).
func try(f *os.File, kind Kind) error {
	how := syscall.LOCK_EX
	if kind == Shared {
		how = syscall.LOCK_SH
	}
	err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return ErrHeld
	}
	return err
}
