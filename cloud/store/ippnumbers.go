package store

import (
	"context"
	"errors"
	"fmt"

	"platen/cloud"
	"platen/cloud/ipp"
	"platen/gcp"
)

var _ ipp.Numbers = (*DB)(nil)

const numberOfJob = `SELECT number FROM ipp_numbers WHERE job = ? AND job <> '' AND printer = ? ORDER BY number LIMIT 1`

// JobNumbers returns the numbers of a printer's jobs, and gives one to those that have
// none.
func (d *DB) JobNumbers(ctx context.Context, p gcp.PrinterID, jobs ...gcp.JobID) ([]int, error) {
	numbers := make([]int, len(jobs))
	missing := false
	for i, j := range jobs {
		err := found(d.queryRow(ctx, numberOfJob, string(j), string(p)).Scan(&numbers[i]))
		switch {
		case errors.Is(err, cloud.ErrNotFound):
			missing = true
		case err != nil:
			return nil, err
		}
	}
	if !missing {
		return numbers, nil
	}
	return numbers, d.tx(ctx, func(tx *Tx) error {
		for i, j := range jobs {
			err := found(tx.queryRow(numberOfJob, string(j), string(p)).Scan(&numbers[i]))
			if errors.Is(err, cloud.ErrNotFound) {
				numbers[i], err = tx.addNumber(p, j)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// keptNumbers is how many of a printer's newest numbers are kept whose jobs never came.
const keptNumbers = 1000

// ReserveNumber gives a number to a job that is still to come.
func (d *DB) ReserveNumber(ctx context.Context, p gcp.PrinterID) (int, error) {
	var n int
	return n, d.tx(ctx, func(tx *Tx) (err error) {
		if n, err = tx.addNumber(p, ""); err != nil {
			return err
		}
		_, err = tx.exec(`DELETE FROM ipp_numbers WHERE printer = ? AND job = '' AND number < ?`, string(p), n-keptNumbers)
		return err
	})
}

// addNumber gives the next number of a printer, which must be there.
func (t *Tx) addNumber(p gcp.PrinterID, j gcp.JobID) (int, error) {
	var n int
	err := t.queryRow(`SELECT COALESCE((SELECT MAX(number) FROM ipp_numbers WHERE printer = p.id), 0) + 1 FROM printers p WHERE p.id = ?`,
		string(p)).Scan(&n)
	if err != nil {
		return 0, found(err)
	}
	if _, err := t.exec(`INSERT INTO ipp_numbers (printer, number, job) VALUES (?, ?, ?)`, string(p), n, string(j)); err != nil {
		return 0, fmt.Errorf("number a job: %w", err)
	}
	return n, nil
}

// BindNumber says which job came. A number that so many others followed that it is not kept
// any more comes back by that: it was given to nobody else.
func (d *DB) BindNumber(ctx context.Context, p gcp.PrinterID, number int, job gcp.JobID) error {
	return d.tx(ctx, func(tx *Tx) error {
		return changedRow(tx.exec(`INSERT INTO ipp_numbers (printer, number, job) SELECT id, ?, ? FROM printers WHERE id = ?
			ON CONFLICT (printer, number) DO UPDATE SET job = excluded.job WHERE ipp_numbers.job = ''`, number, string(job), string(p)))
	})
}

// JobByNumber returns the job with a number, "" if it never came.
func (d *DB) JobByNumber(ctx context.Context, p gcp.PrinterID, number int) (gcp.JobID, error) {
	var id gcp.JobID
	err := d.queryRow(ctx, `SELECT job FROM ipp_numbers WHERE printer = ? AND number = ?`, string(p), number).Scan(&id)
	return id, found(err)
}
