package walk

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"platen/internal/lab"
)

// TestSignIn mistypes a password, signs in to the page that was asked for, and signs
// out: nothing is left in the browser.
func TestSignIn(t *testing.T) {
	t.Parallel()
	h := enter(t)
	tab := h.open(t, lab.View{})
	tab.Go(h.Base + "/jobs")
	tab.Type("#email", lab.Owner)
	tab.Type("#password", "not the password\r")
	tab.See(`.problem[role="alert"]`)
	if got := lab.Ask[string](tab, "read the field", `document.querySelector("#email").value + document.querySelector("#password").value`); got != lab.Owner {
		t.Errorf("the form has %q", got)
	}
	tab.Type("#password", lab.Password+"\r")
	tab.See(`nav a[href="/jobs"][aria-current]`)
	if got := lab.Ask[string](tab, "read the cookies", "document.cookie"); got != "" {
		t.Errorf("a script can read the cookies %q", got)
	}
	tab.Click(`form[action="/signout"] button`)
	tab.See("#password")
	lab.Ask[bool](tab, "go back", "history.back() ?? true")
	tab.Until("signing in again", `new URLSearchParams(location.search).has("next") && document.querySelector("#password")`)
}

// TestSignInIsLimited guesses passwords of an account until nobody may guess any more:
// the page says so and until when, the browser is told the same, and the right
// password is refused as well. Another account still signs in.
func TestSignInIsLimited(t *testing.T) {
	t.Parallel()
	h := enter(t)
	s := lab.NewSite(t, lab.SiteOptions{Bin: h.bin}) // the house would be locked for all
	s.StartCloud()
	const guessed = "guessed@example.com"
	s.Cloud("user", "add", guessed, "--password-stdin")
	tab := h.openAt(t, lab.View{}, s.Base)
	tab.Go(s.Base + "/signin")
	tab.Type("#email", guessed)
	guess := func(password string) *network.Response {
		return tab.Answer("guess", chromedp.SendKeys("#password", password+"\r", chromedp.ByQuery))
	}
	for range 10 { // docs/limits.md
		if a := guess("not the password"); a.Status != 403 {
			t.Fatalf("a wrong password is answered %d", a.Status)
		}
		tab.See(`.problem[role="alert"]`)
	}
	a := guess(lab.Password)
	if wait := a.Headers["Retry-After"]; a.Status != 429 || wait != "900" {
		t.Errorf("the answer is %d, to be tried again after %v seconds", a.Status, wait)
	}
	tab.Read("Too many wrong passwords. Try again in a quarter of an hour.")
	tab.Fill("#email", lab.Owner)
	tab.Type("#password", lab.Password+"\r")
	tab.See(`nav a[href="/printers"][aria-current]`)
}

// TestSessionEndsInTheDialog prints after signing out in another tab: the page leads to
// the sign-in, and from there back.
func TestSessionEndsInTheDialog(t *testing.T) {
	t.Parallel()
	h := enter(t)
	page := h.queue(t, "left")
	doc := pages(1)
	tab := h.signedIn(t)
	tab.Go(page + "/print")
	tab.Choose("#document", file(t, "left.pdf", doc))
	tab.See("#files li")
	other := watch(t, tab.Twin(t), h.Base)
	other.Go(h.Base + "/printers")
	other.Click(`form[action="/signout"] button`)
	other.See("#password")
	lab.Ask[bool](tab, "send, unless the page was left already", `Boolean(document.querySelector("#send")?.click())`)
	tab.See("#password")
	tab.Type("#email", lab.Owner)
	tab.Type("#password", lab.Password+"\r")
	tab.See("#document")
	if n := h.printed(t, "left", doc); n != 0 || path(tab) != strings.TrimPrefix(page, h.Base)+"/print" {
		t.Errorf("the document came out %d times, and the page is %s", n, path(tab))
	}
}
