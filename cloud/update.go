package cloud

import (
	"context"
	"reflect"
	"strings"
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
	if of.Hidden {
		return PrinterView{}, hiddenFor(c)
	}
	if err := s.checkFields(f); err != nil {
		return PrinterView{}, err
	}
	key := gcp.NewID()
	p, err := s.cfg.Store.UpdatePrinter(ctx, id, func(p *Printer) ([]Event, error) {
		now := s.cfg.Now()
		before := *p
		if !p.Hidden.IsZero() {
			return nil, errUnknownPrinter // since just now
		}
		if device(c, of) {
			if err := p.applyDevice(f, s.cfg.Limits.Tags, now); err != nil {
				return nil, err
			}
		}
		if c.User != nil {
			p.applyPerson(f, role, now)
			p.keyPublic(key)
		}
		return decidedEvents(c, before, *p, now)
	})
	if err != nil {
		return PrinterView{}, unknownPrinter(err)
	}
	s.seen(ctx, c, id)
	return s.newViewer(c).view(ctx, p)
}

// decidedEvents are printerEvents, with what a person decided for the audit log.
func decidedEvents(c Caller, before, after Printer, now time.Time) ([]Event, error) {
	events, err := printerEvents(before, after, now)
	if note := decided(before, after); err == nil && note != "" && c.User != nil {
		events[0].By, events[0].Note = c.User.ID, note
	}
	return events, err
}

// decided says in words what a person decided about a printer, for the audit log.
func decided(before, after Printer) string {
	var done []string
	for _, d := range []struct {
		is   bool
		what string
	}{
		{after.Paused && !before.Paused, "paused"},
		{before.Paused && !after.Paused, "resumed"},
		{after.Public && !before.Public, "published"},
		{before.Public && !after.Public, "unpublished"},
		{after.ShownName() != before.ShownName() && after.DisplayName != before.DisplayName, "renamed"},
		{after.HoldJobs != before.HoldJobs || after.QuotaEnabled != before.QuotaEnabled || after.DailyQuota != before.DailyQuota ||
			after.PersonQuota != before.PersonQuota || string(after.Choices) != string(before.Choices) ||
			after.ExpireAfter != before.ExpireAfter || after.Public && before.Public && after.Approval != before.Approval, "changed the rules of"},
	} {
		if d.is {
			done = append(done, d.what)
		}
	}
	if len(done) == 0 {
		return ""
	}
	return strings.Join(done, " and ") + " the printer " + before.ShownName()
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
	if before.Paused && !after.Paused {
		events = append(events, printerEvent(after, EventPrinterResumed, now))
	}
	if pending && after.LocalSettings.Pending != nil {
		events = append(events, printerEvent(after, EventPrinterSetting, now))
	}
	return events, nil
}

// dropShare takes a printer off the list of somebody it was shared with. One that
// came with a group or domain cannot be dropped by a single member.
func (s *Service) dropShare(ctx context.Context, c Caller, id gcp.PrinterID) error {
	shares, err := s.shares(ctx, id)
	if err != nil {
		return err
	}
	if !directly(c.User, shares) {
		return errNotAllowed
	}
	return unknownPrinter(s.cfg.Store.RemoveShare(ctx, id, c.User.Email)) // unless it was taken back meanwhile
}
