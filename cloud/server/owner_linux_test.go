package server

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"platen/internal/lab"
)

// Root sets up, and the service runs as the owner of the state folder: all in it is that one's.
func TestRootMakesFilesForTheService(t *testing.T) {
	lab.NeedRoot(t)
	dir := t.TempDir()
	const owner = 4321
	if err := os.Chown(dir, owner, owner); err != nil {
		t.Fatal(err)
	}
	c := openCloud(t, dir)
	found := 0
	look := func() {
		t.Helper()
		err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := e.Info()
			if err != nil {
				return err
			}
			if st, ok := info.Sys().(*syscall.Stat_t); !ok || st.Uid != owner {
				t.Errorf("%s belongs to %d", name, st.Uid)
			}
			found++
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	look()
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	look()
	if found < 6 {
		t.Errorf("%d files and folders in all", found)
	}
}
