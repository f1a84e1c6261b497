package storetest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/pubsub"
)

// PubSubStore is a store that keeps subscriptions, too.
type PubSubStore interface {
	cloud.Store
	pubsub.Store
	pubsub.Users
}

// RunPubSub tests what pubsub wants of a store. open returns an empty one each time, and
// closes it when the test ends.
func RunPubSub(t *testing.T, open func(t *testing.T) PubSubStore) {
	t.Run("Subscriptions", func(t *testing.T) { testSubscriptions(t, open(t)) })
	t.Run("ManyEnd", func(t *testing.T) { testManyEnd(t, open(t)) })
	t.Run("UsersAmong", func(t *testing.T) { testUsersAmong(t, open(t)) })
	t.Run("Nodes", func(t *testing.T) { testNodes(t, open(t)) })
	t.Run("ClaimEvents", func(t *testing.T) { testClaimEvents(t, open(t)) })
}

func testSubscriptions(t *testing.T, s PubSubStore) {
	ctx := t.Context()
	must(t, s.AddUser(ctx, user("alice")))
	must(t, s.AddUser(ctx, user("bob")))
	bounds := pubsub.Bounds{OfOwner: 3, OfAll: 4}
	put := func(sub pubsub.Subscription) error { return s.PutSubscription(ctx, sub, bounds, at(10)) }
	a := pubsub.Subscription{JID: "a@x", Kind: pubsub.Items, Node: "n/1", Owner: "alice"}
	p := pubsub.Subscription{JID: "a@x", Kind: pubsub.Presence, Node: "n/1", Owner: "alice"}
	r := pubsub.Subscription{JID: "a@x/r", Kind: pubsub.Items, Node: "n/2", Owner: "alice", Until: at(20)}
	b := pubsub.Subscription{JID: "b@x", Kind: pubsub.Items, Node: "m/1", Owner: "bob"}
	for _, sub := range []pubsub.Subscription{a, p, r, b, a} {
		must(t, put(sub))
	}
	wantErr(t, "too many of one", put(pubsub.Subscription{JID: "c@x", Kind: pubsub.Items, Node: "n/1", Owner: "alice"}), pubsub.ErrTooMany)
	wantErr(t, "too many of all", put(pubsub.Subscription{JID: "c@x", Kind: pubsub.Items, Node: "n/1", Owner: "bob"}), pubsub.ErrTooMany)
	list := func(node, prefix string, now time.Time) []pubsub.Subscription {
		t.Helper()
		got, err := s.Subscribers(ctx, node, prefix, now)
		must(t, err)
		return got
	}
	same(t, "of a node", list("n/1", "", at(10)), []pubsub.Subscription{a, p})
	same(t, "of a node and a prefix", list("m/1", "n/", at(10)), []pubsub.Subscription{a, p, r, b})
	same(t, "after one's end", list("m/1", "n/", at(20)), []pubsub.Subscription{a, p, b})
	own, err := s.SubscriptionsOf(ctx, "alice", at(10))
	must(t, err)
	same(t, "of an owner", own, []pubsub.Subscription{a, p, r})
	must(t, s.PutSubscription(ctx, pubsub.Subscription{JID: "d@x", Kind: pubsub.Items, Node: "n/3", Owner: "alice"}, bounds, at(20))) // one has ended
	must(t, s.RemoveSubscription(ctx, p))
	wantErr(t, "removed twice", s.RemoveSubscription(ctx, p), cloud.ErrNotFound)
	must(t, s.RemoveSession(ctx, "d@x"))
	must(t, s.RemoveSession(ctx, "d@x"))
	same(t, "what is left", list("m/1", "n/", at(20)), []pubsub.Subscription{a, b})
	must(t, s.RemoveUser(ctx, "alice", "bob"))
	same(t, "without alice", list("m/1", "n/", at(20)), []pubsub.Subscription{b})
	bounds.OfOwner = 9
	for i := range 4 {
		err := put(pubsub.Subscription{JID: "b@x", Kind: pubsub.Items, Node: fmt.Sprint("m/", 2+i), Owner: "bob"})
		wantErr(t, fmt.Sprint("after all that, number ", 2+i), err, map[bool]error{true: pubsub.ErrTooMany}[i == 3])
	}
}

// However many subscriptions end at once, none of them counts any more.
func testManyEnd(t *testing.T, s PubSubStore) {
	ctx := t.Context()
	must(t, s.AddUser(ctx, user("alice")))
	const many = 250
	put := func(i int, until time.Time, b pubsub.Bounds, now time.Time) error {
		return s.PutSubscription(ctx, pubsub.Subscription{JID: "a@x/r", Kind: pubsub.Items, Node: fmt.Sprint("n/", i), Owner: "alice", Until: until}, b, now)
	}
	for i := range many {
		must(t, put(i, at(20), pubsub.Bounds{OfOwner: many, OfAll: many}, at(10)))
	}
	wantErr(t, "one more", put(many, at(20), pubsub.Bounds{OfOwner: many, OfAll: many}, at(10)), pubsub.ErrTooMany)
	for i := range 4 {
		must(t, put(many+i, time.Time{}, pubsub.Bounds{OfOwner: 4, OfAll: many}, at(20)))
	}
	wantErr(t, "one more of one", put(many+4, time.Time{}, pubsub.Bounds{OfOwner: 4, OfAll: many}, at(20)), pubsub.ErrTooMany)
	must(t, put(many+4, time.Time{}, pubsub.Bounds{OfOwner: 5, OfAll: 5}, at(20))) // the rest is gone
}

// More accounts than one statement may name are read with their groups; who is not there
// is left out.
func testUsersAmong(t *testing.T, s PubSubStore) {
	ctx := t.Context()
	ids := []cloud.UserID{"nobody"}
	for i := range 1100 {
		u := user(fmt.Sprintf("u%d", i))
		must(t, s.AddUser(ctx, u))
		ids = append(ids, u.ID)
	}
	must(t, s.AddUser(ctx, user("alice")))
	_, err := s.SetGroups(ctx, "u1050", cloud.GroupsOfImport, []string{"staff"})
	must(t, err)
	users, err := s.UsersAmong(ctx, ids)
	must(t, err)
	same(t, "how many", len(users), 1100)
	for _, u := range users {
		want, err := s.User(ctx, u.ID)
		must(t, err)
		same(t, "an account", u, want)
	}
	none, err := s.UsersAmong(ctx, nil)
	must(t, err)
	same(t, "of none", len(none), 0)
}

func testNodes(t *testing.T, s PubSubStore) {
	ctx := t.Context()
	must(t, s.AddUser(ctx, user("till")))
	must(t, s.AddUser(ctx, user("heir")))
	bounds := pubsub.Bounds{OfOwner: 2, OfAll: 3}
	one := pubsub.Node{Name: "p/1", Owner: "till", Title: "One", Readers: []string{"a@example.com", "/group/staff"}}
	two := pubsub.Node{Name: "p/2", Owner: "till", Title: "Two"}
	must(t, s.AddNode(ctx, two, bounds))
	must(t, s.AddNode(ctx, one, bounds))
	wantErr(t, "twice", s.AddNode(ctx, one, bounds), pubsub.ErrExists)
	wantErr(t, "too many", s.AddNode(ctx, pubsub.Node{Name: "p/3", Owner: "till"}, bounds), pubsub.ErrTooMany)
	_, err := s.Node(ctx, "p/9")
	wantErr(t, "unknown", err, cloud.ErrNotFound)
	one.Item = pubsub.Item{ID: "i", Payload: "<x/>", Published: at(7)}
	must(t, s.UpdateNode(ctx, "p/1", func(n *pubsub.Node) error { n.Item = one.Item; return nil }, cloud.Event{Kind: cloud.EventNodePublished, Note: "p/1"}))
	events, err := s.Events(ctx, 0, 9)
	must(t, err)
	if len(events) != 1 || events[0].Note != "p/1" {
		t.Errorf("the events are %+v", events)
	}
	refused := errors.New("refused")
	wantErr(t, "refused", s.UpdateNode(ctx, "p/1", func(n *pubsub.Node) error { n.Title = "x"; return refused }), refused)
	got, err := s.Node(ctx, "p/1")
	must(t, err)
	same(t, "Node", got, one)
	list, err := s.Nodes(ctx)
	must(t, err)
	one.Item = pubsub.Item{} // which may be long
	same(t, "all", list, []pubsub.Node{one, two})
	must(t, s.PutSubscription(ctx, pubsub.Subscription{JID: "a@x", Kind: pubsub.Items, Node: "p/1", Owner: "till"}, bounds, at(1)))
	must(t, s.RemoveNode(ctx, "p/1"))
	wantErr(t, "removed twice", s.RemoveNode(ctx, "p/1"), cloud.ErrNotFound)
	subs, err := s.Subscribers(ctx, "p/1", "", at(1))
	must(t, err)
	if len(subs) > 0 {
		t.Errorf("a node that is gone has subscribers: %v", subs)
	}
	must(t, s.RemoveUser(ctx, "till", "heir"))
	list, err = s.Nodes(ctx)
	must(t, err)
	if len(list) > 0 {
		t.Errorf("nodes outlive their program: %v", list)
	}
}

// An event is claimed once, in the order of the events.
func testClaimEvents(t *testing.T, s PubSubStore) {
	ctx := t.Context()
	must(t, s.AddUser(ctx, user("alice")))
	for i := range 5 {
		must(t, s.PutOutage(ctx, cloud.Outage{Robot: "r"}, cloud.Event{Kind: cloud.EventOutage, Time: at(int64(i)), Note: string(rune('a' + i))}))
	}
	var said strings.Builder
	for _, want := range []int{2, 2, 1, 0} {
		events, err := s.ClaimEvents(ctx, at(0), 2)
		must(t, err)
		if len(events) != want {
			t.Errorf("%d events are claimed, want %d", len(events), want)
		}
		for _, e := range events {
			said.WriteString(e.Note)
		}
	}
	if said.String() != "abcde" {
		t.Errorf("claimed: %q", said.String())
	}
	// What is too old is passed over at once, also where nothing else is there.
	happen := func(times ...int64) {
		for _, n := range times {
			must(t, s.PutOutage(ctx, cloud.Outage{Robot: "r"}, cloud.Event{Kind: cloud.EventOutage, Time: at(n)}))
		}
	}
	for _, c := range []struct {
		happens []int64
		since   int64
		want    int
	}{{[]int64{10, 11, 12, 20}, 20, 1}, {[]int64{21, 22, 23}, 30, 0}, {nil, 0, 0}, {[]int64{31}, 30, 1}} {
		happen(c.happens...)
		events, err := s.ClaimEvents(ctx, at(c.since), 2)
		must(t, err)
		if len(events) != c.want {
			t.Errorf("%d events since %d are claimed, want %d", len(events), c.since, c.want)
		}
	}
}
