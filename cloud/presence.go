package cloud

import (
	"context"
	"errors"
	"fmt"
	"time"

	"platen/gcp"
)

// lease is how long a robot counts as online after a call or a sign of its stream.
const lease = 90 * time.Second

// Presence records that a robot's push stream opened, is alive, or closed. A
// robot with several streams has closed when the last of them has: push counts. It is
// offline from then on, until it calls.
func (s *Service) Presence(ctx context.Context, r gcp.RobotID, connected bool) error {
	_, err := s.cfg.Store.UpdateRobot(ctx, r, func(r *Robot) ([]Event, error) {
		now := s.cfg.Now()
		// Streams tell often that they are alive: writing that down is only worth
		// it when the lease is about a third gone.
		if r.Connected == connected && (!connected || r.LeaseUntil.Sub(now) > lease*2/3) {
			return nil, ErrUnchanged
		}
		came := r.Connected != connected
		r.Connected, r.LastSeen, r.LeaseUntil = connected, now, now
		if connected {
			r.LeaseUntil = now.Add(lease)
		}
		if !came {
			return nil, nil
		}
		return []Event{{Time: now, Kind: EventRobotPresence, Robot: r.ID, User: r.Owner}}, nil
	})
	if err != nil && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("record presence of robot %s: %w", r, err)
	}
	if !connected {
		s.notes.expect(r)
	}
	return err
}

// WaitingPrinters returns the printers of a robot that have QUEUED jobs.
func (s *Service) WaitingPrinters(ctx context.Context, r gcp.RobotID) ([]gcp.PrinterID, error) {
	if r == "" {
		return nil, nil
	}
	waiting, err := s.cfg.Store.Waiting(ctx, r, s.cfg.Now())
	if err != nil {
		return nil, err
	}
	ids := make([]gcp.PrinterID, len(waiting))
	for i, w := range waiting {
		ids[i] = w.Printer
	}
	return ids, nil
}

// Events returns up to limit events after a position, oldest first.
func (s *Service) Events(ctx context.Context, after Seq, limit int) ([]Event, error) {
	return s.cfg.Store.Events(ctx, after, limit)
}

// LastEvent returns the position of the newest event.
func (s *Service) LastEvent(ctx context.Context) (Seq, error) { return s.cfg.Store.LastEvent(ctx) }

// AwaitEvents returns when there may be events after a position, or with ctx's error.
func (s *Service) AwaitEvents(ctx context.Context, after Seq) error {
	return s.cfg.Store.AwaitEvents(ctx, after)
}
