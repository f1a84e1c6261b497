package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// AddJob adds a job that meets what a demands, or returns the one that was
// submitted under its key.
func (d *DB) AddJob(ctx context.Context, j cloud.Job, a cloud.Admission, events ...cloud.Event) (cloud.Job, error) {
	added := j
	err := d.tx(ctx, func(tx *Tx) error {
		if first, err := tx.submitted(j, a); err != nil {
			added = first
			return err
		}
		if err := tx.admit(j, a); err != nil {
			return err
		}
		if err := tx.addEvents(events); err != nil {
			return err
		}
		if err := tx.addJob(j); err != nil {
			return err
		}
		return tx.account(j, a)
	})
	if err != nil && !errors.Is(err, cloud.ErrRepeated) {
		return cloud.Job{}, err
	}
	return added, err
}

// keyHash is what is kept of a key: it may tell something about its owner.
func keyHash(owner cloud.UserID, key string) string {
	sum := sha256.Sum256([]byte(string(owner) + "\x00" + key))
	return hex.EncodeToString(sum[:])
}

const selectSubmission = `SELECT digest, job FROM submissions WHERE owner = ? AND key_hash = ?`

// submitted looks whether the owner used the key before: ErrRepeated, with the
// first job, or ErrConflict. Of a job that was removed since then there is only
// the id.
func (t *Tx) submitted(j cloud.Job, a cloud.Admission) (cloud.Job, error) {
	if a.Key == "" {
		return cloud.Job{}, nil
	}
	var digest string
	var id gcp.JobID
	err := found(t.queryRow(selectSubmission, string(j.Owner), keyHash(j.Owner, a.Key)).Scan(&digest, &id))
	switch {
	case errors.Is(err, cloud.ErrNotFound):
		return cloud.Job{}, nil
	case err != nil:
		return cloud.Job{}, fmt.Errorf("look up a key: %w", err)
	case digest != a.Digest:
		return cloud.Job{}, cloud.ErrConflict
	}
	first, _, err := scanJobRights(t.queryRow(selectJob, string(id)))
	if errors.Is(err, cloud.ErrNotFound) {
		first, err = cloud.Job{ID: id}, nil
	}
	if err != nil {
		return first, fmt.Errorf("read the first job of a key: %w", err)
	}
	return first, cloud.ErrRepeated
}

// Each looks for the job that uses a limit up, so that it reads no further than
// the limit, however long the history is.
const (
	nthOfPrinter = `SELECT 1 FROM jobs WHERE printer = ? AND create_time >= ? LIMIT 1 OFFSET ?`
	nthOfOwner   = `SELECT 1 FROM jobs WHERE owner = ? AND create_time >= ? LIMIT 1 OFFSET ?`
	nthOfBoth    = `SELECT 1 FROM jobs WHERE owner = ? AND create_time >= ? AND printer = ? LIMIT 1 OFFSET ?`
	nthWaiting   = `SELECT 1 FROM jobs WHERE printer = ? AND state_type = 'QUEUED' LIMIT 1 OFFSET ?`
	selectStored = `SELECT COALESCE(MAX(bytes), 0) FROM stored WHERE owner = ?`
)

// admit checks the limits.
func (t *Tx) admit(j cloud.Job, a cloud.Admission) error {
	if a.Refused != nil {
		return a.Refused
	}
	for _, c := range []struct {
		limit   int
		refusal error
		query   string
		args    []any
	}{
		{a.Quota.Limit, cloud.ErrQuota, nthOfPrinter, []any{string(j.Printer), micros(a.Quota.Since), a.Quota.Limit - 1}},
		{a.Person.Limit, cloud.ErrPersonQuota, nthOfBoth, []any{string(j.Owner), micros(a.Person.Since), string(j.Printer), a.Person.Limit - 1}},
		{a.Rate.Limit, cloud.ErrRate, nthOfOwner, []any{string(j.Owner), micros(a.Rate.Since), a.Rate.Limit - 1}},
		{a.Waiting, cloud.ErrWaiting, nthWaiting, []any{string(j.Printer), a.Waiting - 1}},
	} {
		if c.limit <= 0 {
			continue
		}
		var one int
		err := found(t.queryRow(c.query, c.args...).Scan(&one))
		switch {
		case err == nil:
			return c.refusal
		case !errors.Is(err, cloud.ErrNotFound):
			return fmt.Errorf("count jobs: %w", err)
		}
	}
	if a.Stored <= 0 {
		return nil
	}
	var bytes int64
	if err := t.queryRow(selectStored, string(j.Owner)).Scan(&bytes); err != nil {
		return fmt.Errorf("count bytes: %w", err)
	}
	if bytes+j.Document.Size > a.Stored {
		return cloud.ErrStored
	}
	return nil
}

// account keeps the key of a new job, and counts its document.
func (t *Tx) account(j cloud.Job, a cloud.Admission) error {
	if a.Key != "" {
		_, err := t.exec(`INSERT INTO submissions (owner, key_hash, digest, job, create_time) VALUES (?, ?, ?, ?, ?)`,
			string(j.Owner), keyHash(j.Owner, a.Key), a.Digest, string(j.ID), micros(j.CreateTime))
		if err != nil {
			return fmt.Errorf("keep a key: %w", err)
		}
	}
	if j.Document.ID == "" || j.Document.Size == 0 {
		return nil
	}
	_, err := t.exec(`INSERT INTO stored (owner, bytes) VALUES (?, ?)
		ON CONFLICT (owner) DO UPDATE SET bytes = stored.bytes + excluded.bytes`, string(j.Owner), j.Document.Size)
	if err != nil {
		return fmt.Errorf("count bytes: %w", err)
	}
	return nil
}

// keyBatch bounds how many keys one transaction deletes.
const keyBatch = 5000

const pruneKeys = `DELETE FROM submissions WHERE (owner, key_hash) IN
	(SELECT owner, key_hash FROM submissions WHERE create_time < ? LIMIT ?)`

// PruneKeys forgets the keys of submissions from before a time.
func (d *DB) PruneKeys(ctx context.Context, before time.Time) error {
	for n := int64(keyBatch); n == keyBatch; {
		err := d.tx(ctx, func(tx *Tx) error {
			res, err := tx.exec(pruneKeys, micros(before), keyBatch)
			if err != nil {
				return fmt.Errorf("prune keys: %w", err)
			}
			n, err = res.RowsAffected()
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
