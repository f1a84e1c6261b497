package store

import (
	"context"
	"errors"
	"fmt"

	"platen/cloud"
	"platen/cloud/component"
	"platen/cloud/pubsub"
)

// oweLogout writes down that a person's sessions are to be ended, whatever runs at the
// moment: an administrator's command, too, takes keys back.
func (t *Tx) oweLogout(e cloud.Event, seq int64) error {
	_, err := t.exec(`INSERT INTO push_logouts (email, seq)
		SELECT email, ? FROM (SELECT COALESCE((SELECT email FROM users WHERE id = ?), ?) AS email) WHERE email <> ''
		ON CONFLICT (email) DO UPDATE SET seq = excluded.seq`, seq, string(e.User), e.Note)
	if err != nil {
		return fmt.Errorf("note a logout: %w", err)
	}
	return nil
}

// PushLogouts returns up to limit logouts that are owed, between two positions, oldest first.
func (d *DB) PushLogouts(ctx context.Context, after, upTo int64, limit int) ([]component.Logout, error) {
	rows, err := d.query(ctx, `SELECT email, seq FROM push_logouts WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?`, after, upTo, limit)
	return collect(rows, err, func(s scanner) (l component.Logout, err error) {
		err = s.Scan(&l.Local, &l.Seq)
		l.Local = pubsub.EscapeLocal(l.Local)
		return l, err
	})
}

// PushLogoutDone forgets a logout, unless the person lost something more since.
func (d *DB) PushLogoutDone(ctx context.Context, l component.Logout) error {
	return d.tx(ctx, func(tx *Tx) error {
		err := changedRow(tx.exec(`DELETE FROM push_logouts WHERE seq = ?`, l.Seq))
		if errors.Is(err, cloud.ErrNotFound) {
			return nil // another replica has done it, too
		}
		return err
	})
}

// ForgetPushLogouts forgets all of them: no XMPP server carries the hints.
func (d *DB) ForgetPushLogouts(ctx context.Context) error {
	return d.tx(ctx, func(tx *Tx) error {
		_, err := tx.exec(`DELETE FROM push_logouts`)
		return err
	})
}
