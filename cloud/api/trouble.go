package api

import (
	"log/slog"
	"sync"
	"sync/atomic"
)

// troubles remembers which interfaces fail because the service is in trouble, so that the
// log tells of it when that changes: callers repeat what failed.
type troubles struct {
	failing atomic.Int32 // how many do, for who would else take the lock

	mu   sync.Mutex // guards what follows
	said map[string]string
}

// failed tells of a call that failed, unless the one before did likewise.
func (t *troubles) failed(c *call, level slog.Level, what string, err error) {
	t.mu.Lock()
	before := t.said[c.name]
	if t.said == nil {
		t.said = map[string]string{}
	}
	t.said[c.name] = err.Error()
	t.failing.Store(int32(len(t.said)))
	t.mu.Unlock()
	if before == err.Error() {
		level = slog.LevelDebug
	}
	c.h.cfg.Logger.LogAttrs(c.ctx, level, "call "+what, slog.String("call", c.name), slog.Any("err", err)) //nolint:sloglint // one of two words
}

// worked tells that calls work again, if they did not.
func (t *troubles) worked(c *call) {
	if t.failing.Load() == 0 {
		return
	}
	t.mu.Lock()
	_, failed := t.said[c.name]
	delete(t.said, c.name)
	t.failing.Store(int32(len(t.said)))
	t.mu.Unlock()
	if failed {
		c.h.cfg.Logger.InfoContext(c.ctx, "call works again", "call", c.name)
	}
}
