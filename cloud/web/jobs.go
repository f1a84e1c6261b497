package web

import (
	"net/http"

	"platen/cloud"
	"platen/gcp"
)

type jobData struct {
	Job       jobRow
	AgainOf   *relative  // the job that this one prints again
	Repeats   []relative // the jobs that print this one again
	Steps     []step
	Failed    bool                // it ended otherwise than printed
	Printer   *printerRow         // how its printer is, while it waits or prints
	Targets   []cloud.PrinterName // where it can go instead
	Releasers *releasersData      // who else may release it
	Live      cloud.Seq
}

func (d jobData) after() cloud.Seq { return d.Live }

// liveData is a page that follows jobs: after is the last event that it shows.
type liveData interface{ after() cloud.Seq }

func (s *site) showJob(v *visit) error {
	last, err := s.cfg.Service.LastEvent(v.ctx)
	if err != nil {
		return err
	}
	j, err := s.cfg.Service.Job(v.ctx, v.caller, gcp.JobID(v.r.PathValue("id")))
	if err != nil {
		return err
	}
	data := jobData{Job: s.jobRow(&j), Steps: s.steps(j.Trace), Failed: j.State.Type == gcp.JobAborted, Live: last, Releasers: s.releasers(v, &j)}
	if data.Job.Movable {
		if data.Targets, err = s.targets(v, &j); err != nil {
			return err
		}
	}
	if data.Printer, err = s.printerOf(v, &j); err != nil {
		return err
	}
	if data.AgainOf, err = s.firstOf(v, &j); err != nil {
		return err
	}
	if data.Repeats, err = s.repeatsOf(v, &j); err != nil {
		return err
	}
	return s.show(v, http.StatusOK, "job", data.Job.Title, data)
}

// printerOf returns the printer of a job that has not ended; nil where the person may
// not see it.
func (s *site) printerOf(v *visit, j *cloud.JobView) (*printerRow, error) {
	if j.State.Type.Ended() {
		return nil, nil
	}
	p, err := s.cfg.Service.Printer(v.ctx, v.caller, j.Printer)
	switch {
	case err == nil:
		row := s.printerRow(&p)
		return &row, nil
	case cloud.KindOf(err) == cloud.KindNotFound, cloud.KindOf(err) == cloud.KindForbidden:
		return nil, nil
	}
	return nil, err
}

// cancelJob asks for a cancel; a job that ended meanwhile is shown as it ended.
func (s *site) cancelJob(v *visit) error {
	return s.wish(v, gcp.ByUser(gcp.JobAborted, gcp.UserCancelled))
}

// confirmJob takes a person's word that an unconfirmed job was printed.
func (s *site) confirmJob(v *visit) error { return s.wish(v, gcp.StateOf(gcp.JobDone)) }

// releaseJob lets a held job print.
func (s *site) releaseJob(v *visit) error { return s.wish(v, gcp.StateOf(gcp.JobQueued)) }

// wish asks for a state. A job that has gone on meanwhile is shown as it is.
func (s *site) wish(v *visit, state gcp.JobState) error {
	if _, err := s.form(v); err != nil {
		return err
	}
	id := gcp.JobID(v.r.PathValue("id"))
	_, err := s.cfg.Service.Control(v.ctx, v.caller, cloud.JobReport{Job: id, State: &state})
	if kind := cloud.KindOf(err); err != nil && kind != cloud.KindFinished && kind != cloud.KindInvalid {
		return err
	}
	return v.redirect("/jobs/" + string(id))
}
