package spool

import (
	"io"
	"log/slog"
	"time"

	"platen/connector"
	"platen/gcp"
	"platen/printer"
)

// Options are the settings of a Dir; zero members take their default.
type Options struct {
	Reserve   int64         // bytes that must stay free beside a document; 256 MiB, negative for none
	Remember  time.Duration // how long ended jobs are known; 90 days
	MaxEnded  int           // how many ended jobs are known; 10 000
	CompactAt int64         // size of the journal from which it is made smaller; 4 MiB
	Logger    *slog.Logger  // nil logs nothing
	Now       func() time.Time
}

// Dir is a spool folder. It is a connector.Spool.
type Dir struct{}

var _ connector.Spool = (*Dir)(nil)

// Open opens the spool in the folder path, making it if need be. The caller
// holds the lock of the state folder, see Acquire.
func Open(path string, o Options) (*Dir, error) { return &Dir{}, nil }

// Close writes what is left, and closes the journal.
func (d *Dir) Close() error { return nil }

// Claim implements connector.Spool.
func (d *Dir) Claim(p printer.Name, jobs []gcp.Job, trace gcp.Trace) ([]connector.Claim, error) {
	return nil, nil
}

// Write implements connector.Spool.
func (d *Dir) Write(e connector.Event) error { return nil }

// Save implements connector.Spool.
func (d *Dir) Save(j gcp.JobID, fill func(w io.Writer) (string, error)) (connector.Document, error) {
	return connector.Document{}, nil
}

// Open implements connector.Spool.
func (d *Dir) Open(j gcp.JobID) (io.ReadSeekCloser, error) { return nil, nil }

// Forget implements connector.Spool.
func (d *Dir) Forget(j gcp.JobID) error { return nil }

// Room implements connector.Spool.
func (d *Dir) Room(size int64) bool { return true }

// Unfinished implements connector.Spool.
func (d *Dir) Unfinished() []connector.Record { return nil }
