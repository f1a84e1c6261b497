package cloud

import (
	"context"
	"errors"

	"platen/gcp"
)

// StickerKey stands on a printer's sticker. It says which printer somebody stands at,
// and gives no rights.
type StickerKey string

var errUnknownSticker = &Error{Kind: KindNotFound, Message: "This sticker is not of a printer here, or it was replaced by a newer one."}

// AtPrinter is what somebody who stands at a printer can do.
type AtPrinter struct {
	Held
	Name   string // "" for who may not print there
	Paused bool
}

// Sticker returns what stands on a printer's sticker, for its managers; "" if it has none.
func (s *Service) Sticker(ctx context.Context, c Caller, id gcp.PrinterID) (StickerKey, error) {
	if _, _, err := s.needRole(ctx, c, id, gcp.RoleManager); err != nil {
		return "", err
	}
	key, err := s.cfg.Store.Sticker(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return key, err
}

// RenewSticker gives a printer a new sticker; the one before leads nowhere from then on.
func (s *Service) RenewSticker(ctx context.Context, c Caller, id gcp.PrinterID) (StickerKey, error) {
	_, of, err := s.needRole(ctx, c, id, gcp.RoleManager)
	if err != nil {
		return "", err
	}
	if c.User == nil {
		return "", errSignIn
	}
	key := StickerKey(gcp.NewID())
	return key, unknownPrinter(s.cfg.Store.SetSticker(ctx, id, key, Event{
		Time: s.cfg.Now(), Kind: EventAudit, Printer: id, Robot: of.Robot, User: of.Owner, By: c.User.ID, Note: "made a new sticker for the printer",
	}))
}

// StickerPrinter returns which printer a caller stands at who scanned its sticker.
func (s *Service) StickerPrinter(ctx context.Context, c Caller, key StickerKey) (gcp.PrinterID, error) {
	if c.User == nil {
		return "", errSignIn
	}
	id, err := s.cfg.Store.PrinterBySticker(ctx, key)
	if errors.Is(err, ErrNotFound) {
		err = errUnknownSticker
	}
	return id, err
}

// AtSticker returns what the caller can release at the printer with a sticker. It gives no
// rights on the printer: who has none sees own jobs alone, and not the printer's name.
func (s *Service) AtSticker(ctx context.Context, c Caller, key StickerKey) (AtPrinter, error) {
	id, err := s.StickerPrinter(ctx, c, key)
	if err != nil {
		return AtPrinter{}, err
	}
	var at AtPrinter
	if at.Here, err = s.cfg.Store.HeldJobs(ctx, HeldFilter{Owner: c.User.ID, Printer: id}, shownHeld); err != nil {
		return at, err
	}
	if at.Others, err = s.heldForOthers(ctx, c, id); err != nil {
		return at, err
	}
	p, _, err := s.printable(ctx, c, id)
	if err != nil {
		if KindOf(err) != "" {
			err = nil // a refusal
		}
		return at, err
	}
	at.Name, at.Paused = p.ShownName(), p.Paused
	at.Elsewhere, err = s.heldElsewhere(ctx, c, p)
	return at, err
}

// heldElsewhere returns the caller's held jobs at other printers that could go to this one.
func (s *Service) heldElsewhere(ctx context.Context, c Caller, p Printer) ([]Job, error) {
	all, err := s.cfg.Store.HeldJobs(ctx, HeldFilter{Owner: c.User.ID}, shownHeld)
	if err != nil {
		return nil, err
	}
	var list []Job
	for _, j := range all {
		if j.Printer == p.ID || !j.Movable() {
			continue
		}
		sub := copyOf(j, p.ID)
		if _, err := s.checkDocument(p, &sub); err == nil {
			list = append(list, j)
		}
	}
	return list, nil
}
