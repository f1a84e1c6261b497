package storetest

import (
	"testing"

	"platen/cloud"
	"platen/cloud/component"
)

// ComponentStore is a store that keeps robots' sessions at an XMPP server too.
type ComponentStore interface {
	cloud.Store
	component.Store
}

// RunComponent tests what component wants of a store. open returns an empty one each
// time, and closes it when the test ends.
func RunComponent(t *testing.T, open func(t *testing.T) ComponentStore) {
	t.Run("PushSessions", func(t *testing.T) { testPushSessions(t, open(t)) })
	t.Run("PushSessionsEnd", func(t *testing.T) { testPushSessionsEnd(t, open(t)) })
}

func testPushSessions(t *testing.T, s ComponentStore) {
	ctx := t.Context()
	must(t, s.AddUser(ctx, user("alice")))
	for _, id := range []string{"r1", "r2"} {
		must(t, s.AddRobot(ctx, robot(id)))
	}
	a := component.Session{JID: "r1@example.com/ä", Robot: "r1", Until: at(30)}
	b := component.Session{JID: "r1@example.com/b", Robot: "r1", Until: at(20)}
	c := component.Session{JID: "r2@example.com/c", Robot: "r2", Until: at(10)}
	nobodys := component.Session{JID: "r3@example.com/d", Robot: "r3", Until: at(10)}
	fresh, err := s.KeepPushSessions(ctx, []component.Session{a, b, nobodys, c, a})
	must(t, err)
	same(t, "what is new", fresh, []component.Session{a, b, c})
	list, err := s.PushSessions(ctx, "r1")
	must(t, err)
	same(t, "PushSessions", list, []component.Session{b, a})
	list, err = s.PushSessions(ctx, "r3")
	must(t, err)
	same(t, "of a robot that does not exist", len(list), 0)

	a.Until, b.Until = at(5), at(40) // an end may move both ways
	fresh, err = s.KeepPushSessions(ctx, []component.Session{a, b})
	must(t, err)
	same(t, "what is new when it is heard of again", len(fresh), 0)
	list, err = s.SilentPushSessions(ctx, at(40), 9)
	must(t, err)
	same(t, "SilentPushSessions", list, []component.Session{a, c})
	list, err = s.SilentPushSessions(ctx, at(41), 1)
	must(t, err)
	same(t, "one of them", list, []component.Session{a})
}

func testPushSessionsEnd(t *testing.T, s ComponentStore) {
	ctx := t.Context()
	must(t, s.AddUser(ctx, user("alice")))
	must(t, s.AddRobot(ctx, robot("r1")))
	var all []component.Session
	for i, jid := range []string{"r1@x/a", "r1@x/b", "r1@x/c", "r1@x/d"} {
		all = append(all, component.Session{JID: jid, Robot: "r1", Until: at(int64(i))})
	}
	_, err := s.KeepPushSessions(ctx, all)
	must(t, err)
	gone, err := s.DropPushSessions(ctx, []string{"r1@x/b", "r1@x/unknown"})
	must(t, err)
	same(t, "DropPushSessions", gone, all[1:2])
	gone, err = s.EndPushSessions(ctx, at(0))
	must(t, err)
	same(t, "EndPushSessions", gone, all[:1])
	gone, err = s.EndPushSessions(ctx, at(0))
	must(t, err)
	same(t, "a second time", len(gone), 0)
	must(t, s.BeginEpoch(ctx, at(9)))
	list, err := s.PushSessions(ctx, "r1")
	must(t, err)
	same(t, "sessions from before a restore", len(list), 0)
}
