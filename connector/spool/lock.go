package spool

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"platen/internal/filelock"
	"platen/internal/private"
)

// ErrLocked means that another process owns the state folder.
var ErrLocked = errors.New("another platen process is using it")

// Lock is the ownership of a state folder. The kernel ends it with the process,
// however that ends, so that it is never stale.
type Lock struct{ f *os.File }

// Acquire takes the lock of the state folder path, making the folder (0700) if
// need be. It does not wait: an error that is ErrLocked says who has it.
func Acquire(path string) (*Lock, error) {
	if err := private.Folder(path); err != nil {
		return nil, fmt.Errorf("make state folder: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(path, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock of the state folder: %w", err)
	}
	if err := filelock.Try(f, filelock.Exclusive); err != nil {
		return nil, errors.Join(refusal(path, f, err), f.Close())
	}
	if err := f.Truncate(0); err == nil {
		_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0) // only for the sentence of the next
	}
	return &Lock{f}, nil
}

func refusal(path string, f *os.File, err error) error {
	if !errors.Is(err, filelock.ErrHeld) {
		return fmt.Errorf("lock %s: %w", path, err)
	}
	owner := ""
	b := make([]byte, 32)
	if n, _ := f.ReadAt(b, 0); n > 0 {
		owner = " (process " + strings.TrimSpace(string(b[:n])) + ")"
	}
	return fmt.Errorf("state folder %s: %w%s: stop it first, or ask it through its socket (platen status)", path, ErrLocked, owner)
}

// Release gives the folder free.
func (l *Lock) Release() error { return l.f.Close() }
