package store

import (
	"context"
	"fmt"
	"time"

	"platen/cloud"
	"platen/cloud/oauth"
	"platen/gcp"
)

const deviceColumns = `hash, user_hash, client, scope, state, owner, wait, create_time, expire_time, poll_time`

// AddDevice stores a new device code; a user code that is in use is an error.
func (d *DB) AddDevice(ctx context.Context, dev oauth.Device) error {
	return d.tx(ctx, func(tx *Tx) error {
		_, err := tx.exec(`INSERT INTO oauth_devices (`+deviceColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			string(dev.Hash), string(dev.UserHash), dev.Client, dev.Scope, string(dev.State), string(dev.User),
			dev.Interval.Microseconds(), micros(dev.CreateTime), micros(dev.ExpireTime), micros(dev.PollTime))
		if err != nil {
			return fmt.Errorf("add device code: %w", err)
		}
		return nil
	})
}

func scanDevice(s scanner) (oauth.Device, error) {
	var d oauth.Device
	var wait, created, expires, polled int64
	err := s.Scan(&d.Hash, &d.UserHash, &d.Client, &d.Scope, &d.State, &d.User, &wait, &created, &expires, &polled)
	d.Interval = time.Duration(wait) * time.Microsecond
	d.CreateTime, d.ExpireTime, d.PollTime = timeOf(created), timeOf(expires), timeOf(polled)
	return d, absent(err, "device code")
}

// DeviceByCode returns a device code by its own hash.
func (d *DB) DeviceByCode(ctx context.Context, h oauth.Hash) (oauth.Device, error) {
	return scanDevice(d.queryRow(ctx, `SELECT `+deviceColumns+` FROM oauth_devices WHERE hash = ?`, string(h)))
}

// DeviceByUserCode returns a device code by the hash of its user code.
func (d *DB) DeviceByUserCode(ctx context.Context, h oauth.Hash) (oauth.Device, error) {
	return scanDevice(d.queryRow(ctx, `SELECT `+deviceColumns+` FROM oauth_devices WHERE user_hash = ?`, string(h)))
}

// PolledDevice records a poll and the interval that counts from now on.
func (d *DB) PolledDevice(ctx context.Context, h oauth.Hash, at time.Time, interval time.Duration) error {
	return d.tx(ctx, func(tx *Tx) error {
		_, err := tx.exec(`UPDATE oauth_devices SET poll_time = ?, wait = ? WHERE hash = ?`,
			micros(at), interval.Microseconds(), string(h))
		return err
	})
}

// DecideDevice records a decision; oauth.ErrUsed if there is one already.
func (d *DB) DecideDevice(ctx context.Context, h oauth.Hash, u cloud.UserID, s oauth.DeviceState) error {
	return d.tx(ctx, func(tx *Tx) error {
		return once(tx.exec(`UPDATE oauth_devices SET state = ?, owner = ? WHERE hash = ? AND state = ?`,
			string(s), string(u), string(h), string(oauth.DevicePending)))
	})
}

// FinishDevice deletes an allowed device code and stores its tokens;
// oauth.ErrUsed if it is gone.
func (d *DB) FinishDevice(ctx context.Context, h oauth.Hash, issue ...oauth.Token) error {
	return d.tx(ctx, func(tx *Tx) error {
		err := once(tx.exec(`DELETE FROM oauth_devices WHERE hash = ? AND state = ?`, string(h), string(oauth.DeviceAllowed)))
		if err != nil {
			return err
		}
		return tx.addTokens(issue)
	})
}

// AddTry records a guess and returns how many there were since a time.
func (d *DB) AddTry(ctx context.Context, who string, at, since time.Time) (int, error) {
	var n int
	err := d.tx(ctx, func(tx *Tx) error {
		if _, err := tx.exec(`INSERT INTO oauth_tries (who, time) VALUES (?, ?)`, who, micros(at)); err != nil {
			return fmt.Errorf("add guess: %w", err)
		}
		return tx.queryRow(`SELECT COUNT(*) FROM oauth_tries WHERE who = ? AND time > ?`, who, micros(since)).Scan(&n)
	})
	return n, err
}

// RemoveTry takes the guesses of one moment back: they were right.
func (d *DB) RemoveTry(ctx context.Context, who string, at time.Time) error {
	return d.tx(ctx, func(tx *Tx) error {
		_, err := tx.exec(`DELETE FROM oauth_tries WHERE who = ? AND time = ?`, who, micros(at))
		return err
	})
}

// Account returns a person.
func (d *DB) Account(ctx context.Context, id cloud.UserID) (cloud.User, error) {
	u, err := scanAccount(d.queryRow(ctx, `SELECT id, email, name, admin, disabled, password_hash, create_time
		FROM users WHERE id = ?`, string(id)))
	return u, absent(err, "account")
}

func scanAccount(s scanner) (cloud.User, error) {
	var u cloud.User
	var created int64
	err := s.Scan(&u.ID, &u.Email, &u.Name, &u.Admin, &u.Disabled, &u.PasswordHash, &created)
	u.CreateTime = timeOf(created)
	return u, err
}

// RobotAccount returns a robot and its owner.
func (d *DB) RobotAccount(ctx context.Context, id gcp.RobotID) (cloud.Robot, cloud.User, error) {
	var r cloud.Robot
	var created, seen, lease int64
	err := d.queryRow(ctx, `SELECT id, owner, proxy, client_id, create_time, last_seen, connected, lease_until
		FROM robots WHERE id = ?`, string(id)).
		Scan(&r.ID, &r.Owner, &r.Proxy, &r.ClientID, &created, &seen, &r.Connected, &lease)
	if err := absent(err, "robot"); err != nil {
		return cloud.Robot{}, cloud.User{}, err
	}
	r.CreateTime, r.LastSeen, r.LeaseUntil = timeOf(created), timeOf(seen), timeOf(lease)
	owner, err := d.Account(ctx, r.Owner)
	return r, owner, err
}
