package store

import (
	"context"
	"slices"
	"time"

	"platen/cloud"
)

// PrinterNames returns the printers of an owner and those shared with any of the
// scopes at a time, or all if the owner is "".
func (d *DB) PrinterNames(ctx context.Context, owner cloud.UserID, scopes []string, now time.Time) ([]cloud.PrinterName, error) {
	const columns = `SELECT printers.id, ` + shownName + ` AS shown, hidden > 0`
	query, args := columns+`, '' FROM printers ORDER BY shown, id`, []any(nil)
	if owner != "" {
		in, more := among("scope", scopes)
		query = columns + `, 'OWNER' FROM printers WHERE owner = ? UNION ALL ` +
			columns + `, role FROM shares JOIN printers ON printers.id = shares.printer
			WHERE ` + in + ` AND pending = 0 AND owner <> ? AND (expire_time = 0 OR expire_time > ?) ORDER BY 2, 1`
		args = slices.Concat([]any{string(owner)}, more, []any{string(owner), micros(now)})
	}
	rows, err := d.r.QueryContext(ctx, query, args...)
	list, err := collect(rows, err, func(s scanner) (cloud.PrinterName, error) {
		var p cloud.PrinterName
		err := s.Scan(&p.ID, &p.Name, &p.Hidden, &p.Role)
		return p, err
	})
	return cloud.OncePerPrinter(list), err
}
