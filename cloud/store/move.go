package store

import (
	"context"
	"fmt"

	"platen/cloud"
	"platen/gcp"
)

// MoveJob ends a job and adds the one that takes its place.
func (d *DB) MoveJob(ctx context.Context, id gcp.JobID, a cloud.Admission,
	fn func(*cloud.Job, cloud.PrinterRights) (cloud.Job, []cloud.Event, error),
) (cloud.Job, error) {
	var added cloud.Job
	err := d.tx(ctx, func(tx *Tx) error {
		old, of, err := scanJobRights(tx.queryRow(selectJob, string(id)))
		if err != nil {
			return err
		}
		before := old
		next, events, err := fn(&old, of)
		if err != nil {
			return err
		}
		if err := tx.admit(next, a); err != nil {
			return err
		}
		if err := tx.addEvents(events); err != nil {
			return err
		}
		if err := tx.endJob(before, old); err != nil {
			return err
		}
		if _, err := tx.exec(`UPDATE jobs SET document = '' WHERE id = ?`, string(id)); err != nil {
			return fmt.Errorf("hand a document on: %w", err)
		}
		added = next
		return tx.addJob(next)
	})
	return added, err
}
