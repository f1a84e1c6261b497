package memory

import (
	"context"
	"slices"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// key is what a caller named a submission.
type key struct {
	owner  cloud.UserID
	key    string
	digest string
	job    gcp.JobID
	time   time.Time
}

// AddJob adds a job that meets what a demands, or returns the one that was
// submitted under its key.
func (s *Store) AddJob(_ context.Context, j cloud.Job, a cloud.Admission, events ...cloud.Event) (cloud.Job, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if first, err := s.submitted(j, a); err != nil {
		return first, err
	}
	if err := s.admit(j, a); err != nil {
		return cloud.Job{}, err
	}
	if err := s.addJob(j); err != nil {
		return cloud.Job{}, err
	}
	if a.Key != "" {
		s.keys = append(s.keys, key{j.Owner, a.Key, a.Digest, j.ID, stamp(j.CreateTime)})
	}
	s.addEvents(events)
	return j, nil
}

// submitted looks whether the owner used the key before.
func (s *Store) submitted(j cloud.Job, a cloud.Admission) (cloud.Job, error) {
	i := slices.IndexFunc(s.keys, func(k key) bool { return k.owner == j.Owner && k.key == a.Key })
	if a.Key == "" || i < 0 {
		return cloud.Job{}, nil
	}
	if s.keys[i].digest != a.Digest {
		return cloud.Job{}, cloud.ErrConflict
	}
	if first := s.job(s.keys[i].job); first != nil {
		return first.Job, cloud.ErrRepeated
	}
	return cloud.Job{ID: s.keys[i].job}, cloud.ErrRepeated
}

// admit checks the limits.
func (s *Store) admit(j cloud.Job, a cloud.Admission) error {
	if a.Refused != nil {
		return a.Refused
	}
	var ofPrinter, ofOwner, ofBoth, waiting int
	var bytes int64
	for _, o := range s.jobs {
		if o.Printer == j.Printer && !o.CreateTime.Before(a.Quota.Since) {
			ofPrinter++
		}
		if o.Printer == j.Printer && o.Owner == j.Owner && !o.CreateTime.Before(a.Person.Since) {
			ofBoth++
		}
		if o.Owner == j.Owner && !o.CreateTime.Before(a.Rate.Since) {
			ofOwner++
		}
		if o.Printer == j.Printer && o.State.Type == gcp.JobQueued {
			waiting++
		}
		if o.Owner == j.Owner && o.Document.ID != "" {
			bytes += o.Document.Size
		}
	}
	switch {
	case a.Quota.Limit > 0 && ofPrinter >= a.Quota.Limit:
		return cloud.ErrQuota
	case a.Person.Limit > 0 && ofBoth >= a.Person.Limit:
		return cloud.ErrPersonQuota
	case a.Rate.Limit > 0 && ofOwner >= a.Rate.Limit:
		return cloud.ErrRate
	case a.Waiting > 0 && waiting >= a.Waiting:
		return cloud.ErrWaiting
	case a.Stored > 0 && bytes+j.Document.Size > a.Stored:
		return cloud.ErrStored
	}
	return nil
}

// PruneKeys forgets the keys of submissions from before a time.
func (s *Store) PruneKeys(_ context.Context, before time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys = slices.DeleteFunc(s.keys, func(k key) bool { return k.time.Before(before) })
	return nil
}
