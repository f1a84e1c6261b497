package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"platen/cloud"
)

// fullLog is a store that takes no entries about accounts while it is full.
type fullLog struct {
	cloud.Store
	full atomic.Bool
}

func (l *fullLog) UpdateUser(ctx context.Context, id cloud.UserID, fn func(*cloud.User) ([]cloud.Event, error)) (cloud.User, error) {
	if l.full.Load() {
		return cloud.User{}, errors.New("the disk is full")
	}
	return l.Store.UpdateUser(ctx, id, fn)
}

// What people do with their own keys is in the audit log. A key that it could not be
// written of is none: its secret was shown to nobody.
func TestOwnKeysAreAudited(t *testing.T) {
	log := &fullLog{}
	w := startSet(t, func(_ *Config, c *cloud.Config) { log.Store, c.Store = c.Store, log })
	w.signIn()
	log.full.Store(true)
	if page, a := w.fill("/account/keys", "label", "lost", "scope", "print"); a.StatusCode != http.StatusServiceUnavailable || keyOnPage.MatchString(page) {
		t.Errorf("without a log: %s\n%s", a.Status, page)
	}
	if keys, err := w.oauth.Keys(t.Context(), w.user.ID); err != nil || len(keys) != 0 {
		t.Errorf("without a log there is %+v, %v", keys, err)
	}
	log.full.Store(false)
	if page, a := w.fill("/account/keys", "label", "shop", "scope", "print"); a.StatusCode != http.StatusOK || !keyOnPage.MatchString(page) {
		t.Errorf("%s\n%s", a.Status, page)
	}
	keys, err := w.oauth.Keys(t.Context(), w.user.ID)
	if err != nil || len(keys) != 1 {
		t.Fatalf("%+v, %v", keys, err)
	}
	w.fill("/account/keys/" + keys[0].ID + "/revoke")
	entries, err := w.service.Audit(t.Context(), w.caller(), cloud.AuditQuery{})
	if err != nil {
		t.Fatal(err)
	}
	var notes []string
	for _, e := range entries {
		notes = append(notes, e.Who+" "+e.Note)
	}
	const want = email + ` revoked a key of ` + email + "\n" + email + ` made the key "shop" of ` + email
	if all := strings.Join(notes, "\n"); !strings.Contains(all, want) || strings.Contains(all, "lost") {
		t.Errorf("the log is %s", all)
	}
}
