package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"platen/internal/lab"
)

// smallDisk is a file system of its own in a file, which can be full.
type smallDisk struct {
	name, path string
}

const diskSize = 2 << 30

// newSmallDisk mounts one at dir/name; nil where that is not allowed.
func newSmallDisk(t *lab.Program, dir, name string) *smallDisk {
	d := &smallDisk{name, filepath.Join(dir, name)}
	image := d.path + ".img"
	f, err := os.Create(image)
	if err == nil {
		err = f.Truncate(diskSize)
		_ = f.Close() // nothing was written
	}
	if err == nil {
		err = os.Mkdir(d.path, 0o700)
	}
	if err != nil {
		t.Fatalf("%v", err)
	}
	for _, cmd := range [][]string{{"mkfs.ext4", "-q", "-m", "0", image}, {"mount", "-o", "loop", image, d.path}} {
		if out, err := exec.Command(cmd[0], cmd[1:]...).CombinedOutput(); err != nil {
			t.Logf("no disk can be made full here: %s: %v: %s", cmd[0], err, out)
			return nil
		}
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", d.path).CombinedOutput(); err != nil {
			t.Logf("umount %s: %v: %s", d.path, err, out)
		}
	})
	return d
}

// fill leaves nothing free.
func (d *smallDisk) fill() error {
	offset := int64(0)
	for size := int64(diskSize); size >= 4096; {
		cmd := exec.Command("fallocate", "-o", strconv.FormatInt(offset, 10), "-l", strconv.FormatInt(size, 10), d.filler())
		if cmd.Run() == nil {
			offset += size
		} else {
			size /= 2
		}
	}
	if offset == 0 {
		return fmt.Errorf("%s could not be filled", d.path)
	}
	return nil
}

func (d *smallDisk) filler() string { return filepath.Join(d.path, "fill") }

// empty makes room again.
func (d *smallDisk) empty() error { return os.Remove(d.filler()) }
