package cloud

import (
	"context"
	"time"
)

// Census is how much of everything a service has.
type Census struct {
	People     int
	Printers   int // without hidden ones
	Connectors int
	Online     int   // connectors that are
	Open       int   // jobs that have not ended
	Documents  int   // that are kept
	Bytes      int64 // that they take
}

// Counting counts what a service has.
type Counting interface {
	// Census counts; the connectors that are online are those of a moment.
	Census(ctx context.Context, now time.Time) (Census, error)
}

// Census tells administrators how much of everything there is.
func (s *Service) Census(ctx context.Context, c Caller) (Census, error) {
	if err := c.Administrator(); err != nil {
		return Census{}, err
	}
	return s.cfg.Store.Census(ctx, s.cfg.Now())
}
