package memory

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// job is a row of the jobs.
type job struct {
	cloud.Job
	queued time.Time // when it last became QUEUED
	ord    int64     // grows in the order of submission
}

// clone returns a copy of the job that may be changed in place.
func (j *job) clone() cloud.Job {
	c := j.Job
	c.Trace, c.Tags, c.Notes = maps.Clone(c.Trace), slices.Clone(c.Tags), slices.Clone(c.Notes)
	return c
}

// save writes what may change of a job.
func (j *job) save(n cloud.Job) {
	if n.State.Type == gcp.JobQueued && j.State.Type != gcp.JobQueued {
		j.queued = stamp(n.UpdateTime)
	}
	n.ID, n.Printer, n.PrinterName, n.Owner, n.OwnerEmail = j.ID, j.Printer, j.PrinterName, j.Owner, j.OwnerEmail
	n.Title, n.ContentType, n.Ticket, n.Document = j.Title, j.ContentType, j.Ticket, j.Document
	n.DeliveryAttempts, n.CreateTime, n.AgainOf = j.DeliveryAttempts, j.CreateTime, j.AgainOf
	n.Work, n.Notes = j.Work, j.Notes
	stampJob(&n)
	j.Job = n
}

func stampJob(j *cloud.Job) {
	for _, t := range []*time.Time{
		&j.CancelRequested, &j.ExpireTime, &j.HoldUntil, &j.DueTime, &j.HeardTime, &j.CreateTime, &j.UpdateTime, &j.EndTime,
	} {
		*t = stamp(*t)
	}
}

// job returns the row, or nil. The newest jobs are asked for most.
func (s *Store) job(id gcp.JobID) *job {
	for _, j := range slices.Backward(s.jobs) {
		if j.ID == id {
			return j
		}
	}
	return nil
}

func (s *Store) addJob(j cloud.Job) error {
	if s.job(j.ID) != nil {
		return fmt.Errorf("add job %s: %w", j.ID, cloud.ErrExists)
	}
	if len(j.Ticket) == 0 {
		j.Ticket = json.RawMessage("{}")
	}
	stampJob(&j)
	s.added++
	s.jobs = append(s.jobs, &job{j, j.UpdateTime, s.added})
	return nil
}

// Job returns a job, and who has rights on its printer.
func (s *Store) Job(_ context.Context, id gcp.JobID) (cloud.Job, cloud.PrinterRights, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.job(id)
	if j == nil {
		return cloud.Job{}, cloud.PrinterRights{}, cloud.ErrNotFound
	}
	return j.Job, s.rights(j.Printer), nil
}

// UpdateJob saves what fn makes of a job.
func (s *Store) UpdateJob(_ context.Context, id gcp.JobID, fn func(*cloud.Job, cloud.PrinterRights) ([]cloud.Event, error)) (cloud.Job, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.job(id)
	if row == nil {
		return cloud.Job{}, cloud.ErrNotFound
	}
	j := row.clone()
	events, err := fn(&j, s.rights(j.Printer))
	if err != nil {
		return j, kept(err)
	}
	s.endJob(row, j)
	s.addEvents(events)
	return j, nil
}

// RemoveJobs deletes jobs that have ended and have no document any more.
func (s *Store) RemoveJobs(_ context.Context, ids []gcp.JobID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.jobs = slices.DeleteFunc(s.jobs, func(j *job) bool {
		return !j.EndTime.IsZero() && j.Document.ID == "" && slices.Contains(ids, j.ID)
	})
	return nil
}
