package storetest

import (
	"testing"

	"platen/cloud"
)

func testPageUsers(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	for _, id := range []string{"dora", "alice", "bob", "carl"} {
		u := user(id)
		u.Admin = id == "bob" || id == "carl" || id == "dora"
		u.Disabled = id == "carl"
		if id == "bob" {
			u.Name, u.CreateTime = "100%_Ann", at(5)
		}
		must(t, s.AddUser(ctx, u))
	}
	_, err := s.SetGroups(ctx, "bob", cloud.GroupsOfImport, []string{"staff"})
	must(t, err)
	for name, tt := range map[string]struct {
		f     cloud.UserFilter
		want  []cloud.UserID
		total int
	}{
		"first page":         {cloud.UserFilter{Limit: 2}, []cloud.UserID{"alice", "bob"}, 4},
		"second page":        {cloud.UserFilter{Offset: 2, Limit: 2}, []cloud.UserID{"carl", "dora"}, 4},
		"after the last":     {cloud.UserFilter{Offset: 9, Limit: 2}, nil, 4},
		"address":            {cloud.UserFilter{Text: "ALICE@", Limit: 9}, []cloud.UserID{"alice"}, 1},
		"name":               {cloud.UserFilter{Text: "ann", Limit: 9}, []cloud.UserID{"bob"}, 1},
		"signs are literal":  {cloud.UserFilter{Text: "%_", Limit: 9}, []cloud.UserID{"bob"}, 1},
		"group":              {cloud.UserFilter{Group: "staff", Limit: 9}, []cloud.UserID{"bob"}, 1},
		"group and no match": {cloud.UserFilter{Group: "staff", Text: "carl", Limit: 9}, nil, 0},
	} {
		page, err := s.PageUsers(ctx, tt.f)
		must(t, err)
		var got []cloud.UserID
		for _, u := range page.Users {
			got = append(got, u.ID)
		}
		same(t, name, got, tt.want)
		same(t, name+": total", page.Total, tt.total)
	}
	page, err := s.PageUsers(ctx, cloud.UserFilter{Group: "staff", Limit: 1})
	must(t, err)
	same(t, "groups on a page", page.Users[0].Groups, []string{"staff"})
	admins, err := s.Administrators(ctx)
	must(t, err)
	var got []cloud.UserID
	for _, a := range admins {
		got = append(got, a.ID)
	}
	same(t, "administrators, oldest first", got, []cloud.UserID{"dora", "bob"})
}

func testIdentities(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	const one, other = "https://one.example.com", "https://other.example.com"
	must(t, s.AddUser(ctx, user("alice")))
	must(t, s.AddUser(ctx, user("bob")))
	must(t, s.LinkIdentity(ctx, "alice", one, "s1"))
	must(t, s.LinkIdentity(ctx, "alice", one, "s1"))
	must(t, s.LinkIdentity(ctx, "alice", other, "s1"))
	wantErr(t, "another's subject", s.LinkIdentity(ctx, "bob", one, "s1"), cloud.ErrExists)
	wantErr(t, "a second subject", s.LinkIdentity(ctx, "alice", one, "s2"), cloud.ErrExists)
	must(t, s.LinkIdentity(ctx, "bob", one, "s2"))
	for subject, want := range map[string]cloud.User{"s1": user("alice"), "s2": user("bob")} {
		got, err := s.UserByIdentity(ctx, one, subject)
		must(t, err)
		same(t, subject, got, want)
	}
	_, err := s.UserByIdentity(ctx, other, "s2")
	wantErr(t, "unknown subject", err, cloud.ErrNotFound)
}

func testGroups(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	must(t, s.AddUser(ctx, user("alice")))
	must(t, s.AddUser(ctx, user("bob")))
	set := func(id cloud.UserID, from cloud.GroupSource, want bool, groups ...string) {
		t.Helper()
		changed, err := s.SetGroups(ctx, id, from, groups, cloud.Event{Kind: cloud.EventAudit, By: "eve"})
		must(t, err)
		same(t, "changed", changed, want)
	}
	set("alice", cloud.GroupsOfProvider, true, "staff", "art", "staff")
	set("alice", cloud.GroupsOfProvider, false, "art", "staff")
	set("alice", cloud.GroupsOfImport, true, "staff", "chess")
	set("bob", cloud.GroupsOfImport, true, "staff")
	u, err := s.User(ctx, "alice")
	must(t, err)
	same(t, "of all sources", u.Groups, []string{"art", "chess", "staff"})
	set("alice", cloud.GroupsOfProvider, true)
	u, err = s.UserByEmail(ctx, "alice@example.com")
	must(t, err)
	same(t, "of the source that is left", u.Groups, []string{"chess", "staff"})
	from, err := s.GroupsFrom(ctx, "alice", cloud.GroupsOfImport)
	must(t, err)
	same(t, "of one source", from, []string{"chess", "staff"})
	groups, err := s.Groups(ctx)
	must(t, err)
	same(t, "all groups", groups, []cloud.Group{{Name: "chess", Members: 1}, {Name: "staff", Members: 2}})
	all, err := s.ListUsers(ctx)
	must(t, err)
	same(t, "in the list", all[0].Groups, []string{"chess", "staff"})
	changed, err := s.UpdateUser(ctx, "alice", func(u *cloud.User) ([]cloud.Event, error) { u.Name = "A"; return nil, nil })
	must(t, err)
	same(t, "after another change", changed.Groups, []string{"chess", "staff"})
	log, err := s.Audit(ctx, cloud.AuditFilter{Limit: 10})
	must(t, err)
	same(t, "entries of changes", len(log), 4)
}

// Whatever is asked for at the same moment, one administrator is left.
func testLastAdministrator(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	demote := func(u *cloud.User) { u.Admin = false }
	disable := func(u *cloud.User) { u.Disabled = true }
	change := func(id cloud.UserID, fn func(*cloud.User)) error {
		_, err := s.UpdateUser(ctx, id, func(u *cloud.User) ([]cloud.Event, error) {
			fn(u)
			return nil, nil
		})
		return err
	}
	heir := user("heir")
	heir.Admin = false
	must(t, s.AddUser(ctx, heir))
	ids := []string{"a", "b", "c", "d", "e", "f"}
	for _, id := range ids {
		must(t, s.AddUser(ctx, user(id)))
	}
	errs := make(chan error, len(ids))
	for i, id := range ids {
		go func() {
			switch i % 3 {
			case 0:
				errs <- change(cloud.UserID(id), demote)
			case 1:
				errs <- change(cloud.UserID(id), disable)
			default:
				errs <- s.RemoveUser(ctx, cloud.UserID(id), "heir")
			}
		}()
	}
	refused := 0
	for range ids {
		if err := <-errs; err != nil {
			refused++
			wantErr(t, "the last one", err, cloud.ErrLastAdmin)
		}
	}
	same(t, "refusals", refused, 1)
	admins, err := s.Administrators(ctx)
	must(t, err)
	if len(admins) != 1 {
		t.Fatalf("%d administrators are left", len(admins))
	}
	last := admins[0].ID
	wantErr(t, "demoted", change(last, demote), cloud.ErrLastAdmin)
	wantErr(t, "disabled", change(last, disable), cloud.ErrLastAdmin)
	wantErr(t, "removed", s.RemoveUser(ctx, last, "heir"), cloud.ErrLastAdmin)
	must(t, change(last, func(u *cloud.User) { u.Name = "Last" }))
	must(t, change("heir", func(u *cloud.User) { u.Admin = true }))
	must(t, change(last, demote))
}
