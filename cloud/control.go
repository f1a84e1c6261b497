package cloud

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"platen/gcp"
)

// maxMessage bounds the sentence that a connector may attach to a job, in bytes.
const maxMessage = 4096

// cancelTimeout is how long a connector has to answer a request to cancel.
const cancelTimeout = time.Minute

// Control takes a robot's report, or a person's wish (cancel, hold, release).
func (s *Service) Control(ctx context.Context, c Caller, r JobReport) (JobView, error) {
	if r.Message != nil {
		m := cutText(*r.Message, maxMessage)
		r.Message = &m
	}
	if err := checkClaim(r.Grant); err != nil {
		return JobView{}, err
	}
	role := gcp.RoleOwner // a robot's, of its own printers
	if c.Robot == nil {
		var err error
		if role, err = s.jobRole(ctx, c, r.Job); err != nil {
			return JobView{}, err
		}
		if role == roleOverseer && (r.State == nil || r.State.Type != gcp.JobAborted) {
			return JobView{}, errNotAllowed
		}
	}
	s.seen(ctx, c, "")
	j, err := s.updateJob(ctx, r.Job, func(j *Job, of PrinterRights) ([]Event, error) {
		switch {
		case device(c, of) && !personal(c, r.State):
			return s.reported(j, of, r)
		case c.Robot != nil:
			return nil, errUnknownJob
		}
		return s.wished(c, j, of, r)
	})
	if err != nil {
		return JobView{}, unknownJob(err)
	}
	return JobView{Job: j, Role: role}, nil
}

// personal reports whether what a person asks for is what people want of a job, where
// the person's program may be the connector, too: no device reports these.
func personal(c Caller, to *gcp.JobState) bool {
	if c.User == nil || to == nil {
		return false
	}
	cancelled := to.Type == gcp.JobAborted && to.UserAction != nil
	return cancelled || to.Type == gcp.JobHeld || to.Type == gcp.JobQueued
}

// reported applies a device's report.
func (s *Service) reported(j *Job, of PrinterRights, r JobReport) ([]Event, error) {
	before := *j
	err := j.applyReport(r, of, s.cfg.Now())
	switch {
	case errors.Is(err, errHeard):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return jobEvents(before, *j, of), nil
}

// wished applies a person's wish: only its state counts.
func (s *Service) wished(c Caller, j *Job, of PrinterRights, r JobReport) ([]Event, error) {
	if r.State == nil {
		return nil, ErrUnchanged
	}
	before := *j
	note, err := j.applyWish(wish{to: *r.State, now: s.cfg.Now(), hold: s.cfg.Limits.Hold})
	if err != nil {
		return nil, err
	}
	events := jobEvents(before, *j, of)
	if note == "" && c.User.ID != j.Owner && c.User.ID != of.Owner {
		note = "asked for the state " + string(r.State.Type) // of another person's job
	}
	if note != "" {
		events[0].By, events[0].Note = c.User.ID, note
	}
	return events, nil
}

// DeleteJob cancels a job and removes it from listings once it ended.
func (s *Service) DeleteJob(ctx context.Context, c Caller, id gcp.JobID) error {
	role, err := s.jobRole(ctx, c, id)
	if err != nil {
		return err
	}
	if role == roleOverseer {
		return errNotAllowed // its sender could not see what became of it
	}
	_, err = s.updateJob(ctx, id, func(j *Job, of PrinterRights) ([]Event, error) {
		now := s.cfg.Now()
		before := *j
		if !j.State.Type.Ended() {
			if err := j.cancel(now); err != nil && !errors.Is(err, ErrUnchanged) {
				return nil, err
			}
		}
		j.Deleted, j.UpdateTime = true, now
		return jobEvents(before, *j, of), nil
	})
	return unknownJob(err)
}

// jobEvents tells what became of a job.
func jobEvents(before, after Job, of PrinterRights) []Event {
	e := Event{
		Time: after.UpdateTime, Kind: EventJobState, Printer: after.Printer, Job: after.ID,
		Robot: of.Robot, User: after.Owner, State: after.State.Type,
	}
	switch {
	case after.State.Type == gcp.JobQueued && before.State.Type != gcp.JobQueued:
		e.Kind = EventJobQueued
	case before.CancelRequested.IsZero() && !after.CancelRequested.IsZero():
		e.Kind = EventJobCancel
	}
	return []Event{e}
}

// endCancelled ends the jobs whose connectors did not answer a request to cancel.
func (s *Service) endCancelled(ctx context.Context) error {
	ids, err := s.cfg.Store.DueCancels(ctx, s.cfg.Now().Add(-cancelTimeout))
	if err != nil {
		return fmt.Errorf("find unanswered cancels: %w", err)
	}
	for _, id := range ids {
		_, err := s.updateJob(ctx, id, func(j *Job, of PrinterRights) ([]Event, error) {
			before := *j
			if err := j.timeOutCancel(s.cfg.Now()); err != nil {
				return nil, err
			}
			return jobEvents(before, *j, of), nil
		})
		if err != nil {
			return fmt.Errorf("end cancelled job %s: %w", id, err)
		}
	}
	return nil
}

// cutText cuts a text to at most n bytes, between two characters, and drops what
// is not UTF-8.
func cutText(text string, n int) string {
	text = ValidText(text)
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}
