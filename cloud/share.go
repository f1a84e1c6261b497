package cloud

import (
	"context"
	"errors"
	"net/mail"
	"strings"
	"time"

	"platen/gcp"
)

var errShare = &Error{Kind: KindInvalid, Message: "Failed to share the printer."}

// Share lets somebody use a printer. What the caller shares with the own address
// is accepted at once; others get an invitation.
func (s *Service) Share(ctx context.Context, c Caller, r ShareRequest) error {
	of, err := s.sharer(ctx, c, r)
	if err != nil {
		return err
	}
	if r.Public {
		return s.setPublic(ctx, c, r.Printer, func(p *Printer) { p.Public, p.Approval = true, r.Approval })
	}
	sh, err := newShare(r)
	if err != nil {
		return err
	}
	if sh.ExpireTime, err = s.shareEnd(r.ExpireAfter); err != nil {
		return err
	}
	sh.Sender = of.Owner
	if c.User != nil {
		sh.Sender = c.User.ID
	}
	self := c.User != nil && sh.Scope == c.User.Email
	// A domain's or a group's printers are there for all of it without an answer of each,
	// and a service account has nobody who would answer.
	sh.Pending = !self && !strings.HasPrefix(sh.Scope, domainScope) && !strings.HasPrefix(sh.Scope, groupScope) && !isService(sh.Scope)
	if sh.Scope == s.ownerEmail(ctx, of) {
		return errShare
	}
	old, err := s.share(ctx, sh.Printer, sh.Scope)
	switch {
	case err == nil:
		sh.Pending = sh.Pending && old.Pending && !old.Asked // a new role needs no new answer, and this answers a request
	case !errors.Is(err, ErrNotFound):
		return err
	}
	note := "shared the printer " + of.Name + " with " + sh.Scope
	if r.ExpireAfter > 0 {
		note += " for " + inWords(r.ExpireAfter)
	}
	return s.cfg.Store.PutShare(ctx, sh, s.decided(c, of, note))
}

// maxShareTime bounds a share that ends.
const maxShareTime = 366 * day

// shareEnd returns when a share ends; zero for never.
func (s *Service) shareEnd(after time.Duration) (time.Time, error) {
	switch {
	case after == 0:
		return time.Time{}, nil
	case after < time.Hour || after > maxShareTime:
		return time.Time{}, &Error{Kind: KindInvalid, Message: "A share ends after one hour at least and 366 days at most, or never."}
	}
	return s.cfg.Now().Add(after), nil
}

// sharer checks that the caller may change who uses a printer: owner and managers
// may, and the robot, for whom the connector's owner has configured it. Managers, and
// who may come by a public page, are the owner's affair: whoever stole a connector
// must not keep the printer after it was revoked.
func (s *Service) sharer(ctx context.Context, c Caller, r ShareRequest) (PrinterRights, error) {
	r.Scope = strings.ToLower(strings.TrimSpace(r.Scope))
	role, of, err := s.needRole(ctx, c, r.Printer, gcp.RoleManager)
	if err != nil {
		return of, err
	}
	if of.Hidden {
		return of, hiddenFor(c)
	}
	if c.Robot != nil {
		role = gcp.RoleManager
	}
	if c.User != nil && c.User.Guest && r.Scope != c.User.Email {
		return of, errGuest
	}
	if r.Role == gcp.RoleManager && role != gcp.RoleOwner || r.Public && role != gcp.RoleOwner {
		return of, errNotAllowed
	}
	if role == gcp.RoleOwner || c.User != nil && r.Scope == c.User.Email {
		return of, nil // everybody may step back
	}
	old, err := s.share(ctx, r.Printer, r.Scope)
	switch {
	case err == nil && old.Role == gcp.RoleManager:
		return of, errNotAllowed
	case err != nil && !errors.Is(err, ErrNotFound):
		return of, err
	}
	return of, nil
}

// newShare checks the request. A printer has one owner: that role is not shared.
func newShare(r ShareRequest) (Share, error) {
	sh := Share{Printer: r.Printer, Scope: strings.ToLower(strings.TrimSpace(r.Scope)), Type: r.Type, Role: r.Role}
	if sh.Role == "" {
		sh.Role = gcp.RoleUser
	}
	if sh.Role != gcp.RoleUser && sh.Role != gcp.RoleManager {
		return sh, errShare
	}
	if domain, ok := strings.CutPrefix(sh.Scope, domainScope); ok {
		sh.Type = gcp.ScopeDomain
		if domain == "" || strings.ContainsAny(domain, "@/ ") {
			return sh, errShare
		}
		return sh, nil
	}
	if group, ok := strings.CutPrefix(sh.Scope, groupScope); ok {
		sh.Type = gcp.ScopeGroup
		if group == "" || cleanGroup(group) != group {
			return sh, errShare
		}
		return sh, nil
	}
	if _, err := mail.ParseAddress(sh.Scope); err != nil || !strings.Contains(sh.Scope, "@") {
		return sh, errShare
	}
	if sh.Type != gcp.ScopeGroup {
		sh.Type = gcp.ScopeUser
	}
	return sh, nil
}

// Unshare takes a share back.
func (s *Service) Unshare(ctx context.Context, c Caller, r ShareRequest) error {
	of, err := s.sharer(ctx, c, ShareRequest{Printer: r.Printer, Scope: r.Scope, Public: r.Public})
	if err != nil {
		return err
	}
	if r.Public {
		if err := s.setPublic(ctx, c, r.Printer, func(p *Printer) { p.Public, p.Approval = false, false }); err != nil {
			return err
		}
		return s.cfg.Store.RemovePublicShares(ctx, r.Printer)
	}
	scope := strings.ToLower(strings.TrimSpace(r.Scope))
	gone := s.decided(c, of, "took the printer "+of.Name+" back from "+scope)
	if err := s.cfg.Store.RemoveShare(ctx, r.Printer, scope, gone); errors.Is(err, ErrNotFound) {
		return &Error{Kind: KindInvalid, Message: "The printer is not shared with this address."}
	} else if err != nil {
		return err
	}
	return nil
}

// setPublic makes a printer public or not, as set does.
func (s *Service) setPublic(ctx context.Context, c Caller, id gcp.PrinterID, set func(*Printer)) error {
	key := gcp.NewID()
	_, err := s.cfg.Store.UpdatePrinter(ctx, id, func(p *Printer) ([]Event, error) {
		before := *p
		set(p)
		p.keyPublic(key)
		return decidedEvents(c, before, *p, s.cfg.Now())
	})
	return unknownPrinter(err)
}

// changed is the event of a change to a printer's access list.
func (s *Service) changed(of PrinterRights) Event {
	return Event{Time: s.cfg.Now(), Kind: EventPrinterChanged, Printer: of.Printer, Robot: of.Robot, User: of.Owner}
}

// decided is changed, for the audit log if a person did it.
func (s *Service) decided(c Caller, of PrinterRights, note string) Event {
	e := s.changed(of)
	if c.User != nil {
		e.By, e.Note = c.User.ID, note
	}
	return e
}

// share returns one share of a printer.
func (s *Service) share(ctx context.Context, id gcp.PrinterID, scope string) (Share, error) {
	shares, err := s.shares(ctx, id)
	if err != nil {
		return Share{}, err
	}
	for _, sh := range shares {
		if sh.Scope == scope {
			return sh, nil
		}
	}
	return Share{}, ErrNotFound
}

func (s *Service) ownerEmail(ctx context.Context, of PrinterRights) string {
	u, err := s.cfg.Store.User(ctx, of.Owner)
	if err != nil {
		return ""
	}
	return u.Email
}
