package memory

import (
	"context"

	"platen/cloud"
	"platen/gcp"
)

// MoveJob ends a job and adds the one that takes its place.
func (s *Store) MoveJob(_ context.Context, id gcp.JobID, a cloud.Admission,
	fn func(*cloud.Job, cloud.PrinterRights) (cloud.Job, []cloud.Event, error),
) (cloud.Job, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.job(id)
	if row == nil {
		return cloud.Job{}, cloud.ErrNotFound
	}
	old := row.clone()
	next, events, err := fn(&old, s.rights(old.Printer))
	if err != nil {
		return cloud.Job{}, err
	}
	if err := s.admit(next, a); err != nil {
		return cloud.Job{}, err
	}
	s.endJob(row, old)
	row.Document.ID = ""
	if err := s.addJob(next); err != nil {
		return cloud.Job{}, err
	}
	s.addEvents(events)
	return next, nil
}
