package walk

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"platen/internal/lab"
)

// TestPasskey adds a passkey of the browser's own making, signs in with it and without
// anything typed, and removes it: then it lets in no more.
func TestPasskey(t *testing.T) {
	t.Parallel()
	h := enter(t)
	s := lab.NewSite(t, lab.SiteOptions{Bin: h.bin, Host: "localhost"}) // passkeys belong to names
	s.StartCloud()
	tab := h.openAt(t, lab.View{}, s.Base)
	var key webauthn.AuthenticatorID
	tab.Do("plug a device in", webauthn.Enable(), chromedp.ActionFunc(func(ctx context.Context) (err error) {
		key, err = webauthn.AddVirtualAuthenticator(&webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}).Do(ctx)
		return err
	}))
	verified := func(is bool) { tab.Do("say who holds it", webauthn.SetUserVerified(key, is)) }
	tab.SignIn(s.Base, lab.Owner)
	tab.Go(s.Base + "/account")
	tab.Read("You have no passkeys.")
	tab.Click(`a[href="/account/passkeys"]`)
	tab.Type("#name", "Laptop\r")
	tab.Until("the passkey on the page", `location.pathname === "/account" && document.querySelector("#passkeys td")?.textContent === "Laptop"`)
	tab.Click(`a[href="/account/passkeys"]`)
	tab.Type("#name", "Laptop again\r")
	tab.Read("This device has a passkey of your account already.")

	signOut := func() {
		t.Helper()
		tab.Click(`form[action="/signout"] button`)
		tab.See("#password")
	}
	signOut()
	verified(false) // somebody else holds it
	tab.Click(`[data-passkey] button`)
	tab.Read("No passkey was used.")
	verified(true)
	tab.Go(s.Base + "/signin?next=%2Fjobs")
	tab.Click(`[data-passkey] button`)
	tab.See(`nav a[href="/jobs"][aria-current]`)
	tab.Read(lab.Owner)

	tab.Go(s.Base + "/account")
	tab.Click(`#passkeys details:has(form[action$="/remove"]) summary`)
	tab.Click(`#passkeys form[action$="/remove"] button`)
	tab.Read("You have no passkeys.")
	signOut()
	tab.Click(`[data-passkey] button`)
	tab.Read("Signing in with the passkey did not work.")
	tab.Go(s.Base + "/jobs")
	tab.See("#password")
	tab.SignIn(s.Base, lab.Owner)
	tab.Go(s.Base + "/audit")
	tab.Read("added the passkey Laptop")
	tab.Read("removed the passkey Laptop")
}

// TestNoPasskeys looks at the pages where there can be no passkeys: without a script, and
// at an address that is a number.
func TestNoPasskeys(t *testing.T) {
	t.Parallel()
	h := enter(t)
	tab := h.signedIn(t)
	tab.Go(h.Base + "/account")
	tab.Read("Passkeys need an https address")
	s := lab.NewSite(t, lab.SiteOptions{Bin: h.bin, Host: "localhost"})
	s.StartCloud()
	still := h.openAt(t, lab.View{NoScript: true}, s.Base)
	still.SignIn(s.Base, lab.Owner)
	still.Go(s.Base + "/account")
	still.Read("You have no passkeys.")
	if lab.Ask[bool](still, "look for the button", `document.querySelector('a[href="/account/passkeys"]').checkVisibility()`) {
		t.Error("a button that does nothing without a script is seen")
	}
	still.Go(s.Base + "/account/passkeys")
	still.Read("needs JavaScript")
}
