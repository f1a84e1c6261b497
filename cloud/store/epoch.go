package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"platen/cloud"
	"platen/gcp"
)

const selectEpoch = `SELECT value FROM facts WHERE name = 'epoch'`

// Epoch returns which life of the data this is.
func (d *DB) Epoch(ctx context.Context) (string, error) {
	var epoch string
	err := found(d.queryRow(ctx, selectEpoch).Scan(&epoch))
	if !errors.Is(err, cloud.ErrNotFound) {
		return epoch, err
	}
	err = d.tx(ctx, func(tx *Tx) error {
		if _, err := tx.exec(`INSERT INTO facts (name, value) VALUES ('epoch', ?) ON CONFLICT DO NOTHING`, gcp.NewID()); err != nil {
			return fmt.Errorf("begin the first epoch: %w", err)
		}
		return tx.queryRow(selectEpoch).Scan(&epoch)
	})
	return epoch, err
}

// BeginEpoch gives the data a new epoch. Jobs that somebody holds, and drafts, may
// have been released and printed since, too.
func (d *DB) BeginEpoch(ctx context.Context, now time.Time) error {
	return d.tx(ctx, func(tx *Tx) error {
		for _, q := range []struct {
			text string
			args []any
		}{
			{`INSERT INTO facts (name, value) VALUES ('epoch', ?)
				ON CONFLICT (name) DO UPDATE SET value = excluded.value`, []any{gcp.NewID()}},
			// The service must look at them at once: its next look was planned for another state.
			{`UPDATE jobs SET restored = state_type, state_type = 'HELD', state = '{"type":"HELD"}',
				update_time = ?, due_time = ?, hold_until = CASE state_type WHEN 'HELD' THEN hold_until ELSE 0 END
				WHERE end_time = 0 AND restored = ''`, []any{micros(now), micros(now)}},
			{`UPDATE robots SET run = '', installations = 'null', connected = 0, lease_until = 0`, nil},
			{`DELETE FROM push_sessions`, nil},
		} {
			if _, err := tx.exec(q.text, q.args...); err != nil {
				return fmt.Errorf("begin an epoch: %w", err)
			}
		}
		return nil
	})
}

// RestoredCount returns how many jobs are held because the service was restored.
func (d *DB) RestoredCount(ctx context.Context) (int, error) {
	var n int
	err := d.queryRow(ctx, `SELECT COUNT(*) FROM jobs WHERE restored <> ''`).Scan(&n)
	return n, err
}
