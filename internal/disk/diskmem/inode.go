package diskmem

import (
	"bytes"
	"io/fs"
	"slices"
	"time"
)

// inode is one file, whatever names it has.
type inode struct {
	number  int
	at      time.Time
	data    []byte   // as programs see it; only appended to, or replaced
	durable []byte   // as of the last sync
	pending []change // since then
}

// change is a write, or a change of size (data is nil).
type change struct {
	offset int64
	data   []byte
	lost   bool // a sync of it failed: no later one says that it is durable
}

// on returns b with the change made.
func (c change) on(b []byte) []byte {
	switch end := c.offset + int64(len(c.data)); {
	case c.data == nil && c.offset <= int64(len(b)):
		return b[:c.offset:c.offset]
	case c.offset == int64(len(b)):
		return append(b, c.data...)
	default:
		b = append(slices.Clip(b), make([]byte, max(0, end-int64(len(b))))...)
		b = slices.Clone(b)
		copy(b[c.offset:], c.data)
		return b
	}
}

func (i *inode) write(offset int64, b []byte) { i.change(change{offset: offset, data: b}) }

func (i *inode) resize(size int64) { i.change(change{offset: size}) }

func (i *inode) change(c change) {
	i.data = c.on(i.data)
	i.pending = append(i.pending, c)
}

// sync makes what is pending durable, but for what an earlier sync lost.
func (i *inode) sync() {
	if !slices.ContainsFunc(i.pending, func(c change) bool { return c.lost }) {
		i.durable = slices.Clip(i.data) // what is appended to data later is not in it
		i.pending = i.pending[:0]
		return
	}
	var lost []change
	for _, c := range i.pending {
		if c.lost {
			lost = append(lost, c)
			continue
		}
		i.durable = c.on(slices.Clip(i.durable))
	}
	i.pending = lost
}

func (i *inode) doubt() {
	for k := range i.pending {
		i.pending[k].lost = true
	}
}

func (i *inode) info(name string) info {
	return info{name: name, size: int64(len(i.data)), at: i.at}
}

// info is a fs.FileInfo and a fs.DirEntry.
type info struct {
	name string
	size int64
	at   time.Time
	dir  bool
}

func (i info) Name() string               { return i.name }
func (i info) Size() int64                { return i.size }
func (i info) Mode() fs.FileMode          { return i.Type() | 0o600 }
func (i info) ModTime() time.Time         { return i.at }
func (i info) IsDir() bool                { return i.dir }
func (i info) Sys() any                   { return nil }
func (i info) Info() (fs.FileInfo, error) { return i, nil }

func (i info) Type() fs.FileMode {
	if i.dir {
		return fs.ModeDir
	}
	return 0
}

// reader is an open file.
type reader struct{ *bytes.Reader }

func newReader(b []byte) reader { return reader{bytes.NewReader(b)} }

func (reader) Close() error { return nil }
