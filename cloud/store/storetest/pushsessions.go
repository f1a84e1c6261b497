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
	t.Run("PushLogouts", func(t *testing.T) { testPushLogouts(t, open(t)) })
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

// Who lost tokens is to be logged out, once however often that was said, and is that until it
// is done, with the address that a removed account had.
func testPushLogouts(t *testing.T, s ComponentStore) {
	ctx := t.Context()
	for _, id := range []string{"alice", "bob", "carol"} {
		must(t, s.AddUser(ctx, user(id)))
	}
	lost := func(ids ...cloud.UserID) {
		t.Helper()
		var events []cloud.Event
		for _, id := range ids {
			events = append(events, cloud.Event{Time: at(1), Kind: cloud.EventPersonRevoked, User: id})
		}
		_, err := s.UpdateUser(ctx, "carol", func(*cloud.User) ([]cloud.Event, error) { return events, nil })
		must(t, err)
	}
	owed := func(what string, after, upTo int64, want ...component.Logout) {
		t.Helper()
		list, err := s.PushLogouts(ctx, after, upTo, 9)
		must(t, err)
		same(t, what, list, want)
	}
	owed("in the beginning", 0, 99)
	lost("alice", "bob", "alice", "nobody")
	bob, alice := component.Logout{Local: `bob\40example.com`, Seq: 2}, component.Logout{Local: `alice\40example.com`, Seq: 3}
	owed("who lost tokens", 0, 99, bob, alice)
	owed("after a position", 2, 99, alice)
	owed("up to a position", 0, 2, bob)
	list, err := s.PushLogouts(ctx, 0, 99, 1)
	must(t, err)
	same(t, "one of them", list, []component.Logout{bob})
	must(t, s.PushLogoutDone(ctx, bob))
	must(t, s.PushLogoutDone(ctx, bob))
	lost("alice") // while the server is asked
	must(t, s.PushLogoutDone(ctx, alice))
	alice.Seq = 5
	owed("who lost more meanwhile", 0, 99, alice)
	must(t, s.RemoveUser(ctx, "bob", "carol", cloud.Event{Time: at(2), Kind: cloud.EventPersonRevoked, User: "bob", Note: "bob@example.com"}))
	bob.Seq = 6
	owed("who was removed", 5, 99, bob)
}
