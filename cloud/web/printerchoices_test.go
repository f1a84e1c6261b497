package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"platen/cloud"
)

// The manager's choices are preselected in the dialog, the printer's own are one link
// away, and what is left as it is prints so.
func TestDefaultsOnThePage(t *testing.T) {
	w := start(t)
	w.signIn()
	name, proxy := "Frugal", "px"
	p, err := w.service.Register(t.Context(), w.caller(), cloud.PrinterFields{Name: &name, Proxy: &proxy, Capabilities: []byte(`{"version":"1.0","printer":{
		"supported_content_type":[{"content_type":"application/pdf"}],"page_range":{},"copies":{"default":1,"max":9},
		"page_orientation":{"option":[{"type":"PORTRAIT","is_default":true},{"type":"LANDSCAPE"},{"type":"AUTO"}]},
		"duplex":{"option":[{"type":"NO_DUPLEX","is_default":true},{"type":"LONG_EDGE"}]}}}`)})
	if err != nil {
		t.Fatal(err)
	}
	path := "/printers/" + string(p.ID)
	chosen := func(page, value string) bool { return strings.Contains(page, `<option value="`+value+`" selected>`) }
	page, _ := w.get(path + "/settings")
	if !chosen(page, "NO_DUPLEX") || !chosen(page, "AUTO") || strings.Contains(page, `name="range"`) {
		t.Errorf("the form of the choices: %s", page)
	}
	_, a := w.post(path+"/choices", url.Values{"xsrf": {w.xsrf()}, "duplex": {"LONG_EDGE"}, "orientation": {"PORTRAIT"}, "copies": {"1"}})
	if a.StatusCode != http.StatusOK {
		t.Fatalf("saving: %s", a.Status)
	}
	page, _ = w.get(path + "/print")
	if !chosen(page, "LONG_EDGE") || !chosen(page, "PORTRAIT") || !strings.Contains(page, path+"/print?own=1") {
		t.Errorf("the dialog: %s", page)
	}
	if page, _ = w.get(path + "/print?own=1"); !chosen(page, "NO_DUPLEX") || !chosen(page, "AUTO") {
		t.Errorf("the printer's own choices: %s", page)
	}
	ticket := func(fields url.Values, file string) string {
		t.Helper()
		fields.Set("xsrf", w.xsrf())
		w.send(p.ID, fields, file, pdf)
		jobs, _, err := w.service.Jobs(t.Context(), w.caller(), cloud.JobQuery{Text: file})
		if err != nil || len(jobs) != 1 {
			t.Fatalf("jobs: %v, %v", jobs, err)
		}
		return string(jobs[0].Ticket)
	}
	if have := ticket(url.Values{"duplex": {"LONG_EDGE"}, "orientation": {"PORTRAIT"}}, "a.pdf"); !strings.Contains(have, `"LONG_EDGE"`) || !strings.Contains(have, `"PORTRAIT"`) {
		t.Errorf("left as it is: %s", have)
	}
	if have := ticket(url.Values{"duplex": {"NO_DUPLEX"}, "orientation": {"AUTO"}}, "b.pdf"); !strings.Contains(have, `"NO_DUPLEX"`) || !strings.Contains(have, `"AUTO"`) {
		t.Errorf("the printer's own, chosen: %s", have)
	}
	if _, a := w.post(path+"/choices", url.Values{"xsrf": {w.xsrf()}, "duplex": {"SIDEWAYS"}}); a.StatusCode != http.StatusBadRequest {
		t.Errorf("what is no choice: %s", a.Status)
	}
	w.post(path+"/choices", url.Values{"xsrf": {w.xsrf()}, "own": {"1"}})
	if page, _ = w.get(path + "/print"); !chosen(page, "NO_DUPLEX") || strings.Contains(page, "own=1") {
		t.Errorf("after going back: %s", page)
	}
}

// The link to the printer's own choices leads to the same documents.
func TestOwnChoicesKeepDocuments(t *testing.T) {
	w, _ := startPress(t)
	p := w.addLaser()
	path, draft := "/printers/"+string(p), w.draft(p)
	w.post(path+"/choices", url.Values{"xsrf": {w.xsrf()}, "duplex": {"LONG_EDGE"}})
	if page, _ := w.get(path + "/print?draft=" + draft); !strings.Contains(page, path+"/print?own=1&amp;draft="+draft+`"`) {
		t.Errorf("the link: %s", page)
	}
	page, _ := w.get(path + "/print?own=1&draft=" + draft)
	if !strings.Contains(page, `name="draft" value="`+draft+`"`) || !strings.Contains(page, `<option value="NO_DUPLEX" selected>`) {
		t.Errorf("behind it: %s", page)
	}
}
