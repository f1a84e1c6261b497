package blob

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/disk"
)

// reserve is how much of the disk documents leave free: the database and the
// system need room to go on.
const reserve = 256 << 20

// partSuffix ends the names of documents that are being written.
const partSuffix = ".part"

// Dir is a folder of documents. Its methods may be called from any goroutine.
type Dir struct {
	path  string
	disk  disk.FS
	space func(path string) (Space, error)
	most  int // percent of the disk that may be used; 0 for no limit
	sync  *folderSync
}

// Options are the settings of a Dir; zero members take their default.
type Options struct {
	Disk    disk.FS                          // nil is disk.OS
	Space   func(path string) (Space, error) // nil is SpaceAt
	Percent int                              // of the disk may be used before no more is taken; 0 for no limit
}

// Open makes the folder as needed and returns it.
func Open(path string, o Options) (*Dir, error) {
	if o.Disk == nil {
		o.Disk = disk.OS{}
	}
	if o.Space == nil {
		o.Space = SpaceAt
	}
	if err := o.Disk.Make(path, 0o700); err != nil {
		return nil, fmt.Errorf("open documents: %w", err)
	}
	return &Dir{path: path, disk: o.Disk, space: o.Space, most: o.Percent, sync: newFolderSync(o.Disk, path)}, nil
}

// name returns the file of a document. Anything but an id that Save made is
// refused: ids come back from the database, but a path must never be built from
// what somebody else chose.
func (d *Dir) name(id string) (string, error) {
	if raw, err := hex.DecodeString(id); err != nil || len(raw) != 16 || strings.ToLower(id) != id {
		return "", cloud.ErrNotFound
	}
	return filepath.Join(d.path, id), nil
}

// Open opens a document for reading.
func (d *Dir) Open(_ context.Context, id string) (io.ReadSeekCloser, error) {
	name, err := d.name(id)
	if err != nil {
		return nil, err
	}
	f, err := d.disk.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, cloud.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("open document: %w", err)
	}
	return f, nil
}

// Path returns the file of a document; cloud.ErrNotFound for what is no name of one.
func (d *Dir) Path(_ context.Context, id string) (string, error) { return d.name(id) }

// Remove deletes a document; one that is not there is success.
func (d *Dir) Remove(_ context.Context, id string) error {
	name, err := d.name(id)
	if err != nil {
		return nil //nolint:nilerr // a document with such an id is not there
	}
	if err := d.disk.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove document: %w", err)
	}
	return nil
}

// Copy gives a document a second name. The bytes are shared until both names are
// removed; documents never change, so neither notices.
func (d *Dir) Copy(_ context.Context, doc cloud.Document) (cloud.Document, error) {
	from, err := d.name(doc.ID)
	if err != nil {
		return cloud.Document{}, err
	}
	doc.ID = gcp.NewID()
	to := filepath.Join(d.path, doc.ID)
	switch err := d.disk.Link(from, to); {
	case errors.Is(err, fs.ErrNotExist):
		return cloud.Document{}, cloud.ErrNotFound
	case err != nil:
		return cloud.Document{}, fmt.Errorf("copy document: %w", err)
	}
	// A copied document is not an orphan for being as old as its original.
	if err := d.disk.Touch(to, time.Now()); err != nil {
		return cloud.Document{}, errors.Join(fmt.Errorf("copy document: %w", err), d.disk.Remove(to))
	}
	if err := d.sync.wait(); err != nil {
		return cloud.Document{}, errors.Join(fmt.Errorf("copy document: %w", err), d.disk.Remove(to))
	}
	return doc, nil
}

var _ cloud.Blobs = (*Dir)(nil)

// Sweep deletes what was last written before a time and is unfinished or unknown.
func (d *Dir) Sweep(ctx context.Context, before time.Time, known func(context.Context, string) (bool, error)) error {
	err := d.disk.List(d.path, func(e fs.DirEntry) error {
		return d.sweepOne(ctx, e, before, known)
	})
	if err != nil {
		return fmt.Errorf("sweep documents: %w", err)
	}
	return nil
}

func (d *Dir) sweepOne(ctx context.Context, e fs.DirEntry, before time.Time, known func(context.Context, string) (bool, error)) error {
	info, err := e.Info()
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.ModTime().Before(before) {
		return nil
	}
	if err != nil {
		return err
	}
	id, part := strings.CutSuffix(e.Name(), partSuffix)
	if _, err := d.name(id); err != nil {
		return nil //nolint:nilerr // not one of ours
	}
	if !part {
		if ok, err := known(ctx, id); err != nil || ok {
			return err
		}
	}
	if err := d.disk.Remove(filepath.Join(d.path, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// diskFull reports whether an error is for want of room.
func diskFull(err error) bool {
	return disk.Full(err)
}
