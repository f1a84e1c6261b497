package disk_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"platen/internal/disk"
)

// What is on the disk afterwards is asked of package os, not of the seam.
func TestOS(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	at := time.Unix(1_700_000_000, 0)
	var d disk.FS = disk.OS{}
	name := func(s string) string { return filepath.Join(dir, s) }
	must := func(errs ...error) {
		t.Helper()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
	}
	must(d.Make(dir, 0o700), disk.Replace(d, name("x"), []byte("old")), disk.Replace(d, name("x"), []byte("new!")))
	must(d.Link(name("x"), name("y")), d.Rename(name("x"), name("z")), d.Touch(name("z"), at), d.Sync(dir))
	must(d.Truncate(name("y"), 3))
	b, err := os.ReadFile(name("z"))
	must(err)
	if string(b) != "new" {
		t.Errorf("%q", b)
	}
	var names []string
	must(d.List(dir, func(e fs.DirEntry) error { names = append(names, e.Name()); return nil }))
	if len(names) != 2 {
		t.Errorf("names %q", names)
	}
	if err := d.List(dir, func(fs.DirEntry) error { return io.ErrUnexpectedEOF }); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("List goes on after an error: %v", err)
	}
	must(d.Remove(name("y")), d.Remove(name("z")))
	if f, err := d.Open(name("z")); f != nil || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open of what is not there: %v, %v", f, err)
	}
	if f, err := d.OpenFile(name("z"), os.O_WRONLY, 0); f != nil || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("OpenFile of what is not there: %v, %v", f, err)
	}
}

// A file can be renamed and removed while it is open, and is appended to at its end.
func TestOpenFiles(t *testing.T) {
	var d disk.FS = disk.OS{}
	from, to := filepath.Join(t.TempDir(), "from"), filepath.Join(t.TempDir(), "to")
	for _, flag := range []int{os.O_WRONLY | os.O_CREATE | os.O_EXCL, os.O_WRONLY | os.O_APPEND} {
		w, err := d.OpenFile(from, flag, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte("ab")); err != nil {
			t.Error(err)
		}
		if err := errors.Join(d.Rename(from, to), d.Rename(to, from), w.Sync(), w.Close()); err != nil {
			t.Error(err)
		}
	}
	r, err := d.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil || string(b) != "abab" {
		t.Errorf("the file holds %q, %v", b, err)
	}
	if err := errors.Join(d.Rename(from, to), d.Remove(to), r.Close()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(to); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it is still there: %v", err)
	}
}

// A link in place of the new file is not followed: whoever may write in a folder
// must not choose which file somebody mightier overwrites.
func TestReplaceFollowsNoLink(t *testing.T) {
	dir := t.TempDir()
	other, path := filepath.Join(dir, "other"), filepath.Join(dir, "state")
	if err := os.WriteFile(other, []byte("theirs"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(other, path+".new"); err != nil {
		t.Fatal(err)
	}
	if err := disk.Replace(disk.OS{}, path, []byte("ours")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{other: "theirs", path: "ours"} {
		if b, err := os.ReadFile(name); err != nil || string(b) != want {
			t.Errorf("%s holds %q, %v; want %q", filepath.Base(name), b, err, want)
		}
	}
}
