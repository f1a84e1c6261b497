package memory

import (
	"context"
	"slices"
	"strings"

	"platen/cloud"
)

// AddUser adds an account.
func (s *Store) AddUser(_ context.Context, u cloud.User, events ...cloud.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.users {
		if s.users[i].ID == u.ID || s.users[i].Email == u.Email {
			return cloud.ErrExists
		}
	}
	s.addUser(u)
	s.addEvents(events)
	return nil
}

func (s *Store) addUser(u cloud.User) {
	u.CreateTime, u.SignInTime, u.ExpireTime, u.Groups = stamp(u.CreateTime), stamp(u.SignInTime), stamp(u.ExpireTime), nil
	s.users = append(s.users, u)
}

func (s *Store) user(is func(*cloud.User) bool) (*cloud.User, error) {
	for i := range s.users {
		if is(&s.users[i]) {
			return &s.users[i], nil
		}
	}
	return &cloud.User{}, cloud.ErrNotFound
}

// User returns an account.
func (s *Store) User(_ context.Context, id cloud.UserID) (cloud.User, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.user(func(u *cloud.User) bool { return u.ID == id })
	return *u, err
}

// UsersAmong returns the accounts of some ids.
func (s *Store) UsersAmong(_ context.Context, ids []cloud.UserID) ([]cloud.User, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []cloud.User
	for _, u := range s.users {
		if slices.Contains(ids, u.ID) {
			list = append(list, u)
		}
	}
	return list, nil
}

// UserByEmail returns the account with an address.
func (s *Store) UserByEmail(_ context.Context, email string) (cloud.User, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.user(func(u *cloud.User) bool { return u.Email == email })
	return *u, err
}

// ListUsers returns all accounts.
func (s *Store) ListUsers(context.Context) ([]cloud.User, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(slices.Values(s.users), func(a, b cloud.User) int {
		return strings.Compare(a.Email, b.Email)
	}), nil
}

// admins counts those who administer the service.
func (s *Store) admins() (n int) {
	for i := range s.users {
		if s.users[i].Administers() {
			n++
		}
	}
	return n
}

// UpdateUser saves what fn makes of an account.
func (s *Store) UpdateUser(_ context.Context, id cloud.UserID, fn func(*cloud.User) ([]cloud.Event, error)) (cloud.User, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, err := s.user(func(u *cloud.User) bool { return u.ID == id })
	if err != nil {
		return cloud.User{}, err
	}
	u := *old
	events, err := fn(&u)
	if err != nil {
		return u, kept(err)
	}
	if old.Administers() && !u.Administers() && s.admins() == 1 {
		return cloud.User{}, cloud.ErrLastAdmin
	}
	u.ID, u.CreateTime, u.SignInTime, u.Groups = old.ID, old.CreateTime, stamp(u.SignInTime), old.Groups
	u.ExpireTime = old.ExpireTime
	u.Service = old.Service
	*old = u
	s.addEvents(events)
	return u, nil
}

// RemoveUser removes an account; its robots and printers go to heir.
func (s *Store) RemoveUser(_ context.Context, id, heir cloud.UserID, events ...cloud.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.user(func(u *cloud.User) bool { return u.ID == id })
	if err != nil {
		return err
	}
	if _, err := s.user(func(u *cloud.User) bool { return u.ID == heir }); err != nil {
		return err
	}
	if u.Administers() && s.admins() == 1 {
		return cloud.ErrLastAdmin
	}
	email := u.Email
	for i := range s.robots {
		if s.robots[i].Owner == id {
			s.robots[i].Owner = heir
		}
	}
	for i := range s.printers {
		if s.printers[i].Owner == id {
			s.printers[i].Owner = heir
		}
	}
	for i := range s.shares {
		if s.shares[i].Sender == id {
			s.shares[i].Sender = heir
		}
	}
	for i := range s.links {
		if s.links[i].Sender == id {
			s.links[i].Sender = heir
		}
	}
	for i := range s.users {
		if s.users[i].Service && s.users[i].Keeper == string(id) {
			s.users[i].Keeper = string(heir)
		}
	}
	s.shares = slices.DeleteFunc(s.shares, func(sh cloud.Share) bool { return sh.Scope == email })
	s.users = slices.DeleteFunc(s.users, func(u cloud.User) bool { return u.ID == id })
	s.identities = slices.DeleteFunc(s.identities, func(i identity) bool { return i.owner == id })
	s.members = slices.DeleteFunc(s.members, func(m member) bool { return m.owner == id })
	s.addEvents(events)
	return nil
}
