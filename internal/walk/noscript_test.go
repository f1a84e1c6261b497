package walk

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"platen/internal/lab"
)

// TestWithoutScript walks the main path where no script runs: sign in, look at a
// preview, be told what cannot be, print, see the end after a reload, print
// again, hold, release, cancel, pause, share, sign out.
func TestWithoutScript(t *testing.T) {
	t.Parallel()
	h := enter(t)
	page := h.queue(t, "plain")
	tab := h.open(t, lab.View{NoScript: true})
	tab.SignIn(h.Base, lab.Owner)
	tab.Click(fmt.Sprintf(`main table a[href=%q]`, strings.TrimPrefix(page, h.Base)))
	tab.Click(`main a[href$="/print"]`)
	doc := pages(3)
	tab.See("#document")
	tab.Choose("#document", file(t, "no script <needed>.pdf", doc))
	tab.Click("#send")
	first := jobOf(tab)
	ends(tab, "Printed")
	tab.Read("no script <needed>.pdf")
	press(tab, "again")
	tab.Until("the new job", fmt.Sprintf("location.pathname.startsWith('/jobs/') && !location.pathname.endsWith(%q)", first))
	ends(tab, "Printed")
	if n := h.printed(t, "plain", doc); n != 2 {
		t.Errorf("the document came out %d times", n)
	}

	tab.Go(page)
	tab.Click(`button[value="pause"]`)
	tab.Read("This printer is paused")
	tab.Click(`main a[href$="/print"]`)
	tab.See("#document")
	tab.Click("#send") // without a document
	tab.Read("Choose a document first.")
	tab.Go(page + "/print")
	tab.Click(`[name="hold"]`)
	tab.Choose("#document", file(t, "held.pdf", pages(1)))
	tab.Click("#send")
	jobOf(tab)
	ends(tab, "Held")
	press(tab, "release")
	ends(tab, "Waiting for the printer")
	press(tab, "cancel")
	ends(tab, "Cancelled")
	tab.Go(page)
	tab.Click(`button[value="resume"]`)
	tab.See(`button[value="pause"]`)
	tab.Go(page + "/settings")
	tab.Type("#who", "bob@example.com\r")
	tab.Read("Invited, no answer yet")
	tab.Click(`form[action="/signout"] button`)
	tab.See("#password")
}

// TestPreviewWithoutScript looks at what will come out before it prints, with the
// choices of the form.
func TestPreviewWithoutScript(t *testing.T) {
	t.Parallel()
	h := enter(t)
	page := h.Base + "/printers/" + h.Printer("direct") + "/print"
	h.awaitRenderer(t)
	tab := h.open(t, lab.View{NoScript: true})
	tab.SignIn(h.Base, lab.Owner)
	tab.Go(page)
	doc := pages(3)
	tab.Choose("#document", file(t, "looked at.pdf", doc))
	tab.Do("choose copies and pages", chromedp.SetValue(`[name="range"]`, "2-3", chromedp.ByQuery), chromedp.SetValue(`[name="copies"]`, "2", chromedp.ByQuery))
	tab.Click("#look")
	tab.Until("two pictures", `[...document.querySelectorAll("#preview img")].filter((e) => e.complete && e.naturalWidth > 0).length === 2`)
	if kept := lab.Ask[string](tab, "what is chosen", `document.querySelector('[name="range"]').value + " " + document.querySelector('[name="copies"]').value`); kept != "2-3 2" {
		t.Errorf("after the preview the choices are %q", kept)
	}
	tab.Click("#send")
	jobOf(tab)
	ends(tab, "Printed")
	if _, times := h.told(t, doc); times != 1 {
		t.Errorf("the document came out %d times", times)
	}
}

// press clicks on a button of the job and waits for the page that answers: who loads another
// one in between takes the click back.
func press(tab *lab.Tab, action string) {
	button := fmt.Sprintf("[data-job] [data-action=%q] button", action)
	tab.See(button)
	tab.Answer("press "+action, chromedp.Click(button, chromedp.ByQuery))
}

// ends loads the page of a job until it says how it ended.
func ends(tab *lab.Tab, words string) {
	tab.UntilLoaded("the state "+words, fmt.Sprintf(`document.querySelector('[data-job] [data-part="state"]')?.textContent === %q`, words))
}
