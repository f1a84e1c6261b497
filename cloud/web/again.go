package web

import (
	"errors"

	"platen/cloud"
	"platen/gcp"
)

// listedRepeats is how many jobs a page names that print its job again.
const listedRepeats = 10

// relative is another job that a job's page leads to.
type relative struct {
	ID    gcp.JobID // "" if it cannot be shown
	Words string
	State string
}

// printAgain makes a new job of one that has ended.
func (s *site) printAgain(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	id := gcp.JobID(v.r.PathValue("id"))
	j, err := s.cfg.Service.PrintAgain(v.ctx, v.caller, id, onceKey(form.Get("key"), "again", string(id)))
	if err != nil {
		return err
	}
	return v.redirect("/jobs/" + string(j.ID))
}

// firstOf returns the job that a job prints again; nil for a job like any other.
func (s *site) firstOf(v *visit, j *cloud.JobView) (*relative, error) {
	if j.AgainOf == "" {
		return nil, nil
	}
	first, err := s.cfg.Service.Job(v.ctx, v.caller, j.AgainOf)
	if errors.Is(err, cloud.ErrNotFound) {
		return &relative{Words: s.pages.words["job.firstgone"]}, nil
	}
	if err != nil {
		return nil, err
	}
	r := s.relative(&first)
	return &r, nil
}

// repeatsOf returns the jobs that print a job again, newest first.
func (s *site) repeatsOf(v *visit, j *cloud.JobView) ([]relative, error) {
	jobs, _, err := s.cfg.Service.Jobs(v.ctx, v.caller, cloud.JobQuery{Printer: j.Printer, AgainOf: j.ID, Limit: listedRepeats})
	var list []relative
	for i := range jobs {
		list = append(list, s.relative(&jobs[i]))
	}
	return list, err
}

func (s *site) relative(j *cloud.JobView) relative {
	words, _ := s.pages.text("job.first", minute(j.CreateTime)) // a test knows that it is there
	return relative{j.ID, words, s.jobWords(&j.Job)}
}
