package cloud

import (
	"context"
	"errors"
	"slices"

	"platen/gcp"
)

// Invites lists the caller's unanswered invitations.
func (s *Service) Invites(ctx context.Context, c Caller) ([]Invitation, error) {
	if c.User == nil {
		return nil, errSignIn
	}
	shares, err := s.sharesWith(ctx, c.User)
	if err != nil {
		return nil, err
	}
	v := s.newViewer(c)
	var invites []Invitation
	for _, sh := range slices.DeleteFunc(shares, func(sh Share) bool { return !sh.Pending || sh.Asked }) {
		inv, err := s.invitation(ctx, v, sh)
		if errors.Is(err, ErrNotFound) {
			continue // the printer is gone
		}
		if err != nil {
			return nil, err
		}
		invites = append(invites, inv)
	}
	return invites, nil
}

// invitation shows a printer that the caller may not use yet: no more of it than
// is needed to decide.
func (s *Service) invitation(ctx context.Context, v *viewer, sh Share) (Invitation, error) {
	p, err := s.cfg.Store.Printer(ctx, sh.Printer)
	if err != nil {
		return Invitation{}, err
	}
	if !p.Hidden.IsZero() {
		return Invitation{}, ErrNotFound
	}
	sender, err := v.owner(ctx, sh.Sender)
	if err != nil {
		return Invitation{}, err
	}
	owner, err := v.owner(ctx, p.Owner)
	if err != nil {
		return Invitation{}, err
	}
	shown := Printer{
		ID: p.ID, Owner: p.Owner, Proxy: p.Proxy, Name: p.Name, DisplayName: p.DisplayName,
		DefaultDisplayName: p.DefaultDisplayName, Description: p.Description,
		CreateTime: p.CreateTime, UpdateTime: p.UpdateTime, AccessTime: p.AccessTime,
	}
	return Invitation{
		Share: sh, Sender: sender,
		Printer: PrinterView{Printer: shown, OwnerUser: owner, Role: sh.Role, Connection: gcp.ConnectionUnknown},
	}, nil
}

// ProcessInvite accepts or refuses an invitation.
func (s *Service) ProcessInvite(ctx context.Context, c Caller, id gcp.PrinterID, accept bool) (PrinterView, error) {
	if c.User == nil {
		return PrinterView{}, errSignIn
	}
	p, err := s.cfg.Store.Printer(ctx, id)
	if err != nil {
		return PrinterView{}, unknownPrinter(err)
	}
	if !p.Hidden.IsZero() {
		return PrinterView{}, errUnknownPrinter
	}
	sh, err := s.share(ctx, id, c.User.Email)
	switch {
	case errors.Is(err, ErrNotFound), err == nil && sh.Asked && accept: // nobody grants an own wish
		return PrinterView{}, errUnknownPrinter
	case err != nil:
		return PrinterView{}, err
	}
	if !accept {
		inv, err := s.invitation(ctx, s.newViewer(c), sh)
		if err != nil {
			return PrinterView{}, err
		}
		return inv.Printer, s.cfg.Store.RemoveShare(ctx, id, sh.Scope, s.changed(rightsOf(p)))
	}
	if sh.Pending {
		sh.Pending = false
		if err := s.cfg.Store.PutShare(ctx, sh, s.changed(rightsOf(p))); err != nil {
			return PrinterView{}, err
		}
	}
	return s.newViewer(c).view(ctx, p)
}
