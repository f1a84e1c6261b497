package cloud

import (
	"cmp"
	"context"
	"strings"
	"time"
)

// InviteLifetime is how long an invitation's link is good unless it says otherwise.
const InviteLifetime = 7 * day

// maxInviteLifetime bounds it.
const maxInviteLifetime = 90 * day

// NewUser is an account to be.
type NewUser struct {
	Email  string
	Name   string // "" for what stands before the @
	Role   AccountRole
	Expire time.Duration // of the invitation; 0 for InviteLifetime
}

// account returns an account to be added, whose address and name are in order.
func (s *Service) account(n NewUser) (User, error) {
	email, err := cleanEmail(n.Email)
	if err != nil {
		return User{}, err
	}
	u := s.newUser(email)
	u.Name = cmp.Or(strings.TrimSpace(n.Name), u.Name)
	return u, checkName(u.Name)
}

// Invite adds an account without a password, and returns the secret of the link
// by which its owner chooses one.
func (s *Service) Invite(ctx context.Context, c Caller, n NewUser) (User, string, error) {
	if err := c.Administrator(); err != nil {
		return User{}, "", err
	}
	u, err := s.account(n)
	if err != nil {
		return User{}, "", err
	}
	switch {
	case !n.Role.valid():
		return User{}, "", errRole
	case n.Expire < 0 || n.Expire > maxInviteLifetime:
		return User{}, "", &Error{Kind: KindInvalid, Message: "An invitation is good for at most 90 days."}
	}
	u.setRole(n.Role)
	if err := s.addUser(ctx, u, s.did(c, u.ID, "invited "+u.Email+" as "+string(n.Role))); err != nil {
		return User{}, "", err
	}
	token, err := s.cfg.Sessions.JoinToken(ctx, u.ID, cmp.Or(n.Expire, InviteLifetime))
	return u, token, err
}

// resetLifetime is how long the link for a new password is good.
const resetLifetime = day

// ResetPassword returns the secret of a link by which somebody chooses a new
// password. The old one is good until then.
func (s *Service) ResetPassword(ctx context.Context, c Caller, id UserID) (string, error) {
	u, err := s.change(ctx, c, id, func(u *User) (string, error) {
		if u.Service {
			return "", errService
		}
		if u.Disabled {
			return "", &Error{Kind: KindInvalid, Message: "The account is disabled: enable it first."}
		}
		return "made a link for a new password of " + u.Email, nil
	})
	if err != nil {
		return "", err
	}
	lifetime := resetLifetime
	if u.PasswordHash == "" && u.SignInTime.IsZero() { // the invitation was not answered yet
		lifetime = InviteLifetime
	}
	return s.cfg.Sessions.JoinToken(ctx, id, lifetime)
}

// FirstAdministrator adds the first account, an administrator's.
func (s *Service) FirstAdministrator(ctx context.Context, n NewUser, password string) (User, error) {
	none, err := s.NoAccounts(ctx)
	if err != nil {
		return User{}, err
	}
	if !none {
		return User{}, &Error{Kind: KindForbidden, Message: "The service is set up already. Sign in instead."}
	}
	u, err := s.account(n)
	if err != nil {
		return User{}, err
	}
	if u.PasswordHash, err = s.hashPassword(ctx, password); err != nil {
		return User{}, err
	}
	u.Admin = true
	return u, s.addUser(ctx, u, Event{Time: u.CreateTime, Kind: EventAudit, User: u.ID, By: u.ID, Note: "set the service up"})
}

// NoAccounts reports whether nobody has an account yet.
func (s *Service) NoAccounts(ctx context.Context) (bool, error) {
	page, err := s.cfg.Store.PageUsers(ctx, UserFilter{Limit: 1})
	return page.Total == 0, err
}
