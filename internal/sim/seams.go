package sim

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
)

// effect is what the controller lets happen to a call that waits at a seam.
type effect string

const (
	goOn   effect = ""
	fail   effect = "fails"          // nothing happens, and the caller hears of an error
	lose   effect = "answer is lost" // it happens, and the caller hears of an error
	late   effect = "late"           // the caller hears of an error, and it happens later
	twice  effect = "twice"          // it happens twice, and the caller hears the second answer
	halfOf effect = "half"           // it happens in part, where that means something, and the caller hears of an error
)

// errDead is what a side hears that has died.
var errDead = errors.New("sim: this program is dead")

// lost is a failure on the way: whether the other side heard of the call is not known.
type lost struct{ what string }

func (e *lost) Error() string { return e.what + ": connection lost" }

// Temporary is true: the same call may succeed later.
func (e *lost) Temporary() bool { return true }

// call is a call that waits at a seam until the controller lets it go on.
type call struct {
	side *side
	name string // the same in each life of a seed
	do   func(effect) error
	done chan error // receives the answer; buffered
}

// seams holds the calls that wait.
type seams struct {
	mu      sync.Mutex // guards what follows
	waiting []*call
}

// pass lets a side's call wait for its turn and returns its answer. do is what it
// does on the other side; it must not wait, and may run after pass has returned.
func (s *seams) pass(ctx context.Context, from *side, name string, do func(effect) error) error {
	c := &call{side: from, name: from.name + " " + name, do: do, done: make(chan error, 1)}
	s.mu.Lock()
	if from.dead {
		s.mu.Unlock()
		return errDead
	}
	s.waiting = append(s.waiting, c)
	s.mu.Unlock()
	select {
	case err := <-c.done:
		return err
	case <-ctx.Done():
		s.drop(c)
		return ctx.Err()
	}
}

// drop forgets a call that nobody waits for any more.
func (s *seams) drop(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = slices.DeleteFunc(s.waiting, func(w *call) bool { return w == c })
}

// list returns the waiting calls in an order that does not depend on which
// goroutine came first.
func (s *seams) list() []*call {
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.SortStableFunc(s.waiting, func(a, b *call) int { return cmp.Compare(a.name, b.name) })
	return slices.Clone(s.waiting)
}

// kill makes all calls of a side fail, now and from now on.
func (s *seams) kill(dead *side) {
	s.mu.Lock()
	defer s.mu.Unlock()
	dead.dead = true
	s.waiting = slices.DeleteFunc(s.waiting, func(c *call) bool {
		if c.side == dead {
			c.done <- errDead
		}
		return c.side == dead
	})
}

// side is a program, or a person's, that calls others.
type side struct {
	name string
	dead bool // guarded by seams.mu
}
