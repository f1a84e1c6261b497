// Package disk is the seam through which spool, journal and documents reach their
// files, so that a test can see and choose what a power cut leaves. OS is the real one.
package disk

import (
	"io"
	"io/fs"
	"time"
)

// FS is a file system. Errors are those of package os: they can be asked with
// errors.Is for fs.ErrNotExist and for the system's numbers.
type FS interface {
	Reader
	Writer
	Folders
}

// Reader looks at files.
type Reader interface {
	// Open opens a file for reading.
	Open(name string) (io.ReadSeekCloser, error)
	// Stat describes a file or folder.
	Stat(name string) (fs.FileInfo, error)
}

// Writer changes files. A change of a name is durable after Folders.Sync of its
// folder; what is in a file, after File.Sync.
type Writer interface {
	// OpenFile opens a file for writing, with the flags of package os.
	OpenFile(name string, flag int, perm fs.FileMode) (File, error)
	// Truncate changes the size of a file.
	Truncate(name string, size int64) error
	// Rename gives a file another name; a file that had it loses it.
	Rename(from, to string) error
	// Link gives a file a second name, which none may have yet.
	Link(from, to string) error
	// Remove takes a name away.
	Remove(name string) error
	// Touch sets the time of the last change of a file.
	Touch(name string, at time.Time) error
}

// Folders works on whole folders.
type Folders interface {
	// Make makes a folder and those above it as needed, durably.
	Make(name string, perm fs.FileMode) error
	// List calls visit for what is in a folder, in no order, until it returns
	// an error, which List returns.
	List(name string, visit func(fs.DirEntry) error) error
	// Sync makes the names in a folder durable.
	Sync(name string) error
}

// File is a file open for writing.
type File interface {
	io.WriteCloser
	// Sync makes what was written durable. After an error nothing is known
	// of it, and no later success says otherwise.
	Sync() error
}
