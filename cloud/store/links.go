package store

import (
	"context"
	"fmt"
	"time"

	"platen/cloud"
	"platen/gcp"
)

const linkColumns = `id, printer, secret_hash, name, sender, visitors, keeps, most, uses, create_time, expire_time`

func scanLink(s scanner) (cloud.ShareLink, error) {
	var l cloud.ShareLink
	var visitors, keeps int
	var created, expires int64
	err := s.Scan(&l.ID, &l.Printer, &l.SecretHash, &l.Name, &l.Sender, &visitors, &keeps, &l.Most, &l.Uses, &created, &expires)
	l.Visitors, l.Keeps, l.CreateTime, l.ExpireTime = visitors != 0, keeps != 0, timeOf(created), timeOf(expires)
	return l, found(err)
}

// AddLink adds a link to a printer, unless that has limit already.
func (d *DB) AddLink(ctx context.Context, l cloud.ShareLink, limit int, events ...cloud.Event) error {
	return d.tx(ctx, func(tx *Tx) error {
		var printers, links int
		err := tx.queryRow(`SELECT COUNT(*), (SELECT COUNT(*) FROM links WHERE printer = ?) FROM printers WHERE id = ?`,
			string(l.Printer), string(l.Printer)).Scan(&printers, &links)
		switch {
		case err != nil:
			return fmt.Errorf("count links: %w", err)
		case printers == 0:
			return cloud.ErrNotFound
		case links >= limit:
			return cloud.ErrQuota
		}
		_, err = tx.exec(`INSERT INTO links (`+linkColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			string(l.ID), string(l.Printer), l.SecretHash, l.Name, string(l.Sender), flag(l.Visitors), flag(l.Keeps),
			l.Most, l.Uses, micros(l.CreateTime), micros(l.ExpireTime))
		if err != nil {
			return fmt.Errorf("add link: %w", err)
		}
		return tx.addEvents(events)
	})
}

// Links returns the links of a printer, oldest first.
func (d *DB) Links(ctx context.Context, id gcp.PrinterID) ([]cloud.ShareLink, error) {
	rows, err := d.query(ctx, `SELECT `+linkColumns+` FROM links WHERE printer = ? ORDER BY create_time, id`, string(id))
	return collect(rows, err, scanLink)
}

// LinkByHash returns the link with a secret.
func (d *DB) LinkByHash(ctx context.Context, secretHash string) (cloud.ShareLink, error) {
	return scanLink(d.queryRow(ctx, `SELECT `+linkColumns+` FROM links WHERE secret_hash = ?`, secretHash))
}

// UseLink counts a use of a link, and adds the share and the visitor.
func (d *DB) UseLink(ctx context.Context, id cloud.LinkID, sh cloud.Share, visitor *cloud.User, events ...cloud.Event) error {
	return d.tx(ctx, func(tx *Tx) error {
		l, err := scanLink(tx.queryRow(`SELECT `+linkColumns+` FROM links WHERE id = ?`, string(id)))
		if err != nil {
			return err
		}
		used, err := tx.usedLink(sh, visitor)
		switch {
		case err != nil:
			return err
		case used:
			return cloud.ErrExists
		case l.Most > 0 && l.Uses >= l.Most:
			return cloud.ErrQuota
		}
		if _, err := tx.exec(`UPDATE links SET uses = uses + 1 WHERE id = ?`, string(id)); err != nil {
			return fmt.Errorf("count a use of a link: %w", err)
		}
		if visitor != nil {
			if err := tx.addUser(*visitor); err != nil {
				return fmt.Errorf("add a visitor: %w", err)
			}
		}
		if err := tx.putShare(sh); err != nil {
			return err
		}
		return tx.addEvents(events)
	})
}

// usedLink reports whether what comes of a use of a link is there already.
func (t *Tx) usedLink(sh cloud.Share, visitor *cloud.User) (bool, error) {
	query, args := `SELECT COUNT(*) FROM shares WHERE printer = ? AND scope = ? AND link = ? AND expire_time = ? AND pending = 0`,
		[]any{string(sh.Printer), sh.Scope, string(sh.Link), micros(sh.ExpireTime)}
	if visitor != nil {
		query, args = `SELECT COUNT(*) FROM users WHERE id = ?`, []any{string(visitor.ID)}
	}
	var n int
	if err := t.queryRow(query, args...).Scan(&n); err != nil {
		return false, fmt.Errorf("look for a use of a link: %w", err)
	}
	return n > 0, nil
}

// RemoveLink removes a link with the shares that end with it.
func (d *DB) RemoveLink(ctx context.Context, printer gcp.PrinterID, id cloud.LinkID, events ...cloud.Event) error {
	return d.tx(ctx, func(tx *Tx) error {
		err := changedRow(tx.exec(`DELETE FROM links WHERE id = ? AND printer = ?`, string(id), string(printer)))
		if err != nil {
			return err
		}
		if _, err := tx.exec(`DELETE FROM shares WHERE link = ?`, string(id)); err != nil {
			return fmt.Errorf("remove the shares of a link: %w", err)
		}
		return tx.addEvents(events)
	})
}

const (
	endedRows  = `SELECT (SELECT COUNT(*) FROM links WHERE expire_time <= ?) + (SELECT COUNT(*) FROM shares WHERE expire_time > 0 AND expire_time <= ?)`
	endedUsers = `SELECT ` + userColumns + ` FROM users WHERE expire_time > 0
		AND (expire_time <= ? OR NOT EXISTS (SELECT 1 FROM shares WHERE scope = users.email)) LIMIT ?`
)

// RemoveEnded removes what ended, and returns the visitors who then may go.
func (d *DB) RemoveEnded(ctx context.Context, before time.Time, limit int) ([]cloud.User, error) {
	var n int
	if err := d.queryRow(ctx, endedRows, micros(before), micros(before)).Scan(&n); err != nil {
		return nil, fmt.Errorf("count what ended: %w", err)
	}
	if n > 0 {
		err := d.tx(ctx, func(tx *Tx) error {
			for _, query := range []string{
				`DELETE FROM shares WHERE expire_time > 0 AND expire_time <= ?`,
				`DELETE FROM links WHERE expire_time <= ?`,
			} {
				if _, err := tx.exec(query, micros(before)); err != nil {
					return fmt.Errorf("remove what ended: %w", err)
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	rows, err := d.query(ctx, endedUsers, micros(before), limit)
	return collect(rows, err, scanUser)
}
