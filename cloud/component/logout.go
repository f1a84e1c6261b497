package component

import (
	"sync"
	"time"

	"platen/internal/backoff"
)

// maxLogouts is how many people's sessions wait to be ended because that failed.
const maxLogouts = 16384

// logouts holds the tasks of people's logouts that failed: nothing else would end these
// sessions, so that they are tried until the server has done them.
type logouts struct {
	mu     sync.Mutex // guards what follows
	failed map[task]*failedLogout
}

type failedLogout struct {
	pauses backoff.Backoff
	again  *time.Timer
}

func newLogouts() *logouts { return &logouts{failed: map[task]*failedLogout{}} }

// tried is told how a task went. One that failed is handed to again, after longer and
// longer pauses.
func (o *logouts) tried(t task, done bool, again func(task)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	f := o.failed[t]
	if f != nil {
		f.again.Stop() // it was tried before its time
	}
	switch {
	case done:
		delete(o.failed, t)
		return
	case f == nil && len(o.failed) >= maxLogouts:
		return
	case f == nil:
		f = &failedLogout{}
		o.failed[t] = f
	}
	f.again = time.AfterFunc(f.pauses.Next(), func() { again(t) })
}

// LogOut ends the sessions of a person, by the local part of the address. It waits for
// nothing, and is tried until the server has done it.
func (l *Link) LogOut(local string) {
	l.put(task{do: logOut, to: local + "@" + l.cfg.Domain})
}

// put has a task done soon. A logout for which there is no room comes later.
func (l *Link) put(t task) {
	if !l.tasks.add(t) && t.do == logOut {
		l.logouts.tried(t, false, l.put)
	}
}
