package walk

import (
	"fmt"
	"testing"

	"platen/internal/lab"
)

// TestPageIsLive watches a job that waits for its printer end, without a reload, and
// prints it again.
func TestPageIsLive(t *testing.T) {
	t.Parallel()
	h := enter(t)
	page := h.queue(t, "live")
	h.cups.Run("cupsdisable", "live")
	doc := pages(1)
	tab := h.signedIn(t)
	send(tab, page, file(t, "live.pdf", doc))
	mark(tab)
	state(tab, "Stopped: something is in the way")
	h.cups.Run("cupsenable", "live")
	state(tab, "Printed")
	same(t, tab)
	if lab.Ask[bool](tab, "look for the button", `[...document.querySelectorAll('[data-job] [data-action="cancel"]')].some(e => e.checkVisibility())`) {
		t.Error("a printed job can still be cancelled")
	}
	first := path(tab)
	act(tab, "again")
	tab.See(fmt.Sprintf("dd a[href=%q]", first))
	state(tab, "Printed")
	again := path(tab)
	tab.Click(fmt.Sprintf("dd a[href=%q]", first))
	tab.See(fmt.Sprintf("dd a[href=%q]", again))
	if n := h.printed(t, "live", doc); n != 2 {
		t.Errorf("the document came out %d times", n)
	}
}

// TestCancelFromThePage stops a job that waits: nothing comes out, and the list says
// so too.
func TestCancelFromThePage(t *testing.T) {
	t.Parallel()
	h := enter(t)
	page := h.queue(t, "stopped")
	h.cups.Run("cupsdisable", "stopped")
	doc := pages(1)
	tab := h.signedIn(t)
	job := send(tab, page, file(t, "not this one.pdf", doc))
	state(tab, "Stopped: something is in the way")
	act(tab, "cancel")
	state(tab, "Cancelled")
	h.cups.Run("cupsenable", "stopped")
	doc2 := pages(1)
	send(tab, page, file(t, "this one.pdf", doc2))
	state(tab, "Printed")
	if n := h.printed(t, "stopped", doc); n != 0 {
		t.Errorf("the cancelled document came out %d times", n)
	}
	if n := h.printed(t, "stopped", doc2); n != 1 {
		t.Errorf("the next document came out %d times", n)
	}
	if j, err := h.Job(job); err != nil || j.State() != "ABORTED" {
		t.Errorf("the service says of the job: %+v, %v", j, err)
	}
	tab.Go(h.Base + "/jobs")
	tab.Until("the list", fmt.Sprintf(`document.querySelector('[data-job=%q] [data-part="state"]').textContent === "Cancelled"`, job))
}

// TestHoldAndRelease holds a document back in the dialog, releases it from the list of
// jobs, and throws another one away unprinted.
func TestHoldAndRelease(t *testing.T) {
	t.Parallel()
	h := enter(t)
	page := h.queue(t, "held")
	tab := h.signedIn(t)
	hold := func(name string, doc []byte) (job string) {
		tab.Go(page + "/print")
		tab.Choose("#document", file(t, name, doc))
		tab.Click(`[name="hold"]`)
		tab.Click("#send")
		job = jobOf(tab)
		state(tab, "Held")
		return job
	}
	wanted, unwanted := pages(1), pages(1)
	bad := hold("unwanted.pdf", unwanted)
	good := hold("wanted.pdf", wanted)
	press := func(job, action, ends string) {
		tab.Go(h.Base + "/jobs")
		tab.Click(fmt.Sprintf("tr[data-job=%q] [data-action=%q] button", job, action))
		tab.Until("the page of the job", fmt.Sprintf("location.pathname === '/jobs/%s'", job))
		state(tab, ends)
	}
	press(good, "release", "Printed")
	press(bad, "cancel", "Cancelled")
	if n := h.printed(t, "held", wanted); n != 1 {
		t.Errorf("the released document came out %d times", n)
	}
	if n := h.printed(t, "held", unwanted); n != 0 {
		t.Errorf("the document that was not wanted came out %d times", n)
	}
}
