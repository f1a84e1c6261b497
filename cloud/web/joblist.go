package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// jobsData is a page of a list of jobs.
type jobsData struct {
	Tabs     []link
	Scope    cloud.JobScope
	Text     string
	States   []choice
	Printers []choice
	Filtered bool // only some jobs are asked for
	Jobs     []jobRow
	Older    string // address of the next page; "" if there is none
	Newest   string // address of the first page; "" if this is it
	Counts   bool   // the person may see what was printed
	Live     cloud.Seq
}

func (d jobsData) after() cloud.Seq { return d.Live }

// jobGroup is what people call states.
type jobGroup struct {
	name   string
	states []gcp.JobStateType
}

func jobGroups() []jobGroup {
	return []jobGroup{
		{"waiting", []gcp.JobStateType{gcp.JobQueued, gcp.JobHeld, gcp.JobDraft}},
		{"printing", []gcp.JobStateType{gcp.JobInProgress, gcp.JobStopped}},
		{"printed", []gcp.JobStateType{gcp.JobDone}},
		{"failed", []gcp.JobStateType{gcp.JobAborted}},
	}
}

// jobsQuery reads which jobs a request asks for.
func (s *site) jobsQuery(v *visit) (cloud.BrowseQuery, error) {
	form := v.r.URL.Query()
	q := cloud.BrowseQuery{
		Scope: cloud.JobScope(cmp.Or(form.Get("tab"), string(cloud.ScopeMine))), Printer: gcp.PrinterID(form.Get("printer")),
		Text: strings.TrimSpace(form.Get("q")),
	}
	for _, g := range jobGroups() {
		if g.name == form.Get("state") {
			q.States = g.states
		}
	}
	if text := form.Get("before"); text != "" {
		at, order, _ := strings.Cut(text, "-")
		micros, err1 := strconv.ParseInt(at, 10, 64)
		n, err2 := strconv.ParseInt(order, 10, 64)
		if err1 != nil || err2 != nil || micros <= 0 {
			return q, &cloud.Error{Kind: cloud.KindInvalid, Message: s.pages.words["jobs.position"]}
		}
		q.Before = cloud.JobPlace{Time: time.UnixMicro(micros), Order: n}
	}
	return q, nil
}

// showJobs lists jobs, newest first.
func (s *site) showJobs(v *visit) error {
	q, err := s.jobsQuery(v)
	if err != nil {
		return err
	}
	data := jobsData{Scope: q.Scope, Text: q.Text}
	if data.Live, err = s.cfg.Service.LastEvent(v.ctx); err != nil {
		return err
	}
	page, err := s.cfg.Service.Browse(v.ctx, v.caller, q)
	if err != nil {
		return err
	}
	if err := s.jobTabs(v, &data); err != nil {
		return err
	}
	printers, err := s.cfg.Service.PrinterNames(v.ctx, v.caller, q.Scope)
	if err != nil {
		return err
	}
	for _, p := range printers {
		data.Printers = append(data.Printers, choice{string(p.ID), p.Name, p.ID == q.Printer})
	}
	state := v.r.URL.Query().Get("state")
	for _, g := range jobGroups() {
		data.States = append(data.States, choice{g.name, s.pages.words["jobs.group."+g.name], g.name == state})
	}
	data.Filtered = q.Printer != "" || q.Text != "" || len(q.States) > 0
	data.Jobs = s.jobRows(page.Jobs)
	for i, j := range page.Jobs {
		if j.Owner != v.caller.User.ID {
			data.Jobs[i].Sender = j.OwnerEmail
		}
	}
	if !page.Next.IsZero() {
		data.Older = jobsAddress(v, fmt.Sprintf("%d-%d", page.Next.Time.UnixMicro(), page.Next.Order))
	}
	if !q.Before.IsZero() {
		data.Newest = jobsAddress(v, "")
	}
	return s.show(v, http.StatusOK, "jobs", s.pages.words["jobs.title"], data)
}

// jobTabs lists the lists that the person may see.
func (s *site) jobTabs(v *visit, data *jobsData) error {
	names, err := s.cfg.Service.PrinterNames(v.ctx, v.caller, cloud.ScopePrinters)
	if err != nil {
		return err
	}
	add := func(scope cloud.JobScope) {
		data.Tabs = append(data.Tabs, link{"/jobs?tab=" + string(scope), s.pages.words["jobs.tab."+string(scope)], scope == data.Scope})
	}
	add(cloud.ScopeMine)
	if len(names) > 0 {
		add(cloud.ScopePrinters)
	}
	if v.caller.User.Admin {
		add(cloud.ScopeAll)
	}
	data.Counts = len(names) > 0 || v.caller.User.Admin
	return nil
}

// jobsAddress is the address of another page of the same list.
func jobsAddress(v *visit, before string) string {
	q := v.r.URL.Query()
	return address("/jobs", map[string]string{
		"tab": q.Get("tab"), "state": q.Get("state"), "printer": q.Get("printer"), "q": q.Get("q"), "before": before,
	})
}

// targets are the printers that a job can go to instead of its own.
func (s *site) targets(v *visit, j *cloud.JobView) ([]cloud.PrinterName, error) {
	list, err := s.cfg.Service.PrinterNames(v.ctx, v.caller, cloud.ScopeMine)
	return slices.DeleteFunc(list, func(p cloud.PrinterName) bool { return p.Hidden || p.ID == j.Printer }), err
}

// moveJob sends a job that waits to another printer. One that has gone on meanwhile is
// shown as it is.
func (s *site) moveJob(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	id := gcp.JobID(v.r.PathValue("id"))
	j, err := s.cfg.Service.Move(v.ctx, v.caller, id, gcp.PrinterID(form.Get("printer")))
	switch {
	case cloud.KindOf(err) == cloud.KindFinished:
		return v.redirect("/jobs/" + string(id))
	case err != nil:
		return err
	}
	return v.redirect("/jobs/" + string(j.ID))
}
