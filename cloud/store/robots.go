package store

import (
	"context"
	"fmt"
	"slices"

	"platen/cloud"
	"platen/gcp"
)

const robotColumns = `id, owner, proxy, client_id, create_time, last_seen, connected, lease_until,
	run, installations, label`

func scanRobot(s scanner) (cloud.Robot, error) {
	var r cloud.Robot
	var created, seen, lease int64
	var connected int
	var installations string
	err := s.Scan(&r.ID, &r.Owner, &r.Proxy, &r.ClientID, &created, &seen, &connected, &lease, &r.Run, &installations, &r.Label)
	if err != nil {
		return r, found(err)
	}
	r.CreateTime, r.LastSeen, r.LeaseUntil = timeOf(created), timeOf(seen), timeOf(lease)
	r.Connected = connected != 0
	if installations == "null" {
		return r, nil
	}
	return r, fromJSON(installations, &r.Installations)
}

// AddRobot adds a connector's account.
func (d *DB) AddRobot(ctx context.Context, r cloud.Robot) error {
	return d.tx(ctx, func(tx *Tx) error { return tx.addRobot(r) })
}

func (t *Tx) addRobot(r cloud.Robot) error {
	installations, err := asJSON(r.Installations)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO robots (`+robotColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		string(r.ID), string(r.Owner), string(r.Proxy), r.ClientID, micros(r.CreateTime),
		micros(r.LastSeen), flag(r.Connected), micros(r.LeaseUntil), string(r.Run), installations, r.Label)
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
		if err := tx.saveRobot(r); err != nil {
			return err
		}
		return tx.addEvents(events)
	})
	return r, err
}

func (t *Tx) saveRobot(r cloud.Robot) error {
	installations, err := asJSON(r.Installations)
	if err != nil {
		return err
	}
	_, err = t.exec(`UPDATE robots SET owner = ?, proxy = ?, client_id = ?, last_seen = ?, connected = ?, lease_until = ?,
		run = ?, installations = ?, label = ? WHERE id = ?`,
		string(r.Owner), string(r.Proxy), r.ClientID, micros(r.LastSeen), flag(r.Connected), micros(r.LeaseUntil),
		string(r.Run), installations, r.Label, string(r.ID))
	if err != nil {
		return fmt.Errorf("save robot: %w", err)
	}
	return nil
}

// RobotsAmong returns the robots of some ids.
func (d *DB) RobotsAmong(ctx context.Context, ids []gcp.RobotID) ([]cloud.Robot, error) {
	var all []cloud.Robot
	for some := range slices.Chunk(ids, maxAmong) {
		part, args := among("id", some)
		rows, err := d.r.QueryContext(ctx, `SELECT `+robotColumns+` FROM robots WHERE `+part, args...)
		robots, err := collect(rows, err, scanRobot)
		if err != nil {
			return nil, err
		}
		all = append(all, robots...)
	}
	return all, nil
}

// ListRobots returns the robots of an owner, or of all, oldest first.
func (d *DB) ListRobots(ctx context.Context, owner cloud.UserID) ([]cloud.Robot, error) {
	var w where
	w.equal("owner", string(owner))
	rows, err := d.query(ctx, `SELECT `+robotColumns+` FROM robots`+w.String()+` ORDER BY create_time, id`, w.args...)
	return collect(rows, err, scanRobot)
}

// DisconnectRobots marks all robots as not connected.
func (d *DB) DisconnectRobots(ctx context.Context) error {
	return d.tx(ctx, func(tx *Tx) error {
		_, err := tx.exec(`UPDATE robots SET connected = 0 WHERE connected <> 0`)
		return err
	})
}
