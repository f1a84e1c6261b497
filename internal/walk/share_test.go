package walk

import (
	"testing"

	"platen/internal/lab"
)

// TestShareAndTakeBack shares a printer on its page; a second person takes it, prints,
// watches without a reload how the owner pauses it, and no longer has it once the
// owner takes it back.
func TestShareAndTakeBack(t *testing.T) {
	t.Parallel()
	h := enter(t)
	const other = "bea@example.com"
	page := h.queue(t, "common")
	h.Cloud("user", "add", other, "--password-stdin")
	owner, friend := h.signedIn(t), h.open(t, lab.View{})
	friend.SignIn(h.Base, other)
	friend.Read("There is no printer yet.")
	friend.Go(page)
	friend.Read("Unknown printer.")

	owner.Go(page + "/settings")
	owner.Type("#who", other+"\r")
	owner.See("#sharing td .note")
	friend.Go(h.Base + "/printers")
	friend.Click(`button[value="accept"]`)
	friend.See(`main [data-printer]`)
	doc := pages(1)
	send(friend, page, file(t, "shared.pdf", doc))
	state(friend, "Printed")
	if n := h.printed(t, "common", doc); n != 1 {
		t.Errorf("the document came out %d times", n)
	}

	friend.Go(h.Base + "/printers")
	friend.See(`main table [data-printer]`)
	mark(friend)
	owner.Go(page)
	owner.Click(`button[value="pause"]`)
	owner.See(`button[value="resume"]`)
	friend.Until("hearing that it is paused", `document.querySelector('[data-printer] [data-part="state"]').textContent.startsWith("Paused")`)
	same(t, friend)

	owner.Go(page + "/settings")
	owner.Click(`form[action$="/unshare"] button[aria-label]`)
	owner.Until("it is shared with nobody", `!document.querySelector("#sharing table")`)
	friend.Go(h.Base + "/printers")
	friend.Read("There is no printer yet.")
	friend.Go(page + "/print")
	friend.Read("Unknown printer.")
}
