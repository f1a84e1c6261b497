package diskmem

import (
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Kind says what an operation does.
type Kind string

// The kinds of operations.
const (
	OpMake       Kind = "make"        // makes the folder Name
	OpCreate     Kind = "create"      // opens Name for writing with Flag, making or emptying it
	OpWrite      Kind = "write"       // writes Data to File at Offset
	OpTruncate   Kind = "truncate"    // gives Name the size Offset
	OpSync       Kind = "sync"        // syncs File
	OpRename     Kind = "rename"      // gives Name the name To
	OpLink       Kind = "link"        // gives Name the second name To
	OpRemove     Kind = "remove"      // takes Name away
	OpSyncFolder Kind = "sync folder" // syncs the names in the folder Name
	OpTouch      Kind = "touch"       // sets the time of Name
	opDoubt      Kind = "doubt"       // a sync of File failed
)

// Op is one change of a disk.
type Op struct {
	Kind   Kind
	Name   string // of File too, when it was opened
	To     string
	File   int // number of the file, whatever its name is now
	Flag   int
	Offset int64
	Data   []byte
}

// apply changes the disk. The caller holds mu, or is alone.
func (d *Disk) apply(op *Op, now func() time.Time) error {
	switch op.Kind {
	case OpMake:
		d.make(filepath.Clean(op.Name))
		return nil
	case OpCreate:
		return d.create(op, now)
	case OpWrite, OpSync, opDoubt:
		return d.applyToFile(op, now)
	case OpTruncate:
		i, err := d.named(op.Name)
		if err != nil {
			return err
		}
		i.resize(op.Offset)
		i.at = now()
		return nil
	case OpTouch:
		i, err := d.named(op.Name)
		if err != nil {
			return err
		}
		i.at = time.Unix(0, op.Offset)
		return nil
	}
	return d.applyToNames(op)
}

func (d *Disk) applyToFile(op *Op, now func() time.Time) error {
	i := d.files[op.File]
	if i == nil {
		return fs.ErrClosed
	}
	switch op.Kind {
	case OpWrite:
		i.write(op.Offset, op.Data)
		i.at = now()
	case OpSync:
		i.sync()
	default:
		i.doubt()
	}
	return nil
}

func (d *Disk) applyToNames(op *Op) error {
	dir, base := split(op.Name)
	f := d.folders[dir]
	if f == nil {
		return fs.ErrNotExist
	}
	if op.Kind == OpSyncFolder {
		if f = d.folders[filepath.Clean(op.Name)]; f == nil {
			return fs.ErrNotExist
		}
		clear(f.old)
		return nil
	}
	i := f.now[base]
	if i == nil {
		return fs.ErrNotExist
	}
	if op.Kind == OpRemove {
		f.set(base, nil)
		return nil
	}
	toDir, toBase := split(op.To)
	t := d.folders[toDir]
	if t == nil {
		return fs.ErrNotExist
	}
	if op.Kind == OpLink {
		if t.now[toBase] != nil {
			return fs.ErrExist
		}
		t.set(toBase, i)
		return nil
	}
	if t.now[toBase] != i { // rename(2) does nothing between two names of one file
		t.set(toBase, i)
		f.set(base, nil)
	}
	return nil
}

func (d *Disk) make(name string) {
	for ; d.folders[name] == nil; name = filepath.Dir(name) {
		d.folders[name] = &folder{now: map[string]*inode{}, old: map[string]*inode{}}
	}
}

func (d *Disk) create(op *Op, now func() time.Time) error {
	dir, base := split(op.Name)
	f := d.folders[dir]
	if f == nil {
		return fs.ErrNotExist
	}
	i := f.now[base]
	switch {
	case i == nil && op.Flag&os.O_CREATE == 0:
		return fs.ErrNotExist
	case i == nil:
		d.inodes++
		i = &inode{number: d.inodes, at: now()}
		d.files[i.number] = i
		f.set(base, i)
	case op.Flag&os.O_CREATE != 0 && op.Flag&os.O_EXCL != 0:
		return fs.ErrExist
	case op.Flag&os.O_TRUNC != 0:
		i.resize(0)
		i.at = now()
	}
	op.File = i.number
	return nil
}

func (d *Disk) named(name string) (*inode, error) {
	dir, base := split(name)
	if f := d.folders[dir]; f != nil && f.now[base] != nil {
		return f.now[base], nil
	}
	return nil, fs.ErrNotExist
}

// folder is the names in a folder.
type folder struct {
	now map[string]*inode
	old map[string]*inode // of names that changed since the last sync; nil for none
	seq []string          // the names in the order in which they first came; a name may be there twice
}

// set gives a name to a file, or takes it away (nil).
func (f *folder) set(base string, i *inode) {
	if _, changed := f.old[base]; !changed {
		f.old[base] = f.now[base]
	}
	if i == nil {
		delete(f.now, base)
		return
	}
	if f.now[base] == nil {
		f.seq = append(f.seq, base)
	}
	f.now[base] = i
}
