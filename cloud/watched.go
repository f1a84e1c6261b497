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
			if !view.Hidden.IsZero() {
				view.Connection = gcp.ConnectionOffline
			}
			views[i] = &view
		case !errors.Is(err, ErrNotFound):
			return nil, err
		}
	}
	return views, nil
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
