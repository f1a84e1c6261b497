package diskmem

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"platen/internal/disk"
)

// OpenFile implements disk.Writer.
func (d *Disk) OpenFile(name string, flag int, _ fs.FileMode) (disk.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	op := Op{Kind: OpCreate, Name: name, Flag: flag}
	if err := d.doLocked(&op); err != nil {
		return nil, err
	}
	return &file{disk: d, name: name, number: op.File, appends: flag&os.O_APPEND != 0}, nil
}

// Truncate implements disk.Writer.
func (d *Disk) Truncate(name string, size int64) error {
	return d.do(Op{Kind: OpTruncate, Name: name, Offset: size})
}

// Rename implements disk.Writer.
func (d *Disk) Rename(from, to string) error { return d.do(Op{Kind: OpRename, Name: from, To: to}) }

// Link implements disk.Writer.
func (d *Disk) Link(from, to string) error { return d.do(Op{Kind: OpLink, Name: from, To: to}) }

// Remove implements disk.Writer.
func (d *Disk) Remove(name string) error { return d.do(Op{Kind: OpRemove, Name: name}) }

// Touch implements disk.Writer.
func (d *Disk) Touch(name string, at time.Time) error {
	return d.do(Op{Kind: OpTouch, Name: name, Offset: at.UnixNano()})
}

// Make implements disk.Folders.
func (d *Disk) Make(name string, _ fs.FileMode) error { return d.do(Op{Kind: OpMake, Name: name}) }

// Sync implements disk.Folders.
func (d *Disk) Sync(name string) error { return d.do(Op{Kind: OpSyncFolder, Name: name}) }

// List implements disk.Folders, in the order of the names.
func (d *Disk) List(name string, visit func(fs.DirEntry) error) error {
	entries, err := d.entries(filepath.Clean(name))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := visit(e); err != nil {
			return err
		}
	}
	return nil
}

func (d *Disk) entries(name string) ([]info, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.folders[name]
	switch {
	case d.off:
		return nil, &fs.PathError{Op: "list", Path: name, Err: ErrOff}
	case f == nil:
		return nil, &fs.PathError{Op: "list", Path: name, Err: fs.ErrNotExist}
	}
	entries := make([]info, 0, len(f.now))
	for base, i := range f.now {
		entries = append(entries, i.info(base))
	}
	for other := range d.folders {
		if filepath.Dir(other) == name && other != name {
			entries = append(entries, info{name: filepath.Base(other), dir: true})
		}
	}
	slices.SortFunc(entries, func(a, b info) int { return strings.Compare(a.name, b.name) })
	return entries, nil
}

// file is a file open for writing. Like an *os.File it may be used by one
// goroutine at a time.
type file struct {
	disk    *Disk
	name    string
	number  int
	appends bool
	offset  int64
}

// Write implements io.Writer.
func (f *file) Write(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	d := f.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	if i := d.files[f.number]; f.appends && i != nil {
		f.offset = int64(len(i.data))
	}
	op := Op{Kind: OpWrite, Name: f.name, File: f.number, Offset: f.offset, Data: slices.Clone(b)}
	if err := d.doLocked(&op); err != nil {
		return 0, err
	}
	f.offset += int64(len(b))
	return len(b), nil
}

// Sync implements disk.File.
func (f *file) Sync() error { return f.disk.do(Op{Kind: OpSync, Name: f.name, File: f.number}) }

// Close implements io.Closer.
func (f *file) Close() error { return nil }
