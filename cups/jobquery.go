package cups

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/OpenPrinting/goipp"

	"platen/printer"
)

// jobAttributes are what is asked of a job.
func jobAttributes() []string {
	return []string{
		"job-id", "job-uuid", "job-state", "job-state-reasons", "job-state-message", "job-impressions-completed",
		"job-printer-state-message", "job-printer-state-reasons", "number-of-documents", "media", "media-col",
		"time-at-processing", "job-hold-until",
	}
}

// The job-states of RFC 8011, 5.3.7, that decisions hang on.
const (
	jobPending  = 3
	jobHeld     = 4
	jobStopped  = 6
	jobCanceled = 7
	jobAborted  = 8
)

// job asks for one job by its number, as its owner: Debian's default policy of
// CUPS shows less to others. A job that is unknown, or another one with the same
// number, is printer.ErrNoJob.
func (at place) job(ctx context.Context, l printer.LocalJob) (goipp.Attributes, error) {
	names := jobAttributes()
	if at.direct != nil {
		names = append(names, "job-name")
	} else {
		names = append(names, cloudJob)
	}
	r := newRequest(goipp.OpGetJobAttributes, at.path).uri(at.uri).integer("job-id", l.ID).user(l.User).
		wanting(names...)
	m, err := at.peer.ask(ctx, r, networkLimit)
	switch statusOf(err) {
	case goipp.StatusErrorNotFound, goipp.StatusErrorGone:
		return nil, printer.ErrNoJob
	}
	if err != nil {
		return nil, explain(r.op, err)
	}
	if at.server != nil && at.server.another(m.Job, l) {
		return nil, errAnother
	}
	if uuid := text(m.Job, "job-uuid"); l.UUID != "" && uuid != "" && !strings.EqualFold(uuid, l.UUID) {
		return nil, printer.ErrNoJob
	}
	if at.direct != nil && (l.UUID == "" || text(m.Job, "job-uuid") == "") && tagged(text(m.Job, "job-name"), l) {
		return nil, printer.ErrNoJob // its numbers began anew
	}
	if number(m.Job, "job-state", 0) == 0 {
		return nil, explain(r.op, errors.New("the answer has no job-state"))
	}
	return m.Job, nil
}

// tagged reports whether a job's name ends with the tag of another cloud job than
// l's. A name without a tag says nothing: printers cut names.
func tagged(name string, l printer.LocalJob) bool {
	return strings.HasSuffix(name, "]") && strings.Contains(name, " [") && !strings.HasSuffix(name, nameTag(l))
}

// search looks for a job by the cloud's ID in its name. The ID of what it returns
// is 0 if there is none.
func (at place) search(ctx context.Context, l printer.LocalJob) (printer.LocalJob, error) {
	for _, which := range []string{"not-completed", "completed"} {
		r := newRequest(goipp.OpGetJobs, at.path).uri(at.uri).user(l.User).
			set("which-jobs", goipp.TagKeyword, goipp.String(which)).
			wanting("job-id", "job-name", "job-uri", "job-uuid")
		m, err := at.peer.ask(ctx, r, networkLimit)
		if err != nil {
			return l, explain(r.op, err)
		}
		i := slices.IndexFunc(m.Groups, func(g goipp.Group) bool {
			return g.Tag == goipp.TagJobGroup && strings.HasSuffix(text(g.Attrs, "job-name"), nameTag(l))
		})
		if i >= 0 {
			l.ID = number(m.Groups[i].Attrs, "job-id", 0)
			l.URI, l.UUID = text(m.Groups[i].Attrs, "job-uri"), text(m.Groups[i].Attrs, "job-uuid")
			return l, nil
		}
	}
	return l, nil
}

// removeOrphan cancels a job that an earlier Create-Job of the same cloud job
// left behind when its answer was lost: it has no document, and a printer that
// takes one job at a time would wait for it for ever.
func (at place) removeOrphan(ctx context.Context, l printer.LocalJob) {
	found, err := at.search(ctx, l)
	if err != nil || found.ID == 0 {
		return // the next try looks again
	}
	_ = at.cancel(ctx, found) // so does it here
}
