package cloud

import (
	"context"
	"sync"
)

// troubles are what fails now of what is done again and again, by what it is.
type troubles struct {
	mu   sync.Mutex // guards what follows
	said map[string]string
}

// changed reports whether how something went is news.
func (t *troubles) changed(what string, err error) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	before, failed := t.said[what]
	if err == nil {
		delete(t.said, what)
		return failed
	}
	if t.said == nil {
		t.said = map[string]string{}
	}
	t.said[what] = err.Error()
	return !failed || before != err.Error()
}

// attempt calls fn; what fails now is tried again at the next tick, and told of when that
// changes.
func (s *Service) attempt(ctx context.Context, what string, fn func(context.Context) error) {
	err := fn(ctx)
	if ctx.Err() != nil || !s.troubles.changed(what, err) {
		return
	}
	if err != nil {
		s.log.WarnContext(ctx, "a periodic task fails, and is tried again", "task", what, "err", err)
		return
	}
	s.log.InfoContext(ctx, "a periodic task works again", "task", what)
}
