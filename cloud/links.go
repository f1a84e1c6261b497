package cloud

import (
	"cmp"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"
	"time"

	"platen/gcp"
	"platen/internal/secret"
)

// LinkID names a link that shares a printer; it is no secret.
type LinkID string

// ShareLink is a link that shares a printer with whoever opens it, to print.
type ShareLink struct {
	ID         LinkID
	Printer    gcp.PrinterID
	SecretHash string
	Name       string // what its maker calls it
	Sender     UserID
	Visitors   bool // people without an account may use it, too
	Keeps      bool // who came by it with an account keeps the printer when it ends
	Most       int  // people who may use it; 0 for any number
	Uses       int  // people who have
	CreateTime time.Time
	ExpireTime time.Time
}

// LinkView is a link with who made it.
type LinkView struct {
	ShareLink
	From   string // address; "" of somebody who is gone
	Stands bool   // false: who made it could not any more, and nobody comes in by it
}

// VisitorsAllowed reports whether links may let people in without an account.
func (s *Service) VisitorsAllowed() bool { return !s.cfg.NoVisitors }

// Ended reports whether a link lets nobody in any more.
func (l *ShareLink) Ended(now time.Time) bool { return !now.Before(l.ExpireTime) }

// Links keeps links that share printers, and the visitors who came by them.
type Links interface {
	// AddLink adds a link to a printer (ErrNotFound); ErrQuota if that has limit already.
	AddLink(ctx context.Context, l ShareLink, limit int, events ...Event) error
	// Links returns the links of a printer, oldest first.
	Links(ctx context.Context, id gcp.PrinterID) ([]ShareLink, error)
	LinkByHash(ctx context.Context, secretHash string) (ShareLink, error)
	// UseLink counts a use of a link and adds the share, and the visitor unless that
	// is nil. ErrNotFound if the link is gone, ErrExists and nothing is done if the
	// visitor, or without one the same share, is there already, ErrQuota if it is used up.
	UseLink(ctx context.Context, id LinkID, sh Share, visitor *User, events ...Event) error
	// RemoveLink removes a link of a printer with the shares that end with it.
	RemoveLink(ctx context.Context, printer gcp.PrinterID, id LinkID, events ...Event) error
	// RemoveEnded removes the links and shares that ended before a time, and returns
	// up to limit visitors whose accounts have ended then, or who share in nothing.
	RemoveEnded(ctx context.Context, before time.Time, limit int) ([]User, error)
}

// Bounds of links.
const (
	maxLinks        = 20 // of a printer
	maxLinkUses     = 1000
	minLinkLifetime = time.Hour
	maxLinkLifetime = 90 * day
	visitorsAtOnce  = 100
)

// NewLink is a link to be.
type NewLink struct {
	Printer  gcp.PrinterID
	Name     string
	Lifetime time.Duration // 1 h to 90 days
	Most     int           // people who may use it; 0 for any number, which links for visitors do not have
	Visitors bool
	Keeps    bool
}

func (n *NewLink) check() error {
	switch {
	case n.Lifetime < minLinkLifetime || n.Lifetime > maxLinkLifetime:
		return &Error{Kind: KindInvalid, Message: "A link is good for one hour at least, and for 90 days at most."}
	case n.Most < 0 || n.Most > maxLinkUses:
		return &Error{Kind: KindInvalid, Message: "A link is for at most 1000 people."}
	case n.Visitors && n.Most == 0:
		return &Error{Kind: KindInvalid, Message: "Say how many people may use a link that needs no account: 1000 at most."}
	case n.Visitors && n.Keeps:
		return &Error{Kind: KindInvalid, Message: "Whoever needs no account cannot keep the printer when the link ends."}
	}
	return checkName(n.Name)
}

// MakeLink makes a link that shares a printer, and returns its secret, which is not
// kept. Who comes without an account is the owner's affair, as a public printer is.
func (s *Service) MakeLink(ctx context.Context, c Caller, n NewLink) (ShareLink, string, error) {
	n.Name = strings.TrimSpace(n.Name)
	of, err := s.linker(ctx, c, n.Printer)
	if err != nil {
		return ShareLink{}, "", err
	}
	if err := n.check(); err != nil {
		return ShareLink{}, "", err
	}
	if n.Visitors && of.Owner != c.User.ID {
		return ShareLink{}, "", errNotAllowed
	}
	if n.Visitors && s.cfg.NoVisitors {
		return ShareLink{}, "", errNoVisitors
	}
	fresh, now := secret.Fresh("").Reveal(), s.cfg.Now()
	l := ShareLink{
		ID: LinkID(gcp.NewID()), Printer: n.Printer, SecretHash: hashToken(fresh), Name: cmp.Or(n.Name, now.UTC().Format("2006-01-02 15:04")),
		Sender: c.User.ID, Visitors: n.Visitors, Keeps: n.Keeps, Most: n.Most, CreateTime: now, ExpireTime: now.Add(n.Lifetime),
	}
	what := "made a link to the printer "
	if n.Visitors {
		what = "made a link without an account to the printer "
	}
	err = s.cfg.Store.AddLink(ctx, l, maxLinks, s.decided(c, of, fmt.Sprintf("%s%s: %q, for %s", what, of.Name, l.Name, inWords(n.Lifetime))))
	if errors.Is(err, ErrQuota) {
		return ShareLink{}, "", &Error{Kind: KindQuota, Message: "A printer has at most 20 links. Remove one that is not needed any more."}
	}
	return l, fresh, unknownPrinter(err)
}

// linker checks that the caller may make and remove links of a printer: a person who
// owns or manages it may, its connector may not.
func (s *Service) linker(ctx context.Context, c Caller, id gcp.PrinterID) (PrinterRights, error) {
	if c.User == nil {
		return PrinterRights{}, errSignIn
	}
	_, of, err := s.needRole(ctx, c, id, gcp.RoleManager)
	switch {
	case err != nil:
		return of, err
	case of.Hidden:
		return of, hiddenFor(c)
	case c.User.Guest:
		return of, errGuest
	}
	return of, nil
}

// LinksOf lists the links of a printer that have not ended, for its owner and managers.
func (s *Service) LinksOf(ctx context.Context, c Caller, id gcp.PrinterID) ([]LinkView, error) {
	of, err := s.linker(ctx, c, id)
	if err != nil {
		return nil, err
	}
	links, err := s.cfg.Store.Links(ctx, id)
	if err != nil {
		return nil, err
	}
	v := s.newViewer(c)
	var live []LinkView
	for _, l := range links {
		if l.Ended(v.now) {
			continue
		}
		from, err := v.owner(ctx, l.Sender)
		if err != nil {
			return nil, err
		}
		stands, err := s.stands(ctx, l, of)
		if err != nil {
			return nil, err
		}
		live = append(live, LinkView{l, from.Email, stands})
	}
	return live, nil
}

// RemoveLink ends a link: nobody comes in by it any more, and who did loses the
// printer unless the link said otherwise. One for visitors is the owner's.
func (s *Service) RemoveLink(ctx context.Context, c Caller, printer gcp.PrinterID, id LinkID) error {
	of, err := s.linker(ctx, c, printer)
	if err != nil {
		return err
	}
	if err := s.cfg.Store.RemoveLink(ctx, printer, id, s.decided(c, of, "removed a link to the printer "+of.Name)); err != nil {
		if errors.Is(err, ErrNotFound) {
			return errNoLink
		}
		return err
	}
	return s.endVisits(ctx)
}

var (
	errNoLink     = &Error{Kind: KindNotFound, Message: "This link is not good any more. Ask whoever gave it to you for a new one."}
	errLinkUsed   = &Error{Kind: KindForbidden, Message: "As many people as it was made for have used this link. Ask whoever gave it to you for a new one."}
	errNoVisitors = &Error{Kind: KindForbidden, Message: "Links for people without an account are not allowed here."}
)

// LinkOffer is what a link says to whoever opens it.
type LinkOffer struct {
	Printer  gcp.PrinterID
	Name     string // of the printer
	From     string // who made the link
	Until    time.Time
	Visitors bool     // people without an account may come in
	Role     gcp.Role // what the caller may do already; "" for nothing
}

// Link tells what a link offers. It uses nothing up: programs that look at links in
// messages would.
func (s *Service) Link(ctx context.Context, c Caller, secret string) (LinkOffer, error) {
	l, p, err := s.openLink(ctx, secret)
	if err != nil {
		return LinkOffer{}, err
	}
	o := LinkOffer{Printer: p.ID, Name: p.ShownName(), Until: l.ExpireTime, Visitors: l.Visitors && !s.cfg.NoVisitors}
	from, err := s.cfg.Store.User(ctx, l.Sender)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return o, err
	}
	o.From = from.Name
	if c.User != nil {
		o.Role, err = s.printerRole(ctx, c, rightsOf(p))
	}
	return o, err
}

// openLink finds the link of a secret, with its printer.
func (s *Service) openLink(ctx context.Context, secret string) (ShareLink, Printer, error) {
	hash := hashToken(secret)
	l, err := s.cfg.Store.LinkByHash(ctx, hash)
	if errors.Is(err, ErrNotFound) || err == nil && (l.Ended(s.cfg.Now()) || subtle.ConstantTimeCompare([]byte(l.SecretHash), []byte(hash)) != 1) {
		return l, Printer{}, errNoLink
	}
	if err != nil {
		return l, Printer{}, err
	}
	p, err := s.cfg.Store.Printer(ctx, l.Printer)
	if errors.Is(err, ErrNotFound) || err == nil && !p.Hidden.IsZero() {
		err = errNoLink
	}
	if err != nil {
		return l, p, err
	}
	stands, err := s.stands(ctx, l, rightsOf(p))
	if err == nil && !stands {
		err = errNoLink
	}
	return l, p, err
}

// stands reports whether who made a link could make it still: somebody whom a printer
// was taken back from must not come back to it, nor let others in, by a link from before.
func (s *Service) stands(ctx context.Context, l ShareLink, of PrinterRights) (bool, error) {
	u, err := s.cfg.Store.User(ctx, l.Sender)
	switch {
	case errors.Is(err, ErrNotFound):
		return false, nil
	case err != nil || u.Disabled || u.Guest:
		return false, err
	case l.Visitors:
		return of.Owner == u.ID, nil
	}
	role, err := s.printerRole(ctx, Caller{User: &u}, of)
	return roleRank(role) >= roleRank(gcp.RoleManager), err
}

// UseLink gives the printer of a link to the caller, who has an account.
func (s *Service) UseLink(ctx context.Context, c Caller, secret string) (gcp.PrinterID, error) {
	if c.User == nil || c.User.Visitor() {
		return "", errSignIn
	}
	l, p, err := s.openLink(ctx, secret)
	if err != nil {
		return "", err
	}
	role, err := s.printerRole(ctx, c, rightsOf(p))
	if err != nil || role != "" {
		return p.ID, err
	}
	old, err := s.share(ctx, p.ID, c.User.Email)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return "", err
	}
	if err == nil && !old.Asked { // an invitation for longer, which this answers
		old.Pending = false
		return p.ID, s.cfg.Store.PutShare(ctx, old, s.changed(rightsOf(p)))
	}
	sh := Share{Printer: p.ID, Scope: c.User.Email, Type: gcp.ScopeUser, Role: gcp.RoleUser, Sender: l.Sender}
	if !l.Keeps {
		sh.ExpireTime, sh.Link = l.ExpireTime, l.ID
	}
	err = s.cfg.Store.UseLink(ctx, l.ID, sh, nil, s.decided(c, rightsOf(p), "came to the printer "+p.ShownName()+" by a link"))
	if errors.Is(err, ErrExists) {
		return p.ID, nil // by a second click
	}
	return p.ID, s.usedLink(err)
}

// usedLink gives what the store says of a link's use its sentence.
func (s *Service) usedLink(err error) error {
	switch {
	case errors.Is(err, ErrQuota):
		return errLinkUsed
	case errors.Is(err, ErrNotFound):
		return errNoLink
	}
	return err
}
