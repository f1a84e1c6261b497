package cloud

import (
	"cmp"
	"context"
	"errors"
	"strings"
)

// serviceDomain ends the addresses of service accounts. No mail goes there: names
// of hosts in mail have a dot.
const serviceDomain = "@service"

// maxServiceName bounds the names of service accounts, in bytes.
const maxServiceName = 60

var (
	errService        = &Error{Kind: KindInvalid, Message: "This is a service account: it has keys only, no password and no other role."}
	errServiceName    = &Error{Kind: KindInvalid, Message: "A service account's name is made of letters, digits, dots and hyphens, at most 60 of them."}
	errKeeper         = &Error{Kind: KindInvalid, Message: "A service account belongs to an administrator or a group in which somebody is."}
	errUnknownService = &Error{Kind: KindNotFound, Message: "Unknown service account."}
)

// NewServiceAccount is a service account to be.
type NewServiceAccount struct {
	Name   string // such as "till"; its address is till@service
	Title  string // what it is called; "" for its name
	Keeper string // an administrator's address, or /group/NAME; "" for the administrator who adds it
}

// ServiceAccountFilter selects service accounts.
type ServiceAccountFilter struct {
	Text   string // in address or name, in any case; "" for all
	Offset int
	Limit  int
}

// isService reports whether an address is a service account's.
func isService(email string) bool { return strings.HasSuffix(email, serviceDomain) }

// AddServiceAccount adds an account of programs, for administrators. Nobody signs in
// with it; it acts by its API keys, which its keeper makes.
func (s *Service) AddServiceAccount(ctx context.Context, c Caller, n NewServiceAccount) (User, error) {
	if err := c.Administrator(); err != nil {
		return User{}, err
	}
	name := strings.TrimSuffix(strings.ToLower(strings.TrimSpace(n.Name)), serviceDomain)
	if !serviceName(name) {
		return User{}, errServiceName
	}
	u := s.newUser(name + serviceDomain)
	u.Service, u.Name = true, cmp.Or(strings.TrimSpace(n.Title), name)
	if err := checkName(u.Name); err != nil {
		return User{}, err
	}
	var err error
	if u.Keeper, err = s.keeper(ctx, c, n.Keeper); err != nil {
		return User{}, err
	}
	return u, s.addUser(ctx, u, s.did(c, u.ID, "added the service account "+u.Email))
}

// SetKeeper gives a service account to another keeper, for administrators; "" is the
// administrator who says so.
func (s *Service) SetKeeper(ctx context.Context, c Caller, id UserID, who string) error {
	if err := c.Administrator(); err != nil {
		return err
	}
	keeper, err := s.keeper(ctx, c, who)
	if err != nil {
		return err
	}
	name, err := s.KeeperName(ctx, &User{Keeper: keeper})
	if err != nil {
		return err
	}
	_, err = s.change(ctx, c, id, func(u *User) (string, error) {
		switch {
		case !u.Service:
			return "", errUnknownService
		case u.Keeper == keeper:
			return "", nil
		}
		u.Keeper = keeper
		return "had the service account " + u.Email + " kept by " + name, nil
	})
	return err
}

// serviceName reports whether a name can stand in an address.
func serviceName(name string) bool {
	for _, r := range name {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.' {
			return false
		}
	}
	return name != "" && len(name) <= maxServiceName && strings.Trim(name, ".-") == name && !strings.Contains(name, "..")
}

// keeper finds who is to keep a service account.
func (s *Service) keeper(ctx context.Context, c Caller, who string) (string, error) {
	who = strings.TrimSpace(who)
	if group, ok := strings.CutPrefix(who, groupScope); ok {
		return s.keeperGroup(ctx, group)
	}
	if who == "" && c.User.ID != Operator {
		return string(c.User.ID), nil
	}
	if who == "" {
		admins, err := s.cfg.Store.Administrators(ctx)
		if err != nil || len(admins) == 0 {
			return "", errors.Join(err, errKeeper)
		}
		return string(admins[0].ID), nil
	}
	u, err := s.cfg.Store.UserByEmail(ctx, strings.ToLower(who))
	if errors.Is(err, ErrNotFound) || err == nil && !u.Administers() {
		return "", errKeeper
	}
	return string(u.ID), err
}

// keeperGroup returns the scope of a group in which somebody is: a name that was
// mistyped would keep nobody.
func (s *Service) keeperGroup(ctx context.Context, group string) (string, error) {
	groups, err := s.cfg.Store.Groups(ctx)
	if err != nil {
		return "", err
	}
	for _, g := range groups {
		if strings.EqualFold(g.Name, group) {
			return GroupScope(g.Name), nil
		}
	}
	return "", errKeeper
}

// keeps reports whether the caller keeps a service account: administrators do, and
// its keeper. A key with few scopes does not, whosever it is.
func keeps(c Caller, u *User) bool {
	if c.User == nil || c.User.Guest || c.User.Service || len(c.Scopes) > 0 {
		return false
	}
	if c.User.Admin || u.Keeper == string(c.User.ID) {
		return true
	}
	for _, g := range c.User.Groups {
		if u.Keeper == GroupScope(g) {
			return true
		}
	}
	return false
}

// ServiceAccounts returns a page of the service accounts that the caller keeps.
func (s *Service) ServiceAccounts(ctx context.Context, c Caller, f ServiceAccountFilter) (UserPage, error) {
	switch {
	case c.User == nil:
		return UserPage{}, errSignIn
	case c.User.Guest || c.User.Service || len(c.Scopes) > 0:
		return UserPage{}, errNotAllowed
	}
	if f.Limit <= 0 || f.Limit > peoplePage {
		f.Limit = peoplePage
	}
	of := UserFilter{Of: ServiceAccounts, Text: strings.TrimSpace(f.Text), Offset: max(0, f.Offset), Limit: f.Limit}
	if !c.User.Admin {
		of.Keepers = []string{string(c.User.ID)}
		for _, g := range c.User.Groups {
			of.Keepers = append(of.Keepers, GroupScope(g))
		}
	}
	return s.cfg.Store.PageUsers(ctx, of)
}

// ServiceAccount returns a service account that the caller keeps. Others do not
// learn that it exists.
func (s *Service) ServiceAccount(ctx context.Context, c Caller, id UserID) (User, error) {
	if c.User == nil {
		return User{}, errSignIn
	}
	u, err := s.cfg.Store.User(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound) || err == nil && (!u.Service || !keeps(c, &u)):
		return User{}, errUnknownService
	case err != nil:
		return User{}, err
	}
	return u, nil
}

// KeyChanged writes into the audit log what the keeper of a service account did
// with one of its keys, or the operator with anybody's.
func (s *Service) KeyChanged(ctx context.Context, c Caller, id UserID, what string) error {
	if c.User == nil || c.User.ID != Operator {
		if _, err := s.ServiceAccount(ctx, c, id); err != nil {
			return err
		}
	}
	return s.noteKey(ctx, c, id, what)
}

// OwnKeyChanged writes into the audit log what the caller did with an own key.
func (s *Service) OwnKeyChanged(ctx context.Context, c Caller, what string) error {
	if c.User == nil {
		return errSignIn
	}
	return s.noteKey(ctx, c, c.User.ID, what)
}

func (s *Service) noteKey(ctx context.Context, c Caller, id UserID, what string) error {
	_, err := s.cfg.Store.UpdateUser(ctx, id, func(u *User) ([]Event, error) {
		return []Event{s.did(c, id, what+" of "+u.Email)}, nil
	})
	return unknownUser(err)
}

// KeeperName tells who keeps a service account: an address, or /group/NAME.
func (s *Service) KeeperName(ctx context.Context, u *User) (string, error) {
	if strings.HasPrefix(u.Keeper, groupScope) {
		return u.Keeper, nil
	}
	k, err := s.cfg.Store.User(ctx, UserID(u.Keeper))
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return k.Email, err
}
