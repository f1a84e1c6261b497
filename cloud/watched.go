package cloud

import (
	"context"
	"errors"

	"platen/gcp"
)

// PrinterFor returns what is short of a printer as each of some callers may see it; nil
// for those who may not, as in the lists of their printers. A hidden printer, which may
// come back, is offline.
func (s *Service) PrinterFor(ctx context.Context, id gcp.PrinterID, callers []Caller) ([]*PrinterView, error) {
	views := make([]*PrinterView, len(callers))
	if len(callers) == 0 {
		return views, nil
	}
	list, err := s.cfg.Store.ListPrinters(ctx, PrinterFilter{IDs: []gcp.PrinterID{id}, Also: HiddenToo, Parts: PartsBrief})
	if err != nil || len(list) == 0 {
		return views, err
	}
	shares, err := s.shares(ctx, id)
	if err != nil {
		return nil, err
	}
	v := s.newViewer(Caller{})
	for i, c := range callers {
		v.caller = c
		view, err := v.shown(ctx, list[0], shares)
		switch {
		case err == nil:
			views[i] = view.followed()
		case !errors.Is(err, ErrNotFound):
			return nil, err
		}
	}
	return views, nil
}

// PrintersFor returns what PrinterFor does of some printers, to one caller, in any order. Those
// that the caller may not see are left out.
func (s *Service) PrintersFor(ctx context.Context, ids []gcp.PrinterID, c Caller) ([]*PrinterView, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := s.cfg.Store.ListPrinters(ctx, PrinterFilter{IDs: ids, Also: HiddenToo, Parts: PartsBrief})
	if err != nil {
		return nil, err
	}
	v := s.newViewer(c)
	if err := v.gather(ctx, list); err != nil {
		return nil, err
	}
	var views []*PrinterView
	for _, p := range list {
		view, err := v.view(ctx, p)
		switch {
		case err == nil:
			views = append(views, view.followed())
		case !errors.Is(err, ErrNotFound):
			return nil, err
		}
	}
	return views, nil
}

// followed is a view for who follows the printer: a hidden one is offline.
func (p PrinterView) followed() *PrinterView {
	if !p.Hidden.IsZero() {
		p.Connection = gcp.ConnectionOffline
	}
	return &p
}

// JobFor returns a job as each of some callers may see it; nil for those who may not,
// and for all if there is no such job.
func (s *Service) JobFor(ctx context.Context, id gcp.JobID, callers []Caller) ([]*JobView, error) {
	views := make([]*JobView, len(callers))
	if len(callers) == 0 {
		return views, nil
	}
	j, of, err := s.cfg.Store.Job(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound):
		return views, nil
	case err != nil:
		return nil, err
	}
	shares, err := s.shares(ctx, of.Printer)
	if err != nil {
		return nil, err
	}
	v := s.newViewer(Caller{})
	for i, c := range callers {
		v.caller = c
		if view, err := jobView(c, j, of, v.role(of, shares)); err == nil {
			views[i] = &view
		}
	}
	return views, nil
}

// PrintersOf returns the printers that a connector serves.
func (s *Service) PrintersOf(ctx context.Context, id gcp.RobotID) ([]gcp.PrinterID, error) {
	list, err := s.cfg.Store.ListPrinters(ctx, PrinterFilter{Robot: id, Parts: PartsBrief})
	ids := make([]gcp.PrinterID, len(list))
	for i, p := range list {
		ids[i] = p.ID
	}
	return ids, err
}
