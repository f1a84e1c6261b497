package cloud

import (
	"context"
	"errors"
	"strings"

	"platen/gcp"
)

// The limits of a page of jobs and of a fetch. Old connectors take what one
// fetch gives and do not ask for more, so a fetch gives all but absurdly many.
const (
	defaultJobs = 100
	maxJobs     = 1000
	maxFetch    = 2000
)

var (
	errNoJob        = &Error{Kind: KindNoJob, Message: "No print job available on specified printer."}
	errDocumentGone = &Error{Kind: KindNotFound, Message: "The job's document is no longer kept."}
)

// Jobs lists jobs that the caller owns or manages, and how many match.
func (s *Service) Jobs(ctx context.Context, c Caller, q JobQuery) (jobs []JobView, total int, err error) {
	if c.Anonymous() {
		return nil, 0, errSignIn
	}
	f, roles, err := s.jobFilter(ctx, c, q)
	if err != nil {
		return nil, 0, err
	}
	list, total, err := s.cfg.Store.ListJobs(ctx, f)
	if err != nil {
		return nil, 0, err
	}
	jobs = make([]JobView, len(list))
	for i, j := range list {
		role := roles[j.Printer]
		if role == "" {
			role = gcp.RoleUser
		}
		jobs[i] = JobView{Job: j, Role: role}
	}
	return jobs, total, nil
}

// jobFilter turns a query into what the caller may see of it, and says what the
// caller's roles are on the printers managed.
func (s *Service) jobFilter(ctx context.Context, c Caller, q JobQuery) (JobFilter, map[gcp.PrinterID]gcp.Role, error) {
	f := JobFilter{
		Printer: q.Printer, OwnerEmail: strings.ToLower(q.Owner), Text: q.Text,
		Sort: strings.ToUpper(q.Sort), Offset: max(0, q.Offset), Limit: min(q.Limit, maxJobs),
	}
	if f.Limit <= 0 {
		f.Limit = defaultJobs
	}
	for _, status := range q.Status {
		types := gcp.StateTypesOf(status)
		if types == nil {
			return f, nil, &Error{Kind: KindInvalid, Message: "Unknown job status."}
		}
		f.States = append(f.States, types...)
	}
	if c.User != nil {
		f.Owner = c.User.ID
	}
	roles, err := s.managed(ctx, c, q.Printer)
	for id := range roles {
		f.Printers = append(f.Printers, id)
	}
	return f, roles, err
}

// managed returns the printers whose jobs the caller may all see: the one asked
// for, or any.
func (s *Service) managed(ctx context.Context, c Caller, only gcp.PrinterID) (map[gcp.PrinterID]gcp.Role, error) {
	roles := map[gcp.PrinterID]gcp.Role{}
	if only != "" {
		role, _, err := s.needRole(ctx, c, only, gcp.RoleUser)
		if err == nil && roleRank(role) >= roleRank(gcp.RoleManager) {
			roles[only] = role
		}
		if errors.Is(err, ErrNotFound) && c.User != nil {
			err = nil // own jobs are still listed after a share was taken back
		}
		return roles, err
	}
	views, err := s.visible(ctx, s.newViewer(c), "")
	for _, v := range views {
		if roleRank(v.Role) >= roleRank(gcp.RoleManager) {
			roles[v.ID] = v.Role
		}
	}
	return roles, err
}

// Job returns one job.
func (s *Service) Job(ctx context.Context, c Caller, id gcp.JobID) (JobView, error) {
	if c.Anonymous() {
		return JobView{}, errSignIn
	}
	j, of, err := s.cfg.Store.Job(ctx, id)
	if err != nil {
		return JobView{}, unknownJob(err)
	}
	role, err := s.roleFor(ctx, c, j, of)
	if err == nil && j.Deleted && j.State.Type.Ended() && c.User != nil {
		err = errUnknownJob
	}
	if err != nil {
		return JobView{}, err
	}
	return JobView{Job: j, Role: role}, nil
}

// Fetch returns up to limit QUEUED jobs of a printer, oldest first (0: as many as it gives).
// It changes nothing but the count of delivery attempts and the times seen.
func (s *Service) Fetch(ctx context.Context, c Caller, id gcp.PrinterID, limit int) ([]JobView, error) {
	if c.Anonymous() {
		return nil, errSignIn
	}
	of, err := s.cfg.Store.PrinterRights(ctx, id)
	if errors.Is(err, ErrNotFound) || err == nil && !device(c, of) {
		return nil, errNoJob
	}
	if err != nil {
		return nil, err
	}
	s.seen(ctx, c, id)
	if limit <= 0 || limit > maxFetch {
		limit = maxFetch
	}
	jobs, err := s.cfg.Store.QueuedJobs(ctx, id, limit)
	if err != nil {
		return nil, err
	}
	if len(jobs) == 0 {
		return nil, errNoJob
	}
	views := make([]JobView, len(jobs))
	attempts := make([]JobNote, len(jobs))
	for i, j := range jobs {
		views[i] = JobView{Job: j, Role: gcp.RoleOwner}
		attempts[i] = JobNote{Job: j.ID, Attempts: 1}
	}
	s.note(ctx, attempts...)
	return views, nil
}

// Document opens a job's document for its robot, its owner or the printer's managers.
func (s *Service) Document(ctx context.Context, c Caller, id gcp.JobID) (OpenDocument, error) {
	view, err := s.Job(ctx, c, id)
	if err != nil {
		return OpenDocument{}, err
	}
	if view.Document.ID == "" {
		return OpenDocument{}, errDocumentGone
	}
	body, err := s.cfg.Blobs.Open(ctx, view.Document.ID)
	if errors.Is(err, ErrNotFound) {
		s.log.ErrorContext(ctx, "document of a job is missing", "job", id, "document", view.Document.ID)
		return OpenDocument{}, errDocumentGone
	}
	if err != nil {
		return OpenDocument{}, err
	}
	return OpenDocument{Job: view.Job, Body: body}, nil
}
