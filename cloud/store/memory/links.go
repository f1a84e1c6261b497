package memory

import (
	"context"
	"fmt"
	"slices"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// AddLink adds a link to a printer, unless that has limit already.
func (s *Store) AddLink(ctx context.Context, l cloud.ShareLink, limit int, events ...cloud.Event) error {
	has, err := s.Links(ctx, l.Printer)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.printer(l.Printer) == nil:
		return cloud.ErrNotFound
	case len(has) >= limit:
		return cloud.ErrQuota
	}
	l.CreateTime, l.ExpireTime = stamp(l.CreateTime), stamp(l.ExpireTime)
	s.links = append(s.links, l)
	s.addEvents(events)
	return nil
}

// Links returns the links of a printer, oldest first.
func (s *Store) Links(_ context.Context, id gcp.PrinterID) ([]cloud.ShareLink, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []cloud.ShareLink
	for _, l := range s.links {
		if l.Printer == id {
			list = append(list, l)
		}
	}
	return list, nil
}

// LinkByHash returns the link with a secret.
func (s *Store) LinkByHash(_ context.Context, secretHash string) (cloud.ShareLink, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.IndexFunc(s.links, func(l cloud.ShareLink) bool { return l.SecretHash == secretHash }); i >= 0 {
		return s.links[i], nil
	}
	return cloud.ShareLink{}, cloud.ErrNotFound
}

// UseLink counts a use of a link, and adds the share and the visitor.
func (s *Store) UseLink(_ context.Context, id cloud.LinkID, sh cloud.Share, visitor *cloud.User, events ...cloud.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.links, func(l cloud.ShareLink) bool { return l.ID == id })
	switch {
	case i < 0:
		return cloud.ErrNotFound
	case s.usedLink(sh, visitor):
		return cloud.ErrExists
	case s.links[i].Most > 0 && s.links[i].Uses >= s.links[i].Most:
		return cloud.ErrQuota
	case s.printer(sh.Printer) == nil:
		return fmt.Errorf("share printer %s: %w", sh.Printer, cloud.ErrNotFound)
	}
	s.links[i].Uses++
	if visitor != nil {
		s.addUser(*visitor)
	}
	s.putShare(sh)
	s.addEvents(events)
	return nil
}

// usedLink reports whether what comes of a use of a link is there already.
func (s *Store) usedLink(sh cloud.Share, visitor *cloud.User) bool {
	if visitor != nil {
		return slices.ContainsFunc(s.users, func(u cloud.User) bool { return u.ID == visitor.ID })
	}
	return slices.ContainsFunc(s.shares, func(o cloud.Share) bool {
		return o.Printer == sh.Printer && o.Scope == sh.Scope && o.Link == sh.Link && o.ExpireTime.Equal(sh.ExpireTime) && !o.Pending
	})
}

// RemoveLink removes a link with the shares that end with it.
func (s *Store) RemoveLink(_ context.Context, printer gcp.PrinterID, id cloud.LinkID, events ...cloud.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.links, func(l cloud.ShareLink) bool { return l.ID == id && l.Printer == printer })
	if i < 0 {
		return cloud.ErrNotFound
	}
	s.links = slices.Delete(s.links, i, i+1)
	s.shares = slices.DeleteFunc(s.shares, func(sh cloud.Share) bool { return sh.Link == id })
	s.addEvents(events)
	return nil
}

// RemoveEnded removes what ended, and returns the visitors who then may go.
func (s *Store) RemoveEnded(_ context.Context, before time.Time, limit int) ([]cloud.User, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shares = slices.DeleteFunc(s.shares, func(sh cloud.Share) bool { return sh.Ended(before) })
	s.links = slices.DeleteFunc(s.links, func(l cloud.ShareLink) bool { return l.Ended(before) })
	var gone []cloud.User
	for _, u := range s.users {
		shares := slices.ContainsFunc(s.shares, func(sh cloud.Share) bool { return sh.Scope == u.Email })
		if u.Visitor() && (u.Ended(before) || !shares) && len(gone) < limit {
			gone = append(gone, u)
		}
	}
	return gone, nil
}
