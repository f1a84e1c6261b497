package cloud

import (
	"context"
	"errors"

	"platen/gcp"
)

var errNotMovable = &Error{Kind: KindFinished, Message: "Only a job that waits, and that no connector has taken, can go to another printer."}

// Move sends a job that waits to another printer instead. The job ends, and another
// with the same document takes its place in the same transaction: a connector that
// has been offered the first one is refused when it wants to take it, so that only
// one of the two is ever printed.
func (s *Service) Move(ctx context.Context, c Caller, id gcp.JobID, to gcp.PrinterID) (JobView, error) {
	if c.User == nil {
		return JobView{}, errSignIn
	}
	old, err := s.Job(ctx, c, id)
	switch {
	case err != nil:
		return JobView{}, err
	case old.Overseen:
		return JobView{}, errNotAllowed
	case !old.Movable():
		return JobView{}, errNotMovable
	case old.Printer == to:
		return JobView{}, &Error{Kind: KindInvalid, Message: "The job is at this printer already."}
	}
	p, role, err := s.printable(ctx, c, to)
	if err != nil {
		return JobView{}, err
	}
	started := s.cfg.Now()
	sub := copyOf(old.Job, to)
	plan, err := s.checkDocument(p, &sub)
	if err != nil {
		return JobView{}, err
	}
	a, err := s.admission(p, Job{CreateTime: started}, asked{})
	if err != nil {
		return JobView{}, err
	}
	a.Rate, a.Stored = Quota{}, 0 // it was sent once, and its document is counted
	j, err := s.cfg.Store.MoveJob(ctx, id, a, func(o *Job, of PrinterRights) (Job, []Event, error) {
		if !o.Movable() {
			return Job{}, nil, errNotMovable
		}
		return s.moved(c, moving{o, of, p, sub, plan})
	})
	switch {
	case errors.Is(err, ErrNotFound):
		return JobView{}, errUnknownJob
	case err != nil:
		return JobView{}, s.refusal(err)
	}
	s.note(ctx, JobNote{Job: j.ID, Hops: gcp.Trace{gcp.HopQueued: s.cfg.Now().UnixMicro()}})
	return JobView{Job: j, Role: role}, nil
}

// Movable reports whether the job can go to another printer: it waits, and nobody may
// have it.
func (j *Job) Movable() bool {
	waits := j.State.Type == gcp.JobQueued || j.State.Type == gcp.JobHeld
	return waits && j.Claim == "" && j.Restored == "" && j.Document.ID != ""
}

// moving is a job on its way to another printer.
type moving struct {
	old  *Job
	of   PrinterRights
	to   Printer
	sub  Submission
	plan plan
}

// moved ends the old job and makes the new one.
func (s *Service) moved(c Caller, m moving) (Job, []Event, error) {
	now, before := s.cfg.Now(), *m.old
	j := Job{
		ID: gcp.JobID(gcp.NewID()), Printer: m.to.ID, PrinterName: m.to.ShownName(), Owner: before.Owner, OwnerEmail: before.OwnerEmail,
		Title: before.Title, ContentType: m.sub.ContentType, Ticket: m.plan.ticket, Work: m.plan.work, Notes: m.plan.notes,
		Document: before.Document, Tags: before.Tags, Pages: before.Pages, State: before.State,
		ExpireTime: before.ExpireTime, HoldUntil: before.HoldUntil, AgainOf: before.AgainOf, CreateTime: now, UpdateTime: now,
		Message: "moved from " + before.PrinterName, ReleaseBy: before.ReleaseBy,
	}
	if m.to.HoldJobs && j.State.Type == gcp.JobQueued {
		j.hold(wish{now: now, hold: s.cfg.Limits.Hold})
	}
	j.addHops(gcp.Trace{gcp.HopSubmitted: now.UnixMicro(), gcp.HopChecked: now.UnixMicro()})
	j.DueTime = j.due(s.cfg.Limits)
	m.old.Message = "moved to " + j.PrinterName
	m.old.setState(gcp.ByUser(gcp.JobAborted, gcp.UserCancelled), now)
	m.old.DueTime = m.old.due(s.cfg.Limits)
	events := jobEvents(before, *m.old, m.of)
	added := Event{
		Time: now, Kind: EventJobState, Printer: j.Printer, Job: j.ID, Robot: m.to.Robot, User: j.Owner, State: j.State.Type,
		By: c.User.ID, Note: "moved job " + string(before.ID) + " to this printer",
	}
	if j.State.Type == gcp.JobQueued {
		added.Kind = EventJobQueued
	}
	return j, append(events, added), nil
}
