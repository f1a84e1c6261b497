package storetest

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/oauth"
	"platen/gcp"
)

// OAuthStore is a store that keeps tokens too.
type OAuthStore interface {
	cloud.Store
	oauth.Store
}

// RunOAuth tests what oauth wants of a store. open returns an empty one each
// time, and closes it when the test ends.
func RunOAuth(t *testing.T, open func(t *testing.T) OAuthStore) {
	for _, tt := range []struct {
		name string
		fn   func(*testing.T, OAuthStore)
	}{
		{"Tokens", testTokens},
		{"ExchangeTokenOnce", testExchange},
		{"ExchangeTokenAgain", testExchangeAgain},
		{"RefreshToken", testRefresh},
		{"RevokeTokens", testRevoke},
		{"RevokeOwnRobot", testRevokeOwn},
		{"SweepTokens", testSweepTokens},
		{"SweepTells", testSweepTells},
		{"Devices", testDevices},
		{"Tries", testTries},
		{"Accounts", testAccounts},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.fn(t, open(t)) })
	}
}

// token returns one with every member set.
func token(secret string, k oauth.Kind, grant string) oauth.Token {
	return oauth.Token{
		Hash: oauth.HashOf(secret), Kind: k, Grant: oauth.GrantID(grant), User: "alice", Client: "c", Scope: "a b",
		Redirect: "oob", Challenge: "S256:x", Label: "Läbel", CreateTime: at(0), ExpireTime: at(60),
	}
}

func robotToken(secret string, k oauth.Kind, grant string) oauth.Token {
	t := token(secret, k, grant)
	t.User, t.Robot = "", "r1"
	return t
}

func testTokens(t *testing.T, s OAuthStore) {
	ctx := t.Context()
	a, b := token("a", oauth.KindKey, "g1"), token("b", oauth.KindKey, "g2")
	b.CreateTime, b.ExpireTime = at(1), time.Time{}
	must(t, s.AddTokens(ctx, b, a, token("c", oauth.KindAccess, "g1"), robotToken("d", oauth.KindKey, "g3")))
	got, err := s.Token(ctx, a.Hash)
	must(t, err)
	same(t, "Token", got, a)
	_, err = s.Token(ctx, oauth.HashOf("unknown"))
	wantErr(t, "an unknown token", err, cloud.ErrNotFound)
	if err := s.AddTokens(ctx, token("new", oauth.KindKey, "g4"), a); err == nil {
		t.Error("a hash was added twice")
	}
	_, err = s.Token(ctx, oauth.HashOf("new"))
	wantErr(t, "half of a failed AddTokens", err, cloud.ErrNotFound)

	must(t, s.TouchToken(ctx, a.Hash, at(5)))
	a.UsedTime = at(5)
	list, err := s.UserTokens(ctx, "alice", oauth.KindKey)
	must(t, err)
	same(t, "UserTokens", list, []oauth.Token{a, b})
	if list, err = s.UserTokens(ctx, "", oauth.KindKey); err != nil || len(list) != 0 {
		t.Errorf("tokens of nobody: %v, %v", list, err)
	}
}

func testExchange(t *testing.T, s OAuthStore) {
	ctx := t.Context()
	code := token("code", oauth.KindCode, "g1")
	must(t, s.AddTokens(ctx, code))
	var wg sync.WaitGroup
	errs := make(chan error, 8)
	for i := range 8 {
		wg.Go(func() {
			errs <- s.ExchangeToken(ctx, code.Hash, at(1), token(string(rune('A'+i)), oauth.KindAccess, "g1"))
		})
	}
	wg.Wait()
	close(errs)
	won := 0
	for err := range errs {
		if err == nil {
			won++
			continue
		}
		wantErr(t, "a second exchange", err, oauth.ErrUsed)
	}
	list, err := s.UserTokens(ctx, "alice", oauth.KindAccess)
	must(t, err)
	if won != 1 || len(list) != 1 {
		t.Errorf("%d exchanges won, %d tokens were stored", won, len(list))
	}
	wantErr(t, "exchange of an unknown token", s.ExchangeToken(ctx, oauth.HashOf("x"), at(1)), oauth.ErrUsed)
}

// A robot that first uses the refresh token of another code has no other grant left:
// neither tokens nor codes that somebody else may hold. Until then it has both, as
// the answer to the exchange may be lost.
func testExchangeAgain(t *testing.T, s OAuthStore) {
	ctx := t.Context()
	must(t, s.AddRobot(ctx, robot("r1")))
	other := robotToken("o", oauth.KindRefresh, "g5")
	other.Robot = "r2"
	must(t, s.AddTokens(ctx, robotToken("c1", oauth.KindCode, "g1"), robotToken("c2", oauth.KindCode, "g2"),
		robotToken("c3", oauth.KindCode, "g3"), token("p", oauth.KindRefresh, "g4"), other))
	exchange := func(code, grant string) {
		t.Helper()
		must(t, s.ExchangeToken(ctx, oauth.HashOf(code), at(1),
			robotToken("a"+code, oauth.KindAccess, grant), robotToken("r"+code, oauth.KindRefresh, grant)))
	}
	use := func(token, grant, access string, events int) {
		t.Helper()
		before, err := s.LastEvent(ctx)
		must(t, err)
		must(t, s.RefreshToken(ctx, oauth.HashOf(token), at(2), robotToken(access, oauth.KindAccess, grant)))
		list, err := s.Events(ctx, before, 10)
		must(t, err)
		same(t, "events of "+token, len(list), events)
	}
	runs := func() {
		t.Helper()
		_, err := s.UpdateRobot(ctx, "r1", func(r *cloud.Robot) ([]cloud.Event, error) {
			r.Run, r.Installations = "run", []cloud.Installation{{Instance: "i", Run: "run"}}
			return nil, nil
		})
		must(t, err)
	}
	forgot := func(when string) {
		t.Helper()
		r, err := s.Robot(ctx, "r1")
		must(t, err)
		same(t, "run and installations "+when, []any{string(r.Run), len(r.Installations)}, []any{"run", 0})
	}
	runs() // and was unpaired
	exchange("c1", "g1")
	use("rc1", "g1", "a1", 0)
	forgot("after it was unpaired and paired")
	runs()
	must(t, s.AddTokens(ctx, robotToken("c4", oauth.KindCode, "g6")))
	exchange("c4", "g6")
	use("rc1", "g1", "a2", 0)
	use("rc4", "g6", "a3", 1)
	forgot("after a new pairing")
	use("rc4", "g6", "a4", 0)
	wantErr(t, "an older code", s.ExchangeToken(ctx, oauth.HashOf("c2"), at(1)), oauth.ErrUsed)
	for name, want := range map[string]error{
		"ac1": cloud.ErrNotFound, "rc1": cloud.ErrNotFound, "c3": cloud.ErrNotFound, "ac4": nil, "rc4": nil, "p": nil, "o": nil,
	} {
		_, err := s.Token(ctx, oauth.HashOf(name))
		wantErr(t, name+" after the second exchange", err, want)
	}
}

// A refresh that lost the race against a revocation leaves nothing.
func testRefresh(t *testing.T, s OAuthStore) {
	ctx := t.Context()
	must(t, s.AddTokens(ctx, robotToken("r", oauth.KindRefresh, "g1"), robotToken("a", oauth.KindAccess, "g1")))
	has, err := s.RobotHasTokens(ctx, "r1")
	must(t, err)
	same(t, "RobotHasTokens", has, true)
	must(t, s.RefreshToken(ctx, oauth.HashOf("r"), at(7), robotToken("b", oauth.KindAccess, "g1")))
	used, err := s.Token(ctx, oauth.HashOf("r"))
	must(t, err)
	same(t, "last use", used.UsedTime, at(7))
	wantErr(t, "an access token", s.RefreshToken(ctx, oauth.HashOf("a"), at(8), robotToken("c", oauth.KindAccess, "g1")), cloud.ErrNotFound)
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			err := s.RefreshToken(ctx, oauth.HashOf("r"), at(8), robotToken(string(rune('A'+i)), oauth.KindAccess, "g1"))
			if err != nil {
				wantErr(t, "refresh", err, cloud.ErrNotFound)
			}
		})
	}
	wg.Go(func() { must(t, s.RevokeTokens(ctx, oauth.Selection{Grant: "g1"}, at(9))) })
	wg.Wait()
	for i := range 16 {
		if _, err := s.Token(ctx, oauth.HashOf(string(rune('A'+i)))); err == nil {
			t.Errorf("token %d outlived its grant", i)
		}
	}
	has, err = s.RobotHasTokens(ctx, "r1")
	must(t, err)
	same(t, "RobotHasTokens", has, false)
}

func testRevoke(t *testing.T, s OAuthStore) {
	ctx := t.Context()
	must(t, s.AddRobot(ctx, robot("r1")))
	fill := func() {
		t.Helper()
		must(t, s.AddTokens(ctx, token("a", oauth.KindAccess, "g1"), token("b", oauth.KindSession, "g2"),
			robotToken("c", oauth.KindAccess, "g3"), robotToken("d", oauth.KindRefresh, "g3"), robotToken("e", oauth.KindRefresh, "g4")))
	}
	for _, c := range []struct {
		name   string
		sel    oauth.Selection
		left   string
		events int // of robots; negative: of people
	}{
		{"one", oauth.Selection{Hash: oauth.HashOf("a")}, "bcde", -1},
		{"grant of a person", oauth.Selection{Grant: "g2"}, "acde", 0},
		{"grant of a robot", oauth.Selection{Grant: "g3"}, "abe", 1},
		{"robot", oauth.Selection{Robot: "r1"}, "ab", 1},
		{"another robot", oauth.Selection{Robot: "r2"}, "abcde", 0},
		{"sessions", oauth.Selection{User: "alice", Kind: oauth.KindSession}, "acde", 0},
		{"person, whose robots go on", oauth.Selection{User: "alice"}, "cde", -1},
		{"somebody else", oauth.Selection{User: "bob"}, "abcde", 0},
		{"nothing selected", oauth.Selection{}, "abcde", 0},
	} {
		fill()
		before, err := s.LastEvent(ctx)
		must(t, err)
		must(t, s.RevokeTokens(ctx, c.sel, at(9)))
		after, err := s.LastEvent(ctx)
		must(t, err)
		if got := int(after - before); got != max(c.events, -c.events) {
			t.Errorf("%s: %d events, want %d", c.name, got, c.events)
		}
		var left strings.Builder
		for _, name := range "abcde" {
			if _, err := s.Token(ctx, oauth.HashOf(string(name))); err == nil {
				left.WriteString(string(name))
			}
			must(t, s.RevokeTokens(ctx, oauth.Selection{Hash: oauth.HashOf(string(name))}, at(9)))
		}
		if left.String() != c.left {
			t.Errorf("%s: %q left, want %q", c.name, left.String(), c.left)
		}
		events, err := s.Events(ctx, before, 1)
		must(t, err)
		switch c.events {
		case 1:
			same(t, c.name, events, []cloud.Event{{Seq: before + 1, Time: at(9), Kind: cloud.EventRobotRevoked, Robot: "r1"}})
		case -1:
			same(t, c.name, events, []cloud.Event{{Seq: before + 1, Time: at(9), Kind: cloud.EventPersonRevoked, User: "alice"}})
		}
	}
}

// A person who serves printers with the own tokens loses the access with each of them;
// what else a person is signed in with has nothing to do with it.
func testRevokeOwn(t *testing.T, s OAuthStore) {
	ctx := t.Context()
	must(t, s.AddRobot(ctx, robot(string(cloud.OwnRobot("alice")))))
	for _, c := range []struct {
		name   string
		token  oauth.Token
		sel    oauth.Selection
		events int
	}{
		{"access token", token("a", oauth.KindAccess, "g1"), oauth.Selection{Hash: oauth.HashOf("a")}, 1},
		{"key", token("a", oauth.KindKey, "g1"), oauth.Selection{Grant: "g1"}, 1},
		{"all", token("a", oauth.KindAccess, "g1"), oauth.Selection{User: "alice"}, 1},
		{"session", token("a", oauth.KindSession, "g1"), oauth.Selection{Hash: oauth.HashOf("a")}, 0},
		{"refresh token, whose access tokens are gone", token("a", oauth.KindRefresh, "g1"), oauth.Selection{Grant: "g1"}, 1},
	} {
		must(t, s.AddTokens(ctx, c.token))
		before, err := s.LastEvent(ctx)
		must(t, err)
		must(t, s.RevokeTokens(ctx, c.sel, at(9)))
		events, err := s.Events(ctx, before, 10)
		must(t, err)
		if c.events == 1 {
			same(t, c.name, events, []cloud.Event{
				{Seq: before + 1, Time: at(9), Kind: cloud.EventRobotRevoked, Robot: cloud.OwnRobot("alice")},
				{Seq: before + 2, Time: at(9), Kind: cloud.EventPersonRevoked, User: "alice"},
			})
		} else if len(events) > 0 {
			t.Errorf("%s: %+v", c.name, events)
		}
	}
}

func testSweepTokens(t *testing.T, s OAuthStore) {
	ctx := t.Context()
	forever, expired, good := token("f", oauth.KindRefresh, "g"), token("e", oauth.KindAccess, "g"), token("g", oauth.KindAccess, "g")
	forever.ExpireTime, good.ExpireTime = time.Time{}, at(200)
	must(t, s.AddTokens(ctx, forever, expired, good))
	must(t, s.SweepTokens(ctx, at(100)))
	for name, want := range map[string]bool{"f": true, "e": false, "g": true} {
		if _, err := s.Token(ctx, oauth.HashOf(name)); (err == nil) != want {
			t.Errorf("token %s after sweeping: %v", name, err)
		}
	}
}

// Whoever's key expires, or last token of a grant, loses an access. A token that its grant
// replaces, and a page's session, are none.
func testSweepTells(t *testing.T, s OAuthStore) {
	ctx := t.Context()
	must(t, s.AddTokens(ctx,
		until(token("key", oauth.KindKey, "g1"), 50),
		until(token("old", oauth.KindAccess, "g2"), 50), until(token("new", oauth.KindAccess, "g2"), 250),
		until(token("once", oauth.KindAccess, "g3"), 150),
		until(token("session", oauth.KindSession, "g4"), 350)))
	for _, c := range []struct {
		now  int64
		told bool
	}{{49, false}, {100, true}, {101, false}, {200, true}, {300, true}, {400, false}} {
		before, err := s.LastEvent(ctx)
		must(t, err)
		must(t, s.SweepTokens(ctx, at(c.now)))
		events, err := s.Events(ctx, before, 10)
		must(t, err)
		var want []cloud.Event
		if c.told {
			want = []cloud.Event{{Seq: before + 1, Time: at(c.now), Kind: cloud.EventPersonRevoked, User: "alice"}}
		}
		same(t, fmt.Sprint("events of ", c.now), events, want)
	}
}

func until(t oauth.Token, end int64) oauth.Token {
	t.ExpireTime = at(end)
	return t
}

func device(name string) oauth.Device {
	return oauth.Device{
		Hash: oauth.HashOf(name), UserHash: oauth.HashOf("user " + name), Client: "c", Scope: "s", State: oauth.DevicePending,
		Interval: 5 * time.Second, CreateTime: at(0), ExpireTime: at(60), Asker: oauth.Asker{Address: "192.0.2.1", Host: "desk", Printers: []string{"Hall", "Front <desk>"}},
	}
}

func testDevices(t *testing.T, s OAuthStore) {
	ctx := t.Context()
	d := device("d")
	must(t, s.AddDevice(ctx, d))
	clash := device("other")
	clash.UserHash = d.UserHash
	if err := s.AddDevice(ctx, clash); err == nil {
		t.Error("a user code was given twice")
	}
	for _, find := range []func() (oauth.Device, error){
		func() (oauth.Device, error) { return s.DeviceByCode(ctx, d.Hash) },
		func() (oauth.Device, error) { return s.DeviceByUserCode(ctx, d.UserHash) },
	} {
		got, err := find()
		must(t, err)
		same(t, "device", got, d)
	}
	_, err := s.DeviceByCode(ctx, d.UserHash)
	wantErr(t, "an unknown device", err, cloud.ErrNotFound)

	must(t, s.PolledDevice(ctx, d.Hash, at(3), 10*time.Second))
	wantErr(t, "finishing a pending device", s.FinishDevice(ctx, d.Hash), oauth.ErrUsed)
	must(t, s.DecideDevice(ctx, d.Hash, "alice", oauth.DeviceAllowed))
	wantErr(t, "a second decision", s.DecideDevice(ctx, d.Hash, "bob", oauth.DeviceDenied), oauth.ErrUsed)
	d.PollTime, d.Interval, d.User, d.State = at(3), 10*time.Second, "alice", oauth.DeviceAllowed
	got, err := s.DeviceByCode(ctx, d.Hash)
	must(t, err)
	same(t, "decided device", got, d)

	must(t, s.FinishDevice(ctx, d.Hash, token("t", oauth.KindAccess, "g")))
	wantErr(t, "finishing twice", s.FinishDevice(ctx, d.Hash, token("u", oauth.KindAccess, "g")), oauth.ErrUsed)
	if _, err := s.Token(ctx, oauth.HashOf("t")); err != nil {
		t.Errorf("the token of the device: %v", err)
	}
	_, err = s.Token(ctx, oauth.HashOf("u"))
	wantErr(t, "the token of a second finish", err, cloud.ErrNotFound)

	for name, who := range map[string]cloud.UserID{"hers": "alice", "his": "bob"} {
		must(t, s.AddDevice(ctx, device(name)))
		must(t, s.DecideDevice(ctx, oauth.HashOf(name), who, oauth.DeviceAllowed))
	}
	must(t, s.RevokeTokens(ctx, oauth.Selection{User: "alice"}, at(9)))
	wantErr(t, "a device of somebody revoked", s.FinishDevice(ctx, oauth.HashOf("hers")), oauth.ErrUsed)
	must(t, s.FinishDevice(ctx, oauth.HashOf("his")))

	must(t, s.AddDevice(ctx, device("old")))
	must(t, s.SweepTokens(ctx, at(61)))
	_, err = s.DeviceByCode(ctx, oauth.HashOf("old"))
	wantErr(t, "an expired device after sweeping", err, cloud.ErrNotFound)
}

func testTries(t *testing.T, s OAuthStore) {
	ctx := t.Context()
	try := func(who string, second int64, want int) {
		t.Helper()
		n, err := s.AddTry(ctx, who, at(second), at(0))
		must(t, err)
		if n != want {
			t.Errorf("guess of %s: %d, want %d", who, n, want)
		}
	}
	try("a", 0, 0) // not after the time from which guesses count
	try("a", 1, 1)
	try("a", 2, 2)
	try("b", 2, 1)
	must(t, s.RemoveTry(ctx, "a", at(1)))
	try("a", 3, 2)
}

func testAccounts(t *testing.T, s OAuthStore) {
	ctx := t.Context()
	must(t, s.AddUser(ctx, user("alice")))
	must(t, s.AddRobot(ctx, robot("r1")))
	u, err := s.User(ctx, "alice")
	must(t, err)
	same(t, "User", u, user("alice"))
	r, err := s.Robot(ctx, "r1")
	must(t, err)
	same(t, "Robot", r, robot("r1"))
	_, err = s.User(ctx, "bob")
	wantErr(t, "an unknown person", err, cloud.ErrNotFound)
	_, err = s.Robot(ctx, gcp.RobotID("r2"))
	wantErr(t, "an unknown robot", err, cloud.ErrNotFound)
}
