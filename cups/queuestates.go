package cups

import (
	"sync"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/printer"
)

// queueStates remembers of the queues of one server since when they say what counts
// only after a while, and how they are.
type queueStates struct {
	mu   sync.Mutex // guards what follows
	list map[string]*queueState
}

type queueState struct {
	patience printer.Patience
	state    int // printer-state
}

func newQueueStates() *queueStates { return &queueStates{list: map[string]*queueState{}} }

// see takes in what a queue says now, and returns for how long it has said so.
func (s *queueStates) see(name string, light goipp.Attributes) printer.Lasted {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.list[name]
	if q == nil {
		q = &queueState{}
		s.list[name] = q
	}
	q.state = number(light, "printer-state", 0)
	return q.patience.See(light, time.Now())
}

// prints reports whether a queue prints; known is false before it was seen.
func (s *queueStates) prints(name string) (prints, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.list[name]
	if q == nil {
		return false, false
	}
	return q.state != printerIdle && q.state != printerStopped, true
}

// waits reports whether something of a queue does not count yet, and will.
func (s *queueStates) waits() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range s.list {
		if q.patience.Next(time.Now()) > 0 {
			return true
		}
	}
	return false
}

// keep forgets the queues that are not there any more.
func (s *queueStates) keep(there func(string) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range s.list {
		if !there(name) {
			delete(s.list, name)
		}
	}
}
