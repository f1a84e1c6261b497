package cloud

import (
	"context"
	"slices"
	"time"

	"platen/gcp"
)

// JobScope says whose jobs a list shows.
type JobScope string

// The scopes of a list of jobs.
const (
	ScopeMine     JobScope = "mine"     // the caller's own
	ScopePrinters JobScope = "printers" // of the printers that the caller owns or manages
	ScopeAll      JobScope = "all"      // everybody's; for administrators
)

// JobPlace is a place in the order of jobs by their submission; the zero place is
// the newest end.
type JobPlace struct {
	Time  time.Time
	Order int64 // among jobs of the same time
}

// IsZero reports whether the place is the newest end.
func (p JobPlace) IsZero() bool { return p.Order == 0 && p.Time.IsZero() }

// BrowseQuery asks for a page of jobs, newest first.
type BrowseQuery struct {
	Scope   JobScope
	Printer gcp.PrinterID // "" for any
	Text    string        // words, each of which is in the title, a tag, the printer's name or the sender's address
	States  []gcp.JobStateType
	Before  JobPlace
	Limit   int // 0 for the default
}

// JobsPage is a page of jobs as the store has them.
type JobsPage struct {
	Jobs []Job
	Next JobPlace // where older ones begin; zero if there are none
}

// JobsView is a page of jobs as one caller may see them.
type JobsView struct {
	Jobs []JobView
	Next JobPlace
}

// PrinterName is what a list of printers to choose from says of one.
type PrinterName struct {
	ID     gcp.PrinterID
	Name   string   // its display name
	Role   gcp.Role // the caller's; "" for an administrator's list of all
	Hidden bool     // its connector deleted it
}

// browsePage is how many jobs a page shows unless it is told; browseMost, at most.
const (
	browsePage = 50
	browseMost = 200
)

// Browse returns a page of jobs. It reads a bounded part of the history: a page may
// have few jobs, or none, although there are older ones that match.
func (s *Service) Browse(ctx context.Context, c Caller, q BrowseQuery) (JobsView, error) {
	if c.User == nil {
		return JobsView{}, errSignIn
	}
	f := JobBrowse{Text: q.Text, States: q.States, Before: q.Before, Limit: min(q.Limit, browseMost)}
	if f.Limit <= 0 {
		f.Limit = browsePage
	}
	if q.Printer != "" {
		f.Printers = []gcp.PrinterID{q.Printer}
	}
	roles := map[gcp.PrinterID]gcp.Role{}
	switch q.Scope {
	case ScopeAll:
		if !c.User.Admin {
			return JobsView{}, errNotAllowed
		}
	case ScopePrinters:
		managed, err := s.managedNames(ctx, c)
		if err != nil {
			return JobsView{}, err
		}
		for _, p := range managed {
			if q.Printer == "" || q.Printer == p.ID {
				roles[p.ID] = p.Role
			}
		}
		f.Printers = []gcp.PrinterID{}
		for id := range roles {
			f.Printers = append(f.Printers, id)
		}
		slices.Sort(f.Printers)
	default:
		f.Owner = c.User.ID
	}
	page, err := s.cfg.Store.BrowseJobs(ctx, f)
	if err != nil {
		return JobsView{}, err
	}
	view := JobsView{Next: page.Next}
	for _, j := range page.Jobs {
		role := roles[j.Printer]
		if role == "" {
			role = gcp.RoleUser
		}
		view.Jobs = append(view.Jobs, JobView{Job: j, Role: role})
	}
	return view, nil
}

// PrinterNames lists the printers that the caller may choose from, in the order of
// their names: in an administrator's list of all jobs every one.
func (s *Service) PrinterNames(ctx context.Context, c Caller, scope JobScope) ([]PrinterName, error) {
	switch {
	case c.User == nil:
		return nil, errSignIn
	case scope == ScopeAll && !c.User.Admin:
		return nil, errNotAllowed
	case scope == ScopeAll:
		return s.cfg.Store.PrinterNames(ctx, "", nil, s.cfg.Now())
	case scope == ScopePrinters:
		return s.managedNames(ctx, c)
	}
	return s.names(ctx, c)
}

// names returns the printers that the caller may print to.
func (s *Service) names(ctx context.Context, c Caller) ([]PrinterName, error) {
	return s.cfg.Store.PrinterNames(ctx, c.User.ID, s.scopesOf(c.User), s.cfg.Now())
}

// managedNames returns the printers whose jobs the caller may all see.
func (s *Service) managedNames(ctx context.Context, c Caller) ([]PrinterName, error) {
	list, err := s.names(ctx, c)
	return slices.DeleteFunc(list, func(p PrinterName) bool { return roleRank(p.Role) < roleRank(gcp.RoleManager) }), err
}

// JobBrowse selects jobs for a page; the conditions given must all hold. Jobs that
// were deleted and have ended never match.
type JobBrowse struct {
	Owner    UserID          // "" for anybody's
	Printers []gcp.PrinterID // nil for any
	Text     string          // words, as in BrowseQuery
	States   []gcp.JobStateType
	Before   JobPlace
	Limit    int
}

// OncePerPrinter leaves one of several shares of the same printer: the one with the
// highest role. The list is in the order of the printers.
func OncePerPrinter(list []PrinterName) []PrinterName {
	var once []PrinterName
	for _, p := range list {
		last := len(once) - 1
		switch {
		case last < 0 || once[last].ID != p.ID:
			once = append(once, p)
		case roleRank(p.Role) > roleRank(once[last].Role):
			once[last] = p
		}
	}
	return once
}

// Browser finds pages of jobs in a long history.
type Browser interface {
	// BrowseJobs returns up to limit jobs from before a place, newest first. It looks
	// at a bounded number of jobs, and tells where it stopped.
	BrowseJobs(ctx context.Context, f JobBrowse) (JobsPage, error)
	// PrinterNames returns the printers of an owner and those shared with any of the
	// scopes at a time, or all if the owner is "", hidden ones too, in the order of
	// their names.
	PrinterNames(ctx context.Context, owner UserID, scopes []string, now time.Time) ([]PrinterName, error)
	// MoveJob ends a job and adds the one that takes its place, which fn returns, with
	// the document of the first. The new one must meet what a demands, but for its key.
	MoveJob(ctx context.Context, id gcp.JobID, a Admission, fn func(*Job, PrinterRights) (Job, []Event, error)) (Job, error)
	// Sums returns what was printed, in the order of its first day, printer and person.
	Sums(ctx context.Context, f SumFilter) ([]Sum, error)
}
