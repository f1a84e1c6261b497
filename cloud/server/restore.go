package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"platen/cloud/archive"
	"platen/cloud/store"
	"platen/internal/filelock"
)

// The folders that a restore makes inside of the state folder, which may be a
// mount point, or all that the service's user may write to.
const (
	unpackPrefix = ".restoring-"     // of a backup that is being read: can be deleted
	movingDir    = ".restored"       // whole: its files are being moved to their places
	movingAgain  = ".restored-again" // the same, after one that was interrupted
	asidePrefix  = "before-restore-" // what was there before
)

// Existing says what a restore does with a state folder that is not empty.
type Existing string

// The ways to treat what is there; the zero value refuses.
const (
	ExistingAside Existing = "aside" // it is moved into a folder of its own
)

// Restore says which backup is to be restored, and where.
type Restore struct {
	File     string
	Into     string // the state folder
	Existing Existing
	Progress Progress
	Log      *slog.Logger // is told of bringing an old backup to this program's schema
}

// RestoreResult says what was restored.
type RestoreResult struct {
	StateDir  string    `json:"state_dir"`
	Time      time.Time `json:"time"` // of the backup
	Version   string    `json:"version"`
	Documents int       `json:"documents"`
	Held      int       `json:"held"`               // jobs that wait for their connector's word, or a person's
	Aside     string    `json:"aside,omitempty"`    // where the old state is now
	Settings  string    `json:"settings,omitempty"` // where the copy of the settings is
	Left      []string  `json:"left_out,omitempty"`
}

// What Run may fail with, besides damaged archives.
var (
	ErrNotEmpty = errors.New("the folder is not empty")
	ErrInUse    = errors.New("platen-cloud runs in the folder")
	ErrHalf     = errors.New("the folder is half restored")
)

// Run restores. The state folder is as before until the whole backup was read,
// checked and brought to this program's schema.
func (r Restore) Run(ctx context.Context) (RestoreResult, error) {
	from, err := os.Open(r.File)
	if err != nil {
		return RestoreResult{}, fmt.Errorf("restore: %w", err)
	}
	defer func() { _ = from.Close() }() // only read
	if err := os.MkdirAll(r.Into, 0o700); err != nil {
		return RestoreResult{}, fmt.Errorf("restore: %w", err)
	}
	lock, err := lockState(r.Into, filelock.Exclusive)
	if errors.Is(err, errInUse) {
		return RestoreResult{}, fmt.Errorf("restore into %s: %w", r.Into, ErrInUse)
	}
	if err != nil {
		return RestoreResult{}, fmt.Errorf("restore: %w", err)
	}
	defer func() { _ = lock.Close() }() // nothing was written to it
	old, err := r.existing()
	if err != nil {
		return RestoreResult{}, fmt.Errorf("restore: %w", err)
	}
	if len(old) > 0 && r.Existing != ExistingAside {
		return RestoreResult{}, fmt.Errorf("restore into %s: %w", r.Into, ErrNotEmpty)
	}
	result, err := r.restore(ctx, from, old)
	if err != nil {
		return result, fmt.Errorf("restore: %w", err)
	}
	return result, nil
}

// existing returns the names in the state folder that are its state.
func (r Restore) existing() ([]string, error) {
	entries, err := os.ReadDir(r.Into)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		switch name := e.Name(); {
		case name == lockFile, name == "lost+found", strings.HasPrefix(name, asidePrefix):
		case strings.HasPrefix(name, unpackPrefix): // of a restore that was killed: we have the lock
			if err := os.RemoveAll(filepath.Join(r.Into, name)); err != nil {
				return nil, err
			}
		default:
			names = append(names, name)
		}
	}
	return names, nil
}

func (r Restore) restore(ctx context.Context, from *os.File, old []string) (RestoreResult, error) {
	dir, err := os.MkdirTemp(r.Into, unpackPrefix+"*")
	if err != nil {
		return RestoreResult{}, err
	}
	result, err := r.prepare(ctx, from, dir)
	if err != nil {
		return result, errors.Join(err, os.RemoveAll(dir))
	}
	// From here on the folder is refused by everything but another restore, until
	// all is in its place.
	moving := filepath.Join(r.Into, movingDir)
	if slices.Contains(old, movingDir) {
		moving = filepath.Join(r.Into, movingAgain)
	}
	if err := os.Rename(dir, moving); err != nil {
		return result, errors.Join(err, os.RemoveAll(dir))
	}
	if err = syncFolder(r.Into); err == nil && len(old) > 0 {
		result.Aside, err = r.moveAside(old)
	}
	if err == nil {
		err = r.moveIn(moving)
	}
	if err != nil {
		return result, fmt.Errorf("%w: %w", ErrHalf, err)
	}
	return result, nil
}

// prepare unpacks the backup and begins its new life.
func (r Restore) prepare(ctx context.Context, from *os.File, dir string) (RestoreResult, error) {
	result := RestoreResult{StateDir: r.Into}
	m, err := r.unpack(ctx, from, dir)
	if err != nil {
		return result, err
	}
	result.Time, result.Version, result.Left = m.Time, m.Version, m.Left
	for _, f := range m.Files {
		if strings.HasPrefix(f.Name, archive.Documents+"/") {
			result.Documents++
		}
		if f.Name == archive.Settings {
			result.Settings = filepath.Join(r.Into, archive.Settings)
		}
	}
	database := filepath.Join(dir, archive.Database)
	if r.Log != nil {
		if err := store.Migrate(ctx, database, r.Log); err != nil {
			return result, err
		}
	}
	db, err := store.Open(ctx, database)
	if err != nil {
		return result, err
	}
	if err = db.BeginEpoch(ctx, time.Now()); err == nil {
		result.Held, err = db.RestoredCount(ctx)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		return result, err
	}
	return result, errors.Join(giveTo(r.Into, dir), syncFolder(filepath.Join(dir, archive.Documents)), syncFolder(dir))
}

// unpack writes the files of the archive into a folder, which nothing can leave.
func (r Restore) unpack(ctx context.Context, from *os.File, dir string) (archive.Manifest, error) {
	info, err := from.Stat()
	if err != nil {
		return archive.Manifest{}, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return archive.Manifest{}, err
	}
	defer func() { _ = root.Close() }() // only a handle
	if err := root.Mkdir(archive.Documents, 0o700); err != nil {
		return archive.Manifest{}, err
	}
	files, bytes := 0, int64(0)
	return archive.Read(bufio.NewReaderSize(from, 1<<20), info.Size(), archive.Sink{
		Create: func(name string) (io.WriteCloser, error) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
			return syncedFile{f}, err
		},
		Done: func(size int64) {
			if files, bytes = files+1, bytes+size; r.Progress != nil {
				r.Progress(files, 0, bytes)
			}
		},
	})
}

// syncedFile is on disk when it is closed.
type syncedFile struct{ *os.File }

// Close syncs the file and closes it.
func (f syncedFile) Close() error { return errors.Join(f.Sync(), f.File.Close()) }

// moveAside moves what was there into a folder of its own.
func (r Restore) moveAside(old []string) (string, error) {
	aside := filepath.Join(r.Into, asidePrefix+time.Now().UTC().Format("20060102T150405.000000Z"))
	if err := os.Mkdir(aside, 0o700); err != nil {
		return "", err
	}
	for _, name := range old {
		if err := os.Rename(filepath.Join(r.Into, name), filepath.Join(aside, name)); err != nil {
			return "", err
		}
	}
	return aside, errors.Join(syncFolder(aside), syncFolder(r.Into))
}

// moveIn moves the restored files to their places.
func (r Restore) moveIn(moving string) error {
	entries, err := os.ReadDir(moving)
	if err != nil {
		return err
	}
	for _, e := range entries {
		to := filepath.Join(r.Into, e.Name())
		if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s appeared meanwhile", to)
		}
		if err := os.Rename(filepath.Join(moving, e.Name()), to); err != nil {
			return err
		}
	}
	if err := syncFolder(r.Into); err != nil {
		return err
	}
	return errors.Join(os.Remove(moving), syncFolder(r.Into))
}
