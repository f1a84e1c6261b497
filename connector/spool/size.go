package spool

import (
	"errors"
	"io/fs"
	"path/filepath"
)

// Free returns how many bytes the file system of a folder has left for us.
func Free(folder string) (int64, error) { return freeBytes(folder) }

// Size returns how many bytes the files of a spool folder take. It reads the folder alone,
// and may be called while the spool is in use.
func Size(folder string) (int64, error) {
	var n int64
	err := filepath.WalkDir(folder, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return gone(err)
		}
		info, err := d.Info()
		if err == nil {
			n += info.Size()
		}
		return gone(err)
	})
	return n, err
}

// gone forgets that a file was deleted meanwhile.
func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
