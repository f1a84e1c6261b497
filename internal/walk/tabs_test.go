package walk

import (
	"fmt"
	"testing"

	"platen/internal/lab"
)

// send prints a file by the dialog of a printer, and ends on the page of the job.
func send(tab *lab.Tab, page, path string) (job string) {
	tab.Go(page + "/print")
	tab.Choose("#document", path)
	tab.Click("#send")
	return jobOf(tab)
}

// jobOf waits for the page of a job and returns its id.
func jobOf(tab *lab.Tab) string {
	tab.Until("the page of the job", `location.pathname.startsWith("/jobs/") && document.querySelector("[data-job]")`)
	return lab.Ask[string](tab, "which job", `document.querySelector("[data-job]").dataset.job`)
}

// state waits until the page says in what state its job is.
func state(tab *lab.Tab, words string) {
	tab.Until("the state "+words, fmt.Sprintf(`document.querySelector('[data-job] [data-part="state"]')?.textContent === %q`, words))
}

// act clicks on a button of the job, which the page offers by then.
func act(tab *lab.Tab, action string) {
	button := fmt.Sprintf("[data-job] [data-action=%q] button", action)
	tab.See(button)
	tab.Click(button)
}

// mark marks the page; same tells whether it is still that page.
func mark(tab *lab.Tab) { lab.Ask[bool](tab, "mark the page", "window.same = true") }

func same(t *testing.T, tab *lab.Tab) {
	t.Helper()
	if !lab.Ask[bool](tab, "look for the mark", "window.same === true") {
		t.Error("the page was loaded again")
	}
}

// path returns where the tab is.
func path(tab *lab.Tab) string {
	return lab.Ask[string](tab, "where the page is", "location.pathname")
}
