package store

import (
	"context"
	"encoding/base64"
	"fmt"

	"platen/cloud"
	"platen/cloud/passkey"
)

var _ passkey.Store = (*DB)(nil)

const passkeyColumns = `id, owner, name, public_key, sign_count, syncs, synced, transports, create_time, used_time`

func scanPasskey(s scanner) (passkey.Passkey, error) {
	var p passkey.Passkey
	var key, transports string
	var syncs, synced int
	var created, used int64
	err := s.Scan(&p.ID, &p.User, &p.Name, &key, &p.SignCount, &syncs, &synced, &transports, &created, &used)
	if err != nil {
		return p, found(err)
	}
	p.Syncs, p.Synced, p.CreateTime, p.UsedTime = syncs != 0, synced != 0, timeOf(created), timeOf(used)
	if p.PublicKey, err = base64.RawURLEncoding.DecodeString(key); err != nil {
		return p, fmt.Errorf("decode a passkey: %w", err)
	}
	return p, fromJSON(transports, &p.Transports)
}

// AddPasskey adds a passkey, unless its person has limit already or it is there already.
func (d *DB) AddPasskey(ctx context.Context, p passkey.Passkey, limit int, events ...cloud.Event) error {
	transports, err := asJSON(p.Transports)
	if err != nil {
		return err
	}
	return d.tx(ctx, func(tx *Tx) error {
		var people, held, same int
		err := tx.queryRow(`SELECT (SELECT COUNT(*) FROM users WHERE id = ?), (SELECT COUNT(*) FROM passkeys WHERE owner = ?),
			(SELECT COUNT(*) FROM passkeys WHERE id = ?)`, string(p.User), string(p.User), string(p.ID)).Scan(&people, &held, &same)
		switch {
		case err != nil:
			return fmt.Errorf("count passkeys: %w", err)
		case people == 0:
			return cloud.ErrNotFound
		case same > 0:
			return cloud.ErrExists
		case held >= limit:
			return cloud.ErrQuota
		}
		_, err = tx.exec(`INSERT INTO passkeys (`+passkeyColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			string(p.ID), string(p.User), p.Name, base64.RawURLEncoding.EncodeToString(p.PublicKey), int64(p.SignCount),
			flag(p.Syncs), flag(p.Synced), transports, micros(p.CreateTime), micros(p.UsedTime))
		if err != nil {
			return fmt.Errorf("add passkey: %w", err)
		}
		return tx.addEvents(events)
	})
}

const selectPasskey = `SELECT ` + passkeyColumns + ` FROM passkeys WHERE id = ?`

// Passkey returns a passkey.
func (d *DB) Passkey(ctx context.Context, id passkey.ID) (passkey.Passkey, error) {
	return scanPasskey(d.queryRow(ctx, selectPasskey, string(id)))
}

// Passkeys lists a person's passkeys, oldest first.
func (d *DB) Passkeys(ctx context.Context, u cloud.UserID) ([]passkey.Passkey, error) {
	rows, err := d.query(ctx, `SELECT `+passkeyColumns+` FROM passkeys WHERE owner = ? ORDER BY create_time, id`, string(u))
	return collect(rows, err, scanPasskey)
}

// UpdatePasskey saves what fn makes of a passkey.
func (d *DB) UpdatePasskey(ctx context.Context, id passkey.ID, fn func(*passkey.Passkey) ([]cloud.Event, error)) (passkey.Passkey, error) {
	var p passkey.Passkey
	err := d.tx(ctx, func(tx *Tx) (err error) {
		if p, err = scanPasskey(tx.queryRow(selectPasskey, string(id))); err != nil {
			return err
		}
		events, err := fn(&p)
		if err != nil {
			return kept(err)
		}
		_, err = tx.exec(`UPDATE passkeys SET name = ?, sign_count = ?, synced = ?, used_time = ? WHERE id = ?`,
			p.Name, int64(p.SignCount), flag(p.Synced), micros(p.UsedTime), string(id))
		if err != nil {
			return fmt.Errorf("update passkey: %w", err)
		}
		return tx.addEvents(events)
	})
	return p, err
}

// RemovePasskey removes a passkey.
func (d *DB) RemovePasskey(ctx context.Context, id passkey.ID, events ...cloud.Event) error {
	return d.tx(ctx, func(tx *Tx) error {
		if err := changedRow(tx.exec(`DELETE FROM passkeys WHERE id = ?`, string(id))); err != nil {
			return err
		}
		return tx.addEvents(events)
	})
}
