package cloud

import (
	"context"
	"errors"
	"strings"

	"platen/gcp"
)

// Refusals. Foreign and unknown are refused alike, so that nobody learns what exists.
var (
	errSignIn         = &Error{Kind: KindCredentials, Message: "User credentials required."}
	errUnknownPrinter = &Error{Kind: KindNotFound, Message: "Unknown printer."}
	errUnknownJob     = &Error{Kind: KindNotFound, Message: "Unknown job id."}
	errNotAllowed     = &Error{Kind: KindForbidden, Message: "User is not authorized."}
	errGuest          = &Error{Kind: KindForbidden, Message: "Guests use the printers that are shared with them. Ask an administrator to make you a member."}
)

// Member refuses who is not signed in, and guests, who add nothing of their own:
// neither connectors nor printers, and no program acts in their names.
func (c Caller) Member() error {
	switch {
	case c.User == nil:
		return errSignIn
	case c.User.Guest:
		return errGuest
	}
	return nil
}

// Administrator refuses who may not look after the service: everybody but
// administrators, and keys that are limited.
func (c Caller) Administrator() error {
	switch {
	case c.User == nil:
		return errSignIn
	case !c.User.Admin || len(c.Scopes) > 0:
		return errNotAllowed
	}
	return nil
}

// device reports whether the caller acts as the printer: its robot does, and a
// program of its owner where it registered with the owner's token, as the oldest
// connectors do. People at a page never do.
func device(c Caller, of PrinterRights) bool {
	switch {
	case c.Robot != nil:
		return of.Robot != "" && of.Robot == c.Robot.ID
	case c.User == nil || c.Via == ViaCookie || of.Printer == "" || of.Owner != c.User.ID:
		return false
	}
	return of.Robot == "" || of.Robot == OwnRobot(c.User.ID)
}

// scopesOf returns the scopes that a person is in. A guest is of no domain,
// whatever the address, nor is a service account; a visitor has no scope at all where
// links for them are not allowed.
func (s *Service) scopesOf(u *User) []string {
	if u.Visitor() && s.cfg.NoVisitors {
		return nil
	}
	scopes := []string{u.Email}
	if _, domain, ok := strings.Cut(u.Email, "@"); ok && !u.Guest && !u.Service {
		scopes = append(scopes, DomainScope(domain))
	}
	for _, g := range u.Groups {
		scopes = append(scopes, GroupScope(g))
	}
	return scopes
}

// GroupScope returns the scope of everybody in a group.
func GroupScope(group string) string { return groupScope + strings.ToLower(group) }

// groupScope begins the scope of everybody in a group of the service's own.
const groupScope = "/group/"

// DomainScope returns the scope of everybody with an address of a domain.
func DomainScope(domain string) string { return domainScope + domain }

// domainScope begins the scope of everybody with an address of a domain.
const domainScope = "/hd/domain/"

// roleRank orders the roles.
func roleRank(r gcp.Role) int {
	switch r {
	case gcp.RoleUser:
		return 1
	case gcp.RoleManager:
		return 2
	case gcp.RoleOwner:
		return 3
	}
	return 0
}

// printerRole returns what the caller may do with a printer, or "" for nothing.
func (s *Service) printerRole(ctx context.Context, c Caller, of PrinterRights) (gcp.Role, error) {
	switch {
	case of.Printer == "":
		return "", nil
	case device(c, of):
		return gcp.RoleOwner, nil
	case c.User == nil:
		return "", nil
	case of.Owner == c.User.ID:
		return gcp.RoleOwner, nil
	}
	shares, err := s.shares(ctx, of.Printer)
	if err != nil {
		return "", err
	}
	return s.sharedRole(c.User, shares), nil
}

// sharedRole returns the highest role that shares give a person.
func (s *Service) sharedRole(u *User, shares []Share) gcp.Role {
	var role gcp.Role
	if len(shares) == 0 {
		return role
	}
	scopes := s.scopesOf(u)
	for _, sh := range shares {
		if sh.Pending || roleRank(sh.Role) <= roleRank(role) {
			continue
		}
		for _, scope := range scopes {
			if strings.EqualFold(sh.Scope, scope) {
				role = sh.Role
			}
		}
	}
	return role
}

// needRole returns the caller's role on a printer, which must be at least least.
func (s *Service) needRole(ctx context.Context, c Caller, id gcp.PrinterID, least gcp.Role) (gcp.Role, PrinterRights, error) {
	if c.Anonymous() {
		return "", PrinterRights{}, errSignIn
	}
	of, err := s.cfg.Store.PrinterRights(ctx, id)
	if err != nil {
		return "", of, unknownPrinter(err)
	}
	role, err := s.printerRole(ctx, c, of)
	switch {
	case err != nil:
		return "", of, err
	case role == "":
		return "", of, errUnknownPrinter
	case roleRank(role) < roleRank(least):
		return "", of, errNotAllowed
	}
	return role, of, nil
}

// jobRole returns the caller's role for a job: what it is on the printer, or
// USER for the sender. Others may not know that the job exists.
func (s *Service) jobRole(ctx context.Context, c Caller, id gcp.JobID) (gcp.Role, error) {
	if c.Anonymous() {
		return "", errSignIn
	}
	j, of, err := s.cfg.Store.Job(ctx, id)
	if err != nil {
		return "", unknownJob(err)
	}
	role, err := s.roleFor(ctx, c, j, of)
	if errors.Is(err, ErrNotFound) && c.oversees() {
		return roleOverseer, nil
	}
	return role, err
}

// roleOverseer is an administrator's for the jobs of others, which may be stopped.
const roleOverseer gcp.Role = ""

// roleFor is jobRole for a job that was read already.
func (s *Service) roleFor(ctx context.Context, c Caller, j Job, of PrinterRights) (gcp.Role, error) {
	printer, err := s.printerRole(ctx, c, of)
	if err != nil {
		return "", err
	}
	return roleForJob(c, j, printer)
}

// roleForJob is roleFor for somebody whose role on the printer is known.
func roleForJob(c Caller, j Job, printer gcp.Role) (gcp.Role, error) {
	switch {
	case roleRank(printer) >= roleRank(gcp.RoleManager):
		return printer, nil
	case c.User != nil && j.Owner == c.User.ID:
		return gcp.RoleUser, nil
	}
	return "", errUnknownJob
}

// unknownPrinter gives the store's ErrNotFound its sentence.
func unknownPrinter(err error) error {
	if errors.Is(err, ErrNotFound) {
		return errUnknownPrinter
	}
	return err
}

// unknownJob gives the store's ErrNotFound its sentence.
func unknownJob(err error) error {
	if errors.Is(err, ErrNotFound) {
		return errUnknownJob
	}
	return err
}
