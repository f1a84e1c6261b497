package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"platen/cloud"
)

const userColumns = `id, email, name, admin, disabled, password_hash, create_time`

func scanUser(s scanner) (cloud.User, error) {
	var u cloud.User
	var admin, disabled int
	var created int64
	err := s.Scan(&u.ID, &u.Email, &u.Name, &admin, &disabled, &u.PasswordHash, &created)
	u.Admin, u.Disabled, u.CreateTime = admin != 0, disabled != 0, timeOf(created)
	return u, found(err)
}

// found turns the absence of a row into cloud.ErrNotFound.
func found(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return cloud.ErrNotFound
	}
	return err
}

// changedRow reports a statement that met no row as cloud.ErrNotFound.
func changedRow(res sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		return cloud.ErrNotFound
	}
	return err
}

// AddUser adds an account.
func (d *DB) AddUser(ctx context.Context, u cloud.User) error {
	return d.tx(ctx, func(tx *Tx) error {
		res, err := tx.exec(`INSERT INTO users (`+userColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			string(u.ID), u.Email, u.Name, flag(u.Admin), flag(u.Disabled), u.PasswordHash, micros(u.CreateTime))
		if errors.Is(changedRow(res, err), cloud.ErrNotFound) {
			return cloud.ErrExists
		}
		return err
	})
}

// User returns an account.
func (d *DB) User(ctx context.Context, id cloud.UserID) (cloud.User, error) {
	return scanUser(d.queryRow(ctx, `SELECT `+userColumns+` FROM users WHERE id = ?`, string(id)))
}

// UserByEmail returns the account with an address.
func (d *DB) UserByEmail(ctx context.Context, email string) (cloud.User, error) {
	return scanUser(d.queryRow(ctx, `SELECT `+userColumns+` FROM users WHERE email = ?`, email))
}

// ListUsers returns all accounts.
func (d *DB) ListUsers(ctx context.Context) ([]cloud.User, error) {
	rows, err := d.query(ctx, `SELECT `+userColumns+` FROM users ORDER BY email`)
	return collect(rows, err, scanUser)
}

// UpdateUser saves what fn makes of an account.
func (d *DB) UpdateUser(ctx context.Context, id cloud.UserID, fn func(*cloud.User) error) (cloud.User, error) {
	var u cloud.User
	err := d.tx(ctx, func(tx *Tx) (err error) {
		if u, err = scanUser(tx.queryRow(`SELECT `+userColumns+` FROM users WHERE id = ?`, string(id))); err != nil {
			return err
		}
		if err := fn(&u); err != nil {
			return kept(err)
		}
		_, err = tx.exec(`UPDATE users SET email = ?, name = ?, admin = ?, disabled = ?, password_hash = ? WHERE id = ?`,
			u.Email, u.Name, flag(u.Admin), flag(u.Disabled), u.PasswordHash, string(id))
		return err
	})
	return u, err
}

// kept turns cloud.ErrUnchanged into success.
func kept(err error) error {
	if errors.Is(err, cloud.ErrUnchanged) {
		return nil
	}
	return err
}

// RemoveUser removes an account; its robots and printers go to heir.
func (d *DB) RemoveUser(ctx context.Context, id, heir cloud.UserID, events ...cloud.Event) error {
	return d.tx(ctx, func(tx *Tx) error {
		for _, q := range []string{
			`UPDATE robots SET owner = ? WHERE owner = ?`,
			`UPDATE printers SET owner = ? WHERE owner = ?`,
			`UPDATE shares SET sender = ? WHERE sender = ?`,
		} {
			if _, err := tx.exec(q, string(heir), string(id)); err != nil {
				return fmt.Errorf("hand over: %w", err)
			}
		}
		if _, err := tx.exec(`DELETE FROM shares WHERE scope = (SELECT email FROM users WHERE id = ?)`, string(id)); err != nil {
			return fmt.Errorf("remove shares: %w", err)
		}
		if err := changedRow(tx.exec(`DELETE FROM users WHERE id = ?`, string(id))); err != nil {
			return err
		}
		return tx.addEvents(events)
	})
}
