package memory

import (
	"cmp"
	"context"
	"slices"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// AddRobot adds a connector's account.
func (s *Store) AddRobot(_ context.Context, r cloud.Robot) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addRobot(r)
}

func (s *Store) addRobot(r cloud.Robot) error {
	if s.robot(r.ID) != nil {
		return cloud.ErrExists
	}
	s.robots = append(s.robots, stampRobot(r))
	return nil
}

func stampRobot(r cloud.Robot) cloud.Robot {
	r.CreateTime, r.LastSeen, r.LeaseUntil = stamp(r.CreateTime), stamp(r.LastSeen), stamp(r.LeaseUntil)
	return r
}

// robot returns the row, or nil.
func (s *Store) robot(id gcp.RobotID) *cloud.Robot {
	for i := range s.robots {
		if s.robots[i].ID == id {
			return &s.robots[i]
		}
	}
	return nil
}

// Robot returns a connector's account.
func (s *Store) Robot(_ context.Context, id gcp.RobotID) (cloud.Robot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.robot(id); r != nil {
		return *r, nil
	}
	return cloud.Robot{}, cloud.ErrNotFound
}

// RobotsAmong returns the robots of some ids.
func (s *Store) RobotsAmong(_ context.Context, ids []gcp.RobotID) ([]cloud.Robot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []cloud.Robot
	for _, r := range s.robots {
		if slices.Contains(ids, r.ID) {
			list = append(list, r)
		}
	}
	return list, nil
}

// RobotByProxy returns the newest robot of an owner's proxy.
func (s *Store) RobotByProxy(_ context.Context, owner cloud.UserID, proxy gcp.ProxyID) (cloud.Robot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var newest *cloud.Robot
	for i := range s.robots {
		r := &s.robots[i]
		if r.Owner == owner && r.Proxy == proxy && (newest == nil || r.CreateTime.After(newest.CreateTime)) {
			newest = r
		}
	}
	if newest == nil {
		return cloud.Robot{}, cloud.ErrNotFound
	}
	return *newest, nil
}

// ListRobots returns the robots of an owner, or of all, oldest first.
func (s *Store) ListRobots(_ context.Context, owner cloud.UserID) ([]cloud.Robot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []cloud.Robot
	for _, r := range s.robots {
		if owner == "" || r.Owner == owner {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(a, b cloud.Robot) int {
		return cmp.Or(a.CreateTime.Compare(b.CreateTime), cmp.Compare(a.ID, b.ID))
	})
	return list, nil
}

// UpdateRobot saves what fn makes of a robot.
func (s *Store) UpdateRobot(_ context.Context, id gcp.RobotID, fn func(*cloud.Robot) ([]cloud.Event, error)) (cloud.Robot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.robot(id)
	if old == nil {
		return cloud.Robot{}, cloud.ErrNotFound
	}
	r := *old
	r.Installations = slices.Clone(r.Installations)
	events, err := fn(&r)
	if err != nil {
		return r, kept(err)
	}
	r.ID, r.CreateTime = old.ID, old.CreateTime
	*old = stampRobot(r)
	s.addEvents(events)
	return r, nil
}

// DisconnectRobots marks all robots as not connected.
func (s *Store) DisconnectRobots(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.robots {
		s.robots[i].Connected = false
	}
	return nil
}

// online reports whether a robot is connected, or has a lease.
func (s *Store) online(id gcp.RobotID, now time.Time) bool {
	r := s.robot(id)
	return r != nil && (r.Connected || r.LeaseUntil.After(now))
}
