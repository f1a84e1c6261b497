package push

import (
	"context"
	"slices"
	"time"

	"platen/gcp"
)

// robot is what the server knows of a robot that has streams. Server.mu guards it.
type robot struct {
	conns     []*conn // logged in
	boxes     []*box  // of calls that wait for hints
	dirty     bool    // Presence must be called
	reporting bool    // a goroutine calls Presence
	unsaid    bool    // the last call failed, and is made again
}

// join notes that c logged in as id. It fails when a token was revoked since
// seen, as it may have been this one.
func (s *Server) join(c *conn, id gcp.RobotID, seen uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.revoked != seen || s.closing {
		return false
	}
	r := s.robotLocked(id)
	r.conns = append(r.conns, c)
	c.robot = id
	return true
}

// robotLocked returns what is known of a robot, which may be nothing yet; Server.mu is
// held.
func (s *Server) robotLocked(id gcp.RobotID) *robot {
	r := s.robots[id]
	if r == nil {
		r = &robot{}
		s.robots[id] = r
	}
	return r
}

func (s *Server) revocations() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.revoked
}

// bind gives c its address, and asks older streams with the same resource whether
// anybody is there: most likely their peer is gone and nobody noticed yet. Those
// that answer stay. Two installations with the same credentials would otherwise
// throw each other out for ever.
func (s *Server) bind(c *conn, resource, full string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.resource, c.full = resource, full
	r := s.robots[c.robot]
	if resource == "" || r == nil {
		return
	}
	for _, o := range r.conns {
		if o != c && o.resource == resource {
			o.question()
		}
	}
}

// subscribe lets hints go to c from now on.
func (s *Server) subscribe(ctx context.Context, c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.subscribed = true
	s.reportPresence(ctx, c.robot)
}

// subscribed returns the robot's streams that take hints.
func (s *Server) subscribed(id gcp.RobotID) []*conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.robots[id]
	if r == nil {
		return nil
	}
	var l []*conn
	for _, c := range r.conns {
		if c.subscribed {
			l = append(l, c)
		}
	}
	return l
}

// leave takes c from its robot; Server.mu is held.
func (s *Server) leave(ctx context.Context, c *conn) {
	r := s.robots[c.robot]
	if r == nil {
		return
	}
	r.conns = slices.DeleteFunc(r.conns, func(o *conn) bool { return o == c })
	if c.subscribed {
		c.subscribed = false
		s.reportPresence(ctx, c.robot)
	}
	s.forget(c.robot, r)
}

func (s *Server) forget(id gcp.RobotID, r *robot) {
	if len(r.conns) == 0 && len(r.boxes) == 0 && !r.reporting && !r.unsaid {
		delete(s.robots, id)
	}
}

// alive repeats that a robot is there.
func (s *Server) alive(ctx context.Context, id gcp.RobotID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reportPresence(ctx, id)
}

// reportPresence has Presence called soon; Server.mu is held. One goroutine a
// robot does it, so that what is told last is how things are.
func (s *Server) reportPresence(ctx context.Context, id gcp.RobotID) {
	r := s.robots[id]
	if r == nil {
		return
	}
	r.dirty = true
	if r.reporting {
		return
	}
	r.reporting = true
	s.spawnLocked(func() {
		for s.presence(ctx, id, r) {
		}
	})
}

// presence makes one call, and reports whether another is due.
func (s *Server) presence(ctx context.Context, id gcp.RobotID, r *robot) bool {
	s.mu.Lock()
	r.dirty = false
	there := len(r.boxes) > 0 || slices.ContainsFunc(r.conns, func(c *conn) bool { return c.subscribed })
	s.mu.Unlock()

	call, cancel := context.WithTimeout(ctx, callTime)
	err := s.tellPresence(call, id, there)
	cancel()
	s.fault(ctx, "presence", err)

	s.mu.Lock()
	defer s.mu.Unlock()
	if r.dirty {
		return true
	}
	r.reporting = false
	if err != nil && !s.closing {
		s.tellLater(ctx, id, r)
	}
	s.forget(id, r)
	return false
}

// tellLater has Presence called again: a robot must not count as there for ever because
// its going could not be written down. Server.mu is held.
func (s *Server) tellLater(ctx context.Context, id gcp.RobotID, r *robot) {
	r.unsaid = true
	time.AfterFunc(presenceAgain, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if r.unsaid = false; !s.closing {
			s.reportPresence(ctx, id)
		}
	})
}

// tellPresence makes the call, unless nobody can say now whether the robot is there.
func (s *Server) tellPresence(ctx context.Context, id gcp.RobotID, there bool) (err error) {
	if !there {
		if there, err = s.elsewhere(ctx, id); err != nil {
			return err
		}
	}
	return s.cfg.Presence(ctx, id, there)
}
