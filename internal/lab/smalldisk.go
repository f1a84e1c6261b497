package lab

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// Disk is a small file system of its own, in memory, that can be full.
type Disk struct {
	t    TB
	path string
}

// SmallDisk mounts one of a size at a path, which must not be there, until the end of the test. It
// skips the test where mounting is not allowed, and fails it with CI=true.
func SmallDisk(t TB, path string, mib int) *Disk {
	t.Helper()
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatalf("%v", err)
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", fmt.Sprintf("mode=0700,size=%dm", mib), "platen-test", path).CombinedOutput(); err != nil {
		missing(t, "the right to mount a file system ("+string(out)+")")
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", path).CombinedOutput(); err != nil {
			t.Logf("umount %s: %v: %s", path, err, out)
		}
	})
	return &Disk{t, path}
}

func (d *Disk) filler() string { return filepath.Join(d.path, "filler") }

// Fill leaves not a byte free.
func (d *Disk) Fill() {
	d.t.Helper()
	f, err := os.OpenFile(d.filler(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		d.t.Fatalf("%v", err)
	}
	block := make([]byte, 1<<20)
	for err == nil {
		_, err = f.Write(block)
	}
	_ = f.Close() // it is full
	if !errors.Is(err, syscall.ENOSPC) {
		d.t.Fatalf("filling a disk: %v", err)
	}
}

// Free makes room again.
func (d *Disk) Free() {
	d.t.Helper()
	if err := os.Remove(d.filler()); err != nil {
		d.t.Fatalf("%v", err)
	}
}

// ReadOnly takes away the right to write.
func (d *Disk) ReadOnly() {
	d.t.Helper()
	if out, err := exec.Command("mount", "-o", "remount,ro", d.path).CombinedOutput(); err != nil {
		d.t.Fatalf("mount: %v: %s", err, out)
	}
}
