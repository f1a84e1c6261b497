package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"platen/cloud"
	"platen/cloud/pubsub"
)

var _ pubsub.Store = (*DB)(nil)

const subscriptionColumns = `jid, kind, node, owner, until_time`

func scanSubscription(s scanner) (pubsub.Subscription, error) {
	var p pubsub.Subscription
	var until int64
	err := s.Scan(&p.JID, &p.Kind, &p.Node, &p.Owner, &until)
	p.Until = timeOf(until)
	return p, err
}

// endedAtOnce is how many subscriptions that have ended each new one removes: more than come.
const endedAtOnce = 100

// What a new subscription asks. All are in an index, or are one row.
const (
	removeEnded = `DELETE FROM pubsub_subscriptions WHERE rowid IN
		(SELECT rowid FROM pubsub_subscriptions WHERE until_time > 0 AND until_time <= ? LIMIT ?)`
	countOwn = `SELECT COUNT(*) FROM pubsub_subscriptions WHERE owner = ? AND (until_time = 0 OR until_time > ?)`
	countAll = `SELECT value FROM counters WHERE name = 'subscriptions'` // which triggers keep
)

// PutSubscription adds or renews a subscription. Those that have ended count no more, and
// some of them are removed.
func (d *DB) PutSubscription(ctx context.Context, s pubsub.Subscription, b pubsub.Bounds, now time.Time) error {
	return d.tx(ctx, func(tx *Tx) error {
		if _, err := tx.exec(removeEnded, micros(now), endedAtOnce); err != nil {
			return fmt.Errorf("forget subscriptions: %w", err)
		}
		err := changedRow(tx.exec(`UPDATE pubsub_subscriptions SET owner = ?, until_time = ? WHERE jid = ? AND kind = ? AND node = ?`,
			string(s.Owner), micros(s.Until), s.JID, string(s.Kind), s.Node))
		if !errors.Is(err, cloud.ErrNotFound) {
			return err
		}
		var own, all int
		err = tx.queryRow(countOwn, string(s.Owner), micros(now)).Scan(&own)
		if err == nil {
			err = tx.queryRow(countAll).Scan(&all)
		}
		switch {
		case err != nil:
			return fmt.Errorf("count subscriptions: %w", err)
		case own >= b.OfOwner || all >= b.OfAll:
			return pubsub.ErrTooMany
		}
		_, err = tx.exec(`INSERT INTO pubsub_subscriptions (`+subscriptionColumns+`) VALUES (?, ?, ?, ?, ?)`,
			s.JID, string(s.Kind), s.Node, string(s.Owner), micros(s.Until))
		return err
	})
}

// RemoveSubscription removes one subscription.
func (d *DB) RemoveSubscription(ctx context.Context, s pubsub.Subscription) error {
	return d.tx(ctx, func(tx *Tx) error {
		return changedRow(tx.exec(`DELETE FROM pubsub_subscriptions WHERE jid = ? AND kind = ? AND node = ?`, s.JID, string(s.Kind), s.Node))
	})
}

// RemoveSession removes all subscriptions of a JID.
func (d *DB) RemoveSession(ctx context.Context, jid string) error {
	return d.tx(ctx, func(tx *Tx) error {
		_, err := tx.exec(`DELETE FROM pubsub_subscriptions WHERE jid = ?`, jid)
		return err
	})
}

// SubscriptionsOf returns an account's subscriptions.
func (d *DB) SubscriptionsOf(ctx context.Context, owner cloud.UserID, now time.Time) ([]pubsub.Subscription, error) {
	rows, err := d.query(ctx, `SELECT `+subscriptionColumns+` FROM pubsub_subscriptions
		WHERE owner = ? AND (until_time = 0 OR until_time > ?) ORDER BY node, jid, kind`, string(owner), micros(now))
	return collect(rows, err, scanSubscription)
}

// Subscribers returns who is told of a node, and of all nodes that begin with prefix.
func (d *DB) Subscribers(ctx context.Context, node, prefix string, now time.Time) ([]pubsub.Subscription, error) {
	from, to := node, node // a range of one, and with a prefix all up to the next name
	if prefix != "" {
		from, to = prefix, prefix+"\U0010ffff"
	}
	rows, err := d.query(ctx, `SELECT `+subscriptionColumns+` FROM pubsub_subscriptions
		WHERE (node = ? OR node BETWEEN ? AND ?) AND (until_time = 0 OR until_time > ?) ORDER BY jid, node, kind`, node, from, to, micros(now))
	return collect(rows, err, scanSubscription)
}

const nodeColumns = `node, owner, title, readers, item, payload, published`

func scanNode(s scanner) (pubsub.Node, error) {
	var n pubsub.Node
	var readers string
	var published int64
	err := s.Scan(&n.Name, &n.Owner, &n.Title, &readers, &n.Item.ID, &n.Item.Payload, &published)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return n, cloud.ErrNotFound
	case err == nil:
		err = json.Unmarshal([]byte(readers), &n.Readers)
	}
	n.Item.Published = timeOf(published)
	return n, err
}

// AddNode adds a program's node.
func (d *DB) AddNode(ctx context.Context, n pubsub.Node, b pubsub.Bounds) error {
	readers, err := json.Marshal(n.Readers)
	if err != nil {
		return fmt.Errorf("add a node: %w", err)
	}
	return d.tx(ctx, func(tx *Tx) error {
		var same, own, all int
		err := tx.queryRow(`SELECT COALESCE(SUM(CASE WHEN node = ? THEN 1 ELSE 0 END), 0),
			COALESCE(SUM(CASE WHEN owner = ? THEN 1 ELSE 0 END), 0), COUNT(*) FROM pubsub_nodes`, n.Name, string(n.Owner)).Scan(&same, &own, &all)
		switch {
		case err != nil:
			return fmt.Errorf("count nodes: %w", err)
		case same > 0:
			return pubsub.ErrExists
		case own >= b.OfOwner || all >= b.OfAll:
			return pubsub.ErrTooMany
		}
		_, err = tx.exec(`INSERT INTO pubsub_nodes (`+nodeColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			n.Name, string(n.Owner), n.Title, string(readers), n.Item.ID, n.Item.Payload, micros(n.Item.Published))
		return err
	})
}

// Node returns a program's node.
func (d *DB) Node(ctx context.Context, name string) (pubsub.Node, error) {
	n, err := scanNode(d.queryRow(ctx, `SELECT `+nodeColumns+` FROM pubsub_nodes WHERE node = ?`, name))
	return n, err
}

// Nodes returns all nodes without what is published at them.
func (d *DB) Nodes(ctx context.Context) ([]pubsub.Node, error) {
	rows, err := d.query(ctx, `SELECT node, owner, title, readers, '', '', 0 FROM pubsub_nodes ORDER BY node`)
	return collect(rows, err, scanNode)
}

// UpdateNode saves what fn makes of a node.
func (d *DB) UpdateNode(ctx context.Context, name string, fn func(*pubsub.Node) error, events ...cloud.Event) error {
	return d.tx(ctx, func(tx *Tx) error {
		n, err := scanNode(tx.queryRow(`SELECT `+nodeColumns+` FROM pubsub_nodes WHERE node = ?`, name))
		if err != nil {
			return err
		}
		if err := fn(&n); err != nil {
			return err
		}
		readers, err := json.Marshal(n.Readers)
		if err != nil {
			return fmt.Errorf("save a node: %w", err)
		}
		_, err = tx.exec(`UPDATE pubsub_nodes SET title = ?, readers = ?, item = ?, payload = ?, published = ? WHERE node = ?`,
			n.Title, string(readers), n.Item.ID, n.Item.Payload, micros(n.Item.Published), name)
		if err != nil {
			return fmt.Errorf("save a node: %w", err)
		}
		return tx.addEvents(events)
	})
}

// RemoveNode removes a node with its subscriptions.
func (d *DB) RemoveNode(ctx context.Context, name string) error {
	return d.tx(ctx, func(tx *Tx) error {
		if err := changedRow(tx.exec(`DELETE FROM pubsub_nodes WHERE node = ?`, name)); err != nil {
			return err
		}
		_, err := tx.exec(`DELETE FROM pubsub_subscriptions WHERE node = ?`, name)
		return err
	})
}

// ClaimEvents returns events since a time that no replica has claimed, and claims the older
// ones before them, too.
func (d *DB) ClaimEvents(ctx context.Context, since time.Time, limit int) (events []cloud.Event, err error) {
	err = d.tx(ctx, func(tx *Tx) error {
		var at, last int64
		if err := tx.queryRow(`SELECT value FROM counters WHERE name = 'pubsub'`).Scan(&at); err != nil {
			return fmt.Errorf("claim events: %w", err)
		}
		// It is read before the events: none is passed over that comes between.
		if err := tx.queryRow(`SELECT value FROM counters WHERE name = 'event'`).Scan(&last); err != nil {
			return fmt.Errorf("claim events: %w", err)
		}
		rows, err := tx.query(`SELECT `+eventColumns+` FROM events WHERE seq > ? AND time >= ? ORDER BY seq LIMIT ?`, at, micros(since), limit)
		if events, err = collect(rows, err, scanEvent); err != nil {
			return err
		}
		if len(events) > 0 {
			last = int64(events[len(events)-1].Seq)
		}
		if last <= at {
			return nil
		}
		_, err = tx.exec(`UPDATE counters SET value = ? WHERE name = 'pubsub'`, last)
		return err
	})
	return events, err
}
