package push

import (
	"context"
	"crypto/rand"
	"slices"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// A robot whose network lets no stream through asks for its hints over HTTPS, again and
// again: each call is held until there is one. Between two calls they wait in a box.
type box struct {
	srv   *Server
	id    string
	robot gcp.RobotID

	// Guarded by Server.mu.
	queue   queue         // in no answer yet
	sent    queue         // in the last answer, which may be lost
	number  int           // of the last answer
	turn    int           // of the call that may wait: an older one was given up by its peer
	waiting bool          // that call is here
	changed chan struct{} // closed when there is something to say to the call that waits
	timer   *time.Timer   // ends the box while no call waits
	closed  bool
}

// Bounds of what such a robot may ask for.
const (
	maxHold   = 50 * time.Second // many proxies cut what is silent for a minute
	maxReturn = 80 * time.Second // shorter than the lease by which a robot counts as online
	minReturn = 5 * time.Second
	maxBoxes  = 16 // of one robot: it has one, and those that it forgot
)

// Listen answers with the hints for a robot: at once if some wait, else as soon as one
// comes, stop is closed, or the robot's patience is over. A hint is in each answer until the
// robot says that it got it. A session that is not known begins anew. While its robot
// calls often enough it counts as being there, as by a stream.
func (s *Server) Listen(ctx context.Context, id gcp.RobotID, q gcp.HintsQuery, stop <-chan struct{}) (gcp.Hints, error) {
	gone, ctx := ctx.Done(), context.WithoutCancel(ctx)
	if q.Leave {
		s.leaveBox(ctx, id, q.Session)
		return gcp.Hints{Hints: []gcp.Notification{}}, nil
	}
	q.Wait, q.Return = min(q.Wait, maxHold), min(max(q.Return, minReturn), maxReturn)
	b, turn := s.visit(ctx, id, q)
	if b == nil {
		return gcp.Hints{}, &cloud.Error{Kind: cloud.KindUnavailable, Message: "The service is stopping.", After: 5 * time.Second}
	}
	if turn == firstTurn {
		return s.answer(b, turn, q.Return), nil
	}
	patience := time.NewTimer(q.Wait)
	defer patience.Stop()
	for {
		ready, changed := s.ready(b, turn)
		if ready {
			return s.answer(b, turn, q.Return), nil
		}
		select {
		case <-changed:
			continue
		case <-patience.C:
		case <-stop:
		case <-gone: // the robot is dead, or will call again
			s.rest(b, turn, q.Return)
			return gcp.Hints{}, context.Canceled
		}
		return s.answer(b, turn, q.Return), nil
	}
}

const firstTurn = 1

// visit finds the box of a session, or makes one; nil when the server ends.
func (s *Server) visit(ctx context.Context, id gcp.RobotID, q gcp.HintsQuery) (*box, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return nil, 0
	}
	b := s.boxOf(id, q.Session)
	if b == nil {
		b = s.newBox(ctx, id)
	}
	if q.Got == b.number {
		b.sent = queue{}
	}
	b.timer.Stop()
	b.waiting = true
	b.turn++
	b.tell()
	s.reportPresence(ctx, id)
	return b, b.turn
}

// boxOf finds a robot's box; Server.mu is held.
func (s *Server) boxOf(id gcp.RobotID, session string) *box {
	r := s.robots[id]
	if r == nil {
		return nil
	}
	i := slices.IndexFunc(r.boxes, func(b *box) bool { return b.id == session })
	if i < 0 {
		return nil
	}
	return r.boxes[i]
}

// boxes returns all boxes of a robot.
func (s *Server) boxes(id gcp.RobotID) []*box {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.robots[id]; r != nil {
		return slices.Clone(r.boxes)
	}
	return nil
}

// newBox begins a session; Server.mu is held.
func (s *Server) newBox(ctx context.Context, id gcp.RobotID) *box {
	r := s.robotLocked(id)
	if len(r.boxes) >= maxBoxes {
		forgotten := slices.IndexFunc(r.boxes, func(b *box) bool { return !b.waiting })
		s.closeBox(ctx, r.boxes[max(0, forgotten)])
	}
	b := &box{srv: s, id: rand.Text(), robot: id, changed: make(chan struct{})}
	b.timer = time.AfterFunc(maxReturn, func() { s.expire(ctx, b) })
	r.boxes = append(r.boxes, b)
	return b
}

// tell wakes the call that waits; Server.mu is held.
func (b *box) tell() {
	close(b.changed)
	b.changed = make(chan struct{})
}

// ready reports whether a call has an answer, and what else to wait for.
func (s *Server) ready(b *box, turn int) (bool, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return b.closed || b.turn != turn || len(b.sent.list) > 0 || len(b.queue.list) > 0, b.changed
}

// answer takes what is in the box. A call that another one has replaced takes nothing.
func (s *Server) answer(b *box, turn int, back time.Duration) gcp.Hints {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := gcp.Hints{Session: b.id, Number: b.number, Fresh: turn == firstTurn, Hints: []gcp.Notification{}}
	if b.turn != turn || b.closed {
		return h
	}
	for _, n := range b.queue.take() {
		b.sent.add(n, b.srv.cfg.Limits.Queue) // enqueue left room
	}
	b.number++
	h.Number, h.Hints = b.number, append(h.Hints, b.sent.list...)
	s.restLocked(b, back)
	return h
}

// rest has the box end unless another call comes in time.
func (s *Server) rest(b *box, turn int, back time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b.turn == turn {
		s.restLocked(b, back)
	}
}

func (s *Server) restLocked(b *box, back time.Duration) {
	if b.waiting = false; !b.closed {
		b.timer.Reset(back)
	}
}

// enqueue adds a hint for the next answer.
func (b *box) enqueue(ctx context.Context, n gcp.Notification) {
	b.srv.mu.Lock()
	defer b.srv.mu.Unlock()
	switch {
	case b.closed:
	case b.queue.add(n, b.srv.cfg.Limits.Queue-len(b.sent.list)):
		b.tell()
	default: // its robot catches up in a new session
		b.srv.closeBox(ctx, b)
	}
}

// expire ends the box of a robot that did not come back.
func (s *Server) expire(ctx context.Context, b *box) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !b.waiting { // else it came back at the last moment
		s.closeBox(ctx, b)
	}
}

// leaveBox ends the session of a robot that stops.
func (s *Server) leaveBox(ctx context.Context, id gcp.RobotID, session string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b := s.boxOf(id, session); b != nil {
		s.closeBox(ctx, b)
	}
}

// closeBoxes ends all sessions of a robot; Server.mu is held.
func (s *Server) closeBoxes(ctx context.Context, r *robot) {
	for _, b := range slices.Clone(r.boxes) {
		s.closeBox(ctx, b)
	}
}

// closeBox takes a box from its robot; Server.mu is held.
func (s *Server) closeBox(ctx context.Context, b *box) {
	r := s.robots[b.robot]
	if b.closed || r == nil {
		return
	}
	b.closed = true
	b.timer.Stop()
	b.tell()
	r.boxes = slices.DeleteFunc(r.boxes, func(o *box) bool { return o == b })
	s.reportPresence(ctx, b.robot)
	s.forget(b.robot, r)
}
