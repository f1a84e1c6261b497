package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"platen/internal/disk"
)

// KeepBefore copies a database whose schema Migrate is about to change to a file beside
// it, PATH.schema-N, which it returns, and tells log of it. Only the newest such copy is kept, for whoever
// goes back to the program before: it is a whole database of that program. There is none
// of a new database, nor of one with this program's schema. Nobody may be writing.
func KeepBefore(ctx context.Context, path string, log *slog.Logger) (file string, err error) {
	have, err := SchemaToChange(ctx, path)
	if err != nil || have == 0 {
		return "", err
	}
	began, into := time.Now(), fmt.Sprintf("%s.schema-%d", path, have)
	if err := copyWhole(ctx, path, into); err != nil {
		return "", fmt.Errorf("copy the database before its schema changes, which needs as much room as it has: %w", err)
	}
	log.InfoContext(ctx, "the database was copied before its schema changes; an older program can use the copy",
		"file", into, "schema", have, "took", time.Since(began).Round(time.Millisecond))
	older, err := filepath.Glob(path + ".schema-*")
	if err != nil {
		return into, nil //nolint:nilerr // a folder with the signs of patterns keeps them all
	}
	var errs []error
	for _, file := range older {
		if file != into {
			errs = append(errs, os.Remove(file))
		}
	}
	return into, errors.Join(errs...)
}

// SchemaToChange returns the schema of a database that Migrate would change, 0 if it would
// not, as with a new one.
func SchemaToChange(ctx context.Context, path string) (int64, error) {
	if st, err := os.Stat(path); err != nil || st.Size() == 0 {
		return 0, nil //nolint:nilerr // Migrate makes it, or says why it cannot
	}
	db, err := connect(path, 1)
	if err != nil {
		return 0, err
	}
	defer func() { _ = db.Close() }() // it was read
	p, err := migrator(db)
	if err != nil {
		return 0, err
	}
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return 0, fmt.Errorf("read schema version: %w", err)
	}
	if have >= want {
		return 0, nil
	}
	return have, nil
}

// copyWhole copies a database; the copy has its name once it is on disk.
func copyWhole(ctx context.Context, path, into string) error {
	part := into + ".part"
	if err := errors.Join(os.RemoveAll(part), newFile(part)); err != nil {
		return err
	}
	s, err := TakeSnapshot(ctx, path, part)
	if err == nil {
		err = s.Close()
	}
	if err == nil {
		err = syncFile(part)
	}
	if err == nil {
		err = os.Rename(part, into)
	}
	if err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return disk.OS{}.Sync(filepath.Dir(into))
}

// newFile makes an empty file, and follows no link that somebody put there.
func newFile(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
