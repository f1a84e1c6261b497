package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// listedJobs is how many jobs the page of jobs shows.
const listedJobs = 100

type jobRow struct {
	ID         gcp.JobID
	Title      string
	Printer    string
	PrinterID  gcp.PrinterID
	Owner      string
	State      string // in words
	Message    string
	Pages      int // printed so far
	Sent       time.Time
	Cancelable bool
	Unsure     bool // a person may say that it came out
}

type step struct{ Name, After string }

type jobData struct {
	Job   jobRow
	Steps []step
	Live  cloud.Seq
}

func (d jobData) after() cloud.Seq { return d.Live }

type jobsData struct {
	Jobs []jobRow
	Live cloud.Seq
}

func (d jobsData) after() cloud.Seq { return d.Live }

// liveData is a page that follows jobs: after is the last event that it shows.
type liveData interface{ after() cloud.Seq }

func (s *site) showJobs(v *visit) error {
	last, err := s.cfg.Service.LastEvent(v.ctx)
	if err != nil {
		return err
	}
	jobs, _, err := s.cfg.Service.Jobs(v.ctx, v.caller, cloud.JobQuery{Limit: listedJobs})
	if err != nil {
		return err
	}
	return s.show(v, http.StatusOK, "jobs", s.pages.words["jobs.title"], jobsData{s.jobRows(jobs), last})
}

func (s *site) showJob(v *visit) error {
	last, err := s.cfg.Service.LastEvent(v.ctx)
	if err != nil {
		return err
	}
	j, err := s.cfg.Service.Job(v.ctx, v.caller, gcp.JobID(v.r.PathValue("id")))
	if err != nil {
		return err
	}
	row := s.jobRow(&j)
	return s.show(v, http.StatusOK, "job", row.Title, jobData{row, s.steps(j.Trace), last})
}

// cancelJob asks for a cancel; a job that ended meanwhile is shown as it ended.
func (s *site) cancelJob(v *visit) error {
	return s.wish(v, gcp.ByUser(gcp.JobAborted, gcp.UserCancelled))
}

// confirmJob takes a person's word that an unconfirmed job was printed.
func (s *site) confirmJob(v *visit) error { return s.wish(v, gcp.StateOf(gcp.JobDone)) }

func (s *site) wish(v *visit, state gcp.JobState) error {
	if _, err := s.form(v); err != nil {
		return err
	}
	id := gcp.JobID(v.r.PathValue("id"))
	_, err := s.cfg.Service.Control(v.ctx, v.caller, cloud.JobReport{Job: id, State: &state})
	if err != nil && !errors.Is(err, cloud.ErrFinished) {
		return err
	}
	return v.redirect("/jobs/" + string(id))
}

func (s *site) jobRows(jobs []cloud.JobView) []jobRow {
	rows := make([]jobRow, len(jobs))
	for i := range jobs {
		rows[i] = s.jobRow(&jobs[i])
	}
	return rows
}

func (s *site) jobRow(j *cloud.JobView) jobRow {
	row := jobRow{
		ID: j.ID, Title: j.Title, Printer: j.PrinterName, PrinterID: j.Printer, Owner: j.OwnerEmail,
		State: s.jobWords(&j.Job), Message: j.Message, Pages: j.PagesPrinted, Sent: j.CreateTime,
		Cancelable: !j.State.Type.Ended() && j.CancelRequested.IsZero(),
		Unsure:     j.Unconfirmed && j.State.Type.Ended(),
	}
	if row.Title == "" {
		row.Title = s.pages.words["job.untitled"]
	}
	return row
}

// jobWords says how a job is.
func (s *site) jobWords(j *cloud.Job) string {
	key := string(j.State.Type)
	switch {
	case j.Unconfirmed && j.State.Type == gcp.JobAborted:
		key = "UNCONFIRMED"
	case j.State.Type == gcp.JobAborted && j.State.UserAction != nil && j.State.UserAction.ActionCode == gcp.UserCancelled:
		key = "CANCELLED"
	case j.State.Type == gcp.JobAborted && j.State.ServiceAction != nil && j.State.ServiceAction.ErrorCode == gcp.ServiceExpiration:
		key = "EXPIRED"
	case !j.State.Type.Ended() && !j.CancelRequested.IsZero():
		key = "CANCELLING"
	}
	if words, ok := s.pages.words["job."+key]; ok {
		return words
	}
	return s.pages.words["job.UNKNOWN"]
}

// steps lists the hops of a job in the order in which they happened.
func (s *site) steps(trace gcp.Trace) []step {
	hops := make([]gcp.Hop, 0, len(trace))
	for h := range trace {
		hops = append(hops, h)
	}
	slices.SortFunc(hops, func(a, b gcp.Hop) int {
		if trace[a] != trace[b] {
			return int(max(-1, min(1, trace[a]-trace[b])))
		}
		return int(a - b)
	})
	steps := make([]step, 0, len(hops))
	for _, h := range hops {
		name, ok := s.pages.words[fmt.Sprintf("hop.%d", h)]
		if !ok {
			continue
		}
		ms := float64(trace[h]-trace[hops[0]]) / 1000
		steps = append(steps, step{name, fmt.Sprintf("%.1f ms", ms)})
	}
	return steps
}
