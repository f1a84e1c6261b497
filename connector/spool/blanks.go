package spool

import (
	"fmt"
	"path/filepath"
	"sync"

	"platen/internal/disk"
)

// maxBlanks bounds the empty files that are kept.
const maxBlanks = 256

// blanks keeps the files of forgotten documents, emptied, for the next ones: to
// make and to delete a file costs a file system much more than to rename one.
// At a start all of them are swept away.
type blanks struct {
	disk   disk.Writer
	folder string

	mu    sync.Mutex // guards what follows
	files []string
	made  int // names given so far
}

// take gives one of the files the name path. Without one, or should it fail,
// there is no file, and the caller makes one.
func (b *blanks) take(path string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.files) == 0 {
		return
	}
	last := len(b.files) - 1
	_ = b.disk.Rename(b.files[last], path) // see above
	b.files = b.files[:last]
}

// put empties the file at path and keeps it, or deletes it.
func (b *blanks) put(path string) error {
	name, room := b.name()
	if !room {
		return b.disk.Remove(path)
	}
	if err := b.disk.Truncate(path, 0); err != nil {
		return err
	}
	if err := b.disk.Rename(path, name); err != nil {
		return err
	}
	b.mu.Lock()
	b.files = append(b.files, name)
	b.mu.Unlock()
	return nil
}

// name returns a name that no document has, and whether there is room.
func (b *blanks) name() (string, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.made++
	return filepath.Join(b.folder, fmt.Sprintf("~%d", b.made)), len(b.files) < maxBlanks
}
