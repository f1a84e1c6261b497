package cloud

import (
	"context"
	"errors"
	"strings"
)

// peoplePage is how many accounts are given at most at once.
const peoplePage = 200

var (
	errOwnAccount = &Error{Kind: KindInvalid, Message: "Another administrator must do this: it is your own account."}
	errRole       = &Error{Kind: KindInvalid, Message: "The roles are administrator, member and guest."}
	errLastAdmin  = &Error{Kind: KindInvalid, Message: "This is the last administrator. Make somebody else an administrator first."}
)

// OperatorCaller returns who acts at the service's command line: an administrator
// who is nobody's account.
func OperatorCaller() Caller {
	return Caller{User: &User{ID: Operator, Admin: true}, Via: ViaToken}
}

// People returns a page of the accounts, for administrators.
func (s *Service) People(ctx context.Context, c Caller, f UserFilter) (UserPage, error) {
	if err := c.Administrator(); err != nil {
		return UserPage{}, err
	}
	if f.Limit <= 0 || f.Limit > peoplePage {
		f.Limit = peoplePage
	}
	f.Of, f.Offset, f.Text = PeoplesAccounts, max(0, f.Offset), strings.TrimSpace(f.Text)
	return s.cfg.Store.PageUsers(ctx, f)
}

// Person returns one account, for administrators.
func (s *Service) Person(ctx context.Context, c Caller, id UserID) (User, error) {
	if err := c.Administrator(); err != nil {
		return User{}, err
	}
	u, err := s.cfg.Store.User(ctx, id)
	return u, unknownUser(err)
}

// PersonByEmail returns the account with an address, for administrators.
func (s *Service) PersonByEmail(ctx context.Context, c Caller, email string) (User, error) {
	if err := c.Administrator(); err != nil {
		return User{}, err
	}
	u, err := s.cfg.Store.UserByEmail(ctx, strings.ToLower(strings.TrimSpace(email)))
	return u, unknownUser(err)
}

// Groups lists the groups that somebody is in. Guests share nothing, and need not
// know them.
func (s *Service) Groups(ctx context.Context, c Caller) ([]Group, error) {
	if err := c.Member(); err != nil {
		return nil, err
	}
	return s.cfg.Store.Groups(ctx)
}

// did is the audit log's entry about an account.
func (s *Service) did(c Caller, to UserID, note string) Event {
	return Event{Time: s.cfg.Now(), Kind: EventAudit, User: to, By: c.User.ID, Note: note}
}

// change saves what fn makes of an account and the note that fn returns; with ""
// nothing changed.
func (s *Service) change(ctx context.Context, c Caller, id UserID, fn func(*User) (note string, err error)) (User, error) {
	if err := c.Administrator(); err != nil {
		return User{}, err
	}
	u, err := s.cfg.Store.UpdateUser(ctx, id, func(u *User) ([]Event, error) {
		note, err := fn(u)
		if err != nil {
			return nil, err
		}
		if note == "" {
			return nil, ErrUnchanged
		}
		return []Event{s.did(c, id, note)}, nil
	})
	return u, unchanged(err)
}

// unchanged gives the store's refusal of a change of an account its sentence.
func unchanged(err error) error {
	if errors.Is(err, ErrLastAdmin) {
		return errLastAdmin
	}
	return unknownUser(err)
}

// SetRole gives an account another role.
func (s *Service) SetRole(ctx context.Context, c Caller, id UserID, r AccountRole) error {
	if !r.valid() {
		return errRole
	}
	if r != RoleAdministrator {
		if err := another(c, id); err != nil {
			return err
		}
	}
	_, err := s.change(ctx, c, id, func(u *User) (string, error) {
		if u.Service {
			return "", errService
		}
		if u.Role() == r {
			return "", nil
		}
		if u.Visitor() { // the account ends, and would take an administrator or what it owns with it
			return "", errVisitor
		}
		u.setRole(r)
		return "made " + u.Email + " " + string(r), nil
	})
	s.forget()
	return err
}

// forget has tokens speak for accounts as they are now.
func (s *Service) forget() {
	if s.cfg.Sessions != nil {
		s.cfg.Sessions.Forget()
	}
}

// another refuses what administrators must not do to themselves by mistake. That an
// administrator is left the store sees to, whoever asks for what at the same moment.
func another(c Caller, id UserID) error {
	if err := c.Administrator(); err != nil {
		return err
	}
	if c.User.ID == id {
		return errOwnAccount
	}
	return nil
}

// Disable keeps somebody out: sessions, tokens and keys end at once. Printers and
// connectors go on.
func (s *Service) Disable(ctx context.Context, c Caller, id UserID) error {
	if err := another(c, id); err != nil {
		return err
	}
	_, err := s.change(ctx, c, id, func(u *User) (string, error) {
		if u.Disabled {
			return "", nil
		}
		u.Disabled = true
		return "disabled the account " + u.Email, nil
	})
	if err != nil || s.cfg.Sessions == nil {
		return err
	}
	return s.cfg.Sessions.RevokeUser(ctx, id)
}

// Enable lets somebody in again, who must sign in anew.
func (s *Service) Enable(ctx context.Context, c Caller, id UserID) error {
	_, err := s.change(ctx, c, id, func(u *User) (string, error) {
		if !u.Disabled {
			return "", nil
		}
		u.Disabled = false
		return "enabled the account " + u.Email, nil
	})
	return err
}

// SignOut ends all sessions of somebody: one's own, or an administrator anybody's.
func (s *Service) SignOut(ctx context.Context, c Caller, id UserID) error {
	if c.User == nil || c.User.ID != id {
		_, err := s.change(ctx, c, id, func(u *User) (string, error) { return "signed " + u.Email + " out everywhere", nil })
		if err != nil {
			return err
		}
	}
	return s.cfg.Sessions.EndSessions(ctx, id)
}

// Remove removes an account with its sessions, tokens and keys. Printers and
// connectors go to heir, or to the administrator who removes if heir is "", and go on.
func (s *Service) Remove(ctx context.Context, c Caller, id, heir UserID) error {
	if err := another(c, id); err != nil {
		return err
	}
	to, err := s.heir(ctx, c, id, heir)
	if err != nil {
		return err
	}
	gone, err := s.cfg.Store.User(ctx, id)
	if err != nil {
		return unknownUser(err)
	}
	// From here on its tokens are nobody's.
	err = s.cfg.Store.RemoveUser(ctx, id, to.ID, s.did(c, to.ID, "removed the account "+gone.Email+"; its printers went to "+to.Email),
		Event{Time: s.cfg.Now(), Kind: EventPersonRevoked, User: id, Note: gone.Email})
	if err != nil {
		return unchanged(err)
	}
	if s.cfg.Sessions == nil {
		return nil
	}
	return s.cfg.Sessions.RevokeUser(ctx, id)
}

// heir finds who gets the printers of an account.
func (s *Service) heir(ctx context.Context, c Caller, id, heir UserID) (User, error) {
	if heir == "" && c.User.ID != Operator {
		heir = c.User.ID
	}
	if heir == "" {
		admins, err := s.cfg.Store.Administrators(ctx)
		for _, a := range admins {
			if a.ID != id {
				return a, err
			}
		}
		return User{}, errors.Join(err, errLastAdmin)
	}
	to, err := s.cfg.Store.User(ctx, heir)
	if err != nil {
		return User{}, unknownUser(err)
	}
	if to.ID == id || to.Guest || to.Disabled || to.Service {
		return User{}, &Error{Kind: KindInvalid, Message: "The printers must go to another account, a person's who is not a guest and not disabled."}
	}
	return to, nil
}
