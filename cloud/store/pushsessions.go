package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"platen/cloud"
	"platen/cloud/component"
	"platen/gcp"
)

var _ component.Store = (*DB)(nil)

const pushSessionColumns = `jid, robot, until_time`

func scanPushSession(s scanner) (component.Session, error) {
	var p component.Session
	var until int64
	err := s.Scan(&p.JID, &p.Robot, &until)
	p.Until = timeOf(until)
	return p, err
}

// KeepPushSessions adds sessions or moves their ends, and returns those that were not
// there. Those of robots that do not exist are left out.
func (d *DB) KeepPushSessions(ctx context.Context, list []component.Session) (fresh []component.Session, err error) {
	err = d.tx(ctx, func(tx *Tx) error {
		fresh = nil
		for _, p := range list {
			isNew, err := tx.keepPushSession(p)
			if err != nil {
				return fmt.Errorf("keep a session of robot %s: %w", p.Robot, err)
			}
			if isNew {
				fresh = append(fresh, p)
			}
		}
		return nil
	})
	return fresh, err
}

func (t *Tx) keepPushSession(p component.Session) (isNew bool, err error) {
	err = changedRow(t.exec(`UPDATE push_sessions SET until_time = ? WHERE jid = ?`, micros(p.Until), p.JID))
	if !errors.Is(err, cloud.ErrNotFound) {
		return false, err
	}
	err = changedRow(t.exec(`INSERT INTO push_sessions (`+pushSessionColumns+`) SELECT ?, id, ? FROM robots WHERE id = ?`,
		p.JID, micros(p.Until), string(p.Robot)))
	if errors.Is(err, cloud.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// DropPushSessions removes sessions by their JIDs, and returns those that were there.
func (d *DB) DropPushSessions(ctx context.Context, jids []string) (gone []component.Session, err error) {
	err = d.tx(ctx, func(tx *Tx) error {
		gone = nil
		for _, jid := range jids {
			rows, err := tx.query(`DELETE FROM push_sessions WHERE jid = ? RETURNING `+pushSessionColumns, jid)
			list, err := collect(rows, err, scanPushSession)
			if err != nil {
				return fmt.Errorf("drop a session: %w", err)
			}
			gone = append(gone, list...)
		}
		return nil
	})
	return gone, err
}

// EndPushSessions removes the sessions that ended by a time, and returns them.
func (d *DB) EndPushSessions(ctx context.Context, by time.Time) (gone []component.Session, err error) {
	err = d.tx(ctx, func(tx *Tx) error {
		rows, err := tx.query(`DELETE FROM push_sessions WHERE until_time <= ? RETURNING `+pushSessionColumns, micros(by))
		gone, err = collect(rows, err, scanPushSession)
		return err
	})
	return gone, err
}

// PushSessions returns a robot's sessions, in the order of their ends.
func (d *DB) PushSessions(ctx context.Context, robot gcp.RobotID) ([]component.Session, error) {
	rows, err := d.query(ctx, `SELECT `+pushSessionColumns+` FROM push_sessions WHERE robot = ? ORDER BY until_time, jid`, string(robot))
	return collect(rows, err, scanPushSession)
}

// SilentPushSessions returns sessions that end before a time, the first ones first.
func (d *DB) SilentPushSessions(ctx context.Context, before time.Time, limit int) ([]component.Session, error) {
	rows, err := d.query(ctx, `SELECT `+pushSessionColumns+` FROM push_sessions WHERE until_time < ? ORDER BY until_time, jid LIMIT ?`, micros(before), limit)
	return collect(rows, err, scanPushSession)
}
