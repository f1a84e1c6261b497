package cloud

import (
	"context"
	"time"

	"platen/gcp"
)

// RepeatHints is what Run does each second, for tests that tell the time.
func (s *Service) RepeatHints(ctx context.Context, from, to time.Time) error {
	return s.repeatHints(ctx, from, to)
}

// Touch is what Run does each second for robots that called.
func (s *Service) Touch(ctx context.Context, id gcp.RobotID, at time.Time) error {
	return s.touch(ctx, id, at)
}

// LookForOutages is what Run calls now and then.
func (s *Service) LookForOutages(ctx context.Context) error { return s.lookForOutages(ctx) }

// EndDue is what Run does each second with jobs whose time has come.
func (s *Service) EndDue(ctx context.Context) error { return s.endDue(ctx) }

// Sweep is what Run does each minute.
func (s *Service) Sweep(ctx context.Context) { s.sweeper()(ctx) }

// CheckTwins is what Run does each minute about installations that stopped.
func (s *Service) CheckTwins(ctx context.Context, from, to time.Time) error {
	return s.checkTwins(ctx, from, to)
}

// HoldPINs takes all places at which PINs are hashed; the func gives them back.
func (s *Service) HoldPINs(ctx context.Context) (func(), error) {
	var all []func()
	for range hashers {
		free, err := s.pins.slot(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, free)
	}
	return func() {
		for _, free := range all {
			free()
		}
	}, nil
}

// Filled says that the disk is full, if that is why a draft was not written.
func Filled(err error) error { return filled(err) }
