package client

import (
	"context"
	"time"
)

// watchdog ends a transfer in which nothing moves. A document may take hours on a
// slow line, so that no fixed deadline fits; a pause this long means a dead line.
type watchdog struct {
	ctx    context.Context // of this one transfer, ended by stop
	cancel context.CancelCauseFunc
	timer  *time.Timer
	limit  time.Duration
}

func newWatchdog(ctx context.Context, limit time.Duration) *watchdog {
	w := &watchdog{limit: limit}
	w.ctx, w.cancel = context.WithCancelCause(ctx)
	w.timer = time.AfterFunc(limit, func() { w.cancel(ErrStalled) })
	return w
}

// Write notes that p moved.
func (w *watchdog) Write(p []byte) (int, error) {
	if len(p) > 0 {
		w.timer.Reset(w.limit)
	}
	return len(p), nil
}

func (w *watchdog) stop() {
	w.timer.Stop()
	w.cancel(nil)
}
