package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// noteBatch bounds how many notes one transaction writes: others wait for it.
const noteBatch = 100

// QueuedJobs returns up to limit QUEUED jobs of a printer, oldest first.
func (d *DB) QueuedJobs(ctx context.Context, id gcp.PrinterID, limit int) ([]cloud.Job, error) {
	rows, err := d.query(ctx, `SELECT `+waitingColumns+` FROM jobs
		WHERE printer = ? AND state_type = 'QUEUED' ORDER BY ord LIMIT ?`, string(id), limit)
	return collect(rows, err, scanJob)
}

const selectRestored = `SELECT ` + jobColumns + ` FROM jobs
	WHERE printer = ? AND restored <> '' ORDER BY ord LIMIT ?`

// RestoredJobs returns up to limit jobs of a printer that are held because the
// service was restored, oldest first.
func (d *DB) RestoredJobs(ctx context.Context, id gcp.PrinterID, limit int) ([]cloud.Job, error) {
	rows, err := d.query(ctx, selectRestored, string(id), limit)
	return collect(rows, err, scanJob)
}

// Waiting returns the printers of a robot, or of all, that have QUEUED jobs and
// are not paused.
func (d *DB) Waiting(ctx context.Context, r gcp.RobotID, now time.Time) ([]cloud.Waiting, error) {
	rows, err := d.query(ctx, `SELECT w.printer, p.robot, COALESCE(r.connected, 0), COALESCE(r.lease_until, 0), w.oldest, w.newest
		FROM (SELECT printer, MIN(queued_time) AS oldest, MAX(queued_time) AS newest
			FROM jobs WHERE state_type = 'QUEUED' GROUP BY printer) w
		JOIN printers p ON p.id = w.printer AND p.hidden = 0 AND p.paused = 0
		LEFT JOIN robots r ON r.id = p.robot
		WHERE ? = '' OR p.robot = ? ORDER BY w.oldest`, string(r), string(r))
	return collect(rows, err, func(s scanner) (cloud.Waiting, error) {
		var w cloud.Waiting
		var connected int
		var lease, oldest, newest int64
		err := s.Scan(&w.Printer, &w.Robot, &connected, &lease, &oldest, &newest)
		w.Online = connected != 0 || timeOf(lease).After(now)
		w.Oldest, w.Newest = timeOf(oldest), timeOf(newest)
		return w, err
	})
}

// DueCancels returns jobs whose cancellation nobody answered.
func (d *DB) DueCancels(ctx context.Context, before time.Time) ([]gcp.JobID, error) {
	rows, err := d.query(ctx, `SELECT id FROM jobs
		WHERE cancel_requested > 0 AND end_time = 0 AND cancel_requested <= ? AND cancel_ack = 0`, micros(before))
	return collect(rows, err, scanJobID)
}

func scanJobID(s scanner) (gcp.JobID, error) {
	var id gcp.JobID
	err := s.Scan(&id)
	return id, err
}

const selectDue = `SELECT id FROM jobs WHERE due_time > 0 AND due_time <= ? ORDER BY due_time LIMIT ?`

// DueJobs returns up to limit jobs that the service must look at, most overdue first.
func (d *DB) DueJobs(ctx context.Context, now time.Time, limit int) ([]gcp.JobID, error) {
	rows, err := d.query(ctx, selectDue, micros(now), limit)
	return collect(rows, err, scanJobID)
}

// NoteJobs adds deliveries and hops to jobs; jobs that do not exist are passed over.
func (d *DB) NoteJobs(ctx context.Context, notes []cloud.JobNote) error {
	for len(notes) > 0 {
		batch := notes[:min(noteBatch, len(notes))]
		notes = notes[len(batch):]
		err := d.tx(ctx, func(tx *Tx) error {
			for _, n := range batch {
				if err := tx.noteJob(n); err != nil {
					return fmt.Errorf("note job %s: %w", n.Job, err)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) noteJob(n cloud.JobNote) error {
	if len(n.Hops) == 0 {
		_, err := t.exec(`UPDATE jobs SET attempts = attempts + ? WHERE id = ?`, n.Attempts, string(n.Job))
		return err
	}
	var text string
	err := found(t.queryRow(`SELECT trace FROM jobs WHERE id = ?`, string(n.Job)).Scan(&text))
	if errors.Is(err, cloud.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	trace := gcp.Trace{}
	if err := fromJSON(text, &trace); err != nil {
		return err
	}
	if trace == nil { // the text was "null"
		trace = gcp.Trace{}
	}
	for hop, at := range n.Hops {
		if _, known := trace[hop]; !known {
			trace[hop] = at
		}
	}
	if text, err = asJSON(trace); err != nil {
		return err
	}
	_, err = t.exec(`UPDATE jobs SET attempts = attempts + ?, trace = ? WHERE id = ?`, n.Attempts, text, string(n.Job))
	return err
}

// NotePrinters records when printers were last asked for.
func (d *DB) NotePrinters(ctx context.Context, seen map[gcp.PrinterID]time.Time) error {
	return d.tx(ctx, func(tx *Tx) error {
		for id, at := range seen {
			if _, err := tx.exec(`UPDATE printers SET access_time = ? WHERE id = ?`, micros(at), string(id)); err != nil {
				return fmt.Errorf("note printer %s: %w", id, err)
			}
		}
		return nil
	})
}

var _ cloud.Store = (*DB)(nil)
