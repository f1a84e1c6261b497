package vprinter

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/internal/ippserver"
)

// describe answers with what Print-Job and its like tell of a job.
func (p *Printer) describe(x *ippserver.Exchange, j *job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	attrs := p.jobDescription(x.Req, j)
	x.Answer(goipp.TagJobGroup, slices.DeleteFunc(attrs, func(a goipp.Attribute) bool {
		return !slices.Contains([]string{"job-id", "job-uri", "job-uuid", "job-state", "job-state-reasons"}, a.Name)
	}))
}

func (p *Printer) jobAttributes(x *ippserver.Exchange) {
	p.mu.Lock()
	defer p.mu.Unlock()
	j := p.find(ippserver.JobID(x.Req))
	if j == nil {
		x.Refuse(goipp.StatusErrorNotFound, "")
		return
	}
	if goipp.Op(x.Req.Code) == goipp.OpCloseJob {
		return // a job has one document here, and is closed with it
	}
	x.Answer(goipp.TagJobGroup, ippserver.Pick(x.Req, p.jobDescription(x.Req, j), ""))
}

func (p *Printer) listJobs(x *ippserver.Exchange) {
	which := cmp.Or(ippserver.Text(x.Req.Operation, "which-jobs"), "not-completed")
	if which != "completed" && which != "not-completed" && which != "all" {
		x.Refuse(goipp.StatusErrorAttributesOrValues, which)
		x.Unsupported(goipp.MakeAttribute("which-jobs", goipp.TagKeyword, goipp.String(which)))
		return
	}
	mine := ippserver.Text(x.Req.Operation, "my-jobs") == "true"
	user := cmp.Or(ippserver.Text(x.Req.Operation, "requesting-user-name"), "anonymous")
	left := ippserver.Integer(x.Req.Operation, "limit", keepJobs)
	p.mu.Lock()
	defer p.mu.Unlock()
	list := slices.Clone(p.jobs)
	if which == "completed" {
		slices.Reverse(list) // RFC 8011, 4.2.6.2: newest first
	}
	for _, j := range list {
		if mine && j.User != user || which == "completed" && j.State < stateCanceled || which == "not-completed" && j.State >= stateCanceled {
			continue
		}
		if left--; left < 0 {
			return
		}
		x.Answer(goipp.TagJobGroup, ippserver.Pick(x.Req, p.jobDescription(x.Req, j), "job-uri job-id"))
	}
}

// jobDescription returns everything about a job. p.mu is held.
func (p *Printer) jobDescription(m *goipp.Message, j *job) goipp.Attributes {
	uri := cmp.Or(ippserver.Text(m.Operation, "printer-uri"), "ipp://localhost"+Path)
	if u := ippserver.Text(m.Operation, "job-uri"); u != "" {
		uri = u[:strings.LastIndexByte(u, '/')]
	}
	var a ippserver.List
	a.Integers("job-id", j.ID)
	a.Strings("job-uri", goipp.TagURI, uri+"/"+strconv.Itoa(j.ID))
	a.Strings("job-uuid", goipp.TagURI, j.uuid)
	a.Strings("job-printer-uri", goipp.TagURI, uri)
	a.Strings("job-name", goipp.TagName, j.Name)
	a.Strings("job-originating-user-name", goipp.TagName, j.User)
	a.Enums("job-state", j.State)
	a.Strings("job-state-reasons", goipp.TagKeyword, j.reasons...)
	a.Integers("number-of-documents", j.docs)
	a.Integers("job-k-octets", int((j.size+1023)/1024))
	done := 0
	if j.State == stateCompleted {
		done = 1
	}
	a.Integers("job-impressions-completed", done)
	a.Integers("job-printer-up-time", p.upTime(time.Now()))
	p.moment(&a, "time-at-creation", j.created)
	p.moment(&a, "time-at-processing", j.started)
	p.moment(&a, "time-at-completed", j.completed)
	if j.Format != "" {
		a.Strings("document-format", goipp.TagMimeType, j.Format)
	}
	return append(goipp.Attributes(a), j.Attributes...)
}

// upTime is the seconds since the printer started, at least 1.
func (p *Printer) upTime(t time.Time) int { return int(t.Sub(p.born)/time.Second) + 1 }

// moment adds a point in time of the printer's own clock.
func (p *Printer) moment(l *ippserver.List, name string, t time.Time) {
	if t.IsZero() {
		l.NoValue(name)
		return
	}
	l.Integers(name, p.upTime(t))
}
