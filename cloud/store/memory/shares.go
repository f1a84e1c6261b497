package memory

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"platen/cloud"
	"platen/gcp"
)

// Shares returns who may use some printers besides their owners.
func (s *Store) Shares(_ context.Context, ids ...gcp.PrinterID) ([]cloud.Share, error) {
	return s.sharesWhere(func(sh cloud.Share) bool { return slices.Contains(ids, sh.Printer) }), nil
}

// SharesWith returns the shares of any of the scopes.
func (s *Store) SharesWith(_ context.Context, scopes []string) ([]cloud.Share, error) {
	return s.sharesWhere(func(sh cloud.Share) bool { return slices.Contains(scopes, sh.Scope) }), nil
}

func (s *Store) sharesWhere(is func(cloud.Share) bool) []cloud.Share {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []cloud.Share
	for _, sh := range s.shares {
		if is(sh) {
			list = append(list, sh)
		}
	}
	slices.SortFunc(list, func(a, b cloud.Share) int {
		return cmp.Or(cmp.Compare(a.Printer, b.Printer), cmp.Compare(a.Scope, b.Scope))
	})
	return list
}

// PutShare adds or replaces a share.
func (s *Store) PutShare(_ context.Context, sh cloud.Share, events ...cloud.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.printer(sh.Printer) == nil {
		return fmt.Errorf("put share of printer %s: %w", sh.Printer, cloud.ErrNotFound)
	}
	s.putShare(sh)
	s.addEvents(events)
	return nil
}

func (s *Store) putShare(sh cloud.Share) {
	sh.ExpireTime = stamp(sh.ExpireTime)
	i := slices.IndexFunc(s.shares, func(o cloud.Share) bool { return o.Printer == sh.Printer && o.Scope == sh.Scope })
	if i < 0 {
		s.shares = append(s.shares, sh)
	} else {
		s.shares[i] = sh
	}
}

// RemoveShare removes a share.
func (s *Store) RemoveShare(_ context.Context, id gcp.PrinterID, scope string, events ...cloud.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.shares, func(o cloud.Share) bool { return o.Printer == id && o.Scope == scope })
	if i < 0 {
		return cloud.ErrNotFound
	}
	s.shares = slices.Delete(s.shares, i, i+1)
	s.addEvents(events)
	return nil
}

// RemovePublicShares removes the shares that came with a printer being public.
func (s *Store) RemovePublicShares(_ context.Context, id gcp.PrinterID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shares = slices.DeleteFunc(s.shares, func(o cloud.Share) bool { return o.Printer == id && o.Type == gcp.ScopePublic })
	return nil
}
