package ipp

import (
	"slices"
	"strings"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/ippserver"
)

// The job-states of RFC 8011, 5.3.7.
const (
	jobPending   = 3
	jobHeld      = 4
	jobPrinting  = 5
	jobStopped   = 6
	jobCanceled  = 7
	jobAborted   = 8
	jobCompleted = 9
)

// shownJob is a job of the service, or one whose document is still to come.
type shownJob struct {
	number int
	view   cloud.JobView
	coming *comingState // nil for a job of the service
}

// acceptedWish is what a job's creation tells of it (RFC 8011, 4.2.1.2).
const acceptedWish = "job-uri job-id job-uuid job-state job-state-reasons job-state-message"

// answerJob tells of a job that was just made.
func (c *call) answerJob(j shownJob) {
	attrs := c.describeJob(j)
	want := strings.Fields(acceptedWish)
	c.x.Answer(goipp.TagJobGroup, slices.DeleteFunc(attrs, func(a goipp.Attribute) bool { return !slices.Contains(want, a.Name) }))
}

// phase is the state of a job as IPP has it.
type phase struct {
	state   int
	reason  string
	message string
}

// phaseOf translates a job's state: the reverse of what connectors make of a printer's.
func phaseOf(j *cloud.Job) phase {
	p := phase{message: j.Message}
	switch j.State.Type {
	case gcp.JobDraft:
		p.state, p.reason = jobHeld, "job-incoming"
	case gcp.JobHeld:
		p.state, p.reason = jobHeld, "job-release-wait"
		say(&p, "The job is held until it is released on its page, or at the printer.")
		if j.Restored != "" {
			p.reason = "job-suspended-by-system"
		}
	case gcp.JobQueued:
		p.state, p.reason = jobPending, "none"
	case gcp.JobInProgress:
		p.state, p.reason = jobPrinting, "job-printing"
	case gcp.JobStopped:
		p.state, p.reason = jobStopped, stoppedReason(j.State)
	case gcp.JobDone:
		p.state, p.reason = jobCompleted, "job-completed-successfully"
	case gcp.JobAborted:
		p.state, p.reason = abortedPhase(j)
	default: // neither new nor over
		p.state, p.reason = jobPrinting, "job-printing"
	}
	if !j.CancelRequested.IsZero() && !j.State.Type.Ended() {
		p.state, p.reason = jobPrinting, "processing-to-stop-point"
	}
	return p
}

func say(p *phase, message string) {
	if p.message == "" {
		p.message = message
	}
}

func stoppedReason(s gcp.JobState) string {
	switch {
	case s.UserAction != nil:
		return "job-suspended"
	case s.ServiceAction != nil:
		return "resources-are-not-ready"
	case s.DeviceAction != nil:
		return "job-held-for-authorization"
	}
	return "printer-stopped"
}

// abortedPhase says how a job ended without success. One of which nobody knows whether
// it came out is aborted, and says so in words.
func abortedPhase(j *cloud.Job) (state int, reason string) {
	s := j.State
	switch {
	case s.UserAction != nil && s.UserAction.ActionCode == gcp.UserCancelled:
		return jobCanceled, "job-canceled-by-user"
	case s.ServiceAction != nil && s.ServiceAction.ErrorCode == gcp.ServiceExpiration:
		return jobCanceled, "job-canceled-after-timeout"
	case s.ServiceAction != nil && s.ServiceAction.ErrorCode == gcp.ServiceUnsupportedType:
		return jobAborted, "unsupported-document-format"
	case s.ServiceAction != nil && s.ServiceAction.ErrorCode == gcp.ServiceConversion:
		return jobAborted, "document-format-error"
	case s.DeviceAction != nil && s.DeviceAction.ErrorCode == gcp.DeviceInvalidTicket:
		return jobAborted, "unsupported-attributes-or-values"
	case s.DeviceAction != nil && s.DeviceAction.ErrorCode == gcp.DeviceDownloadFailure:
		return jobAborted, "submission-interrupted"
	case j.Unconfirmed:
		return jobAborted, "errors-detected"
	}
	return jobAborted, "aborted-by-system"
}

// describeJob returns everything about a job.
func (c *call) describeJob(j shownJob) goipp.Attributes {
	var l ippserver.List
	now := c.h.cfg.Now()
	l.Integers("job-id", j.number)
	l.Strings("job-uri", goipp.TagURI, c.jobURI(j.number))
	l.Strings("job-printer-uri", goipp.TagURI, c.uri())
	l.Integers("job-printer-up-time", upTime(now))
	if j.coming != nil {
		describeComing(&l, j.coming)
		return goipp.Attributes(l)
	}
	v := &j.view
	p := phaseOf(&v.Job)
	l.Strings("job-uuid", goipp.TagURI, uuidOf(string(v.ID)))
	l.Strings("job-name", goipp.TagName, ippserver.Cut(v.Title, 255))
	l.Strings("job-originating-user-name", goipp.TagName, ippserver.Cut(v.OwnerEmail, 255))
	l.Enums("job-state", p.state)
	l.Strings("job-state-reasons", goipp.TagKeyword, p.reason)
	l.Strings("job-state-message", goipp.TagText, ippserver.Cut(p.message, 255))
	l.Strings("job-more-info", goipp.TagURI, c.page("/jobs/"+string(v.ID)))
	l.Integers("number-of-documents", 1)
	l.Integers("job-k-octets", int((v.Document.Size+1023)/1024))
	l.Integers("job-impressions-completed", v.PagesPrinted)
	if v.Pages > 0 {
		l.Integers("job-impressions", v.Pages)
	}
	l.Strings("document-format", goipp.TagMimeType, v.ContentType)
	times(&l, "creation", v.CreateTime)
	times(&l, "processing", started(&v.Job))
	times(&l, "completed", v.EndTime)
	describeAsked(&l, &v.Job)
	return goipp.Attributes(l)
}

func describeComing(l *ippserver.List, j *comingState) {
	state, reason := jobHeld, "job-incoming"
	switch j.ended {
	case comingCanceled:
		state, reason = jobCanceled, "job-canceled-by-user"
	case comingAborted:
		state, reason = jobAborted, "aborted-by-system"
	}
	l.Strings("job-name", goipp.TagName, ippserver.Cut(j.title, 255))
	l.Strings("job-originating-user-name", goipp.TagName, ippserver.Cut(j.email, 255))
	l.Enums("job-state", state)
	l.Strings("job-state-reasons", goipp.TagKeyword, reason)
	l.Integers("number-of-documents", 0)
	l.Integers("job-k-octets", 0)
	l.Integers("job-impressions-completed", 0)
	times(l, "creation", j.created)
	times(l, "processing", time.Time{})
	times(l, "completed", time.Time{})
}

// started is when a connector took a job, zero if none has.
func started(j *cloud.Job) time.Time {
	if us, ok := j.Trace[gcp.HopOffered]; ok {
		return time.UnixMicro(us)
	}
	switch j.State.Type {
	case gcp.JobInProgress, gcp.JobStopped, gcp.JobDone:
		return j.HeardTime // of an old connector
	case gcp.JobDraft, gcp.JobHeld, gcp.JobQueued, gcp.JobAborted:
	}
	return time.Time{}
}

// times adds a point in time in both forms (RFC 8011, 5.3.14).
func times(l *ippserver.List, what string, t time.Time) {
	if t.IsZero() {
		l.NoValue("time-at-" + what)
		l.NoValue("date-time-at-" + what)
		return
	}
	l.Integers("time-at-"+what, upTime(t))
	l.Add("date-time-at-"+what, goipp.TagDateTime, goipp.Time{Time: t})
}
