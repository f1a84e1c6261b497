package store

import (
	"context"

	"platen/cloud"
	"platen/gcp"
)

const robotColumns = `id, owner, proxy, client_id, create_time, last_seen, connected, lease_until`

func scanRobot(s scanner) (cloud.Robot, error) {
	var r cloud.Robot
	var created, seen, lease int64
	var connected int
	err := s.Scan(&r.ID, &r.Owner, &r.Proxy, &r.ClientID, &created, &seen, &connected, &lease)
	r.CreateTime, r.LastSeen, r.LeaseUntil = timeOf(created), timeOf(seen), timeOf(lease)
	r.Connected = connected != 0
	return r, found(err)
}

// AddRobot adds a connector's account.
func (d *DB) AddRobot(ctx context.Context, r cloud.Robot) error {
	return d.tx(ctx, func(tx *Tx) error { return tx.addRobot(r) })
}

func (t *Tx) addRobot(r cloud.Robot) error {
	_, err := t.exec(`INSERT INTO robots (`+robotColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		string(r.ID), string(r.Owner), string(r.Proxy), r.ClientID, micros(r.CreateTime),
		micros(r.LastSeen), flag(r.Connected), micros(r.LeaseUntil))
	return err
}

// Robot returns a connector's account.
func (d *DB) Robot(ctx context.Context, id gcp.RobotID) (cloud.Robot, error) {
	return scanRobot(d.queryRow(ctx, `SELECT `+robotColumns+` FROM robots WHERE id = ?`, string(id)))
}

// RobotByProxy returns the newest robot of an owner's proxy.
func (d *DB) RobotByProxy(ctx context.Context, owner cloud.UserID, proxy gcp.ProxyID) (cloud.Robot, error) {
	return scanRobot(d.queryRow(ctx, `SELECT `+robotColumns+` FROM robots WHERE owner = ? AND proxy = ?
		ORDER BY create_time DESC LIMIT 1`, string(owner), string(proxy)))
}

// UpdateRobot saves what fn makes of a robot.
func (d *DB) UpdateRobot(ctx context.Context, id gcp.RobotID, fn func(*cloud.Robot) ([]cloud.Event, error)) (cloud.Robot, error) {
	var r cloud.Robot
	err := d.tx(ctx, func(tx *Tx) (err error) {
		if r, err = scanRobot(tx.queryRow(`SELECT `+robotColumns+` FROM robots WHERE id = ?`, string(id))); err != nil {
			return err
		}
		events, err := fn(&r)
		if err != nil {
			return kept(err)
		}
		_, err = tx.exec(`UPDATE robots SET owner = ?, proxy = ?, client_id = ?, last_seen = ?, connected = ?, lease_until = ?
			WHERE id = ?`, string(r.Owner), string(r.Proxy), r.ClientID, micros(r.LastSeen),
			flag(r.Connected), micros(r.LeaseUntil), string(id))
		if err != nil {
			return err
		}
		return tx.addEvents(events)
	})
	return r, err
}

// DisconnectRobots marks all robots as not connected.
func (d *DB) DisconnectRobots(ctx context.Context) error {
	return d.tx(ctx, func(tx *Tx) error {
		_, err := tx.exec(`UPDATE robots SET connected = 0 WHERE connected <> 0`)
		return err
	})
}
