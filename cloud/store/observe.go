package store

import (
	"context"
	"errors"
	"time"

	"platen/gcp"
)

// Observe has f called after each commit with how long it took and how many changes it
// carried. f must not block: the writer waits for it.
func (d *DB) Observe(f func(took time.Duration, writes int)) { d.observer.Store(&f) }

// observed tells the observer of a commit.
func (d *DB) observed(began time.Time, writes int) {
	if f := d.observer.Load(); f != nil {
		(*f)(time.Since(began), writes)
	}
}

// errNothing undoes a transaction that was none.
var errNothing = errors.New("nothing to write")

// Flush returns when all changes that were asked for before are written, or ctx ends.
func (d *DB) Flush(ctx context.Context) error {
	err := d.tx(ctx, func(*Tx) error { return errNothing })
	if errors.Is(err, errNothing) {
		return nil
	}
	return err
}

// OpenJobs counts the jobs that have not ended, by state.
func (d *DB) OpenJobs(ctx context.Context) (counts map[gcp.JobStateType]int, err error) {
	rows, err := d.query(ctx, `SELECT state_type, COUNT(*) FROM jobs WHERE end_time = 0 GROUP BY state_type`)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	counts = map[gcp.JobStateType]int{}
	for rows.Next() {
		var state string
		var n int
		if err := rows.Scan(&state, &n); err != nil {
			return nil, err
		}
		counts[gcp.JobStateType(state)] = n
	}
	return counts, rows.Err()
}
