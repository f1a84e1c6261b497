package cloud

import (
	"context"
	"fmt"
	"time"

	"platen/gcp"
)

// A hint that is not acted on is repeated this long after the job was queued,
// and from the last of these on at every hintEvery.
const (
	hintFirst  = 5 * time.Second
	hintSecond = 30 * time.Second
	hintEvery  = 5 * time.Minute
)

// eventPage is how many events are read at a time.
const eventPage = 500

// hintDue reports whether a job queued at a time is to be hinted again in
// (from, to]. It depends on the job's time alone, so that a restart, or a second
// replica, keeps to the same schedule.
func hintDue(queued, from, to time.Time) bool {
	due := func(after time.Duration) bool {
		at := queued.Add(after)
		return at.After(from) && !at.After(to)
	}
	if due(hintFirst) || due(hintSecond) {
		return true
	}
	since := to.Sub(queued) - hintSecond
	if since < hintEvery {
		return false
	}
	return due(hintSecond + since.Truncate(hintEvery))
}

// repeatHints hints the printers of which a job has waited for a moment of the
// schedule in (from, to].
func (s *Service) repeatHints(ctx context.Context, from, to time.Time) error {
	waiting, err := s.cfg.Store.Waiting(ctx, "", to)
	if err != nil {
		return fmt.Errorf("find waiting printers: %w", err)
	}
	for _, w := range waiting {
		if w.Online && (hintDue(w.Oldest, from, to) || hintDue(w.Newest, from, to)) {
			s.notify(ctx, w.Robot, gcp.Notification{Printer: w.Printer})
		}
	}
	return nil
}

// hintAll hints every printer that has waiting jobs, once, at the start.
func (s *Service) hintAll(ctx context.Context) error {
	waiting, err := s.cfg.Store.Waiting(ctx, "", s.cfg.Now())
	if err != nil {
		return fmt.Errorf("find waiting printers: %w", err)
	}
	for _, w := range waiting {
		s.notify(ctx, w.Robot, gcp.Notification{Printer: w.Printer})
	}
	return nil
}

func (s *Service) notify(ctx context.Context, robot gcp.RobotID, n gcp.Notification) {
	if s.cfg.Notifier != nil && robot != "" {
		s.cfg.Notifier.Notify(ctx, robot, n)
	}
}

// feed turns events into hints as soon as they are committed.
func (s *Service) feed(ctx context.Context, after Seq) error {
	for {
		if err := s.cfg.Store.AwaitEvents(ctx, after); err != nil {
			return err
		}
		events, err := s.cfg.Store.Events(ctx, after, eventPage)
		if err != nil {
			return err
		}
		s.push(ctx, events)
		if len(events) > 0 {
			after = events[len(events)-1].Seq
		}
	}
}

// push hints each printer of some events once for each kind.
func (s *Service) push(ctx context.Context, events []Event) {
	type hint struct {
		robot gcp.RobotID
		n     gcp.Notification
	}
	done := map[hint]bool{}
	var notified []JobNote
	for _, e := range events {
		if e.Kind == EventRobotCheck {
			s.checkRobot(ctx, e.Robot)
			continue
		}
		kind, ok := hintFor(e.Kind)
		if !ok || e.Robot == "" {
			continue
		}
		called := s.cfg.Now()
		h := hint{e.Robot, gcp.Notification{Printer: e.Printer, Kind: kind}}
		if !done[h] {
			done[h] = true
			s.notify(ctx, h.robot, h.n)
		}
		if e.Kind == EventJobQueued && s.cfg.Notifier != nil {
			notified = append(notified, JobNote{Job: e.Job, Hops: gcp.Trace{gcp.HopNotified: called.UnixMicro()}})
		}
	}
	if len(notified) > 0 {
		s.note(ctx, notified...)
	}
}

// hintFor says which notification an event is pushed as.
func hintFor(k EventKind) (gcp.NotificationKind, bool) {
	switch k {
	case EventJobQueued, EventJobCancel, EventPrinterResumed:
		return gcp.NotifyJobs, true
	case EventPrinterSetting:
		return gcp.NotifySettings, true
	case EventPrinterDeleted:
		return gcp.NotifyDelete, true
	case EventJobState, EventPrinterAdded, EventPrinterChanged, EventRobotRevoked, EventRobotPresence, EventRobotCheck,
		EventOutage, EventOutageOver, EventAudit, EventPersonRevoked, EventNodePublished:
	}
	return "", false
}
