package cloud

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"time"

	"platen/gcp"
)

// Register adds a printer of the caller, or returns the one with the same owner,
// proxy and name (or uuid) updated.
func (s *Service) Register(ctx context.Context, c Caller, f PrinterFields) (PrinterView, error) {
	switch {
	case c.Anonymous():
		return PrinterView{}, errSignIn
	case c.User != nil && c.User.Guest:
		return PrinterView{}, errGuest
	}
	if err := s.checkRegistration(c, &f); err != nil {
		return PrinterView{}, err
	}
	owner, robot, err := s.registrant(ctx, c, gcp.ProxyID(*f.Proxy))
	if err != nil {
		return PrinterView{}, err
	}
	id := gcp.NewID()
	key := PrinterKey{Owner: owner, Proxy: gcp.ProxyID(*f.Proxy), Name: *f.Name, UUID: text(f.UUID)}
	p, err := s.cfg.Store.SavePrinter(ctx, key, func(old *Printer) (Printer, []Event, error) {
		now := s.cfg.Now()
		p, kind := Printer{ID: gcp.PrinterID(id), Owner: owner, CreateTime: now, AccessTime: now, TOSAccepted: true}, EventPrinterAdded
		if old != nil {
			p, kind = *old, EventPrinterChanged
			if !mayTake(c, p) {
				return p, nil, errNotAllowed
			}
		}
		if !p.Hidden.IsZero() {
			kind = EventPrinterAdded
			p.Hidden = time.Time{}
		}
		if robot != "" {
			p.Robot = robot
		}
		if err := p.applyDevice(f, s.cfg.Limits.Tags, now); err != nil {
			return p, nil, err
		}
		e := printerEvent(p, kind, now)
		if old != nil && !old.Hidden.IsZero() {
			e.By, e.Note = p.Owner, "the connector brought back the printer "+p.ShownName()
		}
		return p, []Event{e}, nil
	})
	if err != nil {
		return PrinterView{}, err
	}
	s.seen(ctx, c, p.ID)
	return s.newViewer(c).view(ctx, p)
}

// checkRegistration refuses what lacks a name or a proxy.
func (s *Service) checkRegistration(c Caller, f *PrinterFields) error {
	if text(f.Proxy) == "" && c.Robot != nil && c.Robot.Proxy != claimedProxy {
		proxy := string(c.Robot.Proxy)
		f.Proxy = &proxy
	}
	switch {
	case text(f.Name) == "":
		return &Error{Kind: KindMissing, Message: "Missing required parameters: name."}
	case text(f.Proxy) == "":
		return &Error{Kind: KindMissing, Message: "Missing required parameters: proxy."}
	}
	return s.checkFields(*f)
}

// Bounds of what people without an account may leave here: registrations that
// wait to be claimed, and the capabilities of each in bytes.
const (
	maxClaims            = 1000
	maxClaimCapabilities = 256 << 10
)

// checkFields refuses what is too long to keep.
func (s *Service) checkFields(f PrinterFields) error {
	if most := s.cfg.Limits.Capabilities; len(f.Capabilities) > most {
		return &Error{Kind: KindTooLarge, Message: fmt.Sprintf(
			"The printer's capabilities are longer than %d KiB, which is the limit (capabilities_kib).", most>>10)}
	}
	if x := f.ExpireAfter; x != nil && *x != 0 {
		if d := time.Duration(*x) * time.Second; d < minExpire || d > MaxExpire {
			return errExpire
		}
	}
	return nil
}

// registrant returns who will own the printer, and which robot serves it.
func (s *Service) registrant(ctx context.Context, c Caller, proxy gcp.ProxyID) (UserID, gcp.RobotID, error) {
	if c.Robot != nil {
		return c.Robot.Owner, c.Robot.ID, nil
	}
	r, err := s.cfg.Store.RobotByProxy(ctx, c.User.ID, proxy)
	if errors.Is(err, ErrNotFound) {
		r.ID, err = s.Serve(ctx, c)
	}
	return c.User.ID, r.ID, err
}

// RegisterAnonymous adds a printer that nobody owns yet.
func (s *Service) RegisterAnonymous(ctx context.Context, f PrinterFields) (Claim, error) {
	if err := s.checkRegistration(Caller{}, &f); err != nil {
		return Claim{}, err
	}
	if len(f.Capabilities) > maxClaimCapabilities {
		return Claim{}, &Error{Kind: KindTooLarge, Message: "The printer's capabilities are too long to register without an account."}
	}
	if s.cfg.Blobs != nil {
		if err := s.cfg.Blobs.Room(ctx); err != nil {
			return Claim{}, err
		}
	}
	token, poll := newToken(), rand.Text()
	now := s.cfg.Now()
	p := Printer{ID: gcp.PrinterID(gcp.NewID()), CreateTime: now, AccessTime: now}
	if err := p.applyDevice(f, s.cfg.Limits.Tags, now); err != nil {
		return Claim{}, err
	}
	expires := now.Add(claimTimeout)
	waiting := PendingClaim{Printer: p.ID, TokenHash: hashToken(token), PollHash: hashToken(poll), Expires: expires}
	err := s.cfg.Store.AddClaim(ctx, p, waiting, maxClaims)
	if errors.Is(err, ErrQuota) {
		return Claim{}, &Error{Kind: KindQuota, Message: "Too many printers wait to be claimed. Try again in a quarter of an hour."}
	}
	if err != nil {
		return Claim{}, err
	}
	return Claim{Printer: p, Token: token, Poll: poll, Expires: expires}, nil
}

// newToken returns a registration token: 80 random bits in a form that people
// can type from a sheet of paper.
func newToken() string {
	var b [10]byte
	rand.Read(b[:]) // never fails, see its documentation
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:])
}

// hashToken is what is stored of a token: whoever reads the database cannot use it.
// A token is random and long, so that no salt or slow hash is needed.
func hashToken(token string) string { return digestOf([]byte(token)) }

// text returns what a field holds, "" for none.
func text(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}
