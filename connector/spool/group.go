package spool

import "sync"

// group lets all who need the same flush at the same time share one.
type group struct {
	flush func() error
	token chan struct{} // held by who flushes
	mu    sync.Mutex    // guards next
	next  *round
}

// round is one flush to come.
type round struct {
	done chan struct{} // closed when err is set
	err  error
}

func newRound() *round { return &round{done: make(chan struct{})} }

func newGroup(flush func() error) *group {
	return &group{flush: flush, token: make(chan struct{}, 1), next: newRound()}
}

// do returns when a flush that began after the call has ended.
func (g *group) do() error {
	g.mu.Lock()
	r := g.next
	g.mu.Unlock()
	select {
	case <-r.done:
		return r.err
	case g.token <- struct{}{}:
	}
	defer func() { <-g.token }()
	select {
	case <-r.done:
		return r.err
	default:
	}
	g.mu.Lock()
	g.next = newRound() // who comes from here on waits for the next flush
	g.mu.Unlock()
	r.err = g.flush()
	close(r.done)
	return r.err
}
