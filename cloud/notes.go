package cloud

import (
	"context"
	"errors"
	"sync"
	"time"

	"platen/gcp"
)

// touchEvery is how often at most it is written down that a robot was seen.
const touchEvery = 30 * time.Second

// notes gathers what is nice to know but not worth a transaction of its own:
// deliveries, hops, times of use. Run writes them down once a second; a crash
// loses no more than the last second's, and nothing decides by them.
type notes struct {
	mu       sync.Mutex // guards what follows
	jobs     map[gcp.JobID]JobNote
	printers map[gcp.PrinterID]time.Time
	robots   map[gcp.RobotID]time.Time // seen, not yet written
	touched  map[gcp.RobotID]time.Time // when each was last written
}

// note remembers notes about jobs.
func (s *Service) note(ctx context.Context, notes ...JobNote) {
	n := &s.notes
	n.mu.Lock()
	if n.jobs == nil {
		n.jobs = map[gcp.JobID]JobNote{}
	}
	for _, add := range notes {
		have := n.jobs[add.Job]
		have.Job = add.Job
		have.Attempts += add.Attempts
		for hop, at := range add.Hops {
			if have.Hops == nil {
				have.Hops = gcp.Trace{}
			}
			have.Hops[hop] = at
		}
		n.jobs[add.Job] = have
	}
	n.mu.Unlock()
	s.flushUnlessRunning(ctx)
}

// seen remembers that the caller's robot called, for one printer or for none in
// particular.
func (s *Service) seen(ctx context.Context, c Caller, printer gcp.PrinterID) {
	if c.Robot != nil {
		s.seenRobot(ctx, c.Robot.ID, printer)
	}
}

// seenRobot is seen for a robot, also for a person's own.
func (s *Service) seenRobot(ctx context.Context, id gcp.RobotID, printer gcp.PrinterID) {
	now := s.cfg.Now()
	n := &s.notes
	n.mu.Lock()
	if n.robots == nil {
		n.robots, n.touched = map[gcp.RobotID]time.Time{}, map[gcp.RobotID]time.Time{}
	}
	due := now.Sub(n.touched[id]) >= touchEvery
	if due {
		n.touched[id] = now
		n.robots[id] = now
	}
	if printer != "" {
		if n.printers == nil {
			n.printers = map[gcp.PrinterID]time.Time{}
		}
		n.printers[printer] = now
	}
	n.mu.Unlock()
	if due {
		s.flushUnlessRunning(ctx)
	}
}

// expect has a robot's next call written down, however short a time ago the last one was: it
// tells that the robot is there after all.
func (n *notes) expect(id gcp.RobotID) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.touched, id)
}

// flushUnlessRunning writes notes down at once where no Run does it later.
func (s *Service) flushUnlessRunning(ctx context.Context) {
	if s.running.Load() {
		return
	}
	if err := s.flushNotes(ctx); err != nil {
		s.log.WarnContext(ctx, "notes were not written down", "err", err)
	}
}

// flushNotes writes down what was gathered.
func (s *Service) flushNotes(ctx context.Context) error {
	n := &s.notes
	n.mu.Lock()
	jobs, printers, robots := n.jobs, n.printers, n.robots
	n.jobs, n.printers = nil, nil
	if len(robots) > 0 {
		n.robots = map[gcp.RobotID]time.Time{}
	}
	n.mu.Unlock()

	var errs []error
	if len(jobs) > 0 {
		list := make([]JobNote, 0, len(jobs))
		for _, j := range jobs {
			list = append(list, j)
		}
		errs = append(errs, s.cfg.Store.NoteJobs(ctx, list))
	}
	if len(printers) > 0 {
		errs = append(errs, s.cfg.Store.NotePrinters(ctx, printers))
	}
	for id, at := range robots {
		errs = append(errs, s.touch(ctx, id, at))
	}
	return errors.Join(errs...)
}

// touch gives a robot that called a lease, and tells when it came.
func (s *Service) touch(ctx context.Context, id gcp.RobotID, at time.Time) error {
	_, err := s.cfg.Store.UpdateRobot(ctx, id, func(r *Robot) ([]Event, error) {
		if at.Before(r.LastSeen) {
			return nil, ErrUnchanged // it has been heard of since, and may have said goodbye
		}
		came := !r.Connected && !r.LeaseUntil.After(at)
		r.LastSeen, r.LeaseUntil = at, at.Add(lease)
		if !came {
			return nil, nil
		}
		return []Event{{Time: at, Kind: EventRobotPresence, Robot: r.ID, User: r.Owner}}, nil
	})
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}
