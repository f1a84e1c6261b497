package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

var shareAddress = regexp.MustCompile(`http://cloud.invalid(/share/[A-Za-z0-9_-]{43})`)

// newLink makes a link on the printer's page, and returns its path.
func (w *world) newLink(p gcp.PrinterID, form url.Values) string {
	w.t.Helper()
	form.Set("xsrf", w.xsrf())
	page, a := w.post("/printers/"+string(p)+"/links", form)
	m := shareAddress.FindStringSubmatch(page)
	if m == nil {
		w.t.Fatalf("HTTP %d, no link in %s", a.StatusCode, page)
	}
	return m[1]
}

// A guest opens a link, says a name, and prints at this one printer until the link ends.
func TestGuestLink(t *testing.T) {
	w := start(t)
	w.signIn()
	p, other := w.addPrinter("Lobby printer"), w.addPrinter("Secret printer")
	link := w.newLink(p, url.Values{"name": {"Visitors"}, "for": {"visitors"}, "lifetime": {"86400"}, "most": {"2"}})
	settings := "/printers/" + string(p) + "/settings"
	if page, _ := w.get(settings); !strings.Contains(page, "no account needed") || !strings.Contains(page, "0 of 2") || strings.Contains(page, link) {
		t.Errorf("the settings do not tell of the link, or show its secret: %s", page)
	}

	g := w.other()
	page, a := g.get(link)
	if a.StatusCode != http.StatusOK || !strings.Contains(page, "Lobby printer") || strings.Contains(page, "Secret") {
		t.Fatalf("the link: HTTP %d %s", a.StatusCode, page)
	}
	if page, a = g.post(link, url.Values{"name": {" "}}); a.StatusCode != http.StatusBadRequest || !strings.Contains(page, "Say your name") {
		t.Errorf("without a name: HTTP %d %s", a.StatusCode, page)
	}
	page, a = g.post(link, url.Values{"name": {"Véra <b>"}})
	if a.URL.Path != "/printers/"+string(p)+"/print" {
		t.Fatalf("the guest comes to %v, HTTP %d: %s", a.URL, a.StatusCode, page)
	}
	_, a = g.upload(p, g.xsrf(), "menu.pdf", pdf)
	if a.StatusCode != http.StatusOK {
		t.Errorf("printing: %s", a.Status)
	}
	if page, _ = w.get("/jobs?tab=printers"); !strings.Contains(page, "menu.pdf") || !strings.Contains(page, "@visitors.invalid") {
		t.Errorf("the owner does not see who printed: %s", page)
	}
	if _, a = g.get(link); a.URL.Path != "/printers/"+string(p) {
		t.Errorf("the link again leads to %v", a.URL)
	}
	if _, a = g.get("/printers/" + string(other)); a.StatusCode != http.StatusNotFound {
		t.Errorf("another printer: %s", a.Status)
	}
	if _, a = g.post("/password", url.Values{"xsrf": {g.xsrf()}, "password": {password}, "again": {password}}); a.StatusCode != http.StatusForbidden {
		t.Errorf("a password of a guest: %s", a.Status)
	}
	if page, _ = w.get(settings); !strings.Contains(page, "1 of 2") {
		t.Errorf("the use is not counted: %s", page)
	}

	w.ahead.Store(int64(24 * time.Hour))
	if _, a = g.get("/printers/" + string(p)); a.StatusCode != http.StatusNotFound {
		t.Errorf("the printer after the end: %s", a.Status)
	}
	if page, a = g.get(link); a.StatusCode != http.StatusNotFound || !strings.Contains(page, "not good any more") {
		t.Errorf("the link after the end: HTTP %d %s", a.StatusCode, page)
	}
	if page, _ = w.get(settings); strings.Contains(page, "no account needed</span>") {
		t.Errorf("the settings still show it: %s", page)
	}
}

var formKey = regexp.MustCompile(`name="form" value="([^"]+)"`)

// A double click on a link is one use of it, also of the last one: the browser has no
// session yet when it sends the form again.
func TestGuestLinkClickedTwice(t *testing.T) {
	w := start(t)
	w.signIn()
	p := w.addPrinter("Lobby printer")
	link := w.newLink(p, url.Values{"for": {"visitors"}, "lifetime": {"86400"}, "most": {"1"}})
	page, _ := w.other().get(link)
	key := formKey.FindStringSubmatch(page)
	if key == nil {
		t.Fatalf("the form has no name: %s", page)
	}
	for range 2 {
		g := w.other()
		if _, a := g.post(link, url.Values{"name": {"Vera"}, "form": {key[1]}}); a.URL.Path != "/printers/"+string(p)+"/print" {
			t.Errorf("a click leads to %v, %s", a.URL, a.Status)
		}
	}
	links, err := w.service.LinksOf(t.Context(), w.caller(), p)
	if err != nil || len(links) != 1 || links[0].Uses != 1 {
		t.Errorf("links: %+v, %v", links, err)
	}
	if v, err := w.service.Printer(t.Context(), w.caller(), p); err != nil || len(v.Shares) != 1 {
		t.Errorf("shares: %+v, %v", v.Shares, err)
	}
	page, _ = w.other().get(link)
	if key := formKey.FindStringSubmatch(page); key != nil {
		if _, a := w.other().post(link, url.Values{"name": {"Vito"}, "form": {key[1]}}); a.StatusCode != http.StatusForbidden {
			t.Errorf("another one: %s", a.Status)
		}
	}
}

// A printer that old clients' /update makes private again lets nobody else in. Whoever has
// joined stays, and the owner sees who that is, how they came, and takes it back at once.
func TestUnpublished(t *testing.T) {
	w := start(t)
	w.signIn()
	p := w.addPrinter("Lobby printer")
	public := func(is bool) cloud.PrinterView {
		t.Helper()
		v, err := w.service.UpdatePrinter(t.Context(), w.caller(), p, cloud.PrinterFields{Public: &is})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	key := public(true).PublicKey
	bob, eve := w.another("bob@example.com"), w.another("eve@example.com")
	join := func(who *world) answered {
		_, a := who.post("/cloudprint/addpublicprinter.html", url.Values{"xsrf": {who.xsrf()}, "printerid": {string(p)}, "key": {key}})
		return a
	}
	if a := join(bob); a.URL.Path != "/printers/"+string(p) {
		t.Fatalf("joining: %v, %s", a.URL, a.Status)
	}
	public(false)
	if a := join(eve); a.StatusCode != http.StatusNotFound {
		t.Errorf("joining what is not public any more: %s", a.Status)
	}
	if _, a := bob.get("/printers/" + string(p)); a.StatusCode != http.StatusOK {
		t.Errorf("who joined before: %s", a.Status)
	}
	settings := "/printers/" + string(p) + "/settings"
	if page, _ := w.get(settings); !strings.Contains(page, "Came by the link for everybody") || !strings.Contains(page, `aria-label="Take back: bob@example.com"`) {
		t.Errorf("the owner does not see who joined:\n%s", page)
	}
	w.post("/printers/"+string(p)+"/unshare", url.Values{"xsrf": {w.xsrf()}, "scope": {"bob@example.com"}})
	if _, a := bob.get("/printers/" + string(p)); a.StatusCode != http.StatusNotFound {
		t.Errorf("taken back: %s", a.Status)
	}
}

// Whoever has an account gets the printer by a link, after signing in, and loses it
// when the link is removed.
func TestLinkWithAccount(t *testing.T) {
	w := start(t)
	w.signIn()
	p := w.addPrinter("Lobby printer")
	link := w.newLink(p, url.Values{"lifetime": {"604800"}})
	if _, a := w.other().get(link); a.URL.Path != "/signin" || a.URL.Query().Get("next") != link {
		t.Errorf("nobody comes to %v", a.URL)
	}
	bob := w.another("bob@example.com")
	if page, a := bob.get(link); a.StatusCode != http.StatusOK || !strings.Contains(page, "Add to my printers") {
		t.Errorf("the link: HTTP %d %s", a.StatusCode, page)
	}
	if _, a := bob.post(link, url.Values{}); a.StatusCode != http.StatusForbidden {
		t.Errorf("a form that none of our pages wrote: %s", a.Status)
	}
	if _, a := bob.post(link, url.Values{"xsrf": {bob.xsrf()}}); a.URL.Path != "/printers/"+string(p) {
		t.Errorf("after taking it: %v, %s", a.URL, a.Status)
	}
	page, _ := w.get("/printers/" + string(p) + "/settings")
	if !strings.Contains(page, "bob@example.com") || !strings.Contains(page, "until <time") {
		t.Errorf("the owner does not see until when bob prints: %s", page)
	}
	links, err := w.service.LinksOf(t.Context(), w.caller(), p)
	if err != nil || len(links) != 1 || links[0].Uses != 1 || links[0].From != email {
		t.Fatalf("links: %+v, %v", links, err)
	}
	w.post("/printers/"+string(p)+"/links/"+string(links[0].ID)+"/remove", url.Values{"xsrf": {w.xsrf()}})
	if _, a := bob.get("/printers/" + string(p)); a.StatusCode != http.StatusNotFound {
		t.Errorf("the printer of a removed link: %s", a.Status)
	}
}

// Guesses of links are slowed down; whoever has a good one may look often.
func TestGuessingLinks(t *testing.T) {
	w := start(t)
	w.signIn()
	link := w.newLink(w.addPrinter("P"), url.Values{"for": {"visitors"}, "lifetime": {"86400"}, "most": {"9"}})
	g := w.other()
	for range 30 {
		if _, a := g.get(link); a.StatusCode != http.StatusOK {
			t.Fatalf("a good link: %s", a.Status)
		}
	}
	last := 0
	for range 40 {
		_, a := g.get("/share/guess")
		if last = a.StatusCode; last == http.StatusTooManyRequests {
			return
		}
	}
	t.Errorf("the last guess: HTTP %d", last)
}

// The form shares with people, groups and domains, for good or for a time.
func TestShareForm(t *testing.T) {
	w := start(t)
	w.signIn()
	p := w.addPrinter("P")
	rows, err := cloud.ReadPeople(strings.NewReader("email,groups\nbob@example.com,Teachers\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.service.Import(t.Context(), w.caller(), rows, cloud.ImportApply); err != nil {
		t.Fatal(err)
	}
	share := func(form url.Values) answered {
		t.Helper()
		form.Set("xsrf", w.xsrf())
		_, a := w.post("/printers/"+string(p)+"/share", form)
		return a
	}
	for what, form := range map[string]url.Values{
		"person": {"kind": {"person"}, "who": {"eve@example.net"}, "expire_after": {"86400"}},
		"group":  {"kind": {"group"}, "who": {"teachers"}, "role": {"MANAGER"}},
		"domain": {"kind": {"domain"}, "who": {"@example.org"}},
	} {
		if a := share(form); a.URL.Path != "/printers/"+string(p)+"/settings" {
			t.Errorf("%s: %v, %s", what, a.URL, a.Status)
		}
	}
	for what, form := range map[string]url.Values{
		"no such group": {"kind": {"group"}, "who": {"Nobodies"}},
		"no address":    {"kind": {"person"}, "who": {"Teachers"}},
		"no time":       {"kind": {"person"}, "who": {"a@example.net"}, "expire_after": {"soon"}},
		"too short":     {"kind": {"person"}, "who": {"a@example.net"}, "expire_after": {"60"}},
	} {
		if a := share(form); a.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %s", what, a.Status)
		}
	}
	page, _ := w.get("/printers/" + string(p) + "/settings")
	for _, want := range []string{"eve@example.net", "until <time", "The group teachers", "Everybody at example.org", "Print and manage", `<option value="Teachers">`} {
		if !strings.Contains(page, want) {
			t.Errorf("the settings do not say %q", want)
		}
	}
}

// Who asks for a public printer waits, sees that, and is answered on its page.
func TestRequests(t *testing.T) {
	w := start(t)
	w.signIn()
	p := w.addPrinter("Club printer")
	path := "/printers/" + string(p)
	w.post(path+"/share", url.Values{"xsrf": {w.xsrf()}, "public": {"1"}, "approval": {"1"}})
	v, err := w.service.Printer(t.Context(), w.caller(), p)
	if err != nil || !v.Public || !v.Approval {
		t.Fatalf("the printer: %+v, %v", v.Printer, err)
	}
	bob := w.another("bob@example.com")
	ask := url.Values{"printerid": {string(p)}, "key": {v.PublicKey}, "xsrf": {bob.xsrf()}}
	if page, a := bob.post("/cloudprint/addpublicprinter.html", ask); a.StatusCode != http.StatusOK || !strings.Contains(page, "You asked for “Club printer”") {
		t.Errorf("asking: HTTP %d %s", a.StatusCode, page)
	}
	if page, _ := bob.get("/printers"); !strings.Contains(page, "Its owner has not answered yet") {
		t.Errorf("bob does not see that he waits: %s", page)
	}
	if page, _ := w.get(path + "/settings"); !strings.Contains(page, "bob@example.com wants to print here") {
		t.Errorf("the owner is not asked: %s", page)
	}
	w.post(path+"/requests", url.Values{"xsrf": {w.xsrf()}, "scope": {"bob@example.com"}, "answer": {"accept"}})
	if _, a := bob.get(path); a.StatusCode != http.StatusOK {
		t.Errorf("the printer after the answer: %s", a.Status)
	}
}
