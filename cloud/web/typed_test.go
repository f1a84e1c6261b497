package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// A form that cannot be carried out comes once more on its page, with what was typed and
// ticked, and with what is wrong.
func TestFormsComeAgain(t *testing.T) {
	w := start(t)
	w.signIn()
	p, q := w.addPrinter("P"), w.addPrinter("Q")
	at := "/printers/" + string(p)
	for name, c := range map[string]struct {
		path   string
		form   url.Values
		says   string
		keeps  []string
		leaves string // of the page that are not marked
	}{
		"a share": {
			at + "/share",
			url.Values{"kind": {"group"}, "who": {"Teahcers"}, "role": {"MANAGER"}, "expire_after": {"86400"}},
			"There is no group Teahcers.",
			[]string{`value="Teahcers"`, `value="group" selected`, `value="MANAGER" selected`, `value="86400" selected`},
			`value="3600" selected`,
		},
		"a link": {
			at + "/links",
			url.Values{"name": {"Fair"}, "for": {"keeps"}, "lifetime": {"604800"}, "most": {"many"}},
			"The number of people is not a number.",
			[]string{`value="Fair"`, `value="keeps" selected`, `value="604800" selected`, `<details open><summary>Make a link`},
			`value="group" selected`,
		},
		"settings": {
			at + "/settings",
			url.Values{"name": {"Typed"}, "quota": {"many"}, "hold": {"1"}, "expire_after": {"3600"}},
			"Write how many jobs a day as a number from 1 on, or nothing for no limit.",
			[]string{`value="Typed"`, `value="3600" selected`, `name="hold" checked`},
			`value="86400" selected`,
		},
		"choices": {at + "/choices", url.Values{"copies": {"0"}}, "Copies: ", []string{`name="copies" type="number" value="0"`}, `value="Typed"`},
		"several": {
			"/printers/many",
			url.Values{"do": {"share"}, "kind": {"group"}, "who": {"Teahcers"}, "printer": {string(q)}},
			"There is no group Teahcers.",
			[]string{`value="` + string(q) + `" checked`, `value="Teahcers"`, `<details class="card" open>`},
			`value="` + string(p) + `" checked`,
		},
		"none of several": {"/printers/many", url.Values{"do": {"location"}, "location": {"Attic"}}, "Tick at least one printer first.", []string{`value="Attic"`}, `value="all" checked`},
	} {
		c.form.Set("xsrf", w.xsrf())
		page, a := w.post(c.path, c.form)
		if a.StatusCode != http.StatusBadRequest || !strings.Contains(page, `role="alert">`+c.says) || strings.Contains(page, c.leaves) {
			t.Errorf("%s: %s %s", name, a.Status, page)
		}
		for _, each := range c.keeps {
			if !strings.Contains(page, each) {
				t.Errorf("%s: no %s in %s", name, each, page)
			}
		}
	}
	if page, _ := w.get(at + "/settings"); strings.Contains(page, "Teahcers") || strings.Contains(page, `role="alert"`) {
		t.Errorf("later: %s", page)
	}
}

// An error leads back to the page that the form was on, if that is one of ours.
func TestErrorsLeadBack(t *testing.T) {
	w := start(t)
	w.signIn()
	at := "/printers/" + string(w.addPrinter("P"))
	for from, want := range map[string]string{
		w.URL + at + "/settings?x=1#sharing":    at + "/settings?x=1",
		w.URL + "/printers?q=a":                 "/printers?q=a",
		w.URL + at + "/share":                   "/printers", // no page, but where a form goes
		"https://elsewhere.invalid//evil.com/x": "/printers",
		"https://elsewhere.invalid/nowhere":     "/printers",
		"":                                      "/printers",
	} {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, w.URL+at+"/share", strings.NewReader("xsrf=stale"))
		req.RequestURI = ""
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if from != "" {
			req.Header.Set("Referer", from)
		}
		if page, a := w.do(req); a.StatusCode != http.StatusForbidden || !strings.Contains(page, `<p><a href="`+want+`">`) {
			t.Errorf("from %q: %s %s", from, a.Status, page)
		}
	}
}
