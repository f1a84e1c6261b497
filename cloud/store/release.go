package store

import (
	"context"
	"fmt"

	"platen/cloud"
	"platen/gcp"
)

// HeldJobs returns up to limit jobs that persons hold, oldest first.
func (d *DB) HeldJobs(ctx context.Context, f cloud.HeldFilter, limit int) ([]cloud.Job, error) {
	var w where
	w.add("state_type = 'HELD'")
	w.add("restored = ''")
	if f.Delegate != "" {
		w.add("delegate <> ''") // which the index is for
		w.add("delegate = ?", f.Delegate)
	} else {
		w.add("owner = ?", string(f.Owner))
	}
	w.equal("printer", string(f.Printer))
	rows, err := d.r.QueryContext(ctx, `SELECT `+waitingColumns+` FROM jobs`+w.String()+` ORDER BY create_time, ord LIMIT ?`,
		append(w.args, limit)...)
	return collect(rows, err, scanJob)
}

// Sticker returns what stands on a printer's sticker.
func (d *DB) Sticker(ctx context.Context, id gcp.PrinterID) (cloud.StickerKey, error) {
	var key cloud.StickerKey
	err := d.queryRow(ctx, `SELECT key FROM stickers WHERE printer = ?`, string(id)).Scan(&key)
	return key, found(err)
}

// PrinterBySticker returns the printer whose sticker this stands on.
func (d *DB) PrinterBySticker(ctx context.Context, key cloud.StickerKey) (gcp.PrinterID, error) {
	var id gcp.PrinterID
	err := d.queryRow(ctx, `SELECT printer FROM stickers WHERE key = ?`, string(key)).Scan(&id)
	return id, found(err)
}

// SetSticker gives a printer a sticker in place of the one that it had.
func (d *DB) SetSticker(ctx context.Context, id gcp.PrinterID, key cloud.StickerKey, events ...cloud.Event) error {
	return d.tx(ctx, func(tx *Tx) error {
		var n int
		if err := tx.queryRow(`SELECT 1 FROM printers WHERE id = ?`, string(id)).Scan(&n); err != nil {
			return found(err)
		}
		_, err := tx.exec(`INSERT INTO stickers (printer, key) VALUES (?, ?) ON CONFLICT (printer) DO UPDATE SET key = excluded.key`,
			string(id), string(key))
		if err != nil {
			return fmt.Errorf("set sticker: %w", err)
		}
		return tx.addEvents(events)
	})
}
