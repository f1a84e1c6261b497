package web

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// as signs in as somebody who has an account already.
func (w *world) as(address string) {
	w.t.Helper()
	users, err := w.service.Users(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, u := range users {
		if u.Email != address {
			continue
		}
		link, err := w.oauth.NewSignInLink(w.t.Context(), u.ID)
		if err != nil {
			w.t.Fatal(err)
		}
		w.get("/link/" + link.Reveal())
		return
	}
	w.t.Fatalf("no account %s", address)
}

// neighbours makes a manager, a user and a stranger of printers.
func (w *world) neighbours(printers ...gcp.PrinterID) {
	w.t.Helper()
	for address, role := range map[string]gcp.Role{"manager@example.com": gcp.RoleManager, "user@example.com": gcp.RoleUser, "stranger@example.org": ""} {
		u, err := w.service.AddUser(w.t.Context(), address, "", false)
		for _, p := range printers {
			if err == nil && role != "" {
				err = w.service.Share(w.t.Context(), w.caller(), cloud.ShareRequest{Printer: p, Scope: address, Role: role})
			}
			if err == nil && role != "" {
				_, err = w.service.ProcessInvite(w.t.Context(), cloud.Caller{User: &u}, p, true)
			}
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

// Who may do what with a printer: each form, for each kind of person. 303 leads on
// from something that was done.
func TestPrinterFormsKnowTheirPeople(t *testing.T) {
	settings := url.Values{"name": {"New name"}, "location": {"Hall"}, "tags": {"a, b"}, "description": {"For all"}, "quota": {"5"}, "expire_after": {"3600"}}
	cases := []struct {
		method, path string
		form         url.Values
		want         map[string]int
	}{
		{"GET", "", nil, codes(200, 200, 200, 404)},
		{"GET", "/settings", nil, codes(200, 200, 403, 404)},
		{"POST", "/settings", settings, codes(303, 303, 403, 404)},
		{"POST", "/settings", url.Values{"quota": {"many"}, "expire_after": {"0"}}, codes(400, 303, 403, 404)}, // managers do not set it
		{"POST", "/pause", url.Values{"to": {"pause"}}, codes(303, 303, 403, 404)},
		{"POST", "/share", url.Values{"who": {"new@example.com"}, "role": {"USER"}}, codes(303, 303, 403, 404)},
		{"POST", "/share", url.Values{"who": {"@example.net"}, "role": {"MANAGER"}}, codes(303, 403, 403, 404)},
		{"POST", "/share", url.Values{"public": {"1"}}, codes(303, 403, 403, 404)},
		{"POST", "/unshare", url.Values{"scope": {"user@example.com"}}, codes(303, 303, 403, 404)},
		{"POST", "/unshare", url.Values{"scope": {"manager@example.com"}}, codes(303, 303, 403, 404)}, // oneself
		{"POST", "/unshare", url.Values{"public": {"1"}}, codes(303, 403, 403, 404)},
		{"POST", "/test", url.Values{"key": {"k"}}, codes(303, 303, 303, 404)},
		{"POST", "/invitation", url.Values{"answer": {"accept"}}, codes(404, 303, 303, 404)},
		{"GET", "/delete", nil, codes(200, 200, 200, 404)},
		{"POST", "/delete", nil, codes(303, 303, 303, 404)},
	}
	w := start(t)
	printers := map[string][]gcp.PrinterID{} // each person has one of its own for each case
	var all []gcp.PrinterID
	for who := range codes(0, 0, 0, 0) {
		for i := range cases {
			p := w.addPrinter(fmt.Sprint(who, i))
			printers[who], all = append(printers[who], p), append(all, p)
		}
	}
	w.neighbours(all...)
	w.browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for who := range printers {
		w.as(who)
		xsrf := w.xsrf()
		for i, tt := range cases {
			path := "/printers/" + string(printers[who][i]) + tt.path
			do := w.get
			if tt.method == "POST" {
				if _, a := w.post(path, url.Values{"xsrf": {"wrong"}}); a.StatusCode != http.StatusForbidden {
					t.Errorf("%s without the page's token: %s", who, a.Status)
				}
				form := url.Values{"xsrf": {xsrf}}
				maps.Copy(form, tt.form)
				do = func(path string) (string, answered) { return w.post(path, form) }
			}
			if page, a := do(path); a.StatusCode != tt.want[who] {
				t.Errorf("%s %s of %s with %v: %s, want %d\n%s", tt.method, tt.path, who, tt.form, a.Status, tt.want[who], page)
			}
		}
	}
}

func codes(owner, manager, user, stranger int) map[string]int {
	return map[string]int{email: owner, "manager@example.com": manager, "user@example.com": user, "stranger@example.org": stranger}
}

func TestSettingsAreKept(t *testing.T) {
	w := start(t)
	w.signIn()
	id := w.addPrinter("q")
	path := "/printers/" + string(id)
	page, _ := w.post(path+"/settings", url.Values{
		"xsrf": {w.xsrf()}, "name": {"Front <desk>"}, "location": {"Hall"}, "tags": {"blue, second floor,"}, "hold": {"on"},
		"description": {"For all"}, "quota": {"5"}, "expire_after": {"3600"},
	})
	for _, want := range []string{`value="Front &lt;desk&gt;"`, `value="Hall"`, `value="blue, second floor"`, `name="hold" checked`, `value="For all"`, `value="5"`, `value="3600" selected`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in\n%s", want, page)
		}
	}
	page, _ = w.get(path)
	for _, want := range []string{"0 of 5 jobs today", "holds documents until you release", "For all", "second floor"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	_, a := w.post(path+"/test", url.Values{"xsrf": {w.xsrf()}, "key": {"k"}})
	if page, _ := w.get(a.URL.Path); !strings.Contains(page, "Test page") || !strings.Contains(page, "Held") {
		t.Errorf("the test page:\n%s", page)
	}
	p, err := w.service.Printer(t.Context(), w.caller(), id)
	if err != nil || p.UsedToday != 1 {
		t.Errorf("%d jobs today, %v", p.UsedToday, err)
	}
}

// What a printer says of itself is on its page in words, with the names of its
// description.
func TestPrinterTellsOfItself(t *testing.T) {
	w := start(t)
	w.signIn()
	robot, id := w.connector("front", "laser")
	cdd := `{"version":"1.0","printer":{"supported_content_type":[{"content_type":"application/pdf"},{"content_type":"image/urf"}],
		"marker":[{"vendor_id":"m1","type":"TONER","color":{"type":"BLACK"}},{"vendor_id":"m2","type":"INK","color":{"type":"LIGHT_CYAN"}}],
		"input_tray_unit":[{"vendor_id":"t1","type":"CUSTOM","custom_display_name":"Upper <tray>"}],
		"color":{"option":[{"type":"STANDARD_COLOR"},{"type":"STANDARD_MONOCHROME"}]},"duplex":{"option":[{"type":"NO_DUPLEX"},{"type":"LONG_EDGE"}]},
		"media_size":{"option":[{"name":"NA_LETTER","width_microns":215900,"height_microns":279400},{"name":"ISO_A4","width_microns":210000,"height_microns":297000,"is_default":true}]},
		"dpi":{"option":[{"horizontal_dpi":600,"vertical_dpi":600}]},"copies":{"default":1,"max":99}}}`
	state := `{"version":"1.0","printer":{"state":"STOPPED",
		"marker_state":{"item":[{"vendor_id":"m1","state":"OK","level_percent":7},{"vendor_id":"m2","state":"EXHAUSTED","level_percent":0}]},
		"input_tray_state":{"item":[{"vendor_id":"t1","state":"EMPTY"}]}}}`
	_, err := w.service.UpdatePrinter(t.Context(), robot, id, cloud.PrinterFields{Capabilities: []byte(cdd), SemanticState: []byte(state)})
	if err != nil {
		t.Fatal(err)
	}
	page, _ := w.get("/printers/" + string(id))
	for _, want := range []string{
		"Stopped · Paper tray empty · Ink or toner used up", `data-tone="bad"`, "Black", "7 %", "Light cyan", "Upper &lt;tray&gt;",
		"A4, Letter", "Colour and black", "600 dpi", "PDF, Apple raster", "99",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	if page, _ := w.get("/printers"); !strings.Contains(page, "Low: 0 %") {
		t.Errorf("the list does not tell of the supplies:\n%s", page)
	}
}

func TestListOfPrinters(t *testing.T) {
	w := start(t)
	w.signIn()
	for i := range listedPrinters + 2 {
		w.addPrinter(fmt.Sprintf("q%03d", i))
	}
	page, _ := w.get("/printers")
	if n := strings.Count(page, "<tr data-printer="); n != listedPrinters || !strings.Contains(page, "1 to 50 of 52") || !strings.Contains(page, `href="/printers?from=50" rel="next"`) {
		t.Errorf("%d rows on the first page:\n%s", n, page)
	}
	page, _ = w.get("/printers?from=50")
	if n := strings.Count(page, "<tr data-printer="); n != 2 || !strings.Contains(page, `href="/printers" rel="prev"`) {
		t.Errorf("%d rows on the last page:\n%s", n, page)
	}
	if page, _ = w.get("/printers?q=Q051"); strings.Count(page, "<tr data-printer=") != 1 || !strings.Contains(page, `value="Q051"`) {
		t.Errorf("one by its name:\n%s", page)
	}
	if page, _ = w.get("/printers?state=online"); !strings.Contains(page, "No printer matches") {
		t.Errorf("those online:\n%s", page)
	}
	if _, a := w.get("/printers?state=odd"); a.StatusCode != http.StatusBadRequest {
		t.Errorf("an unknown state: %s", a.Status)
	}
	pause := url.Values{"xsrf": {w.xsrf()}, "do": {"pause"}, "which": {"all"}, "q": {"q05"}}
	if _, a := w.post("/printers/many", pause); a.URL.RequestURI() != "/printers?q=q05" {
		t.Errorf("pausing some ended at %v, %s", a.URL, a.Status)
	}
	if page, _ = w.get("/printers?state=paused"); strings.Count(page, "<tr data-printer=") != 2 || !strings.Contains(page, "Paused · ") {
		t.Errorf("paused ones:\n%s", page)
	}
	if _, a := w.post("/printers/many", url.Values{"xsrf": {w.xsrf()}, "do": {"pause"}}); a.StatusCode != http.StatusBadRequest {
		t.Errorf("none ticked: %s", a.Status)
	}
}

// Of several printers, those that are not the person's to change are named.
func TestChangeManyTellsOfRefusals(t *testing.T) {
	w := start(t)
	mine, other := w.addPrinter("mine"), w.addPrinter("other")
	w.neighbours(mine)
	if err := w.service.Share(t.Context(), w.caller(), cloud.ShareRequest{Printer: other, Scope: "/hd/domain/example.com"}); err != nil {
		t.Fatal(err)
	}
	w.as("manager@example.com")
	page, _ := w.post("/printers/many", url.Values{
		"xsrf": {w.xsrf()}, "printer": {string(mine), string(other), "unknown"}, "do": {"tag"}, "addtag": {"blue"},
	})
	for _, want := range []string{"1 of 3 printers were changed", "<dt>other</dt><dd>User is not authorized.</dd>", "<dt>unknown</dt><dd>Unknown printer.</dd>"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
}

// An invitation is on the list until it is answered, and can be taken back before.
func TestInvitations(t *testing.T) {
	w := start(t)
	p := w.addPrinter("q")
	w.neighbours(p)
	path := "/printers/" + string(p)
	w.signIn()
	if page, _ := w.post(path+"/share", url.Values{"xsrf": {w.xsrf()}, "who": {"Stranger@example.org"}, "role": {"USER"}}); !strings.Contains(page, "Invited, no answer yet") {
		t.Errorf("the owner's page:\n%s", page)
	}
	w.as("stranger@example.org")
	if page, _ := w.get("/printers"); !strings.Contains(page, "shares the printer “q” with you") {
		t.Errorf("the invited person's list:\n%s", page)
	}
	if page, a := w.post(path+"/invitation", url.Values{"xsrf": {w.xsrf()}, "answer": {"accept"}}); a.URL.Path != path || !strings.Contains(page, ">q</h1>") {
		t.Errorf("accepting ended at %v:\n%s", a.URL, page)
	}
	w.as(email)
	w.post(path+"/unshare", url.Values{"xsrf": {w.xsrf()}, "scope": {"stranger@example.org"}})
	w.as("stranger@example.org")
	if _, a := w.get(path); a.StatusCode != http.StatusNotFound {
		t.Errorf("after it was taken back: %s", a.Status)
	}
}

// A page hears of the printers that it shows, and only of those that its person may see.
func TestPrintersAreLive(t *testing.T) {
	w := start(t)
	robot, p := w.connector("front", "laser")
	foreign := w.addPrinter("hidden from her")
	w.neighbours(p)
	w.as("user@example.com")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	lines := w.listenTo(ctx, "after=0&printers="+string(p)+","+string(foreign), "")
	_, data := nextEvent(t, lines)
	if !strings.Contains(data, `"printer":"`+string(p)+`"`) {
		t.Errorf("first: %s", data)
	}
	busy := `{"version":"1.0","printer":{"state":"PROCESSING"}}`
	if _, err := w.service.UpdatePrinter(ctx, robot, p, cloud.PrinterFields{SemanticState: []byte(busy)}); err != nil {
		t.Fatal(err)
	}
	if _, data = nextEvent(t, lines); !strings.Contains(data, `"state":"Printing","tone":"busy"`) {
		t.Errorf("after its state changed: %s", data)
	}
	yes := true
	for _, id := range []gcp.PrinterID{foreign, p} {
		if _, err := w.service.UpdatePrinter(ctx, w.caller(), id, cloud.PrinterFields{Paused: &yes}); err != nil {
			t.Fatal(err)
		}
	}
	if _, data = nextEvent(t, lines); !strings.Contains(data, `"state":"Paused · Printing"`) {
		t.Errorf("after it was paused: %s", data)
	}
}
