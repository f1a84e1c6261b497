package web

import (
	"net/url"
	"strings"
	"testing"

	"platen/cloud"
)

// A paused printer is not called ready: what is wrong with it, or that it is away, is
// said all the same.
func TestPausedIsNotReady(t *testing.T) {
	w := start(t)
	robot, p := w.connector("front", "laser")
	w.signIn()
	yes := true
	if _, err := w.service.UpdatePrinter(t.Context(), w.caller(), p, cloud.PrinterFields{Paused: &yes}); err != nil {
		t.Fatal(err)
	}
	low := `,"vendor_state":{"item":[{"state":"WARNING","description":"Toner is low"}]}`
	for said, want := range map[string]string{
		`"IDLE"`:       ">Paused<",
		`"IDLE"` + low: ">Paused · Toner is low<",
		`"PROCESSING"`: ">Paused · Printing<",
		`"STOPPED"`:    ">Paused · Stopped<",
	} {
		state := `{"version":"1.0","printer":{"state":` + said + `}}`
		if _, err := w.service.UpdatePrinter(t.Context(), robot, p, cloud.PrinterFields{SemanticState: []byte(state)}); err != nil {
			t.Fatal(err)
		}
		if page, _ := w.get("/printers"); !strings.Contains(page, want) {
			t.Errorf("%s: no %q in\n%s", said, want, page)
		}
	}
}

// Where somebody prints, and where a job waits, stands how the printer is.
func TestPrinterStateWherePeopleWait(t *testing.T) {
	w := start(t)
	robot, p := w.connector("front", "laser")
	w.signIn()
	off := `{"version":"1.0","printer":{"state":"STOPPED","vendor_state":{"item":[{"state":"ERROR","description":"The printer does not answer"}]}}}`
	if _, err := w.service.UpdatePrinter(t.Context(), robot, p, cloud.PrinterFields{SemanticState: []byte(off)}); err != nil {
		t.Fatal(err)
	}
	live, want := `data-printer="`+string(p)+`"`, "Stopped · The printer does not answer"
	job := "/jobs/" + string(w.submit(p))
	for _, path := range []string{"/printers/" + string(p) + "/print", job} {
		if page, _ := w.get(path); !strings.Contains(page, live) || !strings.Contains(page, want) || !strings.Contains(page, "/static/live.js") {
			t.Errorf("%s does not say how the printer is:\n%s", path, page)
		}
	}
	w.post(job+"/cancel", url.Values{"xsrf": {w.xsrf()}})
	if page, _ := w.get(job); strings.Contains(page, want) {
		t.Errorf("a job that has ended tells of the printer:\n%s", page)
	}
}
