package memory

import (
	"context"
	"slices"

	"platen/cloud"
	"platen/gcp"
)

// sticker is what stands on a printer's sticker.
type sticker struct {
	printer gcp.PrinterID
	key     cloud.StickerKey
}

// HeldJobs returns up to limit jobs that persons hold, oldest first.
func (s *Store) HeldJobs(_ context.Context, f cloud.HeldFilter, limit int) ([]cloud.Job, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := slices.Clone(s.jobs)
	slices.SortFunc(list, func(a, b *job) int { return compare(a.place(), b.place()) })
	var held []cloud.Job
	for _, j := range list {
		theirs := f.Delegate == "" && j.Owner == f.Owner || f.Delegate != "" && j.ReleaseBy.Delegate == f.Delegate
		if theirs && j.State.Type == gcp.JobHeld && j.Restored == "" && (f.Printer == "" || f.Printer == j.Printer) && len(held) < limit {
			one := j.clone()
			one.Trace = nil
			held = append(held, one)
		}
	}
	return held, nil
}

// Sticker returns what stands on a printer's sticker.
func (s *Store) Sticker(_ context.Context, id gcp.PrinterID) (cloud.StickerKey, error) {
	one, err := s.stickerWhere(func(st sticker) bool { return st.printer == id })
	return one.key, err
}

// PrinterBySticker returns the printer whose sticker this stands on.
func (s *Store) PrinterBySticker(_ context.Context, key cloud.StickerKey) (gcp.PrinterID, error) {
	one, err := s.stickerWhere(func(st sticker) bool { return st.key == key })
	return one.printer, err
}

func (s *Store) stickerWhere(is func(sticker) bool) (sticker, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.IndexFunc(s.stickers, is); i >= 0 {
		return s.stickers[i], nil
	}
	return sticker{}, cloud.ErrNotFound
}

// SetSticker gives a printer a sticker in place of the one that it had.
func (s *Store) SetSticker(_ context.Context, id gcp.PrinterID, key cloud.StickerKey, events ...cloud.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.printer(id) == nil {
		return cloud.ErrNotFound
	}
	s.stickers = slices.DeleteFunc(s.stickers, func(st sticker) bool { return st.printer == id })
	s.stickers = append(s.stickers, sticker{id, key})
	s.addEvents(events)
	return nil
}
