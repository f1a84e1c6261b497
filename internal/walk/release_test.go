package walk

import (
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
)

// hold sends a document that waits to be released; before it is sent, more is written
// into the form.
func hold(tab *lab.Tab, page, path string, more ...func()) (job string) {
	tab.Go(page + "/print")
	tab.Choose("#document", path)
	tab.Click(`[name="hold"]`)
	for _, f := range more {
		tab.Click("details.releasers summary")
		f()
	}
	tab.Click("#send")
	job = jobOf(tab)
	tab.Until("being held", `document.querySelector('[data-job] [data-part="state"]')?.textContent.startsWith("Held")`)
	return job
}

// outOf checks how often a document came out of a queue.
func (h *house) outOf(t *testing.T, queue string, doc []byte, want int) {
	t.Helper()
	if n := h.printed(t, queue, doc); n != want {
		t.Errorf("the document came out of %s %d times, not %d", queue, n, want)
	}
}

// person makes an account for a walk and signs it in.
func (h *house) person(t *testing.T, email string, v lab.View) *lab.Tab {
	t.Helper()
	h.Cloud("user", "add", email, "--password-stdin")
	tab := h.open(t, v)
	tab.SignIn(h.Base, email)
	return tab
}

// TestReleaseByTheSticker scans the sticker of a printer with a phone that nobody is
// signed in on: the sign-in leads back to the printer, and one touch prints what is held
// there, another one what is held for a printer elsewhere.
func TestReleaseByTheSticker(t *testing.T) {
	t.Parallel()
	h := enter(t)
	page, far := h.queue(t, "stickered"), h.queue(t, "faraway")
	owner := h.signedIn(t)
	owner.Go(page + "/sticker")
	owner.Click("main form.screen button")
	owner.See(".sticker svg")
	address := lab.Ask[string](owner, "what stands on the sticker", `document.querySelector(".sticker .address").textContent`)
	here, there := pages(1), pages(1)
	job := hold(owner, page, file(t, "here <at once>.pdf", here))
	hold(owner, far, file(t, "from afar.pdf", there))
	owner.Go(h.Base + "/jobs/" + job)
	mark(owner)

	phone := h.open(t, lab.Phone())
	phone.Go(address)
	phone.See("#password")
	handy(t, phone)
	phone.Type("#email", lab.Owner)
	phone.Type("#password", lab.Password)
	tap(phone, `form[action="/signin"] button`)
	phone.Read("Release at stickered")
	if at := h.Base + path(phone); at != address {
		t.Errorf("the sign-in leads to %s, not back to %s", at, address)
	}
	handy(t, phone)
	tap(phone, `#mine ~ ul button[aria-label="Print here <at once>.pdf"]`)
	phone.Read("One document is on its way to the printer.")
	handy(t, phone)
	state(owner, "Printed")
	same(t, owner)
	h.outOf(t, "stickered", here, 1)
	tap(phone, `#elsewhere ~ ul button[aria-label="Print from afar.pdf here"]`)
	phone.Read("One document is on its way to the printer.")
	lab.Until(t, time.Minute, "the document to come out", func() bool { return h.printed(t, "stickered", there) == 1 })
	h.outOf(t, "faraway", there, 0)

	stranger := h.person(t, "passer-by@example.com", lab.Phone())
	stranger.Go(address)
	stranger.Read("No document of yours is held here.")
	if said := lab.Ask[string](stranger, "what the page says", "document.querySelector('main').innerText"); strings.Contains(said, "stickered") {
		t.Errorf("who may not print there reads the printer's name: %s", said)
	}
}

// TestReleaseByPIN gives a document a PIN: whoever knows it and the sender, without any
// right on the printer, prints it with both, and with nothing less.
func TestReleaseByPIN(t *testing.T) {
	t.Parallel()
	h := enter(t)
	page := h.queue(t, "pinned")
	owner, doc := h.signedIn(t), pages(1)
	hold(owner, page, file(t, "secret plan.pdf", doc), func() { owner.Type("#release_pin", "471108") })
	mark(owner)
	friend := h.person(t, "pin-holder@example.com", lab.Phone())
	friend.Go(h.Base + "/release")
	friend.Read("No document of yours is held.")
	try := func(pin string) {
		friend.Fill("#who", lab.Owner)
		friend.Fill("#pin", pin)
		tap(friend, `form[action$="/pin"] button`)
	}
	try("471109")
	friend.Read("No held document has this sender and PIN.")
	h.outOf(t, "pinned", doc, 0)
	try("471108")
	friend.Read("One document is on its way to the printer.")
	if said := lab.Ask[string](friend, "what the page says", "document.body.innerText"); strings.Contains(said, "secret plan") {
		t.Errorf("the page tells the title: %s", said)
	}
	state(owner, "Printed")
	same(t, owner)
	h.outOf(t, "pinned", doc, 1)
}

// TestReleaseByDelegate names somebody who may release a document: that person sees that
// one waits, not its title, and prints it; anybody else sees nothing.
func TestReleaseByDelegate(t *testing.T) {
	t.Parallel()
	h := enter(t)
	const delegate = "deputy@example.com"
	page := h.queue(t, "delegated")
	owner, doc := h.signedIn(t), pages(1)
	deputy, other := h.person(t, delegate, lab.View{}), h.person(t, "not-the-deputy@example.com", lab.View{})
	hold(owner, page, file(t, "board papers.pdf", doc), func() { owner.Type("#release_who", delegate) })
	mark(owner)
	other.Go(h.Base + "/release")
	other.Read("No document of yours is held.")
	if lab.Ask[bool](other, "look for documents of others", `Boolean(document.querySelector("#others"))`) {
		t.Error("somebody who was not named sees a document of another person")
	}
	deputy.Go(h.Base + "/release")
	deputy.Read("A document of " + lab.Owner)
	if said := lab.Ask[string](deputy, "what the page says", "document.body.innerText"); strings.Contains(said, "board papers") {
		t.Errorf("the delegate reads the title: %s", said)
	}
	deputy.Click("#others ~ ul button")
	deputy.Read("One document is on its way to the printer.")
	state(owner, "Printed")
	same(t, owner)
	h.outOf(t, "delegated", doc, 1)
	deputy.Go(h.Base + "/jobs")
	deputy.See("main h1")
	if n := lab.Ask[int](deputy, "how many jobs", `document.querySelectorAll("main [data-job]").length`); n != 0 {
		t.Errorf("the delegate has %d jobs", n)
	}
}
