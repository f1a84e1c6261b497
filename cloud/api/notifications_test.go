package api

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"platen/gcp"
)

// listener answers at once and notes what it was asked.
type listener struct {
	mu    sync.Mutex
	robot gcp.RobotID
	asked gcp.HintsQuery
	heard func() // called while a call waits; nil for nothing
}

func (l *listener) Listen(_ context.Context, robot gcp.RobotID, q gcp.HintsQuery, _ <-chan struct{}) (gcp.Hints, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.robot, l.asked = robot, q
	if q.Leave {
		return gcp.Hints{}, nil
	}
	if l.heard != nil {
		l.heard()
		return gcp.Hints{Session: "new", Fresh: true}, nil
	}
	return gcp.Hints{Session: "next", Number: 4, Hints: []gcp.Notification{{Printer: "p"}, {Printer: "q", Kind: gcp.NotifyDelete}}}, nil
}

// The address of notifications reads what docs/extensions.md says, within bounds, and
// answers as it says.
func TestNotifications(t *testing.T) {
	b := newBench(t, nil)
	b.register("q")
	a := b.must(b.post("notifications", b.robot, "session", "s", "got", "3", "wait", "600", "return", "20"))
	if !strings.Contains(strings.Join(strings.Fields(a.raw), ""), `"notifications":{"session":"next","number":4,"hints":["p","q/delete"]}`) {
		t.Error(a.raw)
	}
	if a.Hints == nil || len(a.Hints.Hints) != 2 || a.Hints.Hints[1] != (gcp.Notification{Printer: "q", Kind: gcp.NotifyDelete}) {
		t.Errorf("a client reads %+v", a.Hints)
	}
	want := gcp.HintsQuery{Session: "s", Got: 3, Wait: 50 * time.Second, Return: 20 * time.Second}
	if b.listener.asked != want || !strings.HasPrefix(b.jid, string(b.listener.robot)+"@") {
		t.Errorf("asked is %+v for %s", b.listener.asked, b.listener.robot)
	}
	b.must(b.get("notifications", b.robot, "session", "s", "wait", "-1", "return", "x", "leave", "true"))
	if want = (gcp.HintsQuery{Session: "s", Leave: true}); b.listener.asked != want {
		t.Errorf("asked is %+v", b.listener.asked)
	}
}

// A token that is revoked while its call is on the way gets no session.
func TestRevokedBeforeTheSession(t *testing.T) {
	b := newBench(t, nil)
	b.register("q")
	b.listener.heard = func() {
		if err := b.oauth.RevokeRobot(t.Context(), b.listener.robot); err != nil {
			t.Error(err)
		}
	}
	if a := b.post("notifications", b.robot); a.status != 403 {
		t.Errorf("answered is %d %s", a.status, a.raw)
	}
	if want := (gcp.HintsQuery{Session: "new", Leave: true}); b.listener.asked != want {
		t.Errorf("the session stays: asked is %+v", b.listener.asked)
	}
}
