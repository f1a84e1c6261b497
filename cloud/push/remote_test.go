package push

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"platen/gcp"
	"platen/internal/lab"
)

// elsewhere is an XMPP server as push sees it.
type elsewhere struct {
	mu      sync.Mutex
	there   bool
	broken  bool
	hints   []gcp.Notification
	revoked []gcp.RobotID
}

func (e *elsewhere) Notify(_ context.Context, _ gcp.RobotID, n gcp.Notification) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.hints = append(e.hints, n)
}

func (e *elsewhere) Present(context.Context, gcp.RobotID) (bool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.broken {
		return false, errors.New("the database is away")
	}
	return e.there, nil
}

func (e *elsewhere) Revoke(_ context.Context, id gcp.RobotID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.revoked = append(e.revoked, id)
}

func (e *elsewhere) set(there, broken bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.there, e.broken = there, broken
}

// A robot is there as long as a stream here or a session elsewhere says so, and the last
// that is told is how things are.
func TestPresenceIsOneTruth(t *testing.T) {
	remote := &elsewhere{}
	f := start(t, Direct, func(c *Config) { c.Remote = remote })
	told := 0
	want := func(what string, there bool) {
		t.Helper()
		lab.Until(t, patience, what, func() bool {
			l := f.presence.list()
			return len(l) > told && l[len(l)-1] == there
		})
		told = len(f.presence.list())
	}
	remote.set(true, false)
	f.Changed(t.Context(), testRobot)
	want("a session elsewhere to count", true)

	p := f.subscribedPeer(t)
	want("the stream to count, too", true)
	remote.set(false, false)
	f.Changed(t.Context(), testRobot)
	want("the stream to count alone", true)
	remote.set(true, false)
	_ = p.Close()
	want("the session to count alone", true)

	before := len(f.presence.list())
	remote.set(true, true)
	f.Changed(t.Context(), testRobot) // nobody knows: nothing is told
	f.await(t, "the question to be over", func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		r := f.robots[testRobot]
		return r == nil || !r.reporting
	})
	remote.set(false, false)
	f.Changed(t.Context(), testRobot)
	want("it to be gone", false)
	if l := f.presence.list()[before:]; slices.Contains(l, true) {
		t.Errorf("told %v while nobody knew", l)
	}
}

// Hints and revocations go to both.
func TestRemoteIsTold(t *testing.T) {
	remote := &elsewhere{}
	f := start(t, Direct, func(c *Config) { c.Remote = remote })
	f.Notify(t.Context(), testRobot, gcp.Notification{Printer: "p"})
	f.Revoke(t.Context(), testRobot)
	remote.mu.Lock()
	defer remote.mu.Unlock()
	if !slices.Equal(remote.hints, []gcp.Notification{{Printer: "p"}}) || !slices.Equal(remote.revoked, []gcp.RobotID{testRobot}) {
		t.Errorf("hints %v, revoked %v", remote.hints, remote.revoked)
	}
}
