package memory

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// BrowseJobs returns jobs from before a place, newest first. It looks at all of them.
func (s *Store) BrowseJobs(_ context.Context, f cloud.JobBrowse) (cloud.JobsPage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := slices.Clone(s.jobs)
	slices.SortFunc(list, func(a, b *job) int { return compare(b.place(), a.place()) })
	var page cloud.JobsPage
	var last cloud.JobPlace
	for _, j := range list {
		if !f.Before.IsZero() && compare(j.place(), f.Before) >= 0 || !browsed(&j.Job, f) {
			continue
		}
		if len(page.Jobs) == f.Limit {
			page.Next = last
			break
		}
		page.Jobs, last = append(page.Jobs, j.Job), j.place()
	}
	return page, nil
}

// browsed reports whether a job is one that is asked for, whatever its place.
func browsed(j *cloud.Job, f cloud.JobBrowse) bool {
	return (f.Owner == "" || f.Owner == j.Owner) &&
		(f.Printers == nil || slices.Contains(f.Printers, j.Printer)) &&
		(!j.Deleted || j.EndTime.IsZero()) &&
		(len(f.States) == 0 || slices.Contains(f.States, j.State.Type)) &&
		j.Text().Has(cloud.SearchWords(f.Text))
}

func (j *job) place() cloud.JobPlace { return cloud.JobPlace{Time: j.CreateTime, Order: j.ord} }

func compare(a, b cloud.JobPlace) int {
	return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Order, b.Order))
}

// PrinterNames returns the printers of an owner and those shared with any of the
// scopes at a time, or all if the owner is "".
func (s *Store) PrinterNames(_ context.Context, owner cloud.UserID, scopes []string, now time.Time) ([]cloud.PrinterName, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []cloud.PrinterName
	for _, p := range s.printers {
		n := cloud.PrinterName{ID: p.ID, Name: p.ShownName(), Hidden: !p.Hidden.IsZero()}
		switch {
		case owner == "":
			list = append(list, n)
		case p.Owner == owner:
			n.Role = gcp.RoleOwner
			list = append(list, n)
		default:
			for _, sh := range s.shares {
				if sh.Printer == p.ID && !sh.Pending && !sh.Ended(now) && slices.Contains(scopes, sh.Scope) {
					n.Role = sh.Role
					list = append(list, n)
				}
			}
		}
	}
	slices.SortStableFunc(list, func(a, b cloud.PrinterName) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(string(a.ID), string(b.ID)))
	})
	return cloud.OncePerPrinter(list), nil
}
