package cloud

import (
	"context"
	"errors"
	"fmt"
	"time"

	"platen/gcp"
)

// errHidden is the refusal of a printer that its connector deleted: old connectors
// do so for a hiccup, and register it again.
var errHidden = &Error{Kind: KindNotFound, Message: "This printer's connector has removed it. It comes back when the connector shares it again."}

// hiddenFor is the refusal of a hidden printer: connectors know no such printer.
func hiddenFor(c Caller) error {
	if c.Robot != nil {
		return errUnknownPrinter
	}
	return errHidden
}

// DeletePrinter deletes an own printer, or drops a shared one from the caller's
// list. A connector only hides its printer: its id, its shares and its jobs are
// kept for a while.
func (s *Service) DeletePrinter(ctx context.Context, c Caller, id gcp.PrinterID) error {
	role, _, err := s.needRole(ctx, c, id, gcp.RoleUser)
	switch {
	case err != nil:
		return err
	case c.Robot != nil:
		return s.hidePrinter(ctx, id)
	case role != gcp.RoleOwner:
		return s.dropShare(ctx, c, id)
	}
	return unknownPrinter(s.removePrinter(ctx, id, c.User.ID))
}

// hidePrinter hides a printer. Its jobs stay as they are: those that wait expire
// by themselves.
func (s *Service) hidePrinter(ctx context.Context, id gcp.PrinterID) error {
	_, err := s.cfg.Store.UpdatePrinter(ctx, id, func(p *Printer) ([]Event, error) {
		if !p.Hidden.IsZero() {
			return nil, ErrUnchanged
		}
		now := s.cfg.Now()
		p.Hidden, p.UpdateTime = now, now
		e := printerEvent(*p, EventPrinterDeleted, now)
		e.By, e.Note = p.Owner, "the connector removed the printer "+p.ShownName()
		return []Event{e}, nil
	})
	return unknownPrinter(err)
}

// removePrinter deletes a printer for good, as a person did, or nobody ("").
func (s *Service) removePrinter(ctx context.Context, id gcp.PrinterID, by UserID) error {
	return s.cfg.Store.RemovePrinter(ctx, id, func(p Printer, open []*Job) []Event {
		now := s.cfg.Now()
		var events []Event
		for _, j := range open {
			before := *j
			j.setState(gcp.ByService(gcp.JobAborted, gcp.ServicePrinterDeleted), now)
			j.DueTime = j.due(s.cfg.Limits)
			events = append(events, jobEvents(before, *j, rightsOf(p))...)
		}
		e := printerEvent(p, EventPrinterDeleted, now)
		if by != "" {
			e.By, e.Note = by, "deleted the printer "+p.ShownName()
		}
		return append(events, e)
	})
}

// removeHidden deletes the printers that their connectors deleted long ago.
func (s *Service) removeHidden(ctx context.Context) error {
	kept := s.cfg.Limits.Hidden
	if kept < 0 {
		return nil
	}
	printers, err := s.cfg.Store.ListPrinters(ctx, PrinterFilter{Also: HiddenOnly})
	if err != nil {
		return fmt.Errorf("find hidden printers: %w", err)
	}
	for _, p := range printers {
		if s.cfg.Now().Sub(p.Hidden) < kept {
			continue
		}
		gone, err := s.retire(ctx, p)
		if err == nil && gone {
			err = s.removePrinter(ctx, p.ID, "")
		}
		if err != nil && !errors.Is(err, ErrNotFound) {
			return fmt.Errorf("remove hidden printer %s: %w", p.ID, err)
		}
	}
	return nil
}

// retiredProxy is the proxy of printers that do not come back.
const retiredProxy gcp.ProxyID = "^retired"

// retire keeps a hidden printer from coming back; false if it has since it was seen.
func (s *Service) retire(ctx context.Context, seen Printer) (bool, error) {
	p, err := s.cfg.Store.UpdatePrinter(ctx, seen.ID, func(p *Printer) ([]Event, error) {
		if !p.Hidden.Equal(seen.Hidden) {
			return nil, ErrUnchanged
		}
		p.Proxy = retiredProxy
		return nil, nil
	})
	return p.Hidden.Equal(seen.Hidden), err
}

// past returns the time so long ago, or the zero time if there is no limit.
func (s *Service) past(limit time.Duration) time.Time {
	if limit < 0 {
		return time.Time{}
	}
	return s.cfg.Now().Add(-limit)
}
