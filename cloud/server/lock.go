package server

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"platen/internal/filelock"
)

// lockFile is the file of the state folder that its users have locked: shared by
// the service and the commands beside it, exclusively by a restore.
const lockFile = "lock"

// errInUse is returned when a folder cannot be locked.
var errInUse = errors.New("the state folder is in use")

// lockState locks a state folder until the file is closed. It
// does not wait.
func lockState(dir string, how filelock.Kind) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the state folder: %w", err)
	}
	if err := giveTo(dir, f.Name()); err != nil {
		return nil, errors.Join(fmt.Errorf("lock the state folder: %w", err), f.Close())
	}
	err = filelock.Try(f, how)
	if errors.Is(err, filelock.ErrHeld) {
		err = errInUse
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", dir, err), f.Close())
	}
	return f, nil
}

// useState locks a state folder for the service, or for a command beside it.
func useState(dir string) (*os.File, error) {
	f, err := lockState(dir, filelock.Shared)
	if errors.Is(err, errInUse) {
		return nil, fmt.Errorf("%s is being restored from a backup: wait until 'platen-cloud restore' has ended", dir)
	}
	if err != nil {
		return nil, err
	}
	if interrupted(dir) {
		return nil, errors.Join(fmt.Errorf("a restore of %s was interrupted half way: "+
			"run 'platen-cloud restore --force' with the backup again", dir), f.Close())
	}
	return f, nil
}

// interrupted reports whether a restore into the folder was.
func interrupted(dir string) bool {
	for _, name := range []string{movingDir, movingAgain} {
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
			return true
		}
	}
	return false
}
