package store

import (
	"context"
	"time"

	"platen/cloud"
)

// Jobs are counted in indexes of those that are open, or have a document.
const selectCensus = `SELECT (SELECT COUNT(*) FROM users), (SELECT COUNT(*) FROM printers WHERE hidden = 0),
	(SELECT COUNT(*) FROM robots), (SELECT COUNT(*) FROM robots WHERE connected <> 0 OR lease_until > ?),
	(SELECT COUNT(*) FROM jobs WHERE end_time = 0), (SELECT COUNT(*) FROM jobs WHERE document <> ''),
	(SELECT COALESCE(SUM(bytes), 0) FROM stored)`

// Census counts what there is.
func (d *DB) Census(ctx context.Context, now time.Time) (cloud.Census, error) {
	var c cloud.Census
	err := d.queryRow(ctx, selectCensus, micros(now)).Scan(&c.People, &c.Printers, &c.Connectors, &c.Online, &c.Open, &c.Documents, &c.Bytes)
	return c, err
}
