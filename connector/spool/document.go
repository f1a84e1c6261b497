package spool

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"platen/connector"
	"platen/gcp"
	"platen/internal/disk"
)

const partSuffix = ".part"

// docName returns a file name for a job's document: the ID itself where it is
// harmless, else its digest behind a sign that no harmless ID has.
func docName(id gcp.JobID) string {
	plain := len(id) > 0 && len(id) <= 128
	for _, c := range []byte(id) {
		ok := c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_'
		plain = plain && ok
	}
	if plain {
		return string(id)
	}
	sum := sha256.Sum256([]byte(id))
	return "=" + hex.EncodeToString(sum[:])
}

func (d *Dir) docs() string                { return filepath.Join(d.path, "docs") }
func (d *Dir) docPath(id gcp.JobID) string { return filepath.Join(d.docs(), docName(id)) }

// measured counts what is written to a file.
type measured struct {
	f    disk.File
	size int64
}

// Write implements io.Writer.
func (m *measured) Write(b []byte) (int, error) {
	n, err := m.f.Write(b)
	m.size += int64(n)
	return n, err
}

// Save implements connector.Spool: a file with the end .part, renamed when it is
// whole, and made durable with its name.
func (d *Dir) Save(id gcp.JobID, fill func(w io.Writer) (string, error)) (connector.Document, error) {
	part := d.docPath(id) + partSuffix
	d.blanks.take(part)
	f, err := d.disk.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return connector.Document{}, fmt.Errorf("make document: %w", err)
	}
	m := &measured{f: f}
	typ, err := fill(m)
	// The name may be there before the bytes are: no document counts before the
	// journal says so, which is after this. One commit of the file system then
	// does for both.
	named := false
	if err == nil {
		err = d.disk.Rename(part, d.docPath(id))
		named = err == nil
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = d.names.do()
	}
	if err != nil {
		if named { // such a file is no blank: what was not made durable once may be missing from the next document in it
			part = d.docPath(id)
		}
		_ = d.disk.Remove(part) // swept at the next start at the latest
		return connector.Document{}, fmt.Errorf("save document: %w", err)
	}
	return connector.Document{Size: m.size, ContentType: typ}, nil
}

// Open implements connector.Spool.
func (d *Dir) Open(id gcp.JobID) (io.ReadSeekCloser, error) {
	f, err := d.disk.Open(d.docPath(id))
	if err != nil {
		return nil, fmt.Errorf("open document: %w", err)
	}
	return f, nil
}

// sweep deletes documents that belong to no job, and takes back what the
// journal says of documents that are not there whole.
func (d *Dir) sweep() error {
	keep := map[string]bool{}
	for id, l := range d.jobs {
		if l.Document == nil {
			continue
		}
		if fi, err := d.disk.Stat(d.docPath(id)); err == nil && fi.Size() == l.Document.Size {
			keep[docName(id)] = true
			continue
		}
		d.reserved -= l.waiting()
		l.Document = nil
		if l.Stage == connector.EventSaved {
			l.Stage = connector.EventClaimed
		}
		d.reserved += l.waiting()
	}
	err := d.disk.List(d.docs(), func(e fs.DirEntry) error {
		if keep[e.Name()] {
			return nil
		}
		if err := d.disk.Remove(filepath.Join(d.docs(), e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			d.o.Logger.LogAttrs(context.Background(), slog.LevelWarn, "an orphaned document stays", slog.Any("err", err))
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("list documents: %w", err)
	}
	return nil
}
