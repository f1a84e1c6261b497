package storetest

import (
	"testing"

	"platen/cloud"
)

// A service account keeps what it is, is found by who keeps it, and goes to the heir
// of its keeper.
func testServiceAccounts(t *testing.T, s cloud.Store) {
	ctx := t.Context()
	must(t, s.AddUser(ctx, user("alice")))
	must(t, s.AddUser(ctx, user("bob")))
	till := cloud.User{ID: "till", Email: "till@service", Name: "Till", Service: true, Keeper: "alice", CreateTime: at(1)}
	shop := cloud.User{ID: "shop", Email: "shop@service", Name: "Shop", Service: true, Keeper: "bob", CreateTime: at(1)}
	must(t, s.AddUser(ctx, till))
	must(t, s.AddUser(ctx, shop))
	got, err := s.UpdateUser(ctx, "till", func(u *cloud.User) ([]cloud.Event, error) {
		u.Name, u.Service = "The till", false
		return nil, nil
	})
	must(t, err)
	_, err = s.UpdateUser(ctx, "shop", func(u *cloud.User) ([]cloud.Event, error) {
		u.Keeper = "/group/staff"
		return nil, nil
	})
	must(t, err)
	till.Name = "The till"
	same(t, "changed: what it is stays", got.Service, true)
	got, err = s.User(ctx, "till")
	must(t, err)
	same(t, "kept", got, till)
	for name, tt := range map[string]struct {
		f    cloud.UserFilter
		want []cloud.UserID
	}{
		"all":            {cloud.UserFilter{}, []cloud.UserID{"alice", "bob", "shop", "till"}},
		"people":         {cloud.UserFilter{Of: cloud.PeoplesAccounts}, []cloud.UserID{"alice", "bob"}},
		"services":       {cloud.UserFilter{Of: cloud.ServiceAccounts}, []cloud.UserID{"shop", "till"}},
		"one keeper's":   {cloud.UserFilter{Of: cloud.ServiceAccounts, Keepers: []string{"alice"}}, []cloud.UserID{"till"}},
		"two keepers'":   {cloud.UserFilter{Of: cloud.ServiceAccounts, Keepers: []string{"alice", "/group/staff"}}, []cloud.UserID{"shop", "till"}},
		"no keeper's":    {cloud.UserFilter{Of: cloud.ServiceAccounts, Keepers: []string{}}, nil},
		"with a text":    {cloud.UserFilter{Of: cloud.ServiceAccounts, Text: "TILL"}, []cloud.UserID{"till"}},
		"bob keeps none": {cloud.UserFilter{Of: cloud.ServiceAccounts, Keepers: []string{"bob"}}, nil},
	} {
		tt.f.Limit = 9
		page, err := s.PageUsers(ctx, tt.f)
		must(t, err)
		var ids []cloud.UserID
		for _, u := range page.Users {
			ids = append(ids, u.ID)
		}
		same(t, name, ids, tt.want)
		same(t, name+": total", page.Total, len(tt.want))
	}
	must(t, s.RemoveUser(ctx, "alice", "bob"))
	got, err = s.User(ctx, "till")
	must(t, err)
	same(t, "keeper after a removal", got.Keeper, "bob")
}
