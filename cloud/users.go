package cloud

import (
	"context"
	"errors"
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"

	"platen/gcp"
)

// minPassword is the shortest password, in characters; maxPassword bounds the
// work of hashing, in bytes.
const (
	minPassword = 10
	maxPassword = 1024
	maxEmail    = 254 // RFC 5321, 4.5.3.1.3
)

// maxName bounds what people call themselves, in characters.
const maxName = 100

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
	u := s.newUser(email)
	u.Admin, u.PasswordHash = admin, hash
	return u, s.addUser(ctx, u)
}

// newUser returns the account of an address, to be added.
func (s *Service) newUser(email string) User {
	name, _, _ := strings.Cut(email, "@")
	return User{ID: UserID(gcp.NewID()), Email: email, Name: name, CreateTime: s.cfg.Now()}
}

func (s *Service) addUser(ctx context.Context, u User, events ...Event) error {
	err := s.cfg.Store.AddUser(ctx, u, events...)
	if errors.Is(err, ErrExists) {
		return &Error{Kind: KindInvalid, Message: "There is an account with this address already."}
	}
	return err
}

// cleanEmail returns a plain address in lower case.
func cleanEmail(email string) (string, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	a, err := mail.ParseAddress(email)
	if err != nil || a.Address != email || len(email) > maxEmail || isService(email) {
		return "", &Error{Kind: KindInvalid, Message: "This is not an e-mail address."}
	}
	return email, nil
}

// CheckNewPassword refuses a password that is too short to be safe.
func CheckNewPassword(password string) error {
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
		return User{}, &Error{Kind: KindQuota, Message: "Too many wrong passwords. Try again in a quarter of an hour.", After: guessWindow}
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
	if !ok || u.Disabled || u.Visitor() {
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
	_, err = s.cfg.Store.UpdateUser(ctx, id, func(u *User) ([]Event, error) {
		if u.Visitor() {
			return nil, errVisitor
		}
		if u.Service {
			return nil, errService
		}
		u.PasswordHash = hash
		return nil, nil
	})
	if err != nil {
		return unknownUser(err)
	}
	if s.cfg.Sessions == nil {
		return nil
	}
	return s.cfg.Sessions.EndSessions(ctx, id)
}

func unknownUser(err error) error {
	if errors.Is(err, ErrNotFound) {
		return &Error{Kind: KindNotFound, Message: "Unknown account."}
	}
	return err
}

// SetName changes what the caller is called.
func (s *Service) SetName(ctx context.Context, c Caller, name string) error {
	if c.User == nil {
		return errSignIn
	}
	if name = strings.TrimSpace(name); name == "" {
		return &Error{Kind: KindInvalid, Message: "A name is needed."}
	}
	if err := checkName(name); err != nil {
		return err
	}
	_, err := s.cfg.Store.UpdateUser(ctx, c.User.ID, func(u *User) ([]Event, error) {
		u.Name = name
		return nil, nil
	})
	s.forget()
	return unknownUser(err)
}

func checkName(name string) error {
	if utf8.RuneCountInString(name) > maxName || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }) {
		return &Error{Kind: KindInvalid, Message: "A name has at most 100 characters."}
	}
	return nil
}

// SignedIn notes that somebody signed in.
func (s *Service) SignedIn(ctx context.Context, id UserID) error {
	now := s.cfg.Now()
	_, err := s.cfg.Store.UpdateUser(ctx, id, func(u *User) ([]Event, error) {
		if now.Sub(u.SignInTime) < time.Minute {
			return nil, ErrUnchanged
		}
		u.SignInTime = now
		return nil, nil
	})
	return unknownUser(err)
}
