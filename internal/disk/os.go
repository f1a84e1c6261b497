package disk

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// batch is how many entries of a folder are read at a time.
const batch = 1000

// OS is the file system of the operating system.
type OS struct{}

var _ FS = OS{}

// Open implements Reader.
func (OS) Open(name string) (io.ReadSeekCloser, error) {
	f, err := openFile(name, os.O_RDONLY, 0)
	if err != nil {
		return nil, err // not f: a nil *os.File in an interface is not nil
	}
	return f, nil
}

// Stat implements Reader.
func (OS) Stat(name string) (fs.FileInfo, error) { return os.Stat(name) }

// OpenFile implements Writer.
func (OS) OpenFile(name string, flag int, perm fs.FileMode) (File, error) {
	f, err := openFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Truncate implements Writer.
func (OS) Truncate(name string, size int64) error { return os.Truncate(name, size) }

// Link implements Writer.
func (OS) Link(from, to string) error { return os.Link(from, to) }

// Remove implements Writer.
func (OS) Remove(name string) error { return os.Remove(name) }

// Touch implements Writer.
func (OS) Touch(name string, at time.Time) error { return os.Chtimes(name, at, at) }

// Make implements Folders.
func (d OS) Make(name string, perm fs.FileMode) error {
	var made []string // whose names are not durable yet
	for at := filepath.Clean(name); ; at = filepath.Dir(at) {
		if _, err := os.Stat(at); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		made = append(made, filepath.Dir(at))
	}
	if err := os.MkdirAll(name, perm); err != nil {
		return err
	}
	for _, parent := range made {
		if err := d.Sync(parent); err != nil {
			return err
		}
	}
	return nil
}

// List implements Folders.
func (OS) List(name string, visit func(fs.DirEntry) error) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // read only
	for {
		entries, err := f.ReadDir(batch)
		for _, e := range entries {
			if err := visit(e); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
