package sim

import (
	"context"

	"platen/cloud"
	"platen/cloud/store/memory"
	"platen/gcp"
)

// ward is the service's store. It checks each change of a job, and can die between
// two transactions of one call.
type ward struct {
	*memory.Store
	ledger *ledger
	fuse   int // transactions until it dies; 0 for never
	dead   bool
}

// burn reports whether the service is dead.
func (s *ward) burn() bool {
	if s.fuse > 0 {
		if s.fuse--; s.fuse == 0 {
			s.dead = true
		}
	}
	return s.dead
}

// AddJob implements cloud.Jobs.
func (s *ward) AddJob(ctx context.Context, j cloud.Job, a cloud.Admission, events ...cloud.Event) (cloud.Job, error) {
	if s.burn() {
		return cloud.Job{}, errDead
	}
	added, err := s.Store.AddJob(ctx, j, a, events...)
	if err == nil {
		s.ledger.added(added)
	}
	if s.burn() {
		return cloud.Job{}, errDead
	}
	return added, err
}

// UpdateJob implements cloud.Jobs.
func (s *ward) UpdateJob(ctx context.Context, id gcp.JobID, fn func(*cloud.Job, cloud.PrinterRights) ([]cloud.Event, error)) (cloud.Job, error) {
	if s.burn() {
		return cloud.Job{}, errDead
	}
	j, err := s.Store.UpdateJob(ctx, id, func(j *cloud.Job, of cloud.PrinterRights) ([]cloud.Event, error) {
		before := *j
		events, err := fn(j, of)
		if err == nil {
			s.ledger.moved(before, *j)
		}
		return events, err
	})
	if s.burn() {
		return cloud.Job{}, errDead
	}
	return j, err
}

// UpdateRobot implements cloud.Robots.
func (s *ward) UpdateRobot(ctx context.Context, id gcp.RobotID, fn func(*cloud.Robot) ([]cloud.Event, error)) (cloud.Robot, error) {
	if s.burn() {
		return cloud.Robot{}, errDead
	}
	r, err := s.Store.UpdateRobot(ctx, id, fn)
	if s.burn() {
		return cloud.Robot{}, errDead
	}
	return r, err
}

// SavePrinter implements cloud.Printers.
func (s *ward) SavePrinter(ctx context.Context, key cloud.PrinterKey, fn func(*cloud.Printer) (cloud.Printer, []cloud.Event, error)) (cloud.Printer, error) {
	if s.burn() {
		return cloud.Printer{}, errDead
	}
	p, err := s.Store.SavePrinter(ctx, key, fn)
	if s.burn() {
		return cloud.Printer{}, errDead
	}
	return p, err
}

// RemovePrinter implements cloud.Printers.
func (s *ward) RemovePrinter(ctx context.Context, id gcp.PrinterID, fn func(cloud.Printer, []*cloud.Job) []cloud.Event) error {
	return s.Store.RemovePrinter(ctx, id, func(p cloud.Printer, open []*cloud.Job) []cloud.Event {
		before := make([]cloud.Job, len(open))
		for i, j := range open {
			before[i] = *j
		}
		events := fn(p, open)
		for i, j := range open {
			s.ledger.moved(before[i], *j)
		}
		return events
	})
}
