package store

import (
	"context"
	"fmt"
	"time"

	"platen/cloud"
)

// Events are deleted a part at a time: others wait for the transaction.
const (
	pruneEvents = `DELETE FROM events WHERE seq IN
		(SELECT seq FROM events WHERE by_user = '' AND time < ? ORDER BY time LIMIT 5000)`
	// Of the audit log only the oldest entries are looked at.
	pruneAudit = `DELETE FROM events WHERE seq IN (SELECT seq FROM
		(SELECT seq, time FROM events WHERE by_user <> '' ORDER BY seq LIMIT 5000) oldest WHERE time < ?)`
)

// PruneEvents deletes events from before a time, those of the audit log from
// before another.
func (d *DB) PruneEvents(ctx context.Context, before, audit time.Time) error {
	return d.tx(ctx, func(tx *Tx) error {
		if _, err := tx.exec(pruneEvents, micros(before)); err != nil {
			return fmt.Errorf("prune events: %w", err)
		}
		if _, err := tx.exec(pruneAudit, micros(audit)); err != nil {
			return fmt.Errorf("prune the audit log: %w", err)
		}
		return nil
	})
}

// Audit returns events of the audit log, newest first.
func (d *DB) Audit(ctx context.Context, f cloud.AuditFilter) ([]cloud.Event, error) {
	query, args := auditQuery(f)
	rows, err := d.r.QueryContext(ctx, query, args...)
	return collect(rows, err, scanEvent)
}

// auditQuery is the query for a page of the audit log. Each index of it is in the
// order of seq.
func auditQuery(f cloud.AuditFilter) (string, []any) {
	var w where
	w.add("by_user <> ''")
	if f.Before != 0 {
		w.add("seq < ?", int64(f.Before))
	}
	w.equal("by_user", string(f.By))
	w.equal("printer", string(f.Printer))
	if !f.From.IsZero() {
		w.add("time >= ?", micros(f.From))
	}
	if !f.To.IsZero() {
		w.add("time < ?", micros(f.To))
	}
	return `SELECT ` + eventColumns + ` FROM events` + w.String() + ` ORDER BY seq DESC LIMIT ?`, append(w.args, f.Limit)
}
