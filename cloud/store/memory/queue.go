package memory

import (
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// QueuedJobs returns up to limit QUEUED jobs of a printer, oldest first.
func (s *Store) QueuedJobs(_ context.Context, id gcp.PrinterID, limit int) ([]cloud.Job, error) {
	list := s.jobsWhere(limit, func(j *cloud.Job) bool { return j.Printer == id && j.State.Type == gcp.JobQueued })
	for i := range list {
		list[i].Trace = nil
	}
	return list, nil
}

// RestoredJobs returns up to limit jobs of a printer that are held because the
// service was restored, oldest first.
func (s *Store) RestoredJobs(_ context.Context, id gcp.PrinterID, limit int) ([]cloud.Job, error) {
	return s.jobsWhere(limit, func(j *cloud.Job) bool { return j.Printer == id && j.Restored != "" }), nil
}

// Waiting returns the printers of a robot, or of all, that have QUEUED jobs and
// are not paused.
func (s *Store) Waiting(_ context.Context, r gcp.RobotID, now time.Time) ([]cloud.Waiting, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []cloud.Waiting
	for _, j := range s.jobs {
		if j.State.Type != gcp.JobQueued {
			continue
		}
		p := s.printer(j.Printer)
		if p == nil || !p.Hidden.IsZero() || p.Paused || r != "" && p.Robot != r {
			continue
		}
		i := slices.IndexFunc(list, func(w cloud.Waiting) bool { return w.Printer == p.ID })
		if i < 0 {
			i = len(list)
			list = append(list, cloud.Waiting{
				Printer: p.ID, Robot: p.Robot, Online: s.online(p.Robot, now), Oldest: j.queued, Newest: j.queued,
			})
		}
		if w := &list[i]; j.queued.Before(w.Oldest) {
			w.Oldest = j.queued
		} else if j.queued.After(w.Newest) {
			w.Newest = j.queued
		}
	}
	slices.SortStableFunc(list, func(a, b cloud.Waiting) int { return a.Oldest.Compare(b.Oldest) })
	return list, nil
}

// DueJobs returns up to limit jobs that the service must look at, most overdue first.
func (s *Store) DueJobs(_ context.Context, now time.Time, limit int) ([]gcp.JobID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var due []*job
	for _, j := range s.jobs {
		if !j.DueTime.IsZero() && !j.DueTime.After(now) {
			due = append(due, j)
		}
	}
	slices.SortStableFunc(due, func(a, b *job) int { return a.DueTime.Compare(b.DueTime) })
	var list []gcp.JobID
	for _, j := range due[:min(limit, len(due))] {
		list = append(list, j.ID)
	}
	return list, nil
}

// DueCancels returns jobs whose cancellation nobody answered.
func (s *Store) DueCancels(_ context.Context, before time.Time) ([]gcp.JobID, error) {
	return s.idsWhere(func(j *cloud.Job) bool {
		return !j.CancelRequested.IsZero() && !j.CancelRequested.After(before) && j.EndTime.IsZero() && !j.CancelAcknowledged
	}), nil
}

// NoteJobs adds deliveries and hops to jobs; jobs that do not exist are passed over.
func (s *Store) NoteJobs(_ context.Context, notes []cloud.JobNote) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range notes {
		j := s.job(n.Job)
		if j == nil {
			continue
		}
		j.DeliveryAttempts += n.Attempts
		if len(n.Hops) == 0 {
			continue
		}
		trace := maps.Clone(n.Hops)
		maps.Copy(trace, j.Trace) // the first account stands
		j.Trace = trace
	}
	return nil
}

// ExpiredDocuments returns jobs that ended before a time and have their document.
func (s *Store) ExpiredDocuments(_ context.Context, before time.Time, limit int) ([]cloud.Job, error) {
	list := s.jobsWhere(math.MaxInt, func(j *cloud.Job) bool {
		return !j.EndTime.IsZero() && j.EndTime.Before(before) && j.Document.ID != ""
	})
	slices.SortStableFunc(list, func(a, b cloud.Job) int { return a.EndTime.Compare(b.EndTime) })
	return list[:min(limit, len(list))], nil
}

// ForgetDocuments records that documents are deleted.
func (s *Store) ForgetDocuments(_ context.Context, ids []gcp.JobID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		if j := s.job(id); j != nil {
			j.Document.ID = ""
		}
	}
	return nil
}

// DocumentKnown reports whether a job has this document.
func (s *Store) DocumentKnown(_ context.Context, document string) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return document != "" && slices.ContainsFunc(s.jobs, func(j *job) bool { return j.Document.ID == document }), nil
}
