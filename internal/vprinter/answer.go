package vprinter

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/OpenPrinting/goipp"
)

func first(attrs goipp.Attributes, name string) goipp.Values {
	for _, a := range attrs {
		if a.Name == name {
			return a.Values
		}
	}
	return nil
}

func text(attrs goipp.Attributes, name string) string {
	if v := first(attrs, name); len(v) > 0 {
		return v[0].V.String()
	}
	return ""
}

func integer(attrs goipp.Attributes, name string, otherwise int) int {
	if v := first(attrs, name); len(v) > 0 {
		if n, ok := v[0].V.(goipp.Integer); ok {
			return int(n)
		}
	}
	return otherwise
}

// jobID returns the job that a request is about, 0 if it names none.
func jobID(m *goipp.Message) int {
	if uri := text(m.Operation, "job-uri"); uri != "" {
		n, err := strconv.Atoi(uri[strings.LastIndexByte(uri, '/')+1:])
		if err == nil {
			return n
		}
	}
	return integer(m.Operation, "job-id", 0)
}

// pick returns the attributes that a request asks for; without a wish, those of
// otherwise, or all.
func pick(m *goipp.Message, attrs goipp.Attributes, otherwise string) goipp.Attributes {
	var want []string
	for _, v := range first(m.Operation, "requested-attributes") {
		want = append(want, v.V.String())
	}
	if want == nil && otherwise != "" {
		want = strings.Fields(otherwise)
	}
	if want == nil {
		want = []string{"all"}
	}
	out := goipp.Attributes{}
	for _, a := range attrs {
		if slices.Contains(want, a.Name) || named(want, a.Name) {
			out = append(out, a)
		}
	}
	return out
}

// named reports whether one of the group names in want holds an attribute. The
// media database must be asked for by its own name (PWG 5100.7).
func named(want []string, name string) bool {
	if name == "media-col-database" {
		return false
	}
	template := isTemplate(name)
	return slices.Contains(want, "all") ||
		template && slices.Contains(want, "job-template") ||
		!template && (slices.Contains(want, "printer-description") || slices.Contains(want, "job-description"))
}

func isTemplate(name string) bool {
	for _, t := range []string{
		"copies", "finishings", "media", "multiple-document-handling", "orientation-requested", "output-bin",
		"page-ranges", "print-color-mode", "print-content-optimize", "print-quality", "print-rendering-intent",
		"print-scaling", "printer-resolution", "sides",
	} {
		if name == t || name == t+"-default" || name == t+"-supported" || name == t+"-ready" || strings.HasPrefix(name, "media-") {
			return true
		}
	}
	return false
}

// describe answers with what Print-Job and its like tell of a job.
func (p *Printer) describe(x *exchange, j *job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	attrs := p.jobDescription(x.req, j)
	x.resp.Groups.Add(goipp.Group{Tag: goipp.TagJobGroup, Attrs: slices.DeleteFunc(attrs, func(a goipp.Attribute) bool {
		return !slices.Contains([]string{"job-id", "job-uri", "job-uuid", "job-state", "job-state-reasons"}, a.Name)
	})})
}

func (p *Printer) jobAttributes(x *exchange) {
	p.mu.Lock()
	defer p.mu.Unlock()
	j := p.find(jobID(x.req))
	if j == nil {
		x.refuse(goipp.StatusErrorNotFound, "")
		return
	}
	if goipp.Op(x.req.Code) == goipp.OpCloseJob {
		return // a job has one document here, and is closed with it
	}
	x.resp.Groups.Add(goipp.Group{Tag: goipp.TagJobGroup, Attrs: pick(x.req, p.jobDescription(x.req, j), "")})
}

func (p *Printer) listJobs(x *exchange) {
	which := cmp.Or(text(x.req.Operation, "which-jobs"), "not-completed")
	if which != "completed" && which != "not-completed" && which != "all" {
		x.refuse(goipp.StatusErrorAttributesOrValues, which)
		x.resp.Groups.Add(goipp.Group{Tag: goipp.TagUnsupportedGroup, Attrs: goipp.Attributes{
			goipp.MakeAttribute("which-jobs", goipp.TagKeyword, goipp.String(which)),
		}})
		return
	}
	mine := text(x.req.Operation, "my-jobs") == "true"
	user := cmp.Or(text(x.req.Operation, "requesting-user-name"), "anonymous")
	left := integer(x.req.Operation, "limit", keepJobs)
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
		x.resp.Groups.Add(goipp.Group{Tag: goipp.TagJobGroup, Attrs: pick(x.req, p.jobDescription(x.req, j), "job-uri job-id")})
	}
}

// jobDescription returns everything about a job. p.mu is held.
func (p *Printer) jobDescription(m *goipp.Message, j *job) goipp.Attributes {
	uri := cmp.Or(text(m.Operation, "printer-uri"), "ipp://localhost"+Path)
	if u := text(m.Operation, "job-uri"); u != "" {
		uri = u[:strings.LastIndexByte(u, '/')]
	}
	var a list
	a.integers("job-id", j.ID)
	a.strings("job-uri", goipp.TagURI, uri+"/"+strconv.Itoa(j.ID))
	a.strings("job-uuid", goipp.TagURI, j.uuid)
	a.strings("job-printer-uri", goipp.TagURI, uri)
	a.strings("job-name", goipp.TagName, j.Name)
	a.strings("job-originating-user-name", goipp.TagName, j.User)
	a.enums("job-state", j.State)
	a.strings("job-state-reasons", goipp.TagKeyword, j.reasons...)
	a.integers("number-of-documents", j.docs)
	a.integers("job-k-octets", int((j.size+1023)/1024))
	done := 0
	if j.State == stateCompleted {
		done = 1
	}
	a.integers("job-impressions-completed", done)
	a.integers("job-printer-up-time", p.upTime(time.Now()))
	a.moment("time-at-creation", p, j.created)
	a.moment("time-at-processing", p, j.started)
	a.moment("time-at-completed", p, j.completed)
	if j.Format != "" {
		a.strings("document-format", goipp.TagMimeType, j.Format)
	}
	return append(goipp.Attributes(a), j.Attributes...)
}

// upTime is the seconds since the printer started, at least 1.
func (p *Printer) upTime(t time.Time) int { return int(t.Sub(p.born)/time.Second) + 1 }

// list builds attributes.
type list goipp.Attributes

func (l *list) add(name string, tag goipp.Tag, values ...goipp.Value) {
	a := goipp.Attribute{Name: name}
	for _, v := range values {
		a.Values.Add(tag, v)
	}
	*l = append(*l, a)
}

func (l *list) strings(name string, tag goipp.Tag, values ...string) {
	a := goipp.Attribute{Name: name}
	for _, v := range values {
		a.Values.Add(tag, goipp.String(v))
	}
	*l = append(*l, a)
}

func (l *list) integers(name string, values ...int) { l.numbers(name, goipp.TagInteger, values) }

func (l *list) enums(name string, values ...int) { l.numbers(name, goipp.TagEnum, values) }

func (l *list) numbers(name string, tag goipp.Tag, values []int) {
	a := goipp.Attribute{Name: name}
	for _, v := range values {
		a.Values.Add(tag, goipp.Integer(v))
	}
	*l = append(*l, a)
}

func (l *list) moment(name string, p *Printer, t time.Time) {
	if t.IsZero() {
		l.add(name, goipp.TagNoValue, goipp.Void{})
		return
	}
	l.integers(name, p.upTime(t))
}
