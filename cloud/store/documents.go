package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// ExpiredDocuments returns jobs that ended before a time and have their document.
func (d *DB) ExpiredDocuments(ctx context.Context, before time.Time, limit int) ([]cloud.Job, error) {
	rows, err := d.query(ctx, `SELECT `+jobColumns+` FROM jobs
		WHERE end_time > 0 AND document <> '' AND end_time < ? ORDER BY end_time LIMIT ?`, micros(before), limit)
	return collect(rows, err, scanJob)
}

// ForgetDocuments records that documents are deleted.
func (d *DB) ForgetDocuments(ctx context.Context, ids []gcp.JobID) error {
	return d.tx(ctx, func(tx *Tx) error {
		for _, id := range ids {
			if err := tx.forgetDocument(id); err != nil {
				return fmt.Errorf("forget document of job %s: %w", id, err)
			}
		}
		return nil
	})
}

// forgetDocument takes a job's document off its owner's account, once.
func (t *Tx) forgetDocument(id gcp.JobID) error {
	var owner string
	var size int64
	err := found(t.queryRow(`UPDATE jobs SET document = '' WHERE id = ? AND document <> ''
		RETURNING owner, document_size`, string(id)).Scan(&owner, &size))
	if errors.Is(err, cloud.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = t.exec(`UPDATE stored SET bytes = bytes - ? WHERE owner = ?`, size, owner)
	return err
}

// DocumentKnown reports whether a job has this document.
func (d *DB) DocumentKnown(ctx context.Context, document string) (bool, error) {
	var n int
	err := d.queryRow(ctx, `SELECT COUNT(*) FROM jobs WHERE document = ? AND document <> ''`, document).Scan(&n)
	return n > 0, err
}

// RemoveJobs deletes jobs that have ended and have no document any more.
func (d *DB) RemoveJobs(ctx context.Context, ids []gcp.JobID) error {
	return d.tx(ctx, func(tx *Tx) error {
		for _, id := range ids {
			if _, err := tx.exec(`DELETE FROM jobs WHERE id = ? AND end_time > 0 AND document = ''`, string(id)); err != nil {
				return fmt.Errorf("remove job %s: %w", id, err)
			}
		}
		return nil
	})
}
