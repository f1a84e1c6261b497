package memory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// printer returns the row, or nil.
func (s *Store) printer(id gcp.PrinterID) *cloud.Printer {
	for i := range s.printers {
		if s.printers[i].ID == id {
			return &s.printers[i]
		}
	}
	return nil
}

// Printer returns a printer.
func (s *Store) Printer(_ context.Context, id gcp.PrinterID) (cloud.Printer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.printer(id); p != nil {
		return *p, nil
	}
	return cloud.Printer{}, cloud.ErrNotFound
}

// PrinterRights returns what decides who may do what with a printer.
func (s *Store) PrinterRights(_ context.Context, id gcp.PrinterID) (cloud.PrinterRights, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.printer(id); p != nil {
		return s.rights(id), nil
	}
	return cloud.PrinterRights{Printer: id}, cloud.ErrNotFound
}

// rights are zero for a printer that does not exist.
func (s *Store) rights(id gcp.PrinterID) cloud.PrinterRights {
	p := s.printer(id)
	if p == nil {
		return cloud.PrinterRights{}
	}
	of := cloud.PrinterRights{
		Printer: p.ID, Owner: p.Owner, Robot: p.Robot, Hidden: !p.Hidden.IsZero(), Paused: p.Paused,
		Name: p.ShownName(),
	}
	if r := s.robot(p.Robot); r != nil {
		of.Run = r.Run
	}
	return of
}

// ListPrinters returns the printers that match, in the order of their names.
func (s *Store) ListPrinters(_ context.Context, f cloud.PrinterFilter) ([]cloud.Printer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []cloud.Printer
	for i := range s.printers {
		if p := &s.printers[i]; listed(p, f) {
			row := *p
			if f.Parts == cloud.PartsBrief {
				row.Capabilities, row.Defaults = nil, ""
			}
			list = append(list, row)
		}
	}
	slices.SortFunc(list, func(a, b cloud.Printer) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return list, nil
}

func listed(p *cloud.Printer, f cloud.PrinterFilter) bool {
	return (f.Owner == "" || p.Owner == f.Owner) &&
		(f.Robot == "" || p.Robot == f.Robot) &&
		(f.Proxy == "" || p.Proxy == f.Proxy) &&
		(f.IDs == nil || slices.Contains(f.IDs, p.ID)) &&
		(f.Also == cloud.HiddenToo || p.Hidden.IsZero() == (f.Also != cloud.HiddenOnly))
}

// PrinterCounts returns how busy printers are.
func (s *Store) PrinterCounts(_ context.Context, ids []gcp.PrinterID, since time.Time) (map[gcp.PrinterID]cloud.PrinterCounts, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := map[gcp.PrinterID]cloud.PrinterCounts{}
	for _, j := range s.jobs {
		if !slices.Contains(ids, j.Printer) {
			continue
		}
		n := counts[j.Printer]
		if j.State.Type == gcp.JobQueued {
			n.Queued++
		}
		if !since.IsZero() && !j.CreateTime.Before(since) {
			n.Since++
		}
		counts[j.Printer] = n
	}
	return counts, nil
}

// SavePrinter finds a printer by key and saves what fn makes of it.
func (s *Store) SavePrinter(_ context.Context, k cloud.PrinterKey, fn func(*cloud.Printer) (cloud.Printer, []cloud.Event, error)) (cloud.Printer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.findPrinter(k)
	var arg *cloud.Printer
	if old != nil {
		arg = clonePrinter(old)
	}
	p, events, err := fn(arg)
	if err != nil {
		return p, kept(err)
	}
	if old != nil {
		savePrinter(old, p)
	} else if err := s.addPrinter(p); err != nil {
		return p, err
	}
	s.addEvents(events)
	return p, nil
}

// findPrinter finds a printer by its name, else by its uuid; one that is hidden
// only if there is no other.
func (s *Store) findPrinter(k cloud.PrinterKey) *cloud.Printer {
	for _, hidden := range []bool{false, true} {
		for _, is := range []func(*cloud.Printer) bool{
			func(p *cloud.Printer) bool { return k.Name != "" && p.Name == k.Name },
			func(p *cloud.Printer) bool { return k.UUID != "" && p.UUID == k.UUID },
		} {
			for i := range s.printers {
				p := &s.printers[i]
				if p.Owner == k.Owner && p.Proxy == k.Proxy && p.Hidden.IsZero() != hidden && is(p) {
					return p
				}
			}
		}
	}
	return nil
}

// clonePrinter returns a copy that may be changed in place.
func clonePrinter(old *cloud.Printer) *cloud.Printer {
	p := *old
	p.Tags, p.Data, p.Labels = slices.Clone(p.Tags), slices.Clone(p.Data), slices.Clone(p.Labels)
	if c := p.LocalSettings.Current; c != nil {
		current := *c
		p.LocalSettings.Current = &current
	}
	if c := p.LocalSettings.Pending; c != nil {
		pending := *c
		p.LocalSettings.Pending = &pending
	}
	return &p
}

func stampPrinter(p cloud.Printer) cloud.Printer {
	p.CreateTime, p.AccessTime, p.UpdateTime = stamp(p.CreateTime), stamp(p.AccessTime), stamp(p.UpdateTime)
	p.Hidden = stamp(p.Hidden)
	return p
}

func (s *Store) addPrinter(p cloud.Printer) error {
	if s.printer(p.ID) != nil {
		return fmt.Errorf("add printer %s: %w", p.ID, cloud.ErrExists)
	}
	s.printers = append(s.printers, stampPrinter(p))
	return nil
}

// savePrinter writes all but what only NotePrinters does.
func savePrinter(old *cloud.Printer, p cloud.Printer) {
	p.ID, p.CreateTime, p.AccessTime = old.ID, old.CreateTime, old.AccessTime
	*old = stampPrinter(p)
}

// UpdatePrinter saves what fn makes of a printer.
func (s *Store) UpdatePrinter(_ context.Context, id gcp.PrinterID, fn func(*cloud.Printer) ([]cloud.Event, error)) (cloud.Printer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.updatePrinter(id, fn)
}

func (s *Store) updatePrinter(id gcp.PrinterID, fn func(*cloud.Printer) ([]cloud.Event, error)) (cloud.Printer, error) {
	old := s.printer(id)
	if old == nil {
		return cloud.Printer{}, cloud.ErrNotFound
	}
	p := clonePrinter(old)
	events, err := fn(p)
	if err != nil {
		return *p, kept(err)
	}
	savePrinter(old, *p)
	s.addEvents(events)
	return *p, nil
}

// RemovePrinter deletes a printer, after fn has seen to its open jobs.
func (s *Store) RemovePrinter(_ context.Context, id gcp.PrinterID, fn func(cloud.Printer, []*cloud.Job) []cloud.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.printer(id)
	if p == nil {
		return cloud.ErrNotFound
	}
	var rows []*job
	var open []*cloud.Job
	for _, row := range s.jobs {
		if row.Printer == id && row.EndTime.IsZero() {
			j := row.clone()
			rows, open = append(rows, row), append(open, &j)
		}
	}
	events := fn(*p, open)
	for i, row := range rows {
		s.endJob(row, *open[i])
	}
	s.deletePrinter(id)
	s.addEvents(events)
	return nil
}

// deletePrinter deletes a printer with all that hangs on it.
func (s *Store) deletePrinter(id gcp.PrinterID) {
	s.shares = slices.DeleteFunc(s.shares, func(sh cloud.Share) bool { return sh.Printer == id })
	s.links = slices.DeleteFunc(s.links, func(l cloud.ShareLink) bool { return l.Printer == id })
	s.claims = slices.DeleteFunc(s.claims, func(c cloud.PendingClaim) bool { return c.Printer == id })
	s.stickers = slices.DeleteFunc(s.stickers, func(st sticker) bool { return st.printer == id })
	s.printers = slices.DeleteFunc(s.printers, func(p cloud.Printer) bool { return p.ID == id })
}

// NotePrinters records when printers were last asked for.
func (s *Store) NotePrinters(_ context.Context, seen map[gcp.PrinterID]time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.printers {
		if at, ok := seen[s.printers[i].ID]; ok {
			s.printers[i].AccessTime = stamp(at)
		}
	}
	return nil
}
