package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"path/filepath"
	"sync"
	"time"

	"platen/connector"
	"platen/gcp"
	"platen/internal/disk"
	"platen/printer"
)

// Options are the settings of a Dir; zero members take their default.
type Options struct {
	Reserve   int64                 // bytes that must stay free beside a document; 256 MiB, negative for none
	Remember  time.Duration         // how long ended jobs are known; 90 days
	MaxEnded  int                   // how many ended jobs are known; 1 000 000
	CompactAt int64                 // bytes of the journal from which it is made smaller; 4 MiB
	Free      func() (int64, error) // free bytes; nil asks the file system
	Logger    *slog.Logger          // nil logs nothing
	Now       func() time.Time      // nil is time.Now
	Disk      disk.FS               // nil is disk.OS
}

func (o Options) withDefaults(path string) Options {
	if o.Reserve == 0 {
		o.Reserve = 256 << 20
	}
	if o.Remember <= 0 {
		o.Remember = 90 * 24 * time.Hour
	}
	if o.MaxEnded <= 0 {
		o.MaxEnded = 1_000_000
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
	if o.Disk == nil {
		o.Disk = disk.OS{}
	}
	return o
}

// Dir is a spool folder. It is a connector.Spool.
type Dir struct {
	path    string
	o       Options
	disk    disk.FS
	entries *group // makes the journal durable
	names   *group // makes the names of documents durable
	blanks  blanks
	since   int64 // microseconds since 1970 from which on every claim is known; 0 from before this was kept

	// Of the goroutine that flushes.
	journal disk.File
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
	d.disk = d.o.Disk
	d.blanks.disk, d.blanks.folder = d.disk, d.docs()
	d.past = newPast(newArchive(d.disk, filepath.Join(path, "ends"), d.o))
	d.entries = newGroup(d.flush)
	d.names = newGroup(func() error { return d.disk.Sync(d.docs()) })
	if err := d.disk.Make(d.docs(), 0o700); err != nil {
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
func (d *Dir) Claim(p printer.Name, offers []connector.Offer, trace gcp.Trace) ([]connector.Claim, error) {
	free, err := d.o.Free()
	if err != nil {
		return nil, fmt.Errorf("look for free disk space: %w", err)
	}
	claims := make([]connector.Claim, len(offers))
	var fresh []gcp.JobID
	d.mu.Lock()
	for i := range offers {
		id := offers[i].Job.ID
		if claims[i], err = d.known(id); err != nil {
			break
		}
		if claims[i].Outcome != connector.ClaimFresh {
			continue
		}
		if !d.fits(int64(offers[i].Job.ContentLength), free) {
			claims[i].Outcome = connector.ClaimNoRoom
			continue
		}
		if err = d.addLocked([]connector.Event{d.claim(p, &offers[i], trace)}); err != nil {
			break
		}
		claims[i].Record = copyOf(d.jobs[id])
		fresh = append(fresh, id)
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

// Recall implements connector.Spool.
func (d *Dir) Recall(id gcp.JobID) (connector.Claim, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.known(id)
}

// known returns what is known of a job. The caller holds mu.
func (d *Dir) known(id gcp.JobID) (connector.Claim, error) {
	c := connector.Claim{Outcome: connector.ClaimFresh}
	c.Record.Job.ID = id
	if l, ok := d.jobs[id]; ok {
		return connector.Claim{Outcome: connector.ClaimHeld, Record: copyOf(l)}, nil
	}
	e, err := d.past.find(id)
	if e != nil {
		c.Outcome, c.Record.Claim, c.Record.End = connector.ClaimEnded, e.claim, &e.status
	}
	return c, err
}

// Since implements connector.Spool.
func (d *Dir) Since() time.Time {
	if d.since == 0 {
		return time.Time{}
	}
	return time.UnixMicro(d.since)
}

func (d *Dir) fits(size, free int64) bool {
	return d.o.Reserve < 0 || free-d.reserved-max(size, 0) >= d.o.Reserve
}

func (d *Dir) claim(p printer.Name, o *connector.Offer, trace gcp.Trace) connector.Event {
	now := d.o.Now().UnixMicro()
	at := max(now, o.After+1)
	t := gcp.Trace{gcp.HopClaimed: now}
	maps.Copy(t, trace)
	job := o.Job
	return connector.Event{Kind: connector.EventClaimed, ID: job.ID, At: at, Job: &job, Claim: o.Claim, Printer: p, Trace: t}
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
	if err := d.removeRendered(id); err != nil {
		return fmt.Errorf("delete rendered document: %w", err)
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
