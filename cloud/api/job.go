package api

import (
	"encoding/json"
	"strings"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/fault"
)

// fetch gives a robot its waiting jobs.
func (h *handler) fetch(c *call) error {
	id, err := c.printerID()
	if err != nil {
		return err
	}
	ask := h.cfg.Service.Fetch
	if c.args.truth("restored") {
		ask = h.cfg.Service.FetchRestored
	}
	jobs, err := ask(c.ctx, c.caller, cloud.FetchQuery{Printer: id, Limit: c.args.count("limit"), Run: gcp.RunID(c.args.get("run"))})
	if err != nil {
		return err
	}
	c.write(&fetchAnswer{c.done(""), c.jobsOf(jobs, c.jobFields())})
	fault.Point("cloud.fetch.answered")
	return nil
}

// control takes a robot's report or a person's wish.
func (h *handler) control(c *call) error {
	report, err := c.report()
	if err != nil {
		return err
	}
	fault.Point("cloud.control.before")
	view, err := h.cfg.Service.Control(c.ctx, c.caller, report)
	if err != nil {
		return err
	}
	fault.Point("cloud.control.committed")
	c.write(&jobAnswer{c.done(""), c.jobOf(&view, c.jobFields())})
	return nil
}

// report reads both forms of a /control call.
func (c *call) report() (cloud.JobReport, error) {
	id, err := c.jobID()
	if err != nil {
		return cloud.JobReport{}, err
	}
	r := cloud.JobReport{
		Job: id, PagesPrinted: c.args.number("pagesprinted"),
		CancelAcknowledged: strings.EqualFold(c.args.get("cancel"), "acknowledged"),
		Grant:              c.grant(), Unheard: c.args.truth("unheard"),
	}
	if m := c.args.get("message"); m != "" {
		r.Message = &m
	}
	if t := c.args.get("trace"); t != "" {
		if err := json.Unmarshal([]byte(t), &r.Trace); err != nil {
			return cloud.JobReport{}, invalid("The argument trace is not a trace.")
		}
	}
	if word := c.args.get("status"); word != "" {
		state, ok := gcp.StateOfStatus(gcp.JobStatus(word))
		if !ok {
			return cloud.JobReport{}, invalid("This status is not known.")
		}
		r.State = &state
	}
	if diff := c.args.first("semantic_state_diff", "semanticStateDiff"); diff != "" {
		var cjs gcp.CJS
		if err := gcp.DecodeLenient([]byte(diff), &cjs); err != nil {
			return cloud.JobReport{}, invalid("The argument semantic_state_diff is not a job state.")
		}
		if cjs.State.Type != "" {
			r.State = &cjs.State
		}
		if cjs.PagesPrinted != nil {
			r.PagesPrinted = cjs.PagesPrinted
		}
		r.DeliveryAttempts = cjs.DeliveryAttempts
	}
	if r.State == nil && r.PagesPrinted == nil && r.Message == nil && r.Trace == nil && !r.CancelAcknowledged && !r.Unheard {
		return cloud.JobReport{}, missing()
	}
	return r, nil
}

// jobs lists jobs.
func (h *handler) jobs(c *call) error {
	q := cloud.JobQuery{
		Printer: gcp.PrinterID(c.args.first("printerid", "printerId")), Owner: c.args.get("owner"), Text: c.args.get("q"),
		Sort: strings.ToUpper(c.args.get("sortorder")), Offset: c.args.count("offset"), Limit: c.args.count("limit"),
	}
	for word := range strings.SplitSeq(c.args.get("status"), ",") {
		if word = strings.TrimSpace(word); word != "" {
			q.Status = append(q.Status, gcp.JobStatus(strings.ToUpper(word)))
		}
	}
	jobs, total, err := h.cfg.Service.Jobs(c.ctx, c.caller, q)
	if err != nil {
		return err
	}
	c.write(&jobsAnswer{
		c.done(""), c.jobsOf(jobs, c.jobFields()),
		gcp.Range{JobsTotal: gcp.Int64(total), JobsCount: len(jobs)},
	})
	return nil
}

// deleteJob cancels a job and removes it from listings.
func (h *handler) deleteJob(c *call) error {
	id, err := c.jobID()
	if err != nil {
		return err
	}
	if err := h.cfg.Service.DeleteJob(c.ctx, c.caller, id); err != nil {
		return err
	}
	c.write(&envelopeAnswer{c.done("Print job deleted.")})
	return nil
}

// resubmit copies a job to another printer.
func (h *handler) resubmit(c *call) error {
	id, err := c.jobID()
	if err != nil {
		return err
	}
	to, err := c.printerID()
	if err != nil {
		return err
	}
	ticket, err := ticketArg(c.args)
	if err != nil {
		return err
	}
	view, err := h.cfg.Service.Resubmit(c.ctx, c.caller, id, to, ticket)
	if err != nil {
		return err
	}
	c.write(&jobAnswer{c.done("Print job added."), c.jobOf(&view, c.jobFields())})
	return nil
}

// printAgain makes a new job of one that has ended.
func (h *handler) printAgain(c *call) error {
	id, err := c.jobID()
	if err != nil {
		return err
	}
	key, err := c.jobKey()
	if err != nil {
		return err
	}
	view, err := h.cfg.Service.PrintAgain(c.ctx, c.caller, id, key)
	if err != nil {
		return err
	}
	c.write(&jobAnswer{c.done("Print job added."), c.jobOf(&view, c.jobFields())})
	return nil
}
