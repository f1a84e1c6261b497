// Package emptystore opens new databases for tests. The schema is made once in a process, and
// then copied: its steps take longer than most tests.
package emptystore

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"platen/cloud/store"
)

// Open makes a database with nothing in it at path, where no file is yet, and opens it.
// It is closed when the test ends, whatever its context says by then.
func Open(t testing.TB, path string) *store.DB {
	t.Helper()
	empty, err := schema()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, empty, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(context.WithoutCancel(t.Context()), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	})
	return db
}

// schema is a database as the steps leave it.
var schema = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "platen-schema")
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "db")
	db, err := store.Open(context.Background(), path)
	if err == nil {
		err = db.Close() // which leaves all in one file
	}
	empty, unread := os.ReadFile(path)
	return empty, errors.Join(err, unread, os.RemoveAll(dir))
})
