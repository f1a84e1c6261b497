package component

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"platen/gcp"
	"platen/internal/backoff"
)

// sign is the last that was heard of a session.
type sign struct {
	robot gcp.RobotID
	here  bool
}

// signs holds what was heard and is not written down yet: the last word of each session.
type signs struct {
	mu      sync.Mutex // guards what follows
	heard   map[string]sign
	revoked map[gcp.RobotID]bool
	wake    chan struct{} // has one when there is something
}

func newSigns() *signs {
	return &signs{heard: map[string]sign{}, revoked: map[gcp.RobotID]bool{}, wake: make(chan struct{}, 1)}
}

// add never waits. What is too much is lost: a session that is there shows it again, and
// one that is not ends in time.
func (s *signs) add(jid string, heard sign) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.heard[jid]; known || len(s.heard) < maxSigns {
		s.heard[jid] = heard
	}
	s.signal()
}

func (s *signs) revoke(robot gcp.RobotID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked[robot] = true
	s.signal()
}

func (s *signs) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// take returns some of what was heard.
func (s *signs) take() (heard map[string]sign, revoked map[gcp.RobotID]bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	heard, revoked = s.heard, s.revoked
	s.heard, s.revoked = map[string]sign{}, map[gcp.RobotID]bool{}
	for jid, later := range heard {
		if len(heard) <= signsAtOnce {
			break
		}
		s.heard[jid] = later
		delete(heard, jid)
		s.signal()
	}
	return heard, revoked
}

// putBack keeps what could not be written, unless something newer was heard.
func (s *signs) putBack(heard map[string]sign, revoked map[gcp.RobotID]bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for jid, old := range heard {
		if _, newer := s.heard[jid]; !newer {
			s.heard[jid] = old
		}
	}
	maps.Copy(s.revoked, revoked)
	s.signal()
}

// keepSigns writes down what is heard. One goroutine does it: the last word counts.
func (l *Link) keepSigns(ctx context.Context) error {
	for {
		select {
		case <-l.signs.wake:
		case <-ctx.Done():
			return ctx.Err()
		}
		heard, revoked := l.signs.take()
		err := l.keep(ctx, heard, revoked)
		l.fault(ctx, "record of who is there", err)
		if err != nil {
			l.signs.putBack(heard, revoked)
			if err := backoff.Sleep(ctx, time.Second); err != nil {
				return err
			}
		}
	}
}

// keep writes down some signs, and tells what came of them.
func (l *Link) keep(ctx context.Context, heard map[string]sign, revoked map[gcp.RobotID]bool) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	gone, err := l.expel(ctx, revoked)
	if err != nil {
		return err
	}
	list, unwanted, err := l.sort(ctx, heard)
	if err != nil {
		return err
	}
	fresh, err := l.cfg.Store.KeepPushSessions(ctx, list)
	if err != nil {
		return err
	}
	ended, err := l.cfg.Store.DropPushSessions(ctx, append(gone, unwanted...))
	if err != nil {
		return err
	}
	l.tell(context.WithoutCancel(ctx), append(list, ended...))
	l.greet(ctx, fresh)
	return nil
}

// expel has robots logged out, and returns the sessions to forget.
func (l *Link) expel(ctx context.Context, revoked map[gcp.RobotID]bool) (jids []string, err error) {
	for robot := range revoked {
		list, err := l.cfg.Store.PushSessions(ctx, robot)
		if err != nil {
			return nil, err
		}
		for _, s := range list {
			jids = append(jids, s.JID)
		}
		l.tasks.add(task{do: endSessions, robot: robot})
	}
	return jids, nil
}

// sort parts the sessions that are there from those that are not, or should not be.
func (l *Link) sort(ctx context.Context, heard map[string]sign) (list []Session, unwanted []string, err error) {
	until := time.Now().Add(l.cfg.Limits.lease())
	for _, jid := range slices.Sorted(maps.Keys(heard)) {
		s := heard[jid]
		if !s.here {
			unwanted = append(unwanted, jid)
			continue
		}
		standing, err := l.standing(ctx, s.robot)
		switch {
		case err != nil:
			return nil, nil, err
		case standing == Trusted:
			list = append(list, Session{JID: jid, Robot: s.robot, Until: until})
		case standing == Revoked:
			unwanted = append(unwanted, jid)
			l.tasks.add(task{do: endSessions, robot: s.robot})
		}
	}
	return list, unwanted, nil
}

// tell says of each robot once that something is new about its being there.
func (l *Link) tell(ctx context.Context, of []Session) {
	told := map[gcp.RobotID]bool{}
	for _, s := range of {
		if !told[s.Robot] {
			told[s.Robot] = true
			l.cfg.Changed(ctx, s.Robot)
		}
	}
}

// greet does for sessions that are new what the embedded service does for a subscription.
func (l *Link) greet(ctx context.Context, fresh []Session) {
	var errs []error
	for _, s := range fresh {
		if l.cfg.PubSub != "" {
			l.tasks.add(task{do: prepareNode, robot: s.Robot})
		}
		waiting, err := l.cfg.Waiting(ctx, s.Robot)
		errs = append(errs, err)
		for _, id := range waiting {
			l.Notify(ctx, s.Robot, gcp.Notification{Printer: id})
		}
	}
	l.fault(ctx, "list of waiting printers", errors.Join(errs...))
}
