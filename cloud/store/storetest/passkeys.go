package storetest

import (
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/passkey"
)

// PasskeyStore is a store that keeps passkeys too.
type PasskeyStore interface {
	cloud.Store
	passkey.Store
}

// RunPasskeys tests what passkey wants of a store. open returns an empty one each time,
// and closes it when the test ends.
func RunPasskeys(t *testing.T, open func(t *testing.T) PasskeyStore) {
	t.Run("Passkeys", func(t *testing.T) { testPasskeys(t, open(t)) })
	t.Run("PasskeysGoWithTheirPerson", func(t *testing.T) { testPasskeysGo(t, open(t)) })
}

// aPasskey returns one with every member set.
func aPasskey(id passkey.ID, u cloud.UserID, made int64) passkey.Passkey {
	return passkey.Passkey{
		ID: id, User: u, Name: "Läptop", PublicKey: []byte{0, 1, 254, 255}, SignCount: 4_000_000_000, Syncs: true, Synced: true,
		Transports: []string{"internal", "hybrid"}, CreateTime: at(made), UsedTime: at(9),
	}
}

func testPasskeys(t *testing.T, s PasskeyStore) {
	ctx := t.Context()
	for _, id := range []string{"alice", "bob"} {
		must(t, s.AddUser(ctx, user(id)))
	}
	a, b, c := aPasskey("a", "alice", 2), aPasskey("b", "alice", 1), aPasskey("c", "bob", 0)
	b.Transports, b.UsedTime, b.SignCount, b.Syncs, b.Synced = nil, time.Time{}, 0, false, false
	entry := cloud.Event{Kind: cloud.EventAudit, By: "alice"}
	for _, p := range []passkey.Passkey{a, b, c} {
		must(t, s.AddPasskey(ctx, p, 2, entry))
	}
	wantErr(t, "a third", s.AddPasskey(ctx, aPasskey("d", "alice", 3), 2, entry), cloud.ErrQuota)
	wantErr(t, "another's once more", s.AddPasskey(ctx, aPasskey("c", "alice", 3), 9, entry), cloud.ErrExists)
	wantErr(t, "nobody's", s.AddPasskey(ctx, aPasskey("d", "eve", 3), 9, entry), cloud.ErrNotFound)
	got, err := s.Passkey(ctx, "a")
	must(t, err)
	same(t, "Passkey", got, a)
	_, err = s.Passkey(ctx, "d")
	wantErr(t, "what was not added", err, cloud.ErrNotFound)
	list, err := s.Passkeys(ctx, "alice")
	must(t, err)
	same(t, "Passkeys", list, []passkey.Passkey{b, a})

	b.Name, b.SignCount, b.Synced, b.UsedTime = "Phone", 7, true, at(8)
	got, err = s.UpdatePasskey(ctx, "b", func(p *passkey.Passkey) ([]cloud.Event, error) {
		p.Name, p.SignCount, p.Synced, p.UsedTime = b.Name, b.SignCount, b.Synced, b.UsedTime
		return []cloud.Event{entry}, nil
	})
	must(t, err)
	same(t, "UpdatePasskey", got, b)
	_, err = s.UpdatePasskey(ctx, "b", func(p *passkey.Passkey) ([]cloud.Event, error) {
		p.Name = "not kept"
		return []cloud.Event{entry}, cloud.ErrConflict
	})
	wantErr(t, "a refusal", err, cloud.ErrConflict)
	got, err = s.Passkey(ctx, "b")
	must(t, err)
	same(t, "after both", got, b)
	must(t, s.RemovePasskey(ctx, "b", entry))
	wantErr(t, "removing twice", s.RemovePasskey(ctx, "b", entry), cloud.ErrNotFound)
	log, err := s.Audit(ctx, cloud.AuditFilter{Limit: 99})
	must(t, err)
	same(t, "entries of what was done", len(log), 5)
}

func testPasskeysGo(t *testing.T, s PasskeyStore) {
	ctx := t.Context()
	for _, id := range []string{"alice", "bob"} {
		must(t, s.AddUser(ctx, user(id)))
		must(t, s.AddPasskey(ctx, aPasskey(passkey.ID("of-"+id), cloud.UserID(id), 0), 9))
	}
	must(t, s.RemoveUser(ctx, "alice", "bob"))
	_, err := s.Passkey(ctx, "of-alice")
	wantErr(t, "the passkey of somebody who is gone", err, cloud.ErrNotFound)
	list, err := s.Passkeys(ctx, "bob")
	must(t, err)
	same(t, "the heir's", len(list), 1)
}
