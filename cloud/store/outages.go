package store

import (
	"context"
	"fmt"

	"platen/cloud"
)

func scanOutage(s scanner) (cloud.Outage, error) {
	var o cloud.Outage
	var since, told int64
	err := s.Scan(&o.Robot, &o.Printer, &since, &told)
	o.Since, o.Told = timeOf(since), timeOf(told)
	return o, err
}

// Outages returns what is down.
func (d *DB) Outages(ctx context.Context) ([]cloud.Outage, error) {
	rows, err := d.query(ctx, `SELECT robot, printer, since, told FROM outages ORDER BY since, robot, printer`)
	return collect(rows, err, scanOutage)
}

// PutOutage adds or replaces an outage.
func (d *DB) PutOutage(ctx context.Context, o cloud.Outage, events ...cloud.Event) error {
	return d.tx(ctx, func(tx *Tx) error {
		_, err := tx.exec(`INSERT INTO outages (robot, printer, since, told) VALUES (?, ?, ?, ?)
			ON CONFLICT (robot, printer) DO UPDATE SET since = excluded.since, told = excluded.told`,
			string(o.Robot), string(o.Printer), micros(o.Since), micros(o.Told))
		if err != nil {
			return fmt.Errorf("put outage: %w", err)
		}
		return tx.addEvents(events)
	})
}

// RemoveOutage removes an outage.
func (d *DB) RemoveOutage(ctx context.Context, o cloud.Outage, events ...cloud.Event) error {
	return d.tx(ctx, func(tx *Tx) error {
		_, err := tx.exec(`DELETE FROM outages WHERE robot = ? AND printer = ?`, string(o.Robot), string(o.Printer))
		if err != nil {
			return fmt.Errorf("remove outage: %w", err)
		}
		return tx.addEvents(events)
	})
}
