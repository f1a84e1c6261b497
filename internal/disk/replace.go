package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Replace replaces the file at path with b, of mode 0600, so that after a crash it
// holds the old bytes or the new ones, whole.
func Replace(f FS, path string, b []byte) error {
	tmp := path + ".new"
	if err := write(f, tmp, b); err != nil {
		_ = f.Remove(tmp) // else the next one replaces it
		return err
	}
	if err := f.Rename(tmp, path); err != nil {
		return err
	}
	return f.Sync(filepath.Dir(path))
}

// write makes a file with b in it, durably. What has the name already is taken
// away and not followed: it may be a link that somebody else put there.
func write(f FS, name string, b []byte) error {
	if err := f.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	w, err := f.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	if err == nil {
		err = w.Sync()
	}
	return errors.Join(err, w.Close())
}
