package cloud

import (
	"context"
	"errors"
	"slices"
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
		jobs[i] = JobView{Job: j, Role: role, Device: c.Robot != nil}
	}
	return jobs, total, nil
}

// jobFilter turns a query into what the caller may see of it, and says what the
// caller's roles are on the printers managed.
func (s *Service) jobFilter(ctx context.Context, c Caller, q JobQuery) (JobFilter, map[gcp.PrinterID]gcp.Role, error) {
	f := JobFilter{
		Printer: q.Printer, OwnerEmail: strings.ToLower(q.Owner), AgainOf: q.AgainOf, Text: q.Text,
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
	printer, err := s.printerRole(ctx, c, of)
	if err != nil {
		return JobView{}, err
	}
	return jobView(c, j, of, printer)
}

// jobView is a job as somebody of a role on its printer may see it.
func jobView(c Caller, j Job, of PrinterRights, printer gcp.Role) (JobView, error) {
	role, err := roleForJob(c, j, printer)
	overseen := errors.Is(err, ErrNotFound) && c.oversees()
	if overseen {
		role, err = gcp.RoleUser, nil
	}
	if err == nil && j.Deleted && j.State.Type.Ended() && c.User != nil {
		err = errUnknownJob
	}
	if err != nil {
		return JobView{}, err
	}
	return JobView{Job: j, Role: role, Device: device(c, of), Overseen: overseen}, nil
}

// oversees reports whether the caller may see everybody's jobs, but not what is in
// them, and stop them: an administrator at a page. A program with an administrator's
// key is a stranger to the jobs of others.
func (c Caller) oversees() bool { return c.User != nil && c.User.Admin && c.Via == ViaCookie }

// Fetch returns QUEUED jobs of a printer, oldest first. It changes nothing but the
// count of delivery attempts and the times seen.
func (s *Service) Fetch(ctx context.Context, c Caller, q FetchQuery) ([]JobView, error) {
	of, err := s.fetchable(ctx, c, q)
	if err != nil {
		return nil, err
	}
	if q.Run != "" {
		if err := checkRun(q.Run, of.Run); err != nil {
			return nil, err
		}
		s.proved(ctx, c, q.Run)
	}
	jobs, err := s.cfg.Store.QueuedJobs(ctx, q.Printer, fetchLimit(q.Limit))
	if err != nil {
		return nil, err
	}
	now := s.cfg.Now()
	jobs = slices.DeleteFunc(jobs, func(j Job) bool { return j.expired(now) })
	views, err := fetched(jobs)
	if err != nil {
		return nil, err
	}
	s.offered.note(jobs, now)
	attempts := make([]JobNote, len(jobs))
	for i, j := range jobs {
		attempts[i] = JobNote{Job: j.ID, Attempts: 1}
	}
	s.note(ctx, attempts...)
	return views, nil
}

// fetchable checks that the caller serves the printer. One that is paused has no
// jobs to fetch.
func (s *Service) fetchable(ctx context.Context, c Caller, q FetchQuery) (PrinterRights, error) {
	if c.Anonymous() {
		return PrinterRights{}, errSignIn
	}
	of, err := s.cfg.Store.PrinterRights(ctx, q.Printer)
	if errors.Is(err, ErrNotFound) || err == nil && !device(c, of) {
		return of, errNoJob
	}
	if err != nil {
		return of, err
	}
	if of.Robot != "" {
		s.seenRobot(ctx, of.Robot, q.Printer) // the caller is it
	}
	if of.Paused {
		return of, errNoJob
	}
	return of, nil
}

func fetchLimit(limit int) int {
	if limit <= 0 || limit > maxFetch {
		return maxFetch
	}
	return limit
}

// fetched shows jobs to the robot that asked for them.
func fetched(jobs []Job) ([]JobView, error) {
	if len(jobs) == 0 {
		return nil, errNoJob
	}
	views := make([]JobView, len(jobs))
	for i, j := range jobs {
		views[i] = JobView{Job: j, Role: gcp.RoleOwner, Device: true}
	}
	return views, nil
}

// Document opens a job's document for its robot, its owner or the printer's
// managers, in a form that the caller takes. The robot gets it as its printer needs
// it, people as it was sent. With a claim it first gives the job to it, and refuses
// others.
func (s *Service) Document(ctx context.Context, c Caller, id gcp.JobID, g gcp.Grant, f Form) (OpenDocument, error) {
	if err := checkClaim(g); err != nil {
		return OpenDocument{}, err
	}
	view, err := s.Job(ctx, c, id)
	if err != nil {
		return OpenDocument{}, err
	}
	if view.Overseen {
		return OpenDocument{}, errNotAllowed
	}
	if view.Document.ID == "" {
		return OpenDocument{}, errDocumentGone
	}
	work, err := s.delivery(ctx, view, f)
	if err != nil {
		return OpenDocument{}, err
	}
	switch {
	case g.Claim != "":
		if view.Job, err = s.granted(ctx, c, view.Job, g); err != nil {
			return OpenDocument{}, err
		}
	case c.Robot != nil && view.Claim != "": // an old connector, and a newer one has the job
		return OpenDocument{}, errClaimed
	}
	if !work.IsZero() {
		return s.rendered(ctx, view, work)
	}
	body, err := s.cfg.Blobs.Open(ctx, view.Document.ID)
	if errors.Is(err, ErrNotFound) {
		s.log.ErrorContext(ctx, "document of a job is missing", "job", id, "document", view.Document.ID)
		return OpenDocument{}, errDocumentGone
	}
	if err != nil {
		return OpenDocument{}, err
	}
	d := view.Document
	return OpenDocument{Job: view.Job, Body: body, Type: view.ContentType, Size: d.Size, Digest: d.Digest}, nil
}

// granted gives a job to a claim of its robot, in one conditional update. If the
// claim has it already, nothing is written.
func (s *Service) granted(ctx context.Context, c Caller, have Job, g gcp.Grant) (Job, error) {
	if have.Claim == g.Claim && have.taken() {
		of, err := s.cfg.Store.PrinterRights(ctx, have.Printer)
		switch {
		case err != nil:
			return have, unknownJob(err)
		case device(c, of):
			return have, checkRun(g.Run, of.Run)
		}
		return have, errNotAllowed
	}
	j, err := s.updateJob(ctx, have.ID, func(j *Job, of PrinterRights) ([]Event, error) {
		if !device(c, of) {
			return nil, errNotAllowed
		}
		before := *j
		if err := j.grant(g, of, s.cfg.Now()); err != nil {
			return nil, err
		}
		return jobEvents(before, *j, of), nil
	})
	return j, unknownJob(err)
}
