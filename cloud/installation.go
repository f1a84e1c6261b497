package cloud

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"platen/gcp"
)

// Bounds of an announcement.
const (
	maxRunID    = 64 // bytes
	maxRunsWas  = 64
	maxInstance = 64
)

// Announce says which standing a connector has that begins a run.
func (s *Service) Announce(ctx context.Context, c Caller, a gcp.Announcement, address string) (gcp.Installation, error) {
	if c.Robot == nil {
		return gcp.Installation{}, errNotAllowed
	}
	if err := checkAnnouncement(&a); err != nil {
		return gcp.Installation{}, err
	}
	epoch, err := s.cfg.Store.Epoch(ctx)
	if err != nil {
		return gcp.Installation{}, fmt.Errorf("read the epoch: %w", err)
	}
	r, err := s.cfg.Store.UpdateRobot(ctx, c.Robot.ID, func(r *Robot) ([]Event, error) {
		return r.announce(a, address, s.cfg.Now()), nil
	})
	if errors.Is(err, ErrNotFound) {
		return gcp.Installation{}, errSignIn // it was removed meanwhile
	}
	if err != nil {
		return gcp.Installation{}, fmt.Errorf("record an announcement of robot %s: %w", c.Robot.ID, err)
	}
	restored, err := s.restored(ctx, r.ID)
	if err != nil {
		return gcp.Installation{}, err
	}
	self := r.Installations[len(r.Installations)-1] // announce put it there
	if self.Standing == gcp.StandingRecovered {
		s.unaware.Store(r.ID, self.Run)
	}
	return gcp.Installation{Standing: self.Standing, Epoch: epoch, Restored: restored, Twins: r.twins(s.cfg.Now())}, nil
}

// checkAnnouncement refuses what no connector sends, and cuts what people wrote.
func checkAnnouncement(a *gcp.Announcement) error {
	tooLong := len(a.Run) > maxRunID || len(a.Was) > maxRunsWas || len(a.Instance) > maxInstance ||
		slices.ContainsFunc(a.Was, func(r gcp.RunID) bool { return len(r) > maxRunID })
	switch {
	case a.Run == "" || a.Instance == "":
		return &Error{Kind: KindMissing, Message: "Missing required parameters: run, instance."}
	case tooLong:
		return &Error{Kind: KindInvalid, Message: "The announcement is too long."}
	}
	a.Host, a.Version = CleanTitle(a.Host), CleanTitle(a.Version)
	return nil
}

// proved notes that an installation that was told that it is recovered has heard
// so: it asks for jobs. Until then its next run is told the same, as the answer
// may have been lost.
func (s *Service) proved(ctx context.Context, c Caller, run gcp.RunID) {
	if c.Robot == nil {
		return
	}
	// The caller may be remembered from before, but then this process has told it.
	if told, _ := s.unaware.Load(c.Robot.ID); told != run && !c.Robot.mayBeUnaware(run) {
		return
	}
	_, err := s.cfg.Store.UpdateRobot(ctx, c.Robot.ID, func(r *Robot) ([]Event, error) {
		if !r.mayBeUnaware(run) {
			return nil, ErrUnchanged
		}
		r.Installations = slices.Clone(r.Installations)
		for k := range r.Installations {
			if i := &r.Installations[k]; i.Run == run && i.Standing == gcp.StandingRecovered {
				i.Standing = gcp.StandingGranted
			}
		}
		return nil, nil
	})
	if err != nil {
		s.log.WarnContext(ctx, "noting that an installation is recovered", "robot", c.Robot.ID, "err", err)
		return
	}
	s.unaware.CompareAndDelete(c.Robot.ID, run)
}

// mayBeUnaware reports whether a run is the current one, recovered, and has not
// asked for jobs yet.
func (r *Robot) mayBeUnaware(run gcp.RunID) bool {
	return r.Run == run && r.holder().Standing == gcp.StandingRecovered
}

// checkRobot asks a robot's installations to announce themselves: any
// notification but one of jobs makes a connector list its printers.
func (s *Service) checkRobot(ctx context.Context, r gcp.RobotID) {
	n := gcp.Notification{Printer: gcp.PrinterID(r), Kind: gcp.NotifySettings}
	printers, err := s.cfg.Store.ListPrinters(ctx, PrinterFilter{Robot: r})
	if err != nil {
		s.log.WarnContext(ctx, "finding a printer to ask a connector by", "robot", r, "err", err)
	}
	if len(printers) > 0 {
		n.Printer = printers[0].ID
	}
	s.notify(ctx, r, n)
}

// checkTwins has installations announce themselves of which another one has
// stopped in (from, to], so that they hear that they are alone again.
func (s *Service) checkTwins(ctx context.Context, from, to time.Time) error {
	robots, err := s.cfg.Store.ListRobots(ctx, "")
	if err != nil {
		return fmt.Errorf("find installations: %w", err)
	}
	for _, r := range robots {
		if slices.ContainsFunc(r.Installations, func(i Installation) bool {
			end := i.LastSeen.Add(twinSeen)
			return i.Standing == gcp.StandingStandby && end.Before(to) && !end.Before(from)
		}) {
			s.checkRobot(ctx, r.ID)
		}
	}
	return nil
}
