package filelock

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// beyond is the place of the locked byte: far behind what files hold, as nobody else can
// read what is locked (LockFileEx).
const beyond = 1 << 30

// try uses LockFileEx.
func try(f *os.File, kind Kind) error {
	var how uint32 = windows.LOCKFILE_FAIL_IMMEDIATELY
	if kind == Exclusive {
		how |= windows.LOCKFILE_EXCLUSIVE_LOCK
	}
	err := windows.LockFileEx(windows.Handle(f.Fd()), how, 0, 1, 0, &windows.Overlapped{OffsetHigh: beyond})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return ErrHeld
	}
	return err
}
