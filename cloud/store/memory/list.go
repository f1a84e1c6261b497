package memory

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"platen/cloud"
	"platen/gcp"
)

// ListJobs returns a page of the jobs that match, and how many match.
func (s *Store) ListJobs(_ context.Context, f cloud.JobFilter) ([]cloud.Job, int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []cloud.Job
	for _, j := range slices.Backward(s.jobs) {
		if matches(&j.Job, f) {
			list = append(list, j.Job)
		}
	}
	if f.Sort == "CREATE_TIME" {
		slices.Reverse(list)
	}
	slices.SortStableFunc(list, jobOrder(f.Sort))
	total := len(list)
	list = list[min(f.Offset, total):]
	return list[:min(f.Limit, len(list))], total, nil
}

func matches(j *cloud.Job, f cloud.JobFilter) bool {
	mine := f.Owner != "" && j.Owner == f.Owner || slices.Contains(f.Printers, j.Printer)
	return mine && (!j.Deleted || j.EndTime.IsZero()) &&
		(f.Printer == "" || j.Printer == f.Printer) &&
		(f.OwnerEmail == "" || j.OwnerEmail == f.OwnerEmail) &&
		(f.AgainOf == "" || j.AgainOf == f.AgainOf) &&
		(f.Text == "" || hasText(j, strings.ToLower(f.Text))) &&
		(len(f.States) == 0 || slices.Contains(f.States, j.State.Type))
}

func hasText(j *cloud.Job, text string) bool {
	if strings.Contains(strings.ToLower(j.Title), text) {
		return true
	}
	return slices.ContainsFunc(j.Tags, func(t string) bool { return strings.Contains(strings.ToLower(t), text) })
}

// jobOrder compares jobs by a sort order; unknown ones are the default.
func jobOrder(sort string) func(a, b cloud.Job) int {
	newest := func(a, b cloud.Job) int { return b.CreateTime.Compare(a.CreateTime) }
	by := func(of func(cloud.Job) string, sign int) func(a, b cloud.Job) int {
		return func(a, b cloud.Job) int { return cmp.Or(sign*strings.Compare(of(a), of(b)), newest(a, b)) }
	}
	status := func(j cloud.Job) string { return string(j.State.Type) }
	title := func(j cloud.Job) string { return strings.ToLower(j.Title) }
	switch sort {
	case "CREATE_TIME":
		return func(a, b cloud.Job) int { return a.CreateTime.Compare(b.CreateTime) }
	case "STATUS":
		return by(status, 1)
	case "STATUS_DESC":
		return by(status, -1)
	case "TITLE":
		return by(title, 1)
	case "TITLE_DESC":
		return by(title, -1)
	}
	return newest
}

// jobsWhere returns up to limit jobs, in the order of their submission.
func (s *Store) jobsWhere(limit int, is func(*cloud.Job) bool) []cloud.Job {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []cloud.Job
	for _, j := range s.jobs {
		if len(list) < limit && is(&j.Job) {
			list = append(list, j.Job)
		}
	}
	return list
}

// idsWhere returns the ids of jobs in the order of their submission.
func (s *Store) idsWhere(is func(*cloud.Job) bool) []gcp.JobID {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []gcp.JobID
	for _, j := range s.jobs {
		if is(&j.Job) {
			list = append(list, j.ID)
		}
	}
	return list
}
