package memory

import (
	"context"
	"fmt"
	"slices"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// addEvents writes events with the change they tell of, and wakes who waits.
func (s *Store) addEvents(events []cloud.Event) {
	if len(events) == 0 {
		return
	}
	for _, e := range events {
		s.last++
		e.Seq, e.Time = s.last, stamp(e.Time)
		s.events = append(s.events, e)
	}
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

// LastEvent returns the position of the newest event, 0 if there never was one.
func (s *Store) LastEvent(context.Context) (cloud.Seq, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last, nil
}

// Events returns up to limit events after a position, oldest first.
func (s *Store) Events(_ context.Context, after cloud.Seq, limit int) ([]cloud.Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from, _ := slices.BinarySearchFunc(s.events, after+1, func(e cloud.Event, seq cloud.Seq) int { return int(e.Seq - seq) })
	return slices.Clone(s.events[from:min(from+limit, len(s.events))]), nil
}

// AwaitEvents returns when there are events after a position, or with ctx's error.
func (s *Store) AwaitEvents(ctx context.Context, after cloud.Seq) error {
	for {
		changed, last := s.watch()
		if last > after {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// watch returns a channel that is closed at the next event.
func (s *Store) watch() (<-chan struct{}, cloud.Seq) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	return s.changed, s.last
}

// PruneEvents deletes events from before a time, those of the audit log from
// before another.
func (s *Store) PruneEvents(_ context.Context, before, audit time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = slices.DeleteFunc(s.events, func(e cloud.Event) bool {
		if e.By != "" {
			return e.Time.Before(audit)
		}
		return e.Time.Before(before)
	})
	return nil
}

// Audit returns events of the audit log, newest first.
func (s *Store) Audit(_ context.Context, f cloud.AuditFilter) ([]cloud.Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []cloud.Event
	for _, e := range slices.Backward(s.events) {
		if len(list) < f.Limit && f.Matches(e) {
			list = append(list, e)
		}
	}
	return list, nil
}

// nextEpoch returns an epoch that neither this store nor a clone of it had.
func (s *Store) nextEpoch() string { return fmt.Sprintf("%032x", s.epochs.Add(1)) }

// Epoch returns which life of the data this is.
func (s *Store) Epoch(context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.epoch, nil
}

// BeginEpoch is what a restore does.
func (s *Store) BeginEpoch(_ context.Context, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.epoch = s.nextEpoch()
	for _, j := range s.jobs {
		if j.State.Type.Ended() || j.Restored != "" {
			continue
		}
		if j.State.Type != gcp.JobHeld {
			j.HoldUntil = time.Time{}
		}
		j.Restored, j.State = j.State.Type, gcp.StateOf(gcp.JobHeld)
		j.UpdateTime, j.DueTime = stamp(now), stamp(now)
	}
	for i := range s.robots {
		r := &s.robots[i]
		r.Run, r.Installations, r.Connected, r.LeaseUntil = "", nil, false, time.Time{}
	}
	return nil
}
