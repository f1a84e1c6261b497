package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"platen/cloud"
	"platen/cloud/oauth"
)

const deviceColumns = `hash, user_hash, client, scope, state, owner, wait, create_time, expire_time, poll_time, address, host, printers`

// AddDevice stores a new device code; a user code that is in use is an error.
func (d *DB) AddDevice(ctx context.Context, dev oauth.Device) error {
	printers, err := json.Marshal(dev.Printers)
	if err != nil {
		return fmt.Errorf("encode names of printers: %w", err)
	}
	return d.tx(ctx, func(tx *Tx) error {
		_, err := tx.exec(`INSERT INTO oauth_devices (`+deviceColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			string(dev.Hash), string(dev.UserHash), dev.Client, dev.Scope, string(dev.State), string(dev.User),
			dev.Interval.Microseconds(), micros(dev.CreateTime), micros(dev.ExpireTime), micros(dev.PollTime), dev.Address, dev.Host, string(printers))
		if err != nil {
			return fmt.Errorf("add device code: %w", err)
		}
		return nil
	})
}

func scanDevice(s scanner) (oauth.Device, error) {
	var d oauth.Device
	var wait, created, expires, polled int64
	var printers string
	err := s.Scan(&d.Hash, &d.UserHash, &d.Client, &d.Scope, &d.State, &d.User, &wait, &created, &expires, &polled, &d.Address, &d.Host, &printers)
	if err == nil {
		err = json.Unmarshal([]byte(printers), &d.Printers)
	}
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
