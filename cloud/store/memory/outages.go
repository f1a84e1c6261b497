package memory

import (
	"context"
	"slices"

	"platen/cloud"
)

// Outages returns what is down.
func (s *Store) Outages(context.Context) ([]cloud.Outage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.outages), nil
}

// PutOutage adds or replaces an outage.
func (s *Store) PutOutage(_ context.Context, o cloud.Outage, events ...cloud.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o.Since, o.Told = stamp(o.Since), stamp(o.Told)
	if i := s.outage(o); i >= 0 {
		s.outages[i] = o
	} else {
		s.outages = append(s.outages, o)
	}
	s.addEvents(events)
	return nil
}

// RemoveOutage removes an outage.
func (s *Store) RemoveOutage(_ context.Context, o cloud.Outage, events ...cloud.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.outage(o); i >= 0 {
		s.outages = slices.Delete(s.outages, i, i+1)
	}
	s.addEvents(events)
	return nil
}

func (s *Store) outage(o cloud.Outage) int {
	return slices.IndexFunc(s.outages, func(e cloud.Outage) bool { return e.Robot == o.Robot && e.Printer == o.Printer })
}
