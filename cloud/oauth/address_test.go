package oauth_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"platen/cloud"
	"platen/cloud/oauth"
)

// A personal address speaks for its person at its printer, and is good for nothing else.
func TestAddresses(t *testing.T) {
	b := newBench(t, nil)
	u, err := b.db.UserByEmail(t.Context(), "bob@example.com")
	if err != nil {
		t.Fatal(err)
	}
	text, a, err := b.MakeAddress(t.Context(), u.ID, "printer-1", "phone")
	if err != nil {
		t.Fatal(err)
	}
	request := httptest.NewRequest(http.MethodPost, "/", nil)
	c, err := b.AddressRequest(request, "printer-1", text.Reveal())
	if err != nil || c.User == nil || c.User.ID != u.ID || len(c.Scopes) != 1 || c.Scopes[0] != string(oauth.ScopePrint) {
		t.Errorf("the address speaks for %+v (%v)", c, err)
	}
	if _, err := b.AddressRequest(request, "printer-2", text.Reveal()); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("at another printer: %v", err)
	}
	if _, err := b.Authenticate(t.Context(), text.Reveal()); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("as a token: %v", err)
	}
	key, _, err := b.MakeKey(t.Context(), u.ID, oauth.KeyWish{Label: "k", Scopes: []oauth.Scope{oauth.ScopePrint}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.AddressRequest(request, "printer-1", key.Reveal()); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("a key as an address: %v", err)
	}
	if stored, err := b.db.Token(t.Context(), oauth.Hash(text.Reveal())); err == nil {
		t.Errorf("the secret itself is stored: %v", stored.Kind)
	}
	list, err := b.Addresses(t.Context(), u.ID, "printer-1")
	if err != nil || len(list) != 1 || list[0].ID != a.ID || list[0].Label != "phone" || list[0].UsedTime.IsZero() {
		t.Errorf("Addresses: %+v (%v)", list, err)
	}
	if list, err := b.Addresses(t.Context(), u.ID, "printer-2"); err != nil || len(list) != 0 {
		t.Errorf("Addresses of another printer: %+v (%v)", list, err)
	}
	if list, err := b.Addresses(t.Context(), u.ID, ""); err != nil || len(list) != 1 || list[0].Printer != "printer-1" {
		t.Errorf("Addresses of all printers: %+v (%v)", list, err)
	}
	if err := b.RevokeAddress(t.Context(), "somebody", a.ID); cloud.KindOf(err) != cloud.KindNotFound {
		t.Errorf("revoked by somebody else: %v", err)
	}
	if err := b.RevokeAddress(t.Context(), u.ID, a.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := b.AddressRequest(request, "printer-1", text.Reveal()); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("after it was revoked: %v", err)
	}
}
