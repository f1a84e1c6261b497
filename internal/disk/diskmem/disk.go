// Package diskmem is a disk in memory that knows what of it is durable: Cut gives
// the disk as a power cut may leave it, Faults makes it fail, and a Log of all
// that was done to it gives the disk as it was at any moment.
package diskmem

import (
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"sync"
	"time"

	"platen/internal/disk"
)

// ErrOff is what a disk answers after Off.
var ErrOff = errors.New("the machine is off")

// Disk is a disk in memory. The zero value is not usable; see New. Folders are
// durable as soon as they are made, and times are.
type Disk struct {
	mu      sync.Mutex // guards what follows
	folders map[string]*folder
	inodes  int // numbers given so far
	files   map[int]*inode
	off     bool
	fault   func(Op) error
	log     *Log
}

var _ disk.FS = (*Disk)(nil)

// New returns an empty disk.
func New() *Disk {
	return &Disk{folders: map[string]*folder{}, files: map[int]*inode{}}
}

// Off turns the machine off: from now on everything fails and nothing changes.
func (d *Disk) Off() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.off = true
}

// Faults makes f decide whether an operation fails. It then has no effect, but that
// a write has written its first half, and that a sync may have lost what was written.
// nil ends it. f must not use the disk.
func (d *Disk) Faults(f func(Op) error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fault = f
}

// Open implements disk.Reader. The reader does not see later changes.
func (d *Disk) Open(name string) (io.ReadSeekCloser, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i, err := d.find("open", name)
	if err != nil {
		return nil, err
	}
	return newReader(i.data), nil
}

// Stat implements disk.Reader.
func (d *Disk) Stat(name string) (fs.FileInfo, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.folders[filepath.Clean(name)] != nil && !d.off {
		return info{name: filepath.Base(name), dir: true}, nil
	}
	i, err := d.find("stat", name)
	if err != nil {
		return nil, err
	}
	return i.info(filepath.Base(name)), nil
}

// find returns the file of a name. The caller holds mu.
func (d *Disk) find(op, name string) (*inode, error) {
	if d.off {
		return nil, &fs.PathError{Op: op, Path: name, Err: ErrOff}
	}
	dir, base := split(name)
	if f := d.folders[dir]; f != nil {
		if i := f.now[base]; i != nil {
			return i, nil
		}
	}
	return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
}

func split(name string) (dir, base string) {
	name = filepath.Clean(name)
	return filepath.Dir(name), filepath.Base(name)
}

// do does and records one operation, unless it is to fail.
func (d *Disk) do(op Op) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.doLocked(&op)
}

func (d *Disk) doLocked(op *Op) error {
	if d.off {
		return &fs.PathError{Op: string(op.Kind), Path: op.Name, Err: ErrOff}
	}
	if d.fault != nil {
		if err := d.fault(*op); err != nil {
			d.failed(*op)
			return &fs.PathError{Op: string(op.Kind), Path: op.Name, Err: err}
		}
	}
	if err := d.apply(op, time.Now); err != nil {
		return &fs.PathError{Op: string(op.Kind), Path: op.Name, Err: err}
	}
	d.log.add(*op)
	return nil
}

// failed takes up that an operation failed: a disk that is full takes a part of a
// write; after a failed sync the system may have dropped what was written, and will
// not try again.
func (d *Disk) failed(op Op) {
	switch op.Kind {
	case OpWrite:
		op.Data = op.Data[:len(op.Data)/2]
		if len(op.Data) == 0 {
			return
		}
	case OpSync:
		op.Kind = opDoubt
	default:
		return
	}
	if d.apply(&op, time.Now) == nil {
		d.log.add(op)
	}
}
