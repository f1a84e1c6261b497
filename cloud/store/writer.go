package store

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"platen/cloud"
)

// maxBatch bounds how many writes share one commit.
const maxBatch = 128

// The life of a queued write. Whoever moves it on from waiting owns it.
const (
	writeWaiting int32 = iota
	writeTaken         // by the writer: it will answer
	writeGivenUp       // by its caller: the writer skips it
)

// write is one transaction waiting for the writer.
type write struct {
	fn    func(*Tx) error
	state atomic.Int32
	err   error
	done  chan struct{} // closed after err is set
}

// tx runs fn in a transaction and returns after it is safely on disk. An error
// of fn undoes what fn wrote and is returned. fn runs in the writer's goroutine:
// it must neither wait for anything nor call tx.
//
// Transactions that arrive while a commit waits for the disk share the next one
// (group commit), so the rate of commits does not bound the rate of changes.
// Sharing one, each has a savepoint of its own: one that fails takes no other
// with it.
func (d *DB) tx(ctx context.Context, fn func(*Tx) error) error {
	w := &write{fn: fn, done: make(chan struct{})}
	select {
	case <-d.closing:
		return ErrClosed
	default:
	}
	select {
	case d.queue <- w:
	case <-d.closing:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-w.done:
		return w.err
	case <-ctx.Done():
		if w.state.CompareAndSwap(writeWaiting, writeGivenUp) {
			return ctx.Err()
		}
	case <-d.done:
		if w.state.CompareAndSwap(writeWaiting, writeGivenUp) {
			return ErrClosed
		}
	}
	<-w.done // taken: whether it is written is only known when it is answered
	return w.err
}

// writeLoop is the only goroutine that writes.
func (d *DB) writeLoop() {
	defer close(d.done)
	for {
		select {
		case w := <-d.queue:
			d.writeBatch(d.collect(w))
		case <-d.closing:
			for len(d.queue) > 0 {
				d.writeBatch(d.collect(<-d.queue))
			}
			return
		}
	}
}

// collect returns first and whatever else waits already.
func (d *DB) collect(first *write) []*write {
	batch := make([]*write, 0, maxBatch)
	for w := first; ; {
		if w.state.CompareAndSwap(writeWaiting, writeTaken) {
			batch = append(batch, w)
		}
		if len(batch) == maxBatch {
			return batch
		}
		select {
		case w = <-d.queue:
		default:
			return batch
		}
	}
}

// writeBatch runs a batch in one transaction and answers all of it. Statements
// carry no caller's context: one that ends must not undo the others' work.
func (d *DB) writeBatch(batch []*write) {
	if len(batch) == 0 {
		return
	}
	seq, err := d.commitBatch(batch)
	for _, w := range batch {
		if err != nil {
			w.err = err
		}
	}
	if err == nil {
		d.events.announce(seq)
	}
	for _, w := range batch {
		close(w.done)
	}
}

// commitBatch returns the position of the last event written, or 0. An error
// means that nothing of the batch was kept; a write's own error is in the write.
func (d *DB) commitBatch(batch []*write) (cloud.Seq, error) {
	began := time.Now()
	tx := &Tx{stmts: &d.wStmts}
	// IMMEDIATE takes the write lock now, so that nothing fails half way
	// because another process wrote meanwhile.
	if _, err := tx.exec("BEGIN IMMEDIATE"); err != nil {
		return 0, fmt.Errorf("begin transaction: %w", err)
	}
	if keep, err := tx.runAll(batch); err != nil || !keep {
		tx.rollback()
		return 0, err
	}
	if _, err := tx.exec("COMMIT"); err != nil {
		tx.rollback()
		return 0, fmt.Errorf("commit: %w", err)
	}
	d.observed(began, len(batch))
	return tx.lastEvent, nil
}

// runAll runs a batch. It reports false if there is nothing to commit.
func (t *Tx) runAll(batch []*write) (keep bool, err error) {
	if len(batch) == 1 { // needs no savepoint to be undone alone
		batch[0].err = t.protect(batch[0].fn)
		return batch[0].err == nil, nil
	}
	for _, w := range batch {
		if err := t.savepoint(w); err != nil {
			return false, err
		}
	}
	return true, nil
}

// rollback undoes the whole transaction. SQLite may have done so itself, for
// example when the disk is full; the error of a second time means nothing.
func (t *Tx) rollback() {
	_, _ = t.exec("ROLLBACK")
}

// savepoint runs one write; the error it returns ends the whole transaction.
func (t *Tx) savepoint(w *write) error {
	before := t.lastEvent
	if _, err := t.exec("SAVEPOINT one"); err != nil {
		return fmt.Errorf("savepoint: %w", err)
	}
	if w.err = t.protect(w.fn); w.err != nil {
		t.lastEvent = before
		if _, err := t.exec("ROLLBACK TO SAVEPOINT one"); err != nil {
			return fmt.Errorf("roll back to savepoint: %w", err)
		}
	}
	if _, err := t.exec("RELEASE SAVEPOINT one"); err != nil {
		return fmt.Errorf("release savepoint: %w", err)
	}
	return nil
}

// protect turns a panic of fn into an error: it runs in the writer's goroutine,
// where a panic would take every other caller's write with it.
func (t *Tx) protect(fn func(*Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("store: panic in a transaction: %v", p)
		}
	}()
	return fn(t)
}
