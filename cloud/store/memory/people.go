package memory

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"platen/cloud"
)

// identity says whose account somebody at an issuer has.
type identity struct {
	issuer, subject string
	owner           cloud.UserID
}

// member is one person in one group, as one source says.
type member struct {
	owner  cloud.UserID
	group  string
	source cloud.GroupSource
}

// PageUsers returns a page of the accounts that match.
func (s *Store) PageUsers(ctx context.Context, f cloud.UserFilter) (cloud.UserPage, error) {
	users, err := s.ListUsers(ctx)
	text := strings.ToLower(f.Text)
	users = slices.DeleteFunc(users, func(u cloud.User) bool {
		return !strings.Contains(u.Email, text) && !strings.Contains(strings.ToLower(u.Name), text) ||
			f.Group != "" && !slices.Contains(u.Groups, f.Group) ||
			f.Of == cloud.PeoplesAccounts && u.Service || f.Of == cloud.ServiceAccounts && !u.Service ||
			f.Keepers != nil && !slices.Contains(f.Keepers, u.Keeper)
	})
	from := min(f.Offset, len(users))
	return cloud.UserPage{Users: users[from:min(from+f.Limit, len(users))], Total: len(users)}, err
}

// Administrators returns those whose accounts are not disabled, oldest first.
func (s *Store) Administrators(ctx context.Context) ([]cloud.User, error) {
	users, err := s.ListUsers(ctx)
	users = slices.DeleteFunc(users, func(u cloud.User) bool { return !u.Admin || u.Disabled })
	slices.SortFunc(users, func(a, b cloud.User) int { return cmp.Or(a.CreateTime.Compare(b.CreateTime), cmp.Compare(a.ID, b.ID)) })
	return users, err
}

// UserByIdentity finds the account of somebody at an issuer.
func (s *Store) UserByIdentity(_ context.Context, issuer, subject string) (cloud.User, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range s.identities {
		if i.issuer == issuer && i.subject == subject {
			u, err := s.user(func(u *cloud.User) bool { return u.ID == i.owner })
			return *u, err
		}
	}
	return cloud.User{}, cloud.ErrNotFound
}

// LinkIdentity makes an account somebody's at an issuer.
func (s *Store) LinkIdentity(_ context.Context, id cloud.UserID, issuer, subject string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	link := identity{issuer, subject, id}
	for _, i := range s.identities {
		switch {
		case i == link:
			return nil
		case i.issuer == issuer && (i.subject == subject || i.owner == id):
			return cloud.ErrExists
		}
	}
	s.identities = append(s.identities, link)
	return nil
}

// SetGroups replaces the groups that one source names for somebody.
func (s *Store) SetGroups(
	_ context.Context, id cloud.UserID, from cloud.GroupSource, groups []string, events ...cloud.Event,
) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	groups = slices.Compact(slices.Sorted(slices.Values(groups)))
	if slices.Equal(s.groupsFrom(id, from), groups) {
		return false, nil
	}
	s.members = slices.DeleteFunc(s.members, func(m member) bool { return m.owner == id && m.source == from })
	for _, g := range groups {
		s.members = append(s.members, member{id, g, from})
	}
	var all []string
	for _, m := range s.members {
		if m.owner == id {
			all = append(all, m.group)
		}
	}
	for i := range s.users {
		if s.users[i].ID == id {
			s.users[i].Groups = slices.Compact(slices.Sorted(slices.Values(all)))
		}
	}
	s.addEvents(events)
	return true, nil
}

// GroupsFrom returns the groups that one source names for somebody.
func (s *Store) GroupsFrom(_ context.Context, id cloud.UserID, from cloud.GroupSource) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.groupsFrom(id, from), nil
}

func (s *Store) groupsFrom(id cloud.UserID, from cloud.GroupSource) []string {
	var groups []string // in order, as they were kept
	for _, m := range s.members {
		if m.owner == id && m.source == from {
			groups = append(groups, m.group)
		}
	}
	return groups
}

// Groups lists the groups that somebody is in.
func (s *Store) Groups(ctx context.Context) ([]cloud.Group, error) {
	users, err := s.ListUsers(ctx)
	counts := map[string]int{}
	for _, u := range users {
		for _, g := range u.Groups {
			counts[g]++
		}
	}
	var groups []cloud.Group
	for name, n := range counts {
		groups = append(groups, cloud.Group{Name: name, Members: n})
	}
	slices.SortFunc(groups, func(a, b cloud.Group) int { return cmp.Compare(a.Name, b.Name) })
	return groups, err
}
