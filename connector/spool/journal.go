package spool

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"platen/connector"
	"platen/gcp"
	"platen/internal/disk"
)

// keepBuffer is the largest buffer that waits for the next flush.
const keepBuffer = 64 << 10

// live is a job in hand.
type live struct {
	connector.Record
	seq      int  // of the claim
	rendered bool // what the document was made into lies beside it
}

// load reads the journal into memory.
func (d *Dir) load() error {
	f, err := d.disk.Open(d.journalPath())
	if errors.Is(err, fs.ErrNotExist) {
		return d.begin()
	}
	if err != nil {
		return fmt.Errorf("open journal: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	if fi, err := d.disk.Stat(d.journalPath()); err == nil && fi.Size() == 0 {
		return d.begin()
	}
	if err := readJournal(f, d.recall, d.apply, d.distrust); err != nil {
		return fmt.Errorf("journal %s: %w", d.journalPath(), err)
	}
	return nil
}

// begin begins a memory: nothing is known of the time before.
func (d *Dir) begin() error {
	d.since = d.o.Now().UnixMicro()
	_, err := d.past.archive.load(nil)
	return err
}

// recall takes up a journal's first line.
func (d *Dir) recall(h header) error {
	d.since = h.Since
	lost, err := d.past.archive.load(h.Ends)
	if lost {
		d.o.Logger.LogAttrs(context.Background(), slog.LevelWarn, "some of the memory of ended jobs is damaged")
		d.since = d.o.Now().UnixMicro()
	}
	return err
}

// distrust takes from a damaged journal what is safe. The lines lost may say of
// each job in hand at that place that it was sent; what stands behind them shows
// it to be otherwise, or not.
func (d *Dir) distrust(lines int) {
	d.o.Logger.LogAttrs(context.Background(), slog.LevelWarn, "the journal is damaged: jobs in hand count as sent, none is printed again unseen",
		slog.Int("lines", lines))
	d.damaged, d.since = true, d.o.Now().UnixMicro()
	for _, l := range d.jobs {
		switch l.Stage {
		case connector.EventClaimed, connector.EventSaved, connector.EventCreated:
			l.Stage = connector.EventSending
		}
	}
}

// orphan takes up an event whose job the journal does not know: one that was
// forgotten, or, in a damaged journal, one whose claim is lost. Of that one it is
// remembered how it ended, so that it is not printed should it be offered again.
func (d *Dir) orphan(e connector.Event) {
	if !d.damaged {
		return
	}
	if known, err := d.past.find(e.ID); err != nil || known != nil && !known.status.Unconfirmed {
		return
	}
	at := cmp.Or(e.At, d.o.Now().UnixMicro())
	switch e.Kind {
	case connector.EventCreated, connector.EventSending, connector.EventSent:
		d.past.add(e.ID, end{at, connector.Unconfirmed(), ""})
	case connector.EventEnded:
		if e.Status != nil {
			d.past.add(e.ID, end{at, *e.Status, ""})
		}
	}
}

// apply changes the memory as e says. The caller holds mu, or is alone.
func (d *Dir) apply(e connector.Event) {
	switch e.Kind {
	case eventPast:
		if e.Status != nil {
			d.past.add(e.ID, end{e.At, *e.Status, e.Claim})
		}
		return
	case connector.EventClaimed:
		if _, ok := d.jobs[e.ID]; !ok {
			d.seq++
			d.jobs[e.ID] = &live{seq: d.seq}
		}
	}
	l, ok := d.jobs[e.ID]
	if !ok {
		d.orphan(e)
		return
	}
	waiting := l.waiting()
	l.Apply(e)
	switch e.Kind {
	case connector.EventForgotten:
		delete(d.jobs, e.ID)
		if l.End != nil {
			d.past.add(e.ID, endOf(l.Record, d.o.Now))
		}
		d.reserved -= waiting
	default:
		d.reserved += l.waiting() - waiting
	}
}

// waiting returns the bytes that the job's document will still need.
func (l *live) waiting() int64 {
	if l.Document != nil || l.End != nil {
		return 0
	}
	return int64(l.Job.ContentLength)
}

// add applies events and puts them into the buffer of the next flush.
func (d *Dir) add(events ...connector.Event) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.addLocked(events)
}

func (d *Dir) addLocked(events []connector.Event) error {
	for _, e := range events {
		var err error
		if d.buf, err = appendLine(d.buf, e); err != nil {
			return fmt.Errorf("encode event: %w", err)
		}
		d.apply(e)
	}
	return nil
}

// flush writes the buffer and makes it durable. After a failure nothing is
// known about the file, so that the next flush writes a new one from memory.
func (d *Dir) flush() error {
	d.mu.Lock()
	closed := d.closed
	d.mu.Unlock()
	switch {
	case closed:
		return errClosed
	case d.broken:
		return d.compact(true)
	}
	d.mu.Lock()
	b := d.buf
	d.buf, d.spare = d.spare[:0], nil
	d.mu.Unlock()
	if len(b) == 0 {
		return nil // an earlier flush has it
	}
	_, err := d.journal.Write(b)
	if err == nil {
		err = d.journal.Sync()
	}
	if err != nil {
		d.broken = true
		return fmt.Errorf("write journal: %w", err)
	}
	if cap(b) <= keepBuffer {
		d.mu.Lock()
		d.spare = b
		d.mu.Unlock()
	}
	d.size += int64(len(b))
	if d.size > d.limit {
		if err := d.compact(false); err != nil {
			d.o.Logger.LogAttrs(context.Background(), slog.LevelWarn, "making the journal smaller failed", slog.Any("err", err))
			d.limit = 2 * d.size
		}
	}
	return nil
}

// compact replaces the journal by a new one with the living alone. Unless it
// must, it does nothing while most of the journal lives.
func (d *Dir) compact(must bool) error {
	d.mu.Lock()
	living, err := d.living(nil)
	ended := d.past.events()
	d.mu.Unlock()
	if err != nil || !must && int64(len(living)) > d.size/2 {
		d.limit = max(d.o.CompactAt, 2*d.size)
		return err
	}
	// Should what follows fail, the old journal has these ends too.
	files, err := d.past.archive.append(ended, d.o.Now())
	if err != nil {
		return err
	}
	d.mu.Lock()
	d.past.archived(ended)
	b, err := d.snapshot(files)
	if err == nil {
		d.buf = d.buf[:0] // the memory holds it
	}
	d.mu.Unlock()
	if err != nil {
		return err
	}
	d.broken = true // until all of this has worked
	if err := disk.Replace(d.disk, d.journalPath(), b); err != nil {
		return fmt.Errorf("write new journal: %w", err)
	}
	f, err := d.disk.OpenFile(d.journalPath(), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return fmt.Errorf("open new journal: %w", err)
	}
	if d.journal != nil {
		_ = d.journal.Close() // it has no name any more
	}
	d.journal, d.size, d.broken = f, int64(len(b)), false
	d.limit = max(d.o.CompactAt, 2*d.size)
	if err := d.past.archive.sweep(); err != nil {
		d.o.Logger.LogAttrs(context.Background(), slog.LevelWarn, "a file of ended jobs stays", slog.Any("err", err))
	}
	return nil
}

// snapshot returns a whole journal of what is in memory and not in the archive.
// The caller holds mu.
func (d *Dir) snapshot(files []endsFile) ([]byte, error) {
	b, err := appendLine(nil, header{version, d.since, files})
	for _, e := range d.past.events() {
		if err == nil {
			b, err = appendLine(b, e)
		}
	}
	if err != nil {
		return nil, err
	}
	return d.living(b)
}

// living appends what brings the jobs in hand back. The caller holds mu.
func (d *Dir) living(b []byte) (_ []byte, err error) {
	for _, l := range d.byClaim() {
		for _, e := range l.events() {
			if b, err = appendLine(b, e); err != nil {
				return nil, err
			}
		}
	}
	return b, nil
}

// byClaim returns the jobs in hand, oldest claim first. The caller holds mu.
func (d *Dir) byClaim() []*live {
	jobs := make([]*live, 0, len(d.jobs))
	for _, l := range d.jobs {
		jobs = append(jobs, l)
	}
	slices.SortFunc(jobs, func(a, b *live) int { return cmp.Compare(a.seq, b.seq) })
	return jobs
}

// events returns what brings the record back.
func (l *live) events() []connector.Event {
	id := l.Job.ID
	ev := []connector.Event{{
		Kind: connector.EventClaimed, ID: id, At: l.Claimed.UnixMicro(),
		Job: &l.Job, Claim: l.Claim, Printer: l.Printer, Trace: l.Trace,
	}}
	if l.Document != nil {
		ev = append(ev, connector.Event{Kind: connector.EventSaved, ID: id, Document: l.Document})
	}
	if l.Local != nil {
		handed := connector.EventCreated
		if l.Sent {
			handed = connector.EventSent
		}
		ev = append(ev, connector.Event{Kind: handed, ID: id, Local: l.Local, Notes: l.Notes})
	}
	if l.End != nil {
		ev = append(ev, connector.Event{Kind: connector.EventEnded, ID: id, At: l.Ended.UnixMicro(), Status: l.End})
	}
	if last := ev[len(ev)-1].Kind; last != l.Stage {
		ev = append(ev, connector.Event{Kind: l.Stage, ID: id, Local: l.Local})
	}
	if l.Tries != nil {
		ev = slices.Insert(ev, 1, connector.Event{Kind: connector.EventTried, ID: id, Tries: l.Tries})
	}
	return ev
}

func (d *Dir) journalPath() string { return filepath.Join(d.path, "journal") }

// unclaim takes claims back that could not be written.
func (d *Dir) unclaim(ids []gcp.JobID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, id := range ids {
		if l, ok := d.jobs[id]; ok {
			d.reserved -= l.waiting()
			delete(d.jobs, id)
		}
	}
}
