package memory

import (
	"context"
	"slices"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// AddClaim adds a printer that waits for an owner, unless limit ones do.
func (s *Store) AddClaim(_ context.Context, p cloud.Printer, c cloud.PendingClaim, limit int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	open := 0
	for _, o := range s.claims {
		if !o.Confirmed {
			open++
		}
	}
	if open >= limit {
		return cloud.ErrQuota
	}
	if err := s.addPrinter(p); err != nil {
		return err
	}
	c.Expires, c.ConfirmTime = stamp(c.Expires), stamp(c.ConfirmTime)
	s.claims = append(s.claims, c)
	return nil
}

// claim returns a row, or nil.
func (s *Store) claim(is func(*cloud.PendingClaim) bool) *cloud.PendingClaim {
	for i := range s.claims {
		if is(&s.claims[i]) {
			return &s.claims[i]
		}
	}
	return nil
}

func (s *Store) copyClaim(is func(*cloud.PendingClaim) bool) (cloud.PendingClaim, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.claim(is); c != nil {
		return *c, nil
	}
	return cloud.PendingClaim{}, cloud.ErrNotFound
}

// Claim returns a printer's claim.
func (s *Store) Claim(_ context.Context, id gcp.PrinterID) (cloud.PendingClaim, error) {
	return s.copyClaim(func(c *cloud.PendingClaim) bool { return c.Printer == id })
}

// ClaimByToken returns the claim with a token.
func (s *Store) ClaimByToken(_ context.Context, tokenHash string) (cloud.PendingClaim, error) {
	return s.copyClaim(func(c *cloud.PendingClaim) bool { return c.TokenHash == tokenHash })
}

// UpdateClaim saves what fn makes of how the device polls.
func (s *Store) UpdateClaim(_ context.Context, id gcp.PrinterID, fn func(*cloud.PendingClaim) error) (cloud.PendingClaim, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.claim(func(c *cloud.PendingClaim) bool { return c.Printer == id })
	if old == nil {
		return cloud.PendingClaim{}, cloud.ErrNotFound
	}
	c := *old
	if err := fn(&c); err != nil {
		return c, kept(err)
	}
	old.Proved, old.Client = c.Proved, c.Client
	return c, nil
}

// ConfirmClaim ties a printer to its owner and robot, once.
func (s *Store) ConfirmClaim(_ context.Context, c cloud.PendingClaim, r cloud.Robot, fn func(*cloud.Printer) ([]cloud.Event, error)) (cloud.Printer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.claim(func(o *cloud.PendingClaim) bool {
		return o.Printer == c.Printer && o.TokenHash == c.TokenHash && !o.Confirmed
	})
	if old == nil {
		return cloud.Printer{}, cloud.ErrNotFound
	}
	if s.robot(r.ID) != nil {
		return cloud.Printer{}, cloud.ErrExists
	}
	p, err := s.updatePrinter(c.Printer, fn)
	if err != nil {
		return p, err
	}
	old.Confirmed, old.ConfirmTime = true, stamp(c.ConfirmTime)
	return p, s.addRobot(r)
}

// RemoveClaims removes expired claims, with the printers that nobody wanted.
func (s *Store) RemoveClaims(_ context.Context, unconfirmed, confirmed time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var unwanted []gcp.PrinterID
	for _, c := range s.claims {
		if p := s.printer(c.Printer); p != nil && p.Owner == "" && !c.Confirmed && c.Expires.Before(unconfirmed) {
			unwanted = append(unwanted, c.Printer)
		}
	}
	for _, id := range unwanted {
		s.deletePrinter(id)
	}
	s.claims = slices.DeleteFunc(s.claims, func(c cloud.PendingClaim) bool {
		return !c.Confirmed && c.Expires.Before(unconfirmed) || c.Confirmed && c.Expires.Before(confirmed)
	})
	return nil
}
