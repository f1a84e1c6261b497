package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"sync"
	"time"

	"platen/connector"
	"platen/gcp"
	"platen/printer"
)

// Options are the settings of a Dir; zero members take their default.
type Options struct {
	Reserve   int64                 // bytes that must stay free beside a document; 256 MiB, negative for none
	Remember  time.Duration         // how long ended jobs are known; 90 days
	MaxEnded  int                   // how many ended jobs are known; 10 000
	CompactAt int64                 // bytes of the journal from which it is made smaller; 4 MiB
	Free      func() (int64, error) // free bytes; nil asks the file system
	Logger    *slog.Logger          // nil logs nothing
	Now       func() time.Time      // nil is time.Now
}

func (o Options) withDefaults(path string) Options {
	if o.Reserve == 0 {
		o.Reserve = 256 << 20
	}
	if o.Remember <= 0 {
		o.Remember = 90 * 24 * time.Hour
	}
	if o.MaxEnded <= 0 {
		o.MaxEnded = 10000
	}
	if o.CompactAt <= 0 {
		o.CompactAt = 4 << 20
	}
	if o.Free == nil {
		o.Free = func() (int64, error) { return freeBytes(path) }
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Dir is a spool folder. It is a connector.Spool.
type Dir struct {
	path    string
	o       Options
	entries *group // makes the journal durable
	names   *group // makes the names of documents durable
	blanks  blanks

	// Of the goroutine that flushes.
	journal *os.File
	size    int64 // of the journal
	limit   int64 // size at which to look whether it can be smaller
	broken  bool  // the file may hold less than the memory: write a new one

	mu         sync.Mutex // guards what follows
	jobs       map[gcp.JobID]*live
	past       *past
	seq        int
	reserved   int64 // bytes of documents claimed and not saved
	buf, spare []byte
	soon       bool // a flush is due
	damaged    bool // the journal that was read lacks lines
	closed     bool
}

var _ connector.Spool = (*Dir)(nil)

// Open opens the spool in the folder path, making it if need be. The caller
// holds the lock of the state folder, see Acquire. Documents that belong to no
// job are deleted.
func Open(path string, o Options) (*Dir, error) {
	d := &Dir{path: path, o: o.withDefaults(path), jobs: map[gcp.JobID]*live{}}
	d.blanks.folder = d.docs()
	d.past = newPast(d.o.MaxEnded, d.o.Remember)
	d.entries = newGroup(d.flush)
	d.names = newGroup(func() error { return syncFolder(d.docs()) })
	if err := os.MkdirAll(d.docs(), 0o700); err != nil {
		return nil, fmt.Errorf("make spool folder: %w", err)
	}
	if err := d.load(); err != nil {
		return nil, err
	}
	if err := d.sweep(); err != nil {
		return nil, err
	}
	if err := d.compact(true); err != nil {
		return nil, err
	}
	return d, nil
}

// flushDelay is how long an event that need not be durable at once may wait.
const flushDelay = time.Second

var errClosed = errors.New("the spool is closed")

// Close writes what is left, and closes the journal.
func (d *Dir) Close() error {
	err := d.entries.do()
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	return errors.Join(err, d.journal.Close())
}

// Claim implements connector.Spool. All fresh jobs share one flush.
func (d *Dir) Claim(p printer.Name, jobs []gcp.Job, trace gcp.Trace) ([]connector.Claim, error) {
	free, err := d.o.Free()
	if err != nil {
		return nil, fmt.Errorf("look for free disk space: %w", err)
	}
	claims := make([]connector.Claim, len(jobs))
	var fresh []gcp.JobID
	d.mu.Lock()
	for i := range jobs {
		claims[i].Outcome, claims[i].Record.End = d.outcome(&jobs[i], free)
		if claims[i].Outcome != connector.ClaimFresh {
			continue
		}
		if err = d.addLocked([]connector.Event{d.claim(p, &jobs[i], trace)}); err != nil {
			break
		}
		claims[i].Record = copyOf(d.jobs[jobs[i].ID])
		fresh = append(fresh, jobs[i].ID)
	}
	d.mu.Unlock()
	if err == nil && len(fresh) > 0 {
		err = d.entries.do()
	}
	if err != nil {
		d.unclaim(fresh)
		return nil, fmt.Errorf("claim jobs: %w", err)
	}
	return claims, nil
}

// outcome decides about one offered job. The caller holds mu.
func (d *Dir) outcome(j *gcp.Job, free int64) (connector.Outcome, *connector.Status) {
	if l, ok := d.jobs[j.ID]; ok {
		return connector.ClaimHeld, l.End
	}
	if e, ok := d.past.ends[j.ID]; ok {
		return connector.ClaimEnded, &e.status
	}
	if !d.fits(int64(j.ContentLength), free) {
		return connector.ClaimNoRoom, nil
	}
	return connector.ClaimFresh, nil
}

func (d *Dir) fits(size, free int64) bool {
	return d.o.Reserve < 0 || free-d.reserved-max(size, 0) >= d.o.Reserve
}

func (d *Dir) claim(p printer.Name, j *gcp.Job, trace gcp.Trace) connector.Event {
	at := d.o.Now().UnixMicro()
	t := gcp.Trace{gcp.HopClaimed: at}
	maps.Copy(t, trace)
	job := *j
	return connector.Event{Kind: connector.EventClaimed, ID: j.ID, At: at, Job: &job, Printer: p, Trace: t}
}

// Write implements connector.Spool.
func (d *Dir) Write(e connector.Event) error {
	if e.At == 0 {
		e.At = d.o.Now().UnixMicro()
	}
	if err := d.add(e); err != nil {
		return err
	}
	if e.Kind == connector.EventSaved || e.Kind == connector.EventReported {
		d.flushSoon()
		return nil
	}
	return d.entries.do()
}

// flushSoon makes sure that the buffer does not wait for long.
func (d *Dir) flushSoon() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.soon || d.closed {
		return
	}
	d.soon = true
	time.AfterFunc(flushDelay, func() {
		d.mu.Lock()
		d.soon = false
		d.mu.Unlock()
		_ = d.entries.do() // the next event that must be durable meets the failure too
	})
}

// Forget implements connector.Spool. The journal's line may wait for the next
// flush: without it the job is forgotten again after a restart.
func (d *Dir) Forget(id gcp.JobID) error {
	if err := d.blanks.put(d.docPath(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("delete document: %w", err)
	}
	at := d.o.Now().UnixMicro()
	defer d.flushSoon()
	return d.add(connector.Event{Kind: connector.EventForgotten, ID: id, At: at, Trace: gcp.Trace{gcp.HopForgotten: at}})
}

// Room implements connector.Spool.
func (d *Dir) Room(size int64) bool {
	free, err := d.o.Free()
	d.mu.Lock()
	defer d.mu.Unlock()
	return err == nil && d.fits(size, free)
}

// Unfinished implements connector.Spool.
func (d *Dir) Unfinished() []connector.Record {
	d.mu.Lock()
	defer d.mu.Unlock()
	jobs := d.byClaim()
	records := make([]connector.Record, len(jobs))
	for i, l := range jobs {
		records[i] = copyOf(l)
	}
	return records
}

// copyOf returns a record that shares nothing that changes.
func copyOf(l *live) connector.Record {
	r := l.Record
	r.Trace = maps.Clone(l.Trace)
	return r
}
