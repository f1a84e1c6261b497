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
	role := gcp.RoleOwner // a robot's, of its own printers
	if c.Robot == nil {
		var err error
		if role, err = s.jobRole(ctx, c, r.Job); err != nil {
			return JobView{}, err
		}
	}
	s.seen(ctx, c, "")
	j, err := s.cfg.Store.UpdateJob(ctx, r.Job, func(j *Job, of PrinterRights) ([]Event, error) {
		now := s.cfg.Now()
		before := *j
		if device(c, of) {
			if err := j.applyReport(r, now); err != nil {
				return nil, err
			}
		} else if c.Robot != nil {
			return nil, errUnknownJob
		} else if err := j.applyWishes(r, now); err != nil {
			return nil, err
		}
		return jobEvents(before, *j, of), nil
	})
	if err != nil {
		return JobView{}, unknownJob(err)
	}
	return JobView{Job: j, Role: role}, nil
}

// DeleteJob cancels a job and removes it from listings once it ended.
func (s *Service) DeleteJob(ctx context.Context, c Caller, id gcp.JobID) error {
	if _, err := s.jobRole(ctx, c, id); err != nil {
		return err
	}
	_, err := s.cfg.Store.UpdateJob(ctx, id, func(j *Job, of PrinterRights) ([]Event, error) {
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
		_, err := s.cfg.Store.UpdateJob(ctx, id, func(j *Job, of PrinterRights) ([]Event, error) {
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
