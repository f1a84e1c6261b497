package cloud

import (
	"context"
	"errors"
	"net/mail"
	"strings"
	"unicode/utf8"
)

// minPassword is the shortest password, in characters; maxPassword bounds the
// work of hashing, in bytes.
const (
	minPassword = 10
	maxPassword = 1024
	maxEmail    = 254 // RFC 5321, 4.5.3.1.3
)

var errPassword = &Error{Kind: KindCredentials, Message: "The address or the password is wrong."}

// AddUser makes an account; the password may be empty (sign-in by link only).
func (s *Service) AddUser(ctx context.Context, email, password string, admin bool) (User, error) {
	email, err := cleanEmail(email)
	if err != nil {
		return User{}, err
	}
	hash := ""
	if password != "" {
		if hash, err = s.hashPassword(ctx, password); err != nil {
			return User{}, err
		}
	}
	id := newID()
	name, _, _ := strings.Cut(email, "@")
	u := User{
		ID: UserID(id), Email: email, Name: name, Admin: admin,
		PasswordHash: hash, CreateTime: s.cfg.Now(),
	}
	if err := s.cfg.Store.AddUser(ctx, u); errors.Is(err, ErrExists) {
		return User{}, &Error{Kind: KindInvalid, Message: "There is an account with this address already."}
	} else if err != nil {
		return User{}, err
	}
	return u, nil
}

// cleanEmail returns a plain address in lower case.
func cleanEmail(email string) (string, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	a, err := mail.ParseAddress(email)
	if err != nil || a.Address != email || len(email) > maxEmail {
		return "", &Error{Kind: KindInvalid, Message: "This is not an e-mail address."}
	}
	return email, nil
}

// checkNewPassword refuses a password that is too short to be safe.
func checkNewPassword(password string) error {
	switch {
	case utf8.RuneCountInString(password) < minPassword:
		return &Error{Kind: KindInvalid, Message: "A password needs at least 10 characters."}
	case len(password) > maxPassword:
		return &Error{Kind: KindInvalid, Message: "The password is too long."}
	}
	return nil
}

// CheckPassword returns the user with this address and password, in a time that
// does not tell which of the two was wrong.
func (s *Service) CheckPassword(ctx context.Context, p PasswordCheck) (User, error) {
	email := strings.ToLower(strings.TrimSpace(p.Email))
	if len(email) > maxEmail {
		email = ""
	}
	who := guessKey{email, p.From}
	if !s.passwords.guesses.take(who, s.cfg.Now()) {
		return User{}, &Error{Kind: KindQuota, Message: "Too many wrong passwords. Try again in a quarter of an hour."}
	}
	u, err := s.matchPassword(ctx, email, p.Password)
	if !errors.Is(err, errPassword) {
		s.passwords.guesses.back(who)
	}
	return u, err
}

func (s *Service) matchPassword(ctx context.Context, email, password string) (User, error) {
	u, err := s.cfg.Store.UserByEmail(ctx, email)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return User{}, err
	}
	ok, err := s.passwords.verify(ctx, u.PasswordHash, password)
	if err != nil {
		return User{}, err
	}
	if !ok || u.Disabled {
		return User{}, errPassword
	}
	return u, nil
}

// Users lists the accounts.
func (s *Service) Users(ctx context.Context) ([]User, error) { return s.cfg.Store.ListUsers(ctx) }

// SetPassword changes a password, and ends the user's sessions.
func (s *Service) SetPassword(ctx context.Context, id UserID, password string) error {
	hash, err := s.hashPassword(ctx, password)
	if err != nil {
		return err
	}
	_, err = s.cfg.Store.UpdateUser(ctx, id, func(u *User) error {
		u.PasswordHash = hash
		return nil
	})
	if err != nil {
		return unknownUser(err)
	}
	if s.cfg.Sessions == nil {
		return nil
	}
	return s.cfg.Sessions.EndSessions(ctx, id)
}

// RemoveUser removes an account, its sessions and keys; printers go to heir.
func (s *Service) RemoveUser(ctx context.Context, id, heir UserID) error {
	if id == heir {
		return &Error{Kind: KindInvalid, Message: "The printers must go to another account."}
	}
	if _, err := s.cfg.Store.User(ctx, heir); err != nil {
		return unknownUser(err)
	}
	if s.cfg.Sessions != nil {
		if err := s.cfg.Sessions.RevokeUser(ctx, id); err != nil {
			return err
		}
	}
	return unknownUser(s.cfg.Store.RemoveUser(ctx, id, heir))
}

func unknownUser(err error) error {
	if errors.Is(err, ErrNotFound) {
		return &Error{Kind: KindNotFound, Message: "Unknown account."}
	}
	return err
}
