package cloud

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ProviderRules say what a sign-in with OpenID Connect means here.
type ProviderRules struct {
	Domains    []string // of addresses that are let in, in lower case; empty for all
	AdminGroup string   // its members are administrators, and nobody else who signs in so; "" leaves roles alone
	Create     bool     // who has no account gets one
}

// provider is who gives roles by its groups, in the audit log.
const provider UserID = "provider"

// Bounds of the groups that a provider or a list names.
const (
	maxGroups    = 200 // of a person
	maxGroupName = 200 // bytes
)

var (
	errUnverified = &Error{Kind: KindForbidden, Message: "The organization's sign-in has not verified your e-mail address."}
	errDomain     = &Error{Kind: KindForbidden, Message: "Addresses like yours are not let in here."}
	errNoAccount  = &Error{Kind: KindForbidden, Message: "You have no account here. Ask an administrator for an invitation."}
	errOther      = &Error{Kind: KindForbidden, Message: "The account with your address is somebody else's. Ask an administrator."}
	errOut        = &Error{Kind: KindForbidden, Message: "Your account is disabled. Ask an administrator."}
)

// SignInIdentity returns the account of somebody whom an OpenID Connect provider
// has authenticated. An account is found by issuer and subject, the first time by
// the verified address.
func (s *Service) SignInIdentity(ctx context.Context, id Identity) (User, error) {
	if id.Issuer == "" || id.Subject == "" {
		return User{}, errUnverified
	}
	email, err := s.verifiedEmail(id)
	if err != nil {
		return User{}, err
	}
	u, err := s.cfg.Store.UserByIdentity(ctx, id.Issuer, id.Subject)
	if errors.Is(err, ErrNotFound) {
		u, err = s.linkIdentity(ctx, id, email)
	}
	switch {
	case err != nil:
		return User{}, err
	case u.Disabled:
		return User{}, errOut
	}
	if err := s.takeGroups(ctx, u, id); err != nil {
		return User{}, err
	}
	s.forget()
	return s.cfg.Store.User(ctx, u.ID)
}

func (s *Service) verifiedEmail(id Identity) (string, error) {
	if !id.Verified {
		return "", errUnverified
	}
	email, err := cleanEmail(id.Email)
	if err != nil {
		return "", errUnverified
	}
	_, domain, _ := strings.Cut(email, "@")
	if domains := s.cfg.Provider.Domains; len(domains) > 0 && !slices.Contains(domains, domain) {
		return "", errDomain
	}
	return email, nil
}

// linkIdentity finds the account of a verified address, or makes it, and ties it
// to the person. An address that is handed on to somebody else does not open its
// former owner's account.
func (s *Service) linkIdentity(ctx context.Context, id Identity, email string) (User, error) {
	u, err := s.cfg.Store.UserByEmail(ctx, email)
	if errors.Is(err, ErrNotFound) {
		if !s.cfg.Provider.Create {
			return User{}, errNoAccount
		}
		u = s.newUser(email)
		if name := strings.TrimSpace(id.Name); name != "" && checkName(name) == nil {
			u.Name = name
		}
		err = s.addUser(ctx, u, Event{
			Time: u.CreateTime, Kind: EventAudit, User: u.ID, By: u.ID, Note: "got the account " + email + " from " + id.Issuer,
		})
	}
	if err != nil {
		return User{}, err
	}
	err = s.cfg.Store.LinkIdentity(ctx, u.ID, id.Issuer, id.Subject)
	if errors.Is(err, ErrExists) {
		return User{}, errOther
	}
	return u, err
}

// takeGroups makes the account a member of the groups that the provider names now,
// and of no others that it named before.
func (s *Service) takeGroups(ctx context.Context, u User, id Identity) error {
	if id.Groups == nil {
		return nil
	}
	groups := cleanGroups(id.Groups)
	_, err := s.cfg.Store.SetGroups(ctx, u.ID, GroupsOfProvider, groups, Event{
		Time: s.cfg.Now(), Kind: EventAudit, User: u.ID, By: u.ID,
		Note: fmt.Sprintf("is in these groups of %s: %s", id.Issuer, strings.Join(groups, ", ")),
	})
	if err != nil || s.cfg.Provider.AdminGroup == "" {
		return err
	}
	return s.takeRole(ctx, u, slices.Contains(id.Groups, s.cfg.Provider.AdminGroup))
}

// takeRole makes somebody an administrator or not, as the provider says; the last
// one stays one.
func (s *Service) takeRole(ctx context.Context, u User, admin bool) error {
	if u.Admin == admin {
		return nil
	}
	role := RoleAdministrator
	if !admin {
		role = RoleMember
	}
	err := s.SetRole(ctx, Caller{User: &User{ID: provider, Admin: true}}, u.ID, role)
	if errors.Is(err, errLastAdmin) {
		return nil
	}
	return err
}

// cleanGroups drops names of groups that cannot be shown or kept.
func cleanGroups(names []string) []string {
	groups := make([]string, 0, len(names))
	for _, n := range names {
		if g := cleanGroup(n); g != "" && len(groups) < maxGroups {
			groups = append(groups, g)
		}
	}
	slices.Sort(groups)
	return slices.Compact(groups)
}

// cleanGroup returns a group's name without blanks around it, or "" if it is none.
func cleanGroup(name string) string {
	name = strings.TrimSpace(name)
	if len(name) > maxGroupName || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }) {
		return ""
	}
	return name
}
