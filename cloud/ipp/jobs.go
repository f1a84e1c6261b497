package ipp

import (
	"cmp"
	"errors"
	"slices"

	"github.com/OpenPrinting/goipp"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/ippserver"
	"platen/internal/ippwords"
)

// errNoJob is the answer for a job that is not there, or that the caller may not know of.
var errNoJob = refuse(goipp.StatusErrorNotFound, "There is no such job.")

// jobNumbered returns a job that the caller may see.
func (c *call) jobNumbered(n int) (shownJob, error) {
	if n <= 0 {
		return shownJob{}, refuse(goipp.StatusErrorBadRequest, "Which job? There is neither a job-id nor a job-uri.")
	}
	if s := c.h.incoming.find(c.place.printer, n, c.caller.User.ID, c.h.cfg.Now()); s != nil {
		return shownJob{number: n, coming: s}, nil
	}
	id, err := c.h.cfg.Numbers.JobByNumber(c.ctx, c.place.printer, n)
	if errors.Is(err, cloud.ErrNotFound) || err == nil && id == "" {
		return shownJob{}, errNoJob
	}
	if err != nil {
		return shownJob{}, err
	}
	v, err := c.h.cfg.Service.Job(c.ctx, c.caller, id)
	if errors.Is(err, cloud.ErrNotFound) || err == nil && !c.shows(v.Owner) {
		return shownJob{}, errNoJob
	}
	return shownJob{number: n, view: v}, err
}

// shows reports whether somebody's jobs are shown here. A personal address is for
// printing: it reaches its person's own jobs, also where the person looks after the printer.
func (c *call) shows(owner cloud.UserID) bool {
	return c.place.secret == "" || owner == c.caller.User.ID
}

// getJob is Get-Job-Attributes (RFC 8011, 4.3.4).
func (c *call) getJob() error {
	j, err := c.jobNumbered(ippserver.JobID(c.x.Req))
	if err != nil {
		return err
	}
	c.x.Answer(goipp.TagJobGroup, ippserver.Pick(c.x.Req, c.describeJob(j), ""))
	return nil
}

// statuses are the states that a value of which-jobs stands for, nil for one that is unknown.
func statuses(which string) []gcp.JobStatus {
	open := []gcp.JobStatus{gcp.StatusHeld, gcp.StatusQueued, gcp.StatusInProgress}
	over := []gcp.JobStatus{gcp.StatusDone, gcp.StatusError}
	switch which {
	case "not-completed":
		return open
	case "completed":
		return over
	case "all":
		return append(open, over...)
	}
	return nil
}

// maxListed is how many jobs one answer tells of.
const maxListed = 500

// getJobs is Get-Jobs (RFC 8011, 4.2.6): the caller's own, and everybody's for whoever
// looks after the printer and has signed in.
func (c *call) getJobs() error {
	if _, err := c.front(); err != nil {
		return err
	}
	op := c.x.Req.Operation
	which := cmp.Or(ippserver.Text(op, "which-jobs"), "not-completed")
	if statuses(which) == nil {
		c.x.Unsupported(goipp.MakeAttribute("which-jobs", goipp.TagKeyword, goipp.String(which)))
		return refuse(goipp.StatusErrorAttributesOrValues, "which-jobs is completed, not-completed or all.")
	}
	if v := ippwords.First(op, "job-ids"); len(v) > 0 {
		return c.jobsNumbered(v)
	}
	list, err := c.listed(which, ippserver.Bool(op, "my-jobs"))
	if err != nil {
		return err
	}
	limit := ippserver.Integer(op, "limit", maxListed)
	for _, j := range list[:min(len(list), max(limit, 0))] {
		c.x.Answer(goipp.TagJobGroup, ippserver.Pick(c.x.Req, c.describeJob(j), "job-uri job-id"))
	}
	return nil
}

// jobsNumbered answers for the jobs that a request lists (PWG 5100.11, 3.1.2). What is not
// there is left out.
func (c *call) jobsNumbered(values goipp.Values) error {
	for _, v := range values[:min(len(values), maxListed)] {
		n, _ := v.V.(goipp.Integer)
		j, err := c.jobNumbered(max(int(n), 1))
		if errors.Is(err, errNoJob) {
			continue
		}
		if err != nil {
			return err
		}
		c.x.Answer(goipp.TagJobGroup, ippserver.Pick(c.x.Req, c.describeJob(j), "job-uri job-id"))
	}
	return nil
}

// listed returns jobs: those that have not ended in the order in which they print, the
// others with the newest first (RFC 8011, 4.2.6.2).
func (c *call) listed(which string, mine bool) ([]shownJob, error) {
	q := cloud.JobQuery{Printer: c.place.printer, Status: statuses(which), Sort: "CREATE_TIME_DESC", Limit: maxListed}
	if which == "not-completed" {
		q.Sort = "CREATE_TIME"
	}
	if mine || c.place.secret != "" {
		q.Owner = c.caller.User.Email
	}
	views, _, err := c.h.cfg.Service.Jobs(c.ctx, c.caller, q)
	if err != nil {
		return nil, err
	}
	ids := make([]gcp.JobID, len(views))
	for i, v := range views {
		ids[i] = v.ID
	}
	numbers, err := c.h.cfg.Numbers.JobNumbers(c.ctx, c.place.printer, ids...)
	if err != nil {
		return nil, err
	}
	list := make([]shownJob, len(views))
	for i, v := range views {
		list[i] = shownJob{number: numbers[i], view: v}
	}
	if which != "completed" {
		list = append(list, c.stillComing()...)
	}
	return list, nil
}

// stillComing lists the caller's jobs that wait for their documents, oldest first.
func (c *call) stillComing() []shownJob {
	var list []shownJob
	for n, s := range c.h.incoming.of(c.place.printer, c.caller.User.ID, c.h.cfg.Now()) {
		list = append(list, shownJob{number: n, coming: s})
	}
	slices.SortFunc(list, func(a, b shownJob) int { return cmp.Compare(a.number, b.number) })
	return list
}

// cancelJob is Cancel-Job (RFC 8011, 4.3.3).
func (c *call) cancelJob() error {
	j, err := c.jobNumbered(ippserver.JobID(c.x.Req))
	if err != nil {
		return err
	}
	return c.cancel(j)
}

func (c *call) cancel(j shownJob) error {
	if j.coming != nil {
		if c.h.incoming.cancel(c.place.printer, j.number, c.caller.User.ID, c.h.cfg.Now()) {
			return nil
		}
		return refuse(goipp.StatusErrorNotPossible, "The job has ended.")
	}
	if j.view.State.Type.Ended() || !j.view.CancelRequested.IsZero() {
		return refuse(goipp.StatusErrorNotPossible, "The job has ended, or is being cancelled.")
	}
	stop := gcp.ByUser(gcp.JobAborted, gcp.UserCancelled)
	_, err := c.h.cfg.Service.Control(c.ctx, c.caller, cloud.JobReport{Job: j.view.ID, State: &stop})
	return err
}

// cancelMyJobs is Cancel-My-Jobs (PWG 5100.11, 4.1). With job-ids either all of them are
// the caller's and can be cancelled, or none is.
func (c *call) cancelMyJobs() error {
	if _, err := c.front(); err != nil {
		return err
	}
	var list []shownJob
	var err error
	if v := ippwords.First(c.x.Req.Operation, "job-ids"); len(v) > 0 {
		list, err = c.mineNumbered(v)
	} else if list, err = c.listed("not-completed", true); err == nil {
		list = slices.DeleteFunc(list, func(j shownJob) bool { return j.coming == nil && !j.view.CancelRequested.IsZero() })
	}
	if err != nil {
		return err
	}
	for _, j := range list {
		if err := c.cancel(j); err != nil && cloud.KindOf(err) != cloud.KindFinished {
			return err
		}
	}
	return nil
}

func (c *call) mineNumbered(values goipp.Values) ([]shownJob, error) {
	var list []shownJob
	var wrong goipp.Values
	for _, v := range values[:min(len(values), maxListed)] {
		n, _ := v.V.(goipp.Integer)
		j, err := c.jobNumbered(max(int(n), 1))
		mine := err == nil && (j.coming != nil || j.view.Owner == c.caller.User.ID)
		over := err == nil && (j.coming == nil && j.view.State.Type.Ended() || j.coming != nil && j.coming.ended != "")
		if err != nil && !errors.Is(err, errNoJob) {
			return nil, err
		}
		if !mine || over {
			wrong.Add(goipp.TagInteger, v.V)
			continue
		}
		list = append(list, j)
	}
	if len(wrong) > 0 {
		c.x.Unsupported(goipp.Attribute{Name: "job-ids", Values: wrong})
		return nil, refuse(goipp.StatusErrorNotPossible, "Some of these jobs are not there, have ended, or are not yours.")
	}
	return list, nil
}
