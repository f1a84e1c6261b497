package storetest

import (
	"testing"

	"platen/cloud"
)

func testUsers(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	alice := user("alice")
	must(t, s.AddUser(ctx, alice))
	must(t, s.AddUser(ctx, user("bob")))
	wantErr(t, "same id", s.AddUser(ctx, cloud.User{ID: "alice", Email: "other@example.com"}), cloud.ErrExists)
	wantErr(t, "same address", s.AddUser(ctx, cloud.User{ID: "x", Email: "alice@example.com"}), cloud.ErrExists)
	got, err := s.User(ctx, "alice")
	must(t, err)
	same(t, "user", got, alice)
	got, err = s.UserByEmail(ctx, "alice@example.com")
	must(t, err)
	same(t, "by address", got, alice)
	_, err = s.User(ctx, "nobody")
	wantErr(t, "unknown user", err, cloud.ErrNotFound)
	_, err = s.UserByEmail(ctx, "nobody@example.com")
	wantErr(t, "unknown address", err, cloud.ErrNotFound)
	changed, err := s.UpdateUser(ctx, "alice", func(u *cloud.User) ([]cloud.Event, error) {
		u.Disabled, u.Guest, u.SignInTime = true, true, at(7)
		return []cloud.Event{{Kind: cloud.EventAudit, By: "bob", Note: "disabled alice"}}, nil
	})
	must(t, err)
	alice.Disabled, alice.Guest, alice.SignInTime = true, true, at(7)
	got, err = s.User(ctx, "alice")
	must(t, err)
	same(t, "changed and kept", got, alice)
	log, err := s.Audit(ctx, cloud.AuditFilter{Limit: 10})
	must(t, err)
	same(t, "audit entries", len(log), 1)
	same(t, "changed", changed, alice)
	_, err = s.UpdateUser(ctx, "nobody", func(*cloud.User) ([]cloud.Event, error) { return nil, nil })
	wantErr(t, "update of nobody", err, cloud.ErrNotFound)
	all, err := s.ListUsers(ctx)
	must(t, err)
	same(t, "all", all, []cloud.User{alice, user("bob")})
}

func testRemoveUser(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	world(t, s)
	must(t, s.AddUser(ctx, user("bob")))
	must(t, s.PutShare(ctx, cloud.Share{Printer: "p1", Scope: "alice@example.com", Role: "USER", Type: "USER"}))
	must(t, s.LinkIdentity(ctx, "alice", "https://id.example.com", "s1"))
	_, err := s.SetGroups(ctx, "alice", cloud.GroupsOfImport, []string{"staff"})
	must(t, err)
	wantErr(t, "an heir who is gone", s.RemoveUser(ctx, "alice", "carl"), cloud.ErrNotFound)
	must(t, s.RemoveUser(ctx, "alice", "bob"))
	_, err = s.UserByIdentity(ctx, "https://id.example.com", "s1")
	wantErr(t, "identity of the removed", err, cloud.ErrNotFound)
	groups, err := s.Groups(ctx)
	must(t, err)
	same(t, "groups of the removed", len(groups), 0)
	_, err = s.User(ctx, "alice")
	wantErr(t, "removed user", err, cloud.ErrNotFound)
	p, err := s.Printer(ctx, "p1")
	must(t, err)
	r, err := s.Robot(ctx, "r1")
	must(t, err)
	same(t, "heir", []cloud.UserID{p.Owner, r.Owner}, []cloud.UserID{"bob", "bob"})
	shares, err := s.Shares(ctx, "p1")
	must(t, err)
	same(t, "shares of the removed", len(shares), 0)
	wantErr(t, "removed again", s.RemoveUser(ctx, "alice", "bob"), cloud.ErrNotFound)
}

func testRobots(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	r1, r2 := robot("r1"), robot("r2")
	r2.CreateTime = at(10)
	must(t, s.AddRobot(ctx, r2))
	must(t, s.AddRobot(ctx, r1))
	got, err := s.Robot(ctx, "r1")
	must(t, err)
	same(t, "robot", got, r1)
	got, err = s.RobotByProxy(ctx, "alice", "proxy")
	must(t, err)
	same(t, "newest of a proxy", got, r2)
	_, err = s.RobotByProxy(ctx, "bob", "proxy")
	wantErr(t, "another's proxy", err, cloud.ErrNotFound)
	must(t, s.DisconnectRobots(ctx))
	got, err = s.UpdateRobot(ctx, "r1", func(r *cloud.Robot) ([]cloud.Event, error) {
		if r.Connected {
			t.Error("still connected after DisconnectRobots")
		}
		r.LeaseUntil = at(200)
		return []cloud.Event{{Kind: cloud.EventRobotPresence, Robot: r.ID, Time: at(1)}}, nil
	})
	must(t, err)
	r1.Connected, r1.LeaseUntil = false, at(200)
	same(t, "updated", got, r1)
	r3 := robot("r3")
	r3.Owner, r3.Run, r3.Installations = "bob", "", nil
	must(t, s.AddRobot(ctx, r3))
	got, err = s.Robot(ctx, "r3")
	must(t, err)
	same(t, "one that never announced itself", got, r3)
	r2.Connected, r3.Connected = false, true
	for owner, want := range map[cloud.UserID][]cloud.Robot{"alice": {r1, r2}, "bob": {r3}, "": {r1, r3, r2}, "eve": nil} {
		list, err := s.ListRobots(ctx, owner)
		must(t, err)
		same(t, "robots of "+string(owner), list, want)
	}
	changed, err := s.UpdateRobot(ctx, "r3", func(r *cloud.Robot) ([]cloud.Event, error) {
		r.Run, r.Installations = "new", r1.Installations
		return nil, nil
	})
	must(t, err)
	got, err = s.Robot(ctx, "r3")
	must(t, err)
	same(t, "its run", got, changed)
	_, err = s.UpdateRobot(ctx, "none", func(*cloud.Robot) ([]cloud.Event, error) { return nil, nil })
	wantErr(t, "update of nobody", err, cloud.ErrNotFound)
}

func testShares(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	world(t, s)
	bob := cloud.Share{Printer: "p1", Scope: "bob@example.com", Type: "USER", Role: "USER", Pending: true, Sender: "alice"}
	domain := cloud.Share{Printer: "p1", Scope: "/hd/domain/example.com", Type: "DOMAIN", Role: "USER", Sender: "alice"}
	public := cloud.Share{Printer: "p1", Scope: "eve@example.net", Type: "PUBLIC", Role: "USER", Sender: "alice"}
	for _, sh := range []cloud.Share{bob, domain, public} {
		must(t, s.PutShare(ctx, sh))
	}
	bob.Pending, bob.Role = false, "MANAGER"
	must(t, s.PutShare(ctx, bob, cloud.Event{Kind: cloud.EventPrinterChanged}))
	got, err := s.Shares(ctx, "p1")
	must(t, err)
	same(t, "shares", got, []cloud.Share{domain, bob, public})
	got, err = s.SharesWith(ctx, []string{"bob@example.com", "/hd/domain/example.com"})
	must(t, err)
	same(t, "shares with bob", got, []cloud.Share{domain, bob})
	got, err = s.SharesWith(ctx, nil)
	must(t, err)
	same(t, "shares with nobody", len(got), 0)
	must(t, s.RemovePublicShares(ctx, "p1"))
	must(t, s.RemoveShare(ctx, "p1", "bob@example.com"))
	wantErr(t, "removed again", s.RemoveShare(ctx, "p1", "bob@example.com"), cloud.ErrNotFound)
	got, err = s.Shares(ctx, "p1")
	must(t, err)
	same(t, "what is left", got, []cloud.Share{domain})
}

func testClaims(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	claim := func(id string, expires int64) cloud.PendingClaim {
		p := printer(id)
		p.Owner, p.Robot = "", ""
		c := cloud.PendingClaim{Printer: p.ID, TokenHash: "hash-" + id, PollHash: "poll-" + id, Expires: at(expires)}
		must(t, s.AddClaim(ctx, p, c, 10))
		return c
	}
	c1 := claim("p1", 100)
	claim("p2", 100)
	claim("p3", 300)
	got, err := s.ClaimByToken(ctx, "hash-p1")
	must(t, err)
	same(t, "by token", got, c1)
	_, err = s.ClaimByToken(ctx, "hash")
	wantErr(t, "unknown token", err, cloud.ErrNotFound)
	noted, err := s.UpdateClaim(ctx, "p1", func(c *cloud.PendingClaim) error {
		c.Proved, c.Client = true, "client"
		return nil
	})
	must(t, err)
	c1.Proved, c1.Client = true, "client"
	same(t, "noted", noted, c1)
	wantErr(t, "over the limit", s.AddClaim(ctx, printer("p4"), cloud.PendingClaim{Printer: "p4", TokenHash: "hash-p4"}, 3), cloud.ErrQuota)
	_, err = s.Printer(ctx, "p4")
	wantErr(t, "the printer over the limit", err, cloud.ErrNotFound)
	c1.ConfirmTime = at(50)
	confirm := func() error {
		_, err := s.ConfirmClaim(ctx, c1, robot("r1"), func(p *cloud.Printer) ([]cloud.Event, error) {
			p.Owner, p.Robot = "alice", "r1"
			return nil, nil
		})
		return err
	}
	must(t, confirm())
	wantErr(t, "confirmed twice", confirm(), cloud.ErrNotFound)
	got, err = s.Claim(ctx, "p1")
	must(t, err)
	c1.Confirmed = true
	same(t, "confirmed", got, c1)
	_, err = s.UpdateClaim(ctx, "p1", func(*cloud.PendingClaim) error { return cloud.ErrUnchanged })
	must(t, err)
	_, err = s.UpdateClaim(ctx, "p9", func(*cloud.PendingClaim) error { return nil })
	wantErr(t, "unknown claim", err, cloud.ErrNotFound)
	must(t, s.RemoveClaims(ctx, at(200), at(50)))
	got, err = s.Claim(ctx, "p1")
	must(t, err)
	same(t, "a confirmed one is kept longer", got, c1)
	must(t, s.RemoveClaims(ctx, at(200), at(200)))
	for id, want := range map[string]error{"p1": nil, "p2": cloud.ErrNotFound, "p3": nil} {
		_, err := s.PrinterRights(ctx, printer(id).ID)
		wantErr(t, "printer "+id+" after the sweep", err, want)
	}
	_, err = s.Claim(ctx, "p1")
	wantErr(t, "expired claim", err, cloud.ErrNotFound)
}
