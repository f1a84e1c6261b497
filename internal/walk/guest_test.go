package walk

import (
	"database/sql"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite" // the driver

	"platen/internal/lab"
)

// TestGuestLinkEnds makes a link for a guest, who prints without an account, and lets it
// end: the page that the guest has open leads nowhere, and the link lets nobody in.
func TestGuestLinkEnds(t *testing.T) {
	t.Parallel()
	h := enter(t)
	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddRaw("lobby", "")
	s := lab.NewSite(t, lab.SiteOptions{Bin: h.bin, CUPS: []string{cups.Socket}})
	s.Start()
	page := s.Base + "/printers/" + s.Printer("lobby")
	owner, guest, late := h.openAt(t, lab.View{}, s.Base), h.openAt(t, lab.Phone(), s.Base), h.openAt(t, lab.View{}, s.Base)
	owner.SignIn(s.Base, lab.Owner)
	owner.Go(page + "/settings")
	owner.Click("#links summary")
	owner.Type("#linkname", "Visitors")
	set(owner, "for", "visitors")
	owner.Type("#most", "5\r")
	owner.See("input.secret")
	link := lab.Ask[string](owner, "the link", `document.querySelector("input.secret").value`)

	guest.Go(link)
	guest.Type(`main [name="name"]`, "Véra <b>\r")
	guest.See("#document")
	guest.Choose("#document", file(t, "menu.pdf", pages(1)))
	guest.Click("#send")
	jobOf(guest)
	state(guest, "Printed")
	guest.Go(s.Base + "/printers")
	if n := lab.Ask[int](guest, "how many printers", `document.querySelectorAll("main table [data-printer]").length`); n != 1 {
		t.Errorf("the guest has %d printers", n)
	}
	guest.Go(page + "/print")
	guest.Choose("#document", file(t, "too late.pdf", pages(1)))
	late.Go(link)
	late.See(`main [name="name"]`)

	s.StopCloud()
	end(t, filepath.Join(s.Dir, "cloud", "cloud.db"))
	s.StartCloud()
	lab.Ask[bool](guest, "send, unless the page was left already", `Boolean(document.querySelector("#send")?.click())`)
	guest.See("#password")
	late.Type(`main [name="name"]`, "Late\r")
	late.Read("This link is not good any more.")
	late.Go(link)
	late.Read("This link is not good any more.")
	if a, err := s.Call("jobs", nil); err != nil || len(a.Jobs) > 1 {
		t.Errorf("there are the jobs %+v, %v", a.Jobs, err)
	}
}

// end lets the time of all links go by: the shortest is an hour.
func end(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }() // Exec has written
	for _, table := range []string{"links", "shares", "users"} {
		if _, err := db.ExecContext(t.Context(), "UPDATE "+table+" SET expire_time = 1 WHERE expire_time > 0"); err != nil {
			t.Fatal(err)
		}
	}
}
