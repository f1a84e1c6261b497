package server

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// lockFile is the file of the state folder that its users have locked: shared by
// the service and the commands beside it, exclusively by a restore.
const lockFile = "lock"

// errInUse is returned when a folder cannot be locked.
var errInUse = errors.New("the state folder is in use")

// lockState locks a state folder until the file is closed. how is
// syscall.LOCK_SH or syscall.LOCK_EX; it does not wait.
func lockState(dir string, how int) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the state folder: %w", err)
	}
	if err := giveTo(dir, f.Name()); err != nil {
		return nil, errors.Join(fmt.Errorf("lock the state folder: %w", err), f.Close())
	}
	err = syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = errInUse
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", dir, err), f.Close())
	}
	return f, nil
}

// useState locks a state folder for the service, or for a command beside it.
func useState(dir string) (*os.File, error) {
	f, err := lockState(dir, syscall.LOCK_SH)
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

// giveTo makes what root wrote belong to the owner of the state folder, as whom
// the service runs.
func giveTo(dir, path string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	return filepath.WalkDir(path, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(name, int(owner.Uid), int(owner.Gid))
	})
}
