package filelock_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"platen/internal/filelock"
)

// A lock excludes what it should until its file is closed, and hides nothing.
func TestTry(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lock")
	open := func() *os.File {
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() }) // some are closed before
		return f
	}
	for _, c := range []struct {
		first, second filelock.Kind
		want          error
	}{
		{filelock.Exclusive, filelock.Exclusive, filelock.ErrHeld},
		{filelock.Exclusive, filelock.Shared, filelock.ErrHeld},
		{filelock.Shared, filelock.Exclusive, filelock.ErrHeld},
		{filelock.Shared, filelock.Shared, nil},
	} {
		a, b := open(), open()
		if err := filelock.Try(a, c.first); err != nil {
			t.Fatal(err)
		}
		if err := filelock.Try(b, c.second); !errors.Is(err, c.want) {
			t.Errorf("%s, then %s: %v, want %v", c.first, c.second, err, c.want)
		}
		if _, err := a.WriteAt([]byte("17"), 0); err != nil {
			t.Error(err)
		}
		got := make([]byte, 2)
		if _, err := b.ReadAt(got, 0); err != nil || string(got) != "17" {
			t.Errorf("the other one reads %q, %v", got, err)
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		if c.want != nil {
			if err := filelock.Try(b, c.second); err != nil {
				t.Errorf("%s, after the end of %s: %v", c.second, c.first, err)
			}
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
