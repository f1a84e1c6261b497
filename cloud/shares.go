package cloud

import (
	"context"
	"slices"
	"time"

	"platen/gcp"
)

// Ended reports whether a share counts no more.
func (sh *Share) Ended(now time.Time) bool {
	return !sh.ExpireTime.IsZero() && !now.Before(sh.ExpireTime)
}

// live leaves those shares that have not ended. What has is deleted later; until
// then it counts for nothing.
func (s *Service) live(shares []Share) []Share {
	now := s.cfg.Now()
	return slices.DeleteFunc(shares, func(sh Share) bool { return sh.Ended(now) })
}

// shares returns who may use a printer besides its owner.
func (s *Service) shares(ctx context.Context, id gcp.PrinterID) ([]Share, error) {
	shares, err := s.cfg.Store.Shares(ctx, id)
	return s.live(shares), err
}

// sharesWith returns what is shared with a person.
func (s *Service) sharesWith(ctx context.Context, u *User) ([]Share, error) {
	shares, err := s.cfg.Store.SharesWith(ctx, s.scopesOf(u))
	return s.live(shares), err
}
