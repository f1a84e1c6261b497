package component

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"platen/cloud/push"
	"platen/gcp"
	"platen/internal/stream"
)

// action is what a task does.
type action int

const (
	sendHint       action = iota
	prepareNode           // a robot came, and will subscribe
	endSessions           // a robot's tokens were revoked
	answerPresence        // somebody asks for our presence
)

// task is something to be said to the server. Equal ones are the same.
type task struct {
	do    action
	robot gcp.RobotID
	hint  gcp.Notification // of sendHint
	to    string           // of answerPresence
	asked string           // likewise: the type of what asks
}

// tasks holds what is to be done, each once and in the order in which it came.
type tasks struct {
	mu   sync.Mutex // guards what follows
	list []task
	seen map[task]struct{}
	wake chan struct{} // has one when there is something
}

func newTasks() *tasks { return &tasks{seen: map[task]struct{}{}, wake: make(chan struct{}, 1)} }

// add drops what would be too much: hints are repeated while they matter.
func (q *tasks) add(t task) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if _, known := q.seen[t]; known || len(q.list) >= maxTasks {
		return
	}
	q.list = append(q.list, t)
	q.seen[t] = struct{}{}
	q.signal()
}

func (q *tasks) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// take waits for the next task.
func (q *tasks) take(ctx context.Context) (task, error) {
	for {
		if t, ok := q.next(); ok {
			return t, nil
		}
		select {
		case <-q.wake:
		case <-ctx.Done():
			return task{}, ctx.Err()
		}
	}
}

func (q *tasks) next() (task, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.list) == 0 {
		q.list = nil
		return task{}, false
	}
	t := q.list[0]
	q.list = q.list[1:]
	delete(q.seen, t)
	if len(q.list) > 0 {
		q.signal()
	}
	return t, true
}

// work does tasks until ctx ends.
func (l *Link) work(ctx context.Context) error {
	for {
		if _, err := l.await(ctx); err != nil { // what is taken is not known to wait any more
			return err
		}
		t, err := l.tasks.take(ctx)
		if err != nil {
			return err
		}
		c, err := l.await(ctx)
		if err != nil {
			return err
		}
		err = l.perform(ctx, c, t)
		if l.lost(ctx, c, err) {
			l.tasks.add(t) // it may not have been heard
			continue
		}
		l.fault(ctx, t.do.String(), err)
	}
}

// lost reports whether the stream ended while something was to be said on it. A server
// that does not answer may be frozen, which the reader notices before long.
func (l *Link) lost(ctx context.Context, c *conn, err error) bool {
	patience := time.Duration(0)
	switch {
	case errors.Is(err, errLost):
		patience = l.cfg.Limits.Write
	case errors.Is(err, context.DeadlineExceeded):
		patience = l.cfg.Limits.Interval
	}
	wait := time.NewTimer(patience)
	defer wait.Stop()
	select {
	case <-c.done:
		return err != nil
	case <-ctx.Done():
		return true
	case <-wait.C:
		return false
	}
}

// String names the action in the log.
func (a action) String() string {
	switch a {
	case sendHint:
		return "hint"
	case prepareNode:
		return "node of a robot"
	case endSessions:
		return "end of a session"
	case answerPresence:
		return "presence"
	}
	return ""
}

func (l *Link) perform(ctx context.Context, c *conn, t task) error {
	standing, err := l.standing(ctx, t.robot)
	if err != nil {
		return err
	}
	trusted := standing == Trusted
	switch t.do {
	case sendHint:
		if trusted {
			return l.sendHint(ctx, c, t)
		}
	case prepareNode:
		if trusted {
			return l.prepare(ctx, c, t.robot)
		}
	case endSessions:
		return l.endSessions(ctx, c, t.robot, standing)
	case answerPresence:
		return l.answerPresence(c, t, trusted)
	}
	return nil
}

// standing asks the service about a robot.
func (l *Link) standing(ctx context.Context, robot gcp.RobotID) (Standing, error) {
	if robot == "" {
		return Unknown, nil
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	standing, err := l.cfg.Standing(ctx, robot)
	if err != nil {
		return Unknown, fmt.Errorf("ask about robot %s: %w", robot, err)
	}
	return standing, nil
}

// sendHint sends a message to all sessions of a robot (RFC 6121, 8.5.2.1), or publishes.
func (l *Link) sendHint(ctx context.Context, c *conn, t task) error {
	hint := push.Hint(l.cfg.Service, l.bare(t.robot), t.hint)
	if l.cfg.PubSub != "" {
		return l.publish(ctx, c, t.robot, hint)
	}
	return c.write(`<message type="headline"` + stream.Attr("from", l.cfg.Service) + stream.Attr("to", l.bare(t.robot)) + `>` + hint + `</message>`)
}

// answerPresence shows robots that we are there, and nobody else.
func (l *Link) answerPresence(c *conn, t task, trusted bool) error {
	ends := stream.Attr("from", l.cfg.Service) + stream.Attr("to", t.to) + `/>`
	switch {
	case !trusted || t.asked == "unsubscribe":
		return c.write(`<presence type="unsubscribed"` + ends)
	case t.asked == "subscribe":
		return c.write(`<presence type="subscribed"` + ends + `<presence` + ends)
	}
	return c.write(`<presence` + ends)
}

// endSessions logs a robot out wherever it is. What is left of one that has no good
// tokens goes with it.
func (l *Link) endSessions(ctx context.Context, c *conn, robot gcp.RobotID, standing Standing) error {
	switch standing {
	case Unknown:
		return nil // the server has users that are none of ours
	case Revoked:
		if err := l.removeNode(ctx, c, robot); err != nil {
			return errors.Join(err, c.endUserSessions(ctx, l.bare(robot)))
		}
	case Trusted:
	}
	return c.endUserSessions(ctx, l.bare(robot))
}
