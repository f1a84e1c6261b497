package memory

import (
	"context"
	"time"

	"platen/cloud"
)

// Census counts what there is.
func (s *Store) Census(_ context.Context, now time.Time) (cloud.Census, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := cloud.Census{People: len(s.users), Connectors: len(s.robots)}
	for _, p := range s.printers {
		if p.Hidden.IsZero() {
			c.Printers++
		}
	}
	for _, r := range s.robots {
		if r.Connected || r.LeaseUntil.After(now) {
			c.Online++
		}
	}
	for _, j := range s.jobs {
		if j.EndTime.IsZero() {
			c.Open++
		}
		if j.Document.ID != "" {
			c.Documents++
			c.Bytes += j.Document.Size
		}
	}
	return c, nil
}
