package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"platen/cloud"
	"platen/gcp"
)

const shareColumns = `printer, scope, type, role, pending, asked, sender, expire_time, link`

func scanShare(s scanner) (cloud.Share, error) {
	var sh cloud.Share
	var pending, asked int
	var expires int64
	err := s.Scan(&sh.Printer, &sh.Scope, &sh.Type, &sh.Role, &pending, &asked, &sh.Sender, &expires, &sh.Link)
	sh.Pending, sh.Asked, sh.ExpireTime = pending != 0, asked != 0, timeOf(expires)
	return sh, found(err)
}

// Shares returns who may use a printer besides its owner.
func (d *DB) Shares(ctx context.Context, ids ...gcp.PrinterID) ([]cloud.Share, error) {
	var all []cloud.Share
	for some := range slices.Chunk(ids, maxAmong) {
		part, args := among("printer", some)
		rows, err := d.queryAmong(ctx, len(some), `SELECT `+shareColumns+` FROM shares WHERE `+part+` ORDER BY printer, scope`, args...)
		shares, err := collect(rows, err, scanShare)
		if err != nil {
			return nil, err
		}
		all = append(all, shares...)
	}
	return all, nil
}

// SharesWith returns the shares of any of the scopes.
func (d *DB) SharesWith(ctx context.Context, scopes []string) ([]cloud.Share, error) {
	part, args := among("scope", scopes)
	rows, err := d.r.QueryContext(ctx, `SELECT `+shareColumns+` FROM shares WHERE `+part+` ORDER BY printer, scope`, args...)
	return collect(rows, err, scanShare)
}

// PutShare adds or replaces a share.
func (d *DB) PutShare(ctx context.Context, sh cloud.Share, events ...cloud.Event) error {
	return d.tx(ctx, func(tx *Tx) error {
		if err := tx.putShare(sh); err != nil {
			return err
		}
		return tx.addEvents(events)
	})
}

func (t *Tx) putShare(sh cloud.Share) error {
	_, err := t.exec(`INSERT INTO shares (`+shareColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (printer, scope) DO UPDATE SET type = excluded.type, role = excluded.role,
		pending = excluded.pending, asked = excluded.asked, sender = excluded.sender,
		expire_time = excluded.expire_time, link = excluded.link`,
		string(sh.Printer), sh.Scope, string(sh.Type), string(sh.Role), flag(sh.Pending), flag(sh.Asked),
		string(sh.Sender), micros(sh.ExpireTime), string(sh.Link))
	if err != nil {
		return fmt.Errorf("put share: %w", err)
	}
	return nil
}

// RemoveShare removes a share.
func (d *DB) RemoveShare(ctx context.Context, id gcp.PrinterID, scope string, events ...cloud.Event) error {
	return d.tx(ctx, func(tx *Tx) error {
		err := changedRow(tx.exec(`DELETE FROM shares WHERE printer = ? AND scope = ?`, string(id), scope))
		if err != nil {
			return err
		}
		return tx.addEvents(events)
	})
}

// RemovePublicShares removes the shares that came with a printer being public.
func (d *DB) RemovePublicShares(ctx context.Context, id gcp.PrinterID) error {
	return d.tx(ctx, func(tx *Tx) error {
		_, err := tx.exec(`DELETE FROM shares WHERE printer = ? AND type = 'PUBLIC'`, string(id))
		return err
	})
}

const claimColumns = `printer, token_hash, poll_hash, expires, proved, client, confirmed, confirm_time`

func scanClaim(s scanner) (cloud.PendingClaim, error) {
	var c cloud.PendingClaim
	var expires, confirmTime int64
	var proved, confirmed int
	err := s.Scan(&c.Printer, &c.TokenHash, &c.PollHash, &expires, &proved, &c.Client, &confirmed, &confirmTime)
	c.Expires, c.Proved, c.Confirmed, c.ConfirmTime = timeOf(expires), proved != 0, confirmed != 0, timeOf(confirmTime)
	return c, found(err)
}

// AddClaim adds a printer that waits for an owner, unless limit ones do.
func (d *DB) AddClaim(ctx context.Context, p cloud.Printer, c cloud.PendingClaim, limit int) error {
	return d.tx(ctx, func(tx *Tx) error {
		var open int
		if err := tx.queryRow(`SELECT COUNT(*) FROM claims WHERE confirmed = 0`).Scan(&open); err != nil {
			return fmt.Errorf("count claims: %w", err)
		}
		if open >= limit {
			return cloud.ErrQuota
		}
		if err := tx.addPrinter(p); err != nil {
			return err
		}
		_, err := tx.exec(`INSERT INTO claims (`+claimColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			string(p.ID), c.TokenHash, c.PollHash, micros(c.Expires), flag(c.Proved), c.Client,
			flag(c.Confirmed), micros(c.ConfirmTime))
		return err
	})
}

// UpdateClaim saves what fn makes of how the device polls.
func (d *DB) UpdateClaim(ctx context.Context, id gcp.PrinterID, fn func(*cloud.PendingClaim) error) (cloud.PendingClaim, error) {
	var c cloud.PendingClaim
	err := d.tx(ctx, func(tx *Tx) (err error) {
		if c, err = scanClaim(tx.queryRow(`SELECT `+claimColumns+` FROM claims WHERE printer = ?`, string(id))); err != nil {
			return err
		}
		if err := fn(&c); err != nil {
			return kept(err)
		}
		_, err = tx.exec(`UPDATE claims SET proved = ?, client = ? WHERE printer = ?`, flag(c.Proved), c.Client, string(id))
		return err
	})
	return c, err
}

// Claim returns a printer's claim.
func (d *DB) Claim(ctx context.Context, id gcp.PrinterID) (cloud.PendingClaim, error) {
	return scanClaim(d.queryRow(ctx, `SELECT `+claimColumns+` FROM claims WHERE printer = ?`, string(id)))
}

// ClaimByToken returns the claim with a token.
func (d *DB) ClaimByToken(ctx context.Context, tokenHash string) (cloud.PendingClaim, error) {
	return scanClaim(d.queryRow(ctx, `SELECT `+claimColumns+` FROM claims WHERE token_hash = ?`, tokenHash))
}

// ConfirmClaim ties a printer to its owner and robot, once.
func (d *DB) ConfirmClaim(ctx context.Context, c cloud.PendingClaim, r cloud.Robot, fn func(*cloud.Printer) ([]cloud.Event, error)) (cloud.Printer, error) {
	var p cloud.Printer
	err := d.tx(ctx, func(tx *Tx) error {
		err := changedRow(tx.exec(`UPDATE claims SET confirmed = 1, confirm_time = ?
			WHERE printer = ? AND token_hash = ? AND confirmed = 0`, micros(c.ConfirmTime), string(c.Printer), c.TokenHash))
		if err != nil {
			return err
		}
		if err := tx.addRobot(r); err != nil {
			return fmt.Errorf("add robot: %w", err)
		}
		p, err = tx.updatePrinter(c.Printer, fn)
		return err
	})
	return p, err
}

// RemoveClaims removes expired claims, with the printers that nobody wanted.
func (d *DB) RemoveClaims(ctx context.Context, unconfirmed, confirmed time.Time) error {
	var n int
	err := d.queryRow(ctx, `SELECT COUNT(*) FROM claims WHERE confirmed = 0 AND expires < ? OR confirmed <> 0 AND expires < ?`,
		micros(unconfirmed), micros(confirmed)).Scan(&n)
	if err != nil || n == 0 {
		return err
	}
	return d.tx(ctx, func(tx *Tx) error {
		for _, q := range []struct {
			text   string
			before time.Time
		}{
			{`DELETE FROM printers WHERE owner = '' AND id IN (SELECT printer FROM claims WHERE confirmed = 0 AND expires < ?)`, unconfirmed},
			{`DELETE FROM claims WHERE confirmed = 0 AND expires < ?`, unconfirmed},
			{`DELETE FROM claims WHERE confirmed <> 0 AND expires < ?`, confirmed},
		} {
			if _, err := tx.exec(q.text, micros(q.before)); err != nil {
				return fmt.Errorf("remove claims: %w", err)
			}
		}
		return nil
	})
}
