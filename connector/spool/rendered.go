package spool

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"platen/gcp"
)

// renderedSuffix marks what a document was made into. It is swept away at each
// start: the journal knows nothing of it, and it can be made again.
const renderedSuffix = ".out"

func (d *Dir) renderedPath(id gcp.JobID) string { return d.docPath(id) + renderedSuffix }

// Render implements connector.Spool. Nothing is synced: no file is looked for
// after a crash.
func (d *Dir) Render(id gcp.JobID, work func(document, rendered string) error) (int64, error) {
	out := d.renderedPath(id)
	d.mu.Lock()
	l, ok := d.jobs[id]
	if ok {
		l.rendered = true
	}
	d.mu.Unlock()
	if !ok {
		return 0, fmt.Errorf("render document: %w", fs.ErrNotExist)
	}
	if err := work(d.docPath(id), out); err != nil {
		_ = d.disk.Remove(out) // with the document at the latest
		return 0, err
	}
	fi, err := d.disk.Stat(out)
	if err != nil {
		return 0, fmt.Errorf("look at the rendered document: %w", err)
	}
	return fi.Size(), nil
}

// OpenRendered implements connector.Spool.
func (d *Dir) OpenRendered(id gcp.JobID) (io.ReadSeekCloser, error) {
	f, err := d.disk.Open(d.renderedPath(id))
	if err != nil {
		return nil, fmt.Errorf("open rendered document: %w", err)
	}
	return f, nil
}

// removeRendered deletes what a document was made into, if it was.
func (d *Dir) removeRendered(id gcp.JobID) error {
	d.mu.Lock()
	l, ok := d.jobs[id]
	there := ok && l.rendered
	d.mu.Unlock()
	if !there {
		return nil
	}
	if err := d.disk.Remove(d.renderedPath(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
