package cloud

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"platen/gcp"
)

// visitorDomain is the domain of visitors' addresses: no mail arrives there, and no
// provider of sign-ins vouches for one (RFC 2606, 2).
const visitorDomain = "visitors.invalid"

// Visitor reports whether the account is that of somebody who came by a link, without
// an account of the own. It ends with the link.
func (u *User) Visitor() bool { return !u.ExpireTime.IsZero() }

// Ended reports whether an account has ended, which then is nobody's.
func (u *User) Ended(now time.Time) bool { return u.Visitor() && !now.Before(u.ExpireTime) }

// Gone reports whether nobody acts as an account: it is disabled, or has ended.
func (u *User) Gone(now time.Time) bool { return u.Disabled || u.Ended(now) }

var errVisitor = &Error{Kind: KindForbidden, Message: "Visitors print at the printer of their link, and nothing else."}

// Visit lets somebody in by a link who has no account: as a guest, at this one
// printer, until the link ends. Who comes twice with the key of one form, which only that
// browser knows, is one visitor; "" is no key.
func (s *Service) Visit(ctx context.Context, secret, name, form string) (User, gcp.PrinterID, error) {
	l, p, err := s.openLink(ctx, secret)
	if err != nil {
		return User{}, "", err
	}
	switch name = strings.TrimSpace(name); {
	case !l.Visitors:
		return User{}, "", errSignIn
	case s.cfg.NoVisitors:
		return User{}, "", errNoVisitors
	case name == "":
		return User{}, "", &Error{Kind: KindInvalid, Message: "Say your name: it stands with what you print."}
	}
	if err := checkName(name); err != nil {
		return User{}, "", err
	}
	u := s.newUser(visitorAddress(name))
	u.Name, u.Guest, u.ExpireTime = name, true, l.ExpireTime
	if form != "" {
		u.ID = visitorID(secret, form)
	}
	sh := Share{Printer: p.ID, Scope: u.Email, Type: gcp.ScopeUser, Role: gcp.RoleUser, Sender: l.Sender, ExpireTime: l.ExpireTime, Link: l.ID}
	e := s.decided(Caller{User: &u}, rightsOf(p), fmt.Sprintf("came to the printer %s by the link %q as a visitor: %s", p.ShownName(), l.Name, u.Email))
	err = s.cfg.Store.UseLink(ctx, l.ID, sh, &u, e)
	if errors.Is(err, ErrExists) {
		u, err = s.cfg.Store.User(ctx, u.ID)
	}
	return u, p.ID, s.usedLink(err)
}

// visitorID names who comes by a link with a form: who knows neither finds no other
// form of the same name.
func visitorID(secret, form string) UserID {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q", secret, form))
	return UserID(hex.EncodeToString(sum[:16]))
}

// visitorAddress makes an address of a name, which tells people who it is, and is
// nobody else's.
func visitorAddress(name string) string {
	local := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r == ' ' || r == '-' || r == '_' || r == '.':
			return '-'
		}
		return -1
	}, strings.ToLower(name))
	local = strings.Trim(local[:min(len(local), 30)], "-")
	return strings.Trim(local+"-"+strings.ToLower(rand.Text()[:10]), "-") + "@" + visitorDomain
}

// endVisits removes what ended of links, shares and visitors. What they printed stays
// with the printer.
func (s *Service) endVisits(ctx context.Context) error {
	gone, err := s.cfg.Store.RemoveEnded(ctx, s.cfg.Now(), visitorsAtOnce)
	if err != nil {
		return fmt.Errorf("remove what ended of shares: %w", err)
	}
	for _, u := range gone {
		// Visitors have nothing that somebody could inherit.
		if err := s.cfg.Store.RemoveUser(ctx, u.ID, u.ID); err != nil && !errors.Is(err, ErrNotFound) {
			return fmt.Errorf("remove the visitor %s: %w", u.ID, err)
		}
		if s.cfg.Sessions == nil {
			continue
		}
		if err := s.cfg.Sessions.RevokeUser(ctx, u.ID); err != nil {
			return fmt.Errorf("end the sessions of the visitor %s: %w", u.ID, err)
		}
	}
	return nil
}
