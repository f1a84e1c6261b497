package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"platen/cloud"
)

const eventColumns = `seq, time, kind, printer, job, robot, owner, state, by_user, note`

func scanEvent(s scanner) (cloud.Event, error) {
	var e cloud.Event
	var at int64
	err := s.Scan(&e.Seq, &at, &e.Kind, &e.Printer, &e.Job, &e.Robot, &e.User, &e.State, &e.By, &e.Note)
	e.Time = timeOf(at)
	return e, err
}

// addEvents writes events in the transaction of the change they tell of. The
// position comes from a counter row, not from the table's own numbering: on a
// server database the row's lock makes positions appear in the order of the
// commits, so that a reader that has seen n never misses one below n.
func (t *Tx) addEvents(events []cloud.Event) error {
	for _, e := range events {
		var seq int64
		if err := t.queryRow(`UPDATE counters SET value = value + 1 WHERE name = 'event' RETURNING value`).Scan(&seq); err != nil {
			return fmt.Errorf("count event: %w", err)
		}
		_, err := t.exec(`INSERT INTO events (`+eventColumns+`)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			seq, micros(e.Time), string(e.Kind), string(e.Printer), string(e.Job),
			string(e.Robot), string(e.User), string(e.State), string(e.By), e.Note)
		if err != nil {
			return fmt.Errorf("add event: %w", err)
		}
		if e.Kind == cloud.EventPersonRevoked {
			if err := t.oweLogout(e, seq); err != nil {
				return err
			}
		}
		t.lastEvent = cloud.Seq(seq)
	}
	return nil
}

// LastEvent returns the position of the newest event, 0 if there never was one.
func (d *DB) LastEvent(ctx context.Context) (cloud.Seq, error) {
	var seq int64
	if err := d.queryRow(ctx, `SELECT value FROM counters WHERE name = 'event'`).Scan(&seq); err != nil {
		return 0, fmt.Errorf("read last event: %w", err)
	}
	return cloud.Seq(seq), nil
}

// Events returns up to limit events after a position, oldest first.
func (d *DB) Events(ctx context.Context, after cloud.Seq, limit int) ([]cloud.Event, error) {
	rows, err := d.query(ctx, `SELECT `+eventColumns+` FROM events WHERE seq > ? ORDER BY seq LIMIT ?`, int64(after), limit)
	return collect(rows, err, scanEvent)
}

// AwaitEvents returns when there are events after a position, or with ctx's error.
func (d *DB) AwaitEvents(ctx context.Context, after cloud.Seq) error {
	d.awaiting.Add(1)
	defer d.awaiting.Add(-1)
	for {
		changed, last := d.events.watch()
		if last > after {
			return nil
		}
		select {
		case <-changed:
		case <-d.done:
			return ErrClosed
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// lookEvery is how often the log is looked at for events of other processes, such
// as an administrative command beside the service.
const lookEvery = time.Second

// lookLoop announces the events that other processes wrote, while somebody awaits any.
func (d *DB) lookLoop() {
	defer close(d.looked)
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-d.closing:
			return
		}
		if d.awaiting.Load() > 0 {
			d.look()
		}
	}
}

// look reads where the log ends. What fails now is looked at again in a second.
func (d *DB) look() {
	ctx, cancel := context.WithTimeout(context.Background(), lookEvery)
	defer cancel()
	if last, err := d.LastEvent(ctx); err == nil {
		d.events.announce(last)
	}
}

// eventSignal wakes those who wait for events. It lives in memory: it only says
// "look again", and the table says what there is.
type eventSignal struct {
	mu      sync.Mutex // guards what follows
	last    cloud.Seq
	changed chan struct{} // closed and replaced at each announcement
}

// announce tells that the log reaches to seq; 0 says nothing.
func (s *eventSignal) announce(seq cloud.Seq) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if seq <= s.last {
		return
	}
	s.last = seq
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

// watch returns a channel that is closed at the next announcement.
func (s *eventSignal) watch() (<-chan struct{}, cloud.Seq) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	return s.changed, s.last
}

// collect reads all rows of a query.
func collect[T any](rows *sql.Rows, err error, scan func(scanner) (T, error)) ([]T, error) {
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("read row: %w", err), rows.Close())
		}
		all = append(all, v)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("read rows: %w", err)
	}
	return all, nil
}
