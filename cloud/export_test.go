package cloud

import (
	"context"
	"time"
)

// RepeatHints is what Run does each second, for tests that tell the time.
func (s *Service) RepeatHints(ctx context.Context, from, to time.Time) error {
	return s.repeatHints(ctx, from, to)
}
