package powercut

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// node is a file's bytes.
type node struct {
	folder  bool
	durable []byte
	now     []byte
	changes []change // since the last sync, oldest first
}

// change is a write, or a new length.
type change struct {
	by   *call
	off  int64
	data []byte
	cut  int64 // new length; -1 for a write
}

// apply makes a change of b, all of it.
func (c *change) apply(b []byte) []byte {
	if c.cut >= 0 {
		return resize(b, int(c.cut))
	}
	if end := int(c.off) + len(c.data); end > len(b) {
		b = resize(b, end)
	}
	copy(b[c.off:], c.data)
	return b
}

// resize returns b with a length, filled with zeros.
func resize(b []byte, n int) []byte {
	if n <= len(b) {
		return b[:n]
	}
	if n <= cap(b) {
		old := len(b)
		b = b[:n]
		clear(b[old:])
		return b
	}
	return append(b, make([]byte, n-len(b))...)
}

// naming is a change of names in one folder: node gets the name to; from, where
// there is one, goes.
type naming struct {
	by       *call
	node     *node
	from, to string
	moved    *node // what had the name from
	covered  *node // what had the name to
}

// undo takes a change of names back.
func (n *naming) undo(names map[string]*node) {
	if n.to != "" {
		delete(names, n.to)
		if n.covered != nil {
			names[n.to] = n.covered
		}
	}
	if n.from != "" {
		names[n.from] = n.moved
	}
}

func (n *naming) apply(names map[string]*node) {
	if n.from != "" {
		old, ok := names[n.from]
		if !ok {
			return // its beginning never reached the disk
		}
		delete(names, n.from)
		if n.to != "" {
			names[n.to] = old
		}
		return
	}
	names[n.to] = n.node
}

// disk is a folder whose every change is known, and which of them are durable.
// It promises what POSIX does and no more: a sync of a file is for its bytes, a
// name is durable after a sync of its folder, and what was not synced may be
// there or not, in parts.
type disk struct {
	root    string
	durable map[string]*node
	now     map[string]*node
	names   []naming // since the folder's last sync, oldest first
	problem error    // the record says something that cannot be
}

// newDisk takes a folder as it stands for durable.
func newDisk(root string) (*disk, error) {
	d := &disk{root: root, durable: map[string]*node{}, now: map[string]*node{}}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		n := &node{folder: e.IsDir()}
		if e.Type().IsRegular() {
			if n.durable, err = os.ReadFile(path); err != nil {
				return err
			}
			n.now = slices.Clone(n.durable)
		}
		d.durable[path], d.now[path] = n, n
		return nil
	})
	return d, err
}

// ours reports whether a path belongs to the folder. What SQLite shares between
// processes in -shm is mapped memory, which no power cut survives.
func (d *disk) ours(path string) bool {
	return strings.HasPrefix(path, d.root+"/") && !strings.HasSuffix(path, "-shm") && !strings.HasSuffix(path, " (deleted)")
}

// take plays one moment of the record.
func (d *disk) take(m moment) {
	if m.call.failed() {
		return
	}
	if m.end {
		if m.call.name == "fsync" || m.call.name == "fdatasync" {
			d.sync(m.call)
		}
		return
	}
	switch c := m.call; c.name {
	case "open", "openat":
		d.open(c)
	case "write", "pwrite64", "writev", "ftruncate":
		d.write(c)
	case "truncate":
		d.change(string(c.data[0]), change{by: c, cut: c.number(1)})
	case "rename", "renameat", "renameat2", "link", "linkat":
		d.rename(c)
	case "unlink", "unlinkat":
		d.name(naming{by: c, from: string(c.data[0])})
	case "mkdir", "mkdirat":
		d.name(naming{by: c, node: &node{folder: true}, to: string(c.data[0])})
	case "creat", "openat2", "pwritev", "fallocate", "copy_file_range", "sendfile", "splice":
		if d.ours(c.target()) || len(c.data) > 0 && d.ours(string(c.data[0])) {
			d.problem = fmt.Errorf("%s is not understood", c.name)
		}
	}
}

func (d *disk) open(c *call) {
	path := string(c.data[0])
	flags := strings.Join(c.args, ",")
	if !d.ours(path) || !strings.Contains(flags, "O_CREAT") && !strings.Contains(flags, "O_TRUNC") {
		return
	}
	if d.now[path] == nil {
		d.name(naming{by: c, node: &node{}, to: path})
	} else if strings.Contains(flags, "O_TRUNC") {
		d.change(path, change{by: c, cut: 0})
	}
}

func (d *disk) write(c *call) {
	path := c.target()
	switch {
	case !d.ours(path):
	case c.name == "ftruncate":
		d.change(path, change{by: c, cut: c.number(1)})
	case c.name == "pwrite64":
		d.change(path, change{by: c, off: c.number(3), data: c.written(), cut: -1})
	case d.now[path] == nil:
		d.problem = fmt.Errorf("write to %s, which is not there", path)
	default: // all of these are written from the beginning or at the end
		d.change(path, change{by: c, off: int64(len(d.now[path].now)), data: c.written(), cut: -1})
	}
}

func (d *disk) change(path string, c change) {
	if !d.ours(path) {
		return
	}
	n := d.now[path]
	if n == nil {
		d.problem = fmt.Errorf("%s of %s, which is not there", c.by.name, path)
		return
	}
	n.now = c.apply(n.now)
	n.changes = append(n.changes, c)
}

func (d *disk) rename(c *call) {
	from, to := string(c.data[0]), string(c.data[1])
	if strings.HasPrefix(c.name, "link") {
		d.name(naming{by: c, node: d.now[from], to: to})
		return
	}
	d.name(naming{by: c, from: from, to: to})
}

func (d *disk) name(n naming) {
	if !d.ours(n.from + n.to) {
		return
	}
	if n.from != "" && d.now[n.from] == nil {
		d.problem = fmt.Errorf("%s of %s, which is not there", n.by.name, n.from)
		return
	}
	n.moved, n.covered = d.now[n.from], d.now[n.to]
	n.apply(d.now)
	d.names = append(d.names, n)
}

// sync makes durable what was complete when the sync began.
func (d *disk) sync(c *call) {
	path := c.target()
	before := func(by *call) bool { return by.ended < c.began }
	if path == d.root || d.now[path] != nil && d.now[path].folder {
		d.names = slices.DeleteFunc(d.names, func(n naming) bool {
			if filepath.Dir(n.from+n.to) != path && filepath.Dir(n.to) != path || !before(n.by) {
				return false
			}
			n.apply(d.durable)
			return true
		})
		return
	}
	if !d.ours(path) {
		return
	}
	n := d.now[path]
	if n == nil {
		d.problem = fmt.Errorf("sync of %s, which is not there", path)
		return
	}
	n.changes = slices.DeleteFunc(n.changes, func(c change) bool {
		if !before(c.by) {
			return false
		}
		n.durable = c.apply(n.durable)
		return true
	})
}

// settle compares the disk with the folder as the end of a program left it. Of a
// call that was under way at that moment only this tells whether it happened.
func (d *disk) settle(files map[string][]byte) error {
	d.names = slices.DeleteFunc(d.names, func(n naming) bool {
		_, old := files[n.from]
		_, fresh := files[n.to]
		if n.by.result != "" || n.by.name == "mkdirat" || !old && (n.from != "" || fresh) {
			return false
		}
		n.undo(d.now)
		return true
	})
	for path, n := range d.now {
		if n.folder || bytes.Equal(n.now, files[path]) {
			continue
		}
		b := slices.Clone(n.durable)
		n.changes = slices.DeleteFunc(n.changes, func(c change) bool {
			if c.by.result == "" {
				return true
			}
			b = c.apply(b)
			return false
		})
		if n.now = b; !bytes.Equal(b, files[path]) {
			return fmt.Errorf("%s has %d bytes, the record says %d", path, len(files[path]), len(b))
		}
	}
	for path := range files {
		if d.ours(path) && d.now[path] == nil {
			return fmt.Errorf("the record knows no %s", path)
		}
	}
	return nil
}

// files reads a folder.
func files(root string) (map[string][]byte, error) {
	all := map[string][]byte{}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		all[path], err = os.ReadFile(path)
		return err
	})
	return all, err
}

// loss is what a power cut does to what was not synced.
type loss string

const (
	lossNone loss = "none" // everything happens to be on the disk
	lossAll  loss = "all"  // nothing is
	lossSome loss = "some" // whatever the seed says, by sectors and pages
)

// after returns the files that a power cut at this moment leaves.
func (d *disk) after(l loss, rnd *rand.Rand) map[string][]byte {
	names := maps.Clone(d.durable)
	kept := len(d.names)
	subset := false
	switch l {
	case lossAll:
		kept = 0
	case lossSome: // in order, as journaling file systems do, or as POSIX may
		kept = rnd.IntN(len(d.names) + 1)
		subset = rnd.IntN(2) == 0
	}
	for i := range d.names {
		if subset && rnd.IntN(2) == 0 || !subset && i < kept {
			d.names[i].apply(names)
		}
	}
	files := map[string][]byte{}
	for _, path := range slices.Sorted(maps.Keys(names)) {
		n := names[path]
		dir := filepath.Dir(path)
		if n.folder || dir != d.root && names[dir] == nil {
			continue
		}
		files[path] = n.after(l, rnd)
	}
	return files
}

func (n *node) after(l loss, rnd *rand.Rand) []byte {
	switch {
	case l == lossAll || len(n.changes) == 0:
		return n.durable
	case l == lossNone:
		return n.now
	}
	b := slices.Clone(n.durable)
	for i := range n.changes {
		switch rnd.IntN(4) {
		case 0:
			b = n.changes[i].apply(b)
		case 1:
			b = n.changes[i].tear(b, 512, rnd)
		case 2:
			b = n.changes[i].tear(b, 4096, rnd)
		}
	}
	return b
}

// tear makes some blocks of a write; the length may be the new one without the
// bytes, which then are zeros.
func (c *change) tear(b []byte, block int64, rnd *rand.Rand) []byte {
	if c.cut >= 0 {
		return c.apply(b)
	}
	end := c.off + int64(len(c.data))
	if rnd.IntN(2) == 0 && int64(len(b)) < end {
		b = resize(b, int(end))
	}
	for at := c.off; at < end; {
		next := min(end, (at/block+1)*block)
		if rnd.IntN(2) == 0 {
			part := change{off: at, data: c.data[at-c.off : next-c.off], cut: -1}
			b = part.apply(b)
		}
		at = next
	}
	return b
}
