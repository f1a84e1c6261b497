package cloud

import (
	"context"
	"reflect"
	"time"

	"platen/gcp"
)

// printerEvent tells of a change to a printer.
func printerEvent(p Printer, kind EventKind, now time.Time) Event {
	return Event{Time: now, Kind: kind, Printer: p.ID, Robot: p.Robot, User: p.Owner}
}

// UpdatePrinter changes a printer: its robot, owner or managers may, each what
// the protocol lets them. What a caller may not set is ignored, as clients send
// whole objects back.
func (s *Service) UpdatePrinter(ctx context.Context, c Caller, id gcp.PrinterID, f PrinterFields) (PrinterView, error) {
	role, of, err := s.needRole(ctx, c, id, gcp.RoleManager)
	if err != nil {
		return PrinterView{}, err
	}
	if err := checkFields(f); err != nil {
		return PrinterView{}, err
	}
	key := newID()
	p, err := s.cfg.Store.UpdatePrinter(ctx, id, func(p *Printer) ([]Event, error) {
		now := s.cfg.Now()
		before := *p
		if device(c, of) {
			if err := p.applyDevice(f, now); err != nil {
				return nil, err
			}
		}
		if c.User != nil {
			p.applyPerson(f, role, now)
			p.keyPublic(key)
		}
		return printerEvents(before, *p, now)
	})
	if err != nil {
		return PrinterView{}, unknownPrinter(err)
	}
	s.seen(ctx, c, id)
	return s.newViewer(c).view(ctx, p)
}

// keyPublic gives a printer that became public the key of its page, and takes it
// from one that no longer is.
func (p *Printer) keyPublic(key string) {
	switch {
	case !p.Public:
		p.PublicKey = ""
	case p.PublicKey == "":
		p.PublicKey = key
	}
}

// printerEvents tells what changed; ErrUnchanged if only the time did.
func printerEvents(before, after Printer, now time.Time) ([]Event, error) {
	pending := !reflect.DeepEqual(before.LocalSettings.Pending, after.LocalSettings.Pending)
	before.UpdateTime = after.UpdateTime
	if reflect.DeepEqual(before, after) {
		return nil, ErrUnchanged
	}
	events := []Event{printerEvent(after, EventPrinterChanged, now)}
	if pending && after.LocalSettings.Pending != nil {
		events = append(events, printerEvent(after, EventPrinterSetting, now))
	}
	return events, nil
}

// DeletePrinter deletes an own printer, or drops a shared one from the caller's list.
func (s *Service) DeletePrinter(ctx context.Context, c Caller, id gcp.PrinterID) error {
	role, _, err := s.needRole(ctx, c, id, gcp.RoleUser)
	if err != nil {
		return err
	}
	if role != gcp.RoleOwner {
		return s.dropShare(ctx, c, id)
	}
	err = s.cfg.Store.RemovePrinter(ctx, id, func(p Printer, open []*Job) []Event {
		now := s.cfg.Now()
		var events []Event
		for _, j := range open {
			before := *j
			j.setState(gcp.ByService(gcp.JobAborted, gcp.ServicePrinterDeleted), now)
			events = append(events, jobEvents(before, *j, rightsOf(p))...)
		}
		return append(events, printerEvent(p, EventPrinterDeleted, now))
	})
	return unknownPrinter(err)
}

// dropShare takes a printer off the list of somebody it was shared with. One that
// came with a group or domain cannot be dropped by a single member.
func (s *Service) dropShare(ctx context.Context, c Caller, id gcp.PrinterID) error {
	shares, err := s.cfg.Store.Shares(ctx, id)
	if err != nil {
		return err
	}
	if !directly(c.User, shares) {
		return errNotAllowed
	}
	return unknownPrinter(s.cfg.Store.RemoveShare(ctx, id, c.User.Email)) // unless it was taken back meanwhile
}
