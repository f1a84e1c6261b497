package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"platen/cloud"
	"platen/gcp"
)

// The owner says how many jobs a day each person may send, and who has is told so.
func TestQuotaOnThePage(t *testing.T) {
	w := start(t)
	w.signIn()
	p := w.addPrinter("P")
	path := "/printers/" + string(p)
	form := url.Values{"xsrf": {w.xsrf()}, "expire_after": {"0"}, "quota_each": {"1"}}
	if _, a := w.post(path+"/settings", form); a.StatusCode != http.StatusOK {
		t.Fatalf("saving: %s", a.Status)
	}
	if page, _ := w.get(path + "/settings"); !strings.Contains(page, `name="quota_each" type="number" min="1" inputmode="numeric" value="1"`) {
		t.Errorf("the settings do not show it: %s", page)
	}
	if page, _ := w.get(path); !strings.Contains(page, "each person 1 a day") {
		t.Errorf("the printer does not tell: %s", page)
	}
	w.upload(p, w.xsrf(), "a.pdf", pdf)
	if page, a := w.upload(p, w.xsrf(), "b.pdf", pdf); a.StatusCode != http.StatusTooManyRequests || !strings.Contains(page, "It begins anew at midnight, UTC") {
		t.Errorf("the second of one: HTTP %d %s", a.StatusCode, page)
	}
	form.Set("quota_each", "many")
	if _, a := w.post(path+"/settings", form); a.StatusCode != http.StatusBadRequest {
		t.Errorf("no number: %s", a.Status)
	}
}

// Several printers at once are shared with a group for a time, and told to hold.
func TestManyShareAndHold(t *testing.T) {
	w := start(t)
	w.signIn()
	p, q := w.addPrinter("P"), w.addPrinter("Q")
	rows, err := cloud.ReadPeople(strings.NewReader("email,groups\nbob@example.com,Teachers\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.service.Import(t.Context(), w.caller(), rows, cloud.ImportApply); err != nil {
		t.Fatal(err)
	}
	change := func(form url.Values) answered {
		t.Helper()
		form.Set("xsrf", w.xsrf())
		form["printer"] = []string{string(p), string(q)}
		_, a := w.post("/printers/many", form)
		return a
	}
	change(url.Values{"do": {"share"}, "kind": {"group"}, "who": {"Teachers"}, "expire_after": {"86400"}})
	change(url.Values{"do": {"hold"}})
	if a := change(url.Values{"do": {"share"}, "kind": {"group"}, "who": {"Nobodies"}}); a.StatusCode != http.StatusBadRequest {
		t.Errorf("no such group: %s", a.Status)
	}
	for _, id := range []gcp.PrinterID{p, q} {
		v, err := w.service.Printer(t.Context(), w.caller(), id)
		if err != nil || len(v.Shares) != 1 || v.Shares[0].Scope != "/group/teachers" || v.Shares[0].ExpireTime.IsZero() || !v.HoldJobs {
			t.Errorf("printer %s: %+v, holds %t, %v", id, v.Shares, v.HoldJobs, err)
		}
	}
	change(url.Values{"do": {"nohold"}})
	if v, err := w.service.Printer(t.Context(), w.caller(), q); err != nil || v.HoldJobs {
		t.Errorf("it still holds: %v", err)
	}
}
