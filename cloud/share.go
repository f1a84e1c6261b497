package cloud

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/mail"
	"strings"

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
		return s.setPublic(ctx, r.Printer, true)
	}
	sh, err := newShare(r)
	if err != nil {
		return err
	}
	sh.Sender = of.Owner
	if c.User != nil {
		sh.Sender = c.User.ID
	}
	self := c.User != nil && sh.Scope == c.User.Email
	// A domain's printers are there for all of it without an answer of each.
	sh.Pending = !self && sh.Type != gcp.ScopeDomain
	if sh.Scope == s.ownerEmail(ctx, of) {
		return errShare
	}
	old, err := s.share(ctx, sh.Printer, sh.Scope)
	switch {
	case err == nil:
		sh.Pending = sh.Pending && old.Pending // a new role needs no new answer
	case !errors.Is(err, ErrNotFound):
		return err
	}
	return s.cfg.Store.PutShare(ctx, sh, s.changed(of))
}

// sharer checks that the caller may change who uses a printer: owner and managers
// may, and the robot, for whom the connector's owner has configured it. Managers
// are the owner's affair.
func (s *Service) sharer(ctx context.Context, c Caller, r ShareRequest) (PrinterRights, error) {
	r.Scope = strings.ToLower(strings.TrimSpace(r.Scope))
	role, of, err := s.needRole(ctx, c, r.Printer, gcp.RoleManager)
	if err != nil {
		return of, err
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
		if err := s.setPublic(ctx, r.Printer, false); err != nil {
			return err
		}
		return s.cfg.Store.RemovePublicShares(ctx, r.Printer)
	}
	scope := strings.ToLower(strings.TrimSpace(r.Scope))
	if err := s.cfg.Store.RemoveShare(ctx, r.Printer, scope, s.changed(of)); errors.Is(err, ErrNotFound) {
		return &Error{Kind: KindInvalid, Message: "The printer is not shared with this address."}
	} else if err != nil {
		return err
	}
	return nil
}

// setPublic makes a printer public or not.
func (s *Service) setPublic(ctx context.Context, id gcp.PrinterID, public bool) error {
	key := newID()
	_, err := s.cfg.Store.UpdatePrinter(ctx, id, func(p *Printer) ([]Event, error) {
		before := *p
		p.Public = public
		p.keyPublic(key)
		return printerEvents(before, *p, s.cfg.Now())
	})
	return unknownPrinter(err)
}

// AddPublic puts a public printer on the caller's list: whoever knows the key of
// its page may.
func (s *Service) AddPublic(ctx context.Context, c Caller, id gcp.PrinterID, key string) (PrinterView, error) {
	if c.User == nil {
		return PrinterView{}, errSignIn
	}
	p, err := s.cfg.Store.Printer(ctx, id)
	if err != nil {
		return PrinterView{}, unknownPrinter(err)
	}
	if !p.Public || p.PublicKey == "" || subtle.ConstantTimeCompare([]byte(p.PublicKey), []byte(key)) != 1 {
		return PrinterView{}, errUnknownPrinter
	}
	if role, err := s.printerRole(ctx, c, rightsOf(p)); err != nil {
		return PrinterView{}, err
	} else if role == "" {
		sh := Share{Printer: id, Scope: c.User.Email, Type: gcp.ScopePublic, Role: gcp.RoleUser, Sender: p.Owner}
		if err := s.cfg.Store.PutShare(ctx, sh, s.changed(rightsOf(p))); err != nil {
			return PrinterView{}, err
		}
	}
	return s.newViewer(c).view(ctx, p)
}

// changed is the event of a change to a printer's access list.
func (s *Service) changed(of PrinterRights) Event {
	return Event{Time: s.cfg.Now(), Kind: EventPrinterChanged, Printer: of.Printer, Robot: of.Robot, User: of.Owner}
}

// share returns one share of a printer.
func (s *Service) share(ctx context.Context, id gcp.PrinterID, scope string) (Share, error) {
	shares, err := s.cfg.Store.Shares(ctx, id)
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
