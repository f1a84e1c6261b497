package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"platen/cloud"
)

const userColumns = `id, email, name, admin, guest, disabled, service, keeper, password_hash, create_time, sign_in_time,
	expire_time`

// scanUser reads an account without its groups.
func scanUser(s scanner) (cloud.User, error) {
	var u cloud.User
	var admin, guest, disabled, service int
	var created, signedIn, expires int64
	err := s.Scan(&u.ID, &u.Email, &u.Name, &admin, &guest, &disabled, &service, &u.Keeper, &u.PasswordHash, &created, &signedIn, &expires)
	u.Admin, u.Guest, u.Disabled, u.Service = admin != 0, guest != 0, disabled != 0, service != 0
	u.CreateTime, u.SignInTime, u.ExpireTime = timeOf(created), timeOf(signedIn), timeOf(expires)
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
func (d *DB) AddUser(ctx context.Context, u cloud.User, events ...cloud.Event) error {
	return d.tx(ctx, func(tx *Tx) error {
		if err := tx.addUser(u); err != nil {
			return err
		}
		return tx.addEvents(events)
	})
}

func (t *Tx) addUser(u cloud.User) error {
	res, err := t.exec(`INSERT INTO users (`+userColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		string(u.ID), u.Email, u.Name, flag(u.Admin), flag(u.Guest), flag(u.Disabled), flag(u.Service), u.Keeper, u.PasswordHash,
		micros(u.CreateTime), micros(u.SignInTime), micros(u.ExpireTime))
	if err = changedRow(res, err); errors.Is(err, cloud.ErrNotFound) {
		return cloud.ErrExists
	}
	return err
}

// User returns an account.
func (d *DB) User(ctx context.Context, id cloud.UserID) (cloud.User, error) {
	return d.userWhere(ctx, `id = ?`, string(id))
}

// UserByEmail returns the account with an address.
func (d *DB) UserByEmail(ctx context.Context, email string) (cloud.User, error) {
	return d.userWhere(ctx, `email = ?`, email)
}

// userWhere returns the one account that a constant condition names.
func (d *DB) userWhere(ctx context.Context, where string, args ...any) (cloud.User, error) {
	u, err := scanUser(d.queryRow(ctx, `SELECT `+userColumns+` FROM users WHERE `+where, args...))
	if err != nil {
		return u, err
	}
	rows, err := d.query(ctx, groupsOfUser, string(u.ID))
	u.Groups, err = collect(rows, err, scanText)
	return u, err
}

// ListUsers returns all accounts.
func (d *DB) ListUsers(ctx context.Context) ([]cloud.User, error) {
	rows, err := d.query(ctx, `SELECT `+userColumns+` FROM users ORDER BY email`)
	users, err := collect(rows, err, scanUser)
	if err != nil {
		return nil, err
	}
	return users, d.addGroups(ctx, users, nil)
}

// UpdateUser saves what fn makes of an account.
func (d *DB) UpdateUser(ctx context.Context, id cloud.UserID, fn func(*cloud.User) ([]cloud.Event, error)) (cloud.User, error) {
	var u cloud.User
	err := d.tx(ctx, func(tx *Tx) (err error) {
		if u, err = scanUser(tx.queryRow(`SELECT `+userColumns+` FROM users WHERE id = ?`, string(id))); err != nil {
			return err
		}
		rows, err := tx.query(groupsOfUser, string(id))
		if u.Groups, err = collect(rows, err, scanText); err != nil {
			return err
		}
		before := u
		events, err := fn(&u)
		if err != nil {
			return kept(err)
		}
		u.Service = before.Service // which never changes so
		_, err = tx.exec(`UPDATE users SET email = ?, name = ?, admin = ?, guest = ?, disabled = ?, password_hash = ?,
			sign_in_time = ?, keeper = ? WHERE id = ?`,
			u.Email, u.Name, flag(u.Admin), flag(u.Guest), flag(u.Disabled), u.PasswordHash, micros(u.SignInTime), u.Keeper, string(id))
		if err != nil {
			return err
		}
		if before.Administers() && !u.Administers() {
			if err := tx.anyAdmin(); err != nil {
				return err
			}
		}
		return tx.addEvents(events)
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
		if _, err := scanUser(tx.queryRow(`SELECT `+userColumns+` FROM users WHERE id = ?`, string(heir))); err != nil {
			return fmt.Errorf("heir: %w", err)
		}
		for _, q := range []string{
			`UPDATE robots SET owner = ? WHERE owner = ?`,
			`UPDATE printers SET owner = ? WHERE owner = ?`,
			`UPDATE shares SET sender = ? WHERE sender = ?`,
			`UPDATE links SET sender = ? WHERE sender = ?`,
			`UPDATE users SET keeper = ? WHERE keeper = ? AND service <> 0`,
		} {
			if _, err := tx.exec(q, string(heir), string(id)); err != nil {
				return fmt.Errorf("hand over: %w", err)
			}
		}
		for _, q := range []string{
			`DELETE FROM shares WHERE scope = (SELECT email FROM users WHERE id = ?)`,
			`DELETE FROM identities WHERE owner = ?`,
			`DELETE FROM members WHERE owner = ?`,
		} {
			if _, err := tx.exec(q, string(id)); err != nil {
				return fmt.Errorf("remove what was the account's: %w", err)
			}
		}
		gone, err := scanUser(tx.queryRow(`DELETE FROM users WHERE id = ? RETURNING `+userColumns, string(id)))
		if err != nil {
			return err
		}
		if gone.Administers() {
			if err := tx.anyAdmin(); err != nil {
				return err
			}
		}
		return tx.addEvents(events)
	})
}

// anyAdmin undoes a transaction after which nobody would administer the service.
func (t *Tx) anyAdmin() error {
	var n int
	err := t.queryRow(`SELECT COUNT(*) FROM users WHERE admin <> 0 AND disabled = 0`).Scan(&n)
	if err == nil && n == 0 {
		return cloud.ErrLastAdmin
	}
	return err
}
