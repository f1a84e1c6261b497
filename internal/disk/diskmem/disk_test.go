package diskmem_test

import (
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"syscall"
	"testing"

	"platen/internal/disk"
	"platen/internal/disk/diskmem"
)

func read(t *testing.T, d disk.FS, name string) string {
	t.Helper()
	f, err := d.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return "-"
	}
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(f)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func appendTo(t *testing.T, d disk.FS, name, text string) disk.File {
	t.Helper()
	f, err := d.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return f
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// left returns what the file may hold after a power cut.
func left(t *testing.T, d *diskmem.Disk, name string) map[string]bool {
	t.Helper()
	seen := map[string]bool{}
	for seed := range uint64(2000) {
		seen[read(t, d.Cut(rand.New(rand.NewPCG(seed, 0))), name)] = true
	}
	return seen
}

func same(t *testing.T, got map[string]bool, want ...string) {
	t.Helper()
	for _, w := range want {
		if !got[w] {
			t.Errorf("%q never happens", w)
		}
		delete(got, w)
	}
	for g := range got {
		t.Errorf("%q must not happen", g)
	}
}

// POSIX, fsync: what was written before a sync is there after a crash, of what was
// written later any part; a name is durable after a sync of its folder.
func TestCut(t *testing.T) {
	d := diskmem.New()
	must(t, d.Make("/d", 0o700))
	f := appendTo(t, d, "/d/a", "ab")
	same(t, left(t, d, "/d/a"), "-", "", "a", "ab")
	must(t, f.Sync())
	same(t, left(t, d, "/d/a"), "-", "ab")
	must(t, d.Sync("/d"))
	same(t, left(t, d, "/d/a"), "ab")
	appendTo(t, d, "/d/a", "c")
	appendTo(t, d, "/d/a", "d")
	same(t, left(t, d, "/d/a"), "ab", "abc", "abcd", "ab\x00d")
	if got := read(t, d.Kill(), "/d/a"); got != "abcd" {
		t.Errorf("after a kill: %q", got)
	}
	if got := read(t, d.Lose(), "/d/a"); got != "ab" {
		t.Errorf("nothing but what was synced: %q", got)
	}
}

func TestReplace(t *testing.T) {
	d := diskmem.New()
	must(t, d.Make("/d", 0o700), disk.Replace(d, "/d/a", []byte("old")))
	log := func() []diskmem.Op {
		d := diskmem.New()
		l := d.Record()
		must(t, d.Make("/d", 0o700), disk.Replace(d, "/d/a", []byte("old")), disk.Replace(d, "/d/a", []byte("new!")))
		return l.Ops()
	}()
	begun := len(log) / 2
	for n := begun + 1; n <= len(log); n++ {
		for got := range left(t, diskmem.Replay(log[:n]), "/d/a") {
			if got != "new!" && (got != "old" || n == len(log)) {
				t.Errorf("cut after %d operations: %q", n, got)
			}
		}
	}
}

// A file of which a sync failed keeps nothing for certain, whatever later syncs say:
// the system dropped the pages and forgot.
func TestFailedSync(t *testing.T) {
	d := diskmem.New()
	must(t, d.Make("/d", 0o700))
	f := appendTo(t, d, "/d/a", "x")
	must(t, f.Sync(), d.Sync("/d"))
	f = appendTo(t, d, "/d/a", "y")
	d.Faults(func(op diskmem.Op) error {
		if op.Kind == diskmem.OpSync {
			return syscall.EIO
		}
		return nil
	})
	if err := f.Sync(); !errors.Is(err, syscall.EIO) {
		t.Fatalf("sync: %v", err)
	}
	d.Faults(nil)
	must(t, f.Sync())
	same(t, left(t, d, "/d/a"), "x", "xy")
}

func TestNames(t *testing.T) {
	d := diskmem.New()
	must(t, d.Make("/d", 0o700))
	must(t, appendTo(t, d, "/d/a", "a").Sync(), appendTo(t, d, "/d/b", "b").Sync(), d.Sync("/d"))
	must(t, d.Rename("/d/a", "/d/b"))
	same(t, left(t, d, "/d/b"), "a", "b")
	must(t, d.Link("/d/b", "/d/c"))
	if err := d.Link("/d/b", "/d/c"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second link: %v", err)
	}
	must(t, d.Remove("/d/b"), d.Sync("/d"))
	same(t, left(t, d, "/d/c"), "a")
	same(t, left(t, d, "/d/b"), "-")
	if err := d.Remove("/d/b"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("remove of nothing: %v", err)
	}
	d.Off()
	if err := d.Remove("/d/c"); !errors.Is(err, diskmem.ErrOff) {
		t.Errorf("after Off: %v", err)
	}
}

// A disk that fills up takes a part of a write.
func TestFailedWrite(t *testing.T) {
	d := diskmem.New()
	must(t, d.Make("/d", 0o700))
	f := appendTo(t, d, "/d/a", "x")
	d.Faults(func(op diskmem.Op) error {
		if op.Kind == diskmem.OpWrite {
			return syscall.ENOSPC
		}
		return nil
	})
	if _, err := f.Write([]byte("yyzz")); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("write: %v", err)
	}
	if got := read(t, d, "/d/a"); got != "xyy" {
		t.Errorf("after it: %q", got)
	}
}
