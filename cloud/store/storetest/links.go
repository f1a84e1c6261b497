package storetest

import (
	"testing"

	"platen/cloud"
	"platen/gcp"
)

func link(id string) cloud.ShareLink {
	return cloud.ShareLink{
		ID: cloud.LinkID(id), Printer: "p1", SecretHash: "hash-" + id, Name: "Lobby", Sender: "alice", Visitors: true,
		Most: 2, CreateTime: at(1), ExpireTime: at(100),
	}
}

// visitor is somebody who came by the link l1, with the share.
func visitor(id string) (cloud.User, cloud.Share) {
	u := user(id)
	u.Guest, u.ExpireTime = true, at(100)
	return u, cloud.Share{Printer: "p1", Scope: u.Email, Type: gcp.ScopeUser, Role: gcp.RoleUser, Sender: "alice", ExpireTime: at(100), Link: "l1"}
}

func testLinks(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	world(t, s)
	l1, l2 := link("l1"), link("l2")
	l2.Visitors, l2.Keeps, l2.Most, l2.ExpireTime = false, true, 0, at(200)
	foreign := link("l3")
	foreign.Printer = "none"
	must(t, s.AddLink(ctx, l1, 2))
	must(t, s.AddLink(ctx, l2, 2, cloud.Event{Kind: cloud.EventPrinterChanged, Printer: "p1"}))
	wantErr(t, "one too many", s.AddLink(ctx, link("l3"), 2), cloud.ErrQuota)
	wantErr(t, "of no printer", s.AddLink(ctx, foreign, 2), cloud.ErrNotFound)
	all, err := s.Links(ctx, "p1")
	must(t, err)
	same(t, "links", all, []cloud.ShareLink{l1, l2})
	got, err := s.LinkByHash(ctx, "hash-l2")
	must(t, err)
	same(t, "by its secret", got, l2)
	_, err = s.LinkByHash(ctx, "hash-l3")
	wantErr(t, "unknown secret", err, cloud.ErrNotFound)

	for _, name := range []string{"vera", "vito"} {
		u, sh := visitor(name)
		must(t, s.UseLink(ctx, "l1", sh, &u))
		have, err := s.User(ctx, u.ID)
		must(t, err)
		same(t, "the visitor", have, u)
	}
	u, sh := visitor("vito")
	wantErr(t, "a visitor who is there, of a link that is used up", s.UseLink(ctx, "l1", sh, &u), cloud.ErrExists)
	u, sh = visitor("vic")
	wantErr(t, "one visitor too many", s.UseLink(ctx, "l1", sh, &u), cloud.ErrQuota)
	_, err = s.User(ctx, "vic")
	wantErr(t, "the one too many", err, cloud.ErrNotFound)
	wantErr(t, "of a link that is gone", s.UseLink(ctx, "l9", sh, nil), cloud.ErrNotFound)
	kept := cloud.Share{Printer: "p1", Scope: "bob@example.com", Type: gcp.ScopeUser, Role: gcp.RoleUser, Sender: "alice"}
	must(t, s.UseLink(ctx, "l2", kept, nil))
	wantErr(t, "the same share again", s.UseLink(ctx, "l2", kept, nil), cloud.ErrExists)
	got, err = s.LinkByHash(ctx, "hash-l2")
	must(t, err)
	same(t, "uses", got.Uses, 1)

	wantErr(t, "link of another printer", s.RemoveLink(ctx, "p2", "l1"), cloud.ErrNotFound)
	must(t, s.RemoveLink(ctx, "p1", "l1"))
	wantErr(t, "removed again", s.RemoveLink(ctx, "p1", "l1"), cloud.ErrNotFound)
	shares, err := s.Shares(ctx, "p1")
	must(t, err)
	same(t, "shares after the link was removed", shares, []cloud.Share{kept})
	must(t, s.RemovePrinter(ctx, "p1", func(cloud.Printer, []*cloud.Job) []cloud.Event { return nil }))
	_, err = s.LinkByHash(ctx, "hash-l2")
	wantErr(t, "link of a deleted printer", err, cloud.ErrNotFound)
}

func testRemoveEnded(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	world(t, s)
	must(t, s.AddLink(ctx, link("l1"), 9))
	must(t, s.AddUser(ctx, user("zoe"))) // an account without any share stays
	vera, sh := visitor("vera")
	must(t, s.UseLink(ctx, "l1", sh, &vera))
	vito, sh := visitor("vito")
	must(t, s.UseLink(ctx, "l1", sh, &vito))
	short := cloud.Share{Printer: "p1", Scope: "bob@example.com", Role: gcp.RoleUser, ExpireTime: at(50)}
	long := cloud.Share{Printer: "p1", Scope: "carl@example.com", Role: gcp.RoleUser}
	asked := cloud.Share{Printer: "p1", Scope: "dora@example.com", Role: gcp.RoleUser, Pending: true, Asked: true}
	for _, sh := range []cloud.Share{short, long, asked} {
		must(t, s.PutShare(ctx, sh))
	}
	ended := func(seconds int64, limit int) (ids []cloud.UserID) {
		t.Helper()
		users, err := s.RemoveEnded(ctx, at(seconds), limit)
		must(t, err)
		for _, u := range users {
			ids = append(ids, u.ID)
		}
		return ids
	}
	same(t, "nothing has ended", len(ended(49, 9)), 0)
	same(t, "a share has ended", len(ended(50, 9)), 0)
	shares, err := s.Shares(ctx, "p1")
	must(t, err)
	same(t, "how many are left", len(shares), 4)
	must(t, s.RemoveShare(ctx, "p1", vera.Email))
	same(t, "a visitor without a share", ended(51, 9), []cloud.UserID{"vera"})
	same(t, "some of those that ended", len(ended(100, 1)), 1)
	must(t, s.RemoveUser(ctx, "vera", "vera"))
	same(t, "the link ended", ended(100, 9), []cloud.UserID{"vito"})
	must(t, s.RemoveUser(ctx, "vito", "vito"))
	same(t, "all are gone", len(ended(100, 9)), 0)
	shares, err = s.Shares(ctx, "p1")
	must(t, err)
	same(t, "what stays", shares, []cloud.Share{long, asked})
	_, err = s.User(ctx, "zoe")
	must(t, err)
	links, err := s.Links(ctx, "p1")
	must(t, err)
	same(t, "links", len(links), 0)
}
