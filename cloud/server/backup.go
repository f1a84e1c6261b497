package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"platen/cloud"
	"platen/cloud/archive"
	"platen/cloud/store"
	"platen/internal/disk"
)

// Progress hears how far a backup or a restore is.
type Progress func(files, of int, bytes int64)

// Backup says what is to be backed up, and where to.
type Backup struct {
	Config   Config
	Settings string // the settings file; "" if there is none
	Version  string // of the program
	File     string // the archive, which must not exist
	Progress Progress
}

// BackupResult says what a backup holds.
type BackupResult struct {
	File      string    `json:"file"`
	Time      time.Time `json:"time"`
	Bytes     int64     `json:"bytes"`
	Documents int       `json:"documents"`
	Gone      int       `json:"gone"`              // documents that were deleted meanwhile
	Damaged   []string  `json:"damaged,omitempty"` // documents on disk that are not what was submitted
	Left      []string  `json:"left_out,omitempty"`
}

// Write writes the archive. The service may be running: the database is copied
// as it is at one moment, and the documents of its jobs after that.
func (b Backup) Write(ctx context.Context) (BackupResult, error) {
	if _, err := os.Lstat(b.File); err == nil {
		return BackupResult{}, fmt.Errorf("back up: %s: %w", b.File, fs.ErrExist)
	}
	if _, err := os.Stat(filepath.Join(b.Config.StateDir, archive.Database)); err != nil {
		return BackupResult{}, fmt.Errorf("back up: there is no database: %w", err)
	}
	lock, err := useState(b.Config.StateDir)
	if err != nil {
		return BackupResult{}, fmt.Errorf("back up: %w", err)
	}
	defer func() { _ = lock.Close() }() // nothing was written to it
	// Beside the archive, where there must be room for it anyway. Mode 0700.
	dir, err := os.MkdirTemp(filepath.Dir(b.File), ".platen-cloud-backup-*")
	if err != nil {
		return BackupResult{}, fmt.Errorf("back up: %w", err)
	}
	result, err := b.writeFrom(ctx, dir)
	if err = errors.Join(err, os.RemoveAll(dir)); err != nil {
		return BackupResult{}, fmt.Errorf("back up: %w", err)
	}
	noteBackup(b.Config.StateDir, result.Time)
	return result, nil
}

// noteBackup writes down when a backup was written, for administrators to see. Root may
// do so for a service that runs as somebody else: the file is that one's, and no link in
// its folder is followed. A folder that cannot be written to is told of elsewhere.
func noteBackup(folder string, at time.Time) {
	name := filepath.Join(folder, lastBackup)
	if disk.Replace(disk.OS{}, name, []byte(at.Format(time.RFC3339))) == nil {
		_ = giveTo(folder, name)
	}
}

// lastBackup is the file in the state folder that says when a backup was written.
const lastBackup = "last-backup"

// writeFrom makes the archive in a folder of its own, and gives it its name when
// it is whole.
func (b Backup) writeFrom(ctx context.Context, dir string) (BackupResult, error) {
	r := BackupResult{File: b.File, Time: time.Now().UTC().Truncate(time.Second)}
	copied := filepath.Join(dir, archive.Database)
	snapshot, err := store.TakeSnapshot(ctx, filepath.Join(b.Config.StateDir, archive.Database), copied)
	if err != nil {
		return r, err
	}
	defer func() { _ = snapshot.Close() }() // only read
	whole := filepath.Join(dir, "archive")
	f, err := os.OpenFile(whole, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return r, err
	}
	r.Left = b.leftOut()
	w := archive.NewWriter(f, archive.Manifest{Version: b.Version, Time: r.Time, Left: r.Left})
	err = b.fill(ctx, w, snapshot, copied, &r)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return r, err
	}
	info, err := os.Stat(whole)
	if err != nil {
		return r, err
	}
	r.Bytes = info.Size()
	if err := os.Rename(whole, b.File); err != nil {
		return r, err
	}
	return r, syncFolder(filepath.Dir(b.File))
}

// leftOut names the settings whose files a restore does not bring back.
func (b Backup) leftOut() []string {
	var list []string
	c := b.Config
	for _, s := range []struct{ setting, path string }{
		{"tls_cert", c.TLSCert}, {"tls_key", c.TLSKey}, {"push.tls_cert", c.Push.TLSCert}, {"push.tls_key", c.Push.TLSKey},
	} {
		if s.path != "" {
			list = append(list, s.setting+" = "+s.path)
		}
	}
	return list
}

// fill writes all that belongs into the archive.
func (b Backup) fill(ctx context.Context, w *archive.Writer, snapshot *store.Snapshot, copied string, r *BackupResult) error {
	var err error
	if w.Manifest.Epoch, err = snapshot.Epoch(ctx); err != nil {
		return err
	}
	documents, err := snapshot.Documents(ctx)
	if err != nil {
		return err
	}
	for _, file := range []struct{ name, path string }{
		{archive.Database, copied},
		{archive.Authority, filepath.Join(b.Config.StateDir, archive.Authority)},
		{archive.TokenKey, filepath.Join(b.Config.StateDir, archive.TokenKey)},
		{archive.Settings, b.Settings},
	} {
		if _, err := addFile(w, file.name, file.path); err != nil && (file.name == archive.Database || !errors.Is(err, fs.ErrNotExist)) {
			return err
		}
	}
	if err := b.addDocuments(ctx, w, documents, r); err != nil {
		return err
	}
	return w.Finish()
}

// addDocuments writes the documents. One that is gone was deleted since the
// database was copied: its job had ended.
func (b Backup) addDocuments(ctx context.Context, w *archive.Writer, documents []cloud.Document, r *BackupResult) error {
	var bytes int64
	for i, d := range documents {
		if err := ctx.Err(); err != nil {
			return err
		}
		m, err := addFile(w, archive.Documents+"/"+d.ID, filepath.Join(b.Config.StateDir, archive.Documents, d.ID))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			r.Gone++
			continue
		case err != nil:
			return err
		case m.Digest != d.Digest || m.Size != d.Size:
			r.Damaged = append(r.Damaged, d.ID)
		}
		r.Documents++
		bytes += m.Size
		if b.Progress != nil {
			b.Progress(i+1, len(documents), bytes)
		}
	}
	return nil
}

// addFile writes a file as it is; fs.ErrNotExist, and nothing written, if it is
// not there, or path is "".
func addFile(w *archive.Writer, name, path string) (archive.Member, error) {
	if path == "" {
		return archive.Member{}, fs.ErrNotExist
	}
	f, err := os.Open(path)
	if err != nil {
		return archive.Member{}, err
	}
	defer func() { _ = f.Close() }() // only read
	info, err := f.Stat()
	if err != nil {
		return archive.Member{}, err
	}
	if bound, known := archive.Bound(name); !known || info.Size() > bound {
		return archive.Member{}, fmt.Errorf("%s has %d bytes, which is too many", path, info.Size())
	}
	return w.Add(name, info.Size(), io.LimitReader(f, info.Size()))
}

// syncFolder makes what was renamed in a folder survive a power cut.
func syncFolder(path string) error { return disk.OS{}.Sync(path) }
