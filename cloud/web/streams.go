package web

import (
	"context"
	"errors"
	"slices"
	"sync"

	"platen/cloud"
)

// maxStreams is how many event streams one person may have: one for each open
// page, and each takes a connection and looks at all events.
const maxStreams = 16

// errTooMany ends the oldest stream of a person who opened one too many.
var errTooMany = errors.New("too many streams of one person")

// streams counts the open event streams of each person, oldest first.
type streams struct {
	mu   sync.Mutex // guards open
	open map[cloud.UserID][]*place
}

// place is one open stream.
type place struct{ end context.CancelCauseFunc }

// add takes a place for a stream, and ends the oldest one if there are too many.
// The func gives the place back.
func (s *streams) add(u cloud.UserID, end context.CancelCauseFunc) (leave func()) {
	p := &place{end}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open = map[cloud.UserID][]*place{}
	}
	s.open[u] = append(s.open[u], p)
	if len(s.open[u]) > maxStreams {
		s.open[u][0].end(errTooMany)
		s.open[u] = s.open[u][1:]
	}
	return func() { s.remove(u, p) }
}

func (s *streams) remove(u cloud.UserID, p *place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[u] = slices.DeleteFunc(s.open[u], func(o *place) bool { return o == p })
	if len(s.open[u]) == 0 {
		delete(s.open, u)
	}
}
