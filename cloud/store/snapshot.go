package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"platen/cloud"
)

// Snapshot is a consistent copy of a database, for reading.
type Snapshot struct {
	db *sql.DB
}

// TakeSnapshot copies the database file into a new one, which must be empty or
// not exist, and opens the copy. The service may be writing: the copy is what was
// committed at one moment. Nothing is migrated, so that a newer program can back
// up before it changes anything.
func TakeSnapshot(ctx context.Context, path, into string) (*Snapshot, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("copy database: %w", err) // connecting would make it
	}
	from, err := connect(path, 1)
	if err != nil {
		return nil, err
	}
	_, err = from.ExecContext(ctx, `VACUUM INTO ?`, into)
	if err := errors.Join(err, from.Close()); err != nil {
		return nil, fmt.Errorf("copy database: %w", err)
	}
	absolute, err := filepath.Abs(into)
	if err != nil {
		return nil, fmt.Errorf("copy database: %w", err)
	}
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: absolute}).EscapedPath(), RawQuery: "mode=ro&immutable=1"}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, fmt.Errorf("open the copy of the database: %w", err)
	}
	return &Snapshot{db}, nil
}

// Close closes the copy; its file stays.
func (s *Snapshot) Close() error { return s.db.Close() }

// Documents returns the documents that jobs had.
func (s *Snapshot) Documents(ctx context.Context) ([]cloud.Document, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT DISTINCT document, document_size, document_digest FROM jobs
		WHERE document <> '' ORDER BY document`)
	return collect(rows, err, func(r scanner) (cloud.Document, error) {
		var d cloud.Document
		err := r.Scan(&d.ID, &d.Size, &d.Digest)
		return d, err
	})
}

// Epoch returns which life of the data it is, "" if it had not been asked for yet.
func (s *Snapshot) Epoch(ctx context.Context) (string, error) {
	var there int
	err := s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'facts'`).Scan(&there)
	if err != nil || there == 0 {
		return "", err
	}
	var epoch string
	err = found(s.db.QueryRowContext(ctx, selectEpoch).Scan(&epoch))
	if errors.Is(err, cloud.ErrNotFound) {
		return "", nil
	}
	return epoch, err
}
