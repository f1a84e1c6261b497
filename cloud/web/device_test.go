package web

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/oauth"
)

// The page shows the code as the terminal does, however it was typed, and says
// what our own connector is; a wrong code leads back to the form.
func TestDevicePage(t *testing.T) {
	w := start(t)
	w.signIn()
	for client, who := range map[string]string{"platen": "A Platen connector wants", "other": "A program that is not registered here wants"} {
		d, err := w.oauth.StartDevice(t.Context(), client, "")
		if err != nil {
			t.Fatal(err)
		}
		typed := strings.ToLower(strings.ReplaceAll(d.UserCode, "-", ""))
		page, _ := w.get("/pair?user_code=" + typed)
		if !strings.Contains(page, ">"+d.UserCode+"<") || !strings.Contains(page, who) {
			t.Errorf("%s typed %s: %s", client, typed, page)
		}
	}
	page, resp := w.get("/pair?user_code=BBBB-BBBB")
	if resp.StatusCode != http.StatusNotFound || !strings.Contains(page, `role="alert"`) || !strings.Contains(page, `name="user_code"`) {
		t.Errorf("a wrong code: %s %s", resp.Status, page)
	}
	page, resp = w.post("/pair", url.Values{"user_code": {"BBBB-BBBB"}, "decision": {"allow"}, "xsrf": {w.xsrf()}})
	if resp.StatusCode != http.StatusNotFound || !strings.Contains(page, `name="user_code"`) {
		t.Errorf("a wrong code allowed: %s %s", resp.Status, page)
	}
}

// A double click on "Allow" is one decision, and no wrong code.
func TestDeviceAllowedTwice(t *testing.T) {
	w := start(t)
	w.signIn()
	d, err := w.oauth.StartDevice(t.Context(), "platen", "")
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{"user_code": {d.UserCode}, "decision": {"allow"}, "xsrf": {w.xsrf()}}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if page, resp := w.post("/pair", form); resp.StatusCode != http.StatusOK || !strings.Contains(page, "The device may go on.") {
				t.Errorf("%s %s", resp.Status, page)
			}
		})
	}
	wg.Wait()
	form.Set("decision", "deny")
	if page, resp := w.post("/pair", form); resp.StatusCode != http.StatusNotFound {
		t.Errorf("another decision: %s %s", resp.Status, page)
	}
}

// The page says which machine asks, from where, and what it would add.
func TestDevicePageNamesTheMachine(t *testing.T) {
	w := start(t)
	w.signIn()
	d, err := w.oauth.StartDeviceOf(t.Context(), "platen", "", oauth.Asker{Address: "192.0.2.7", Host: "<desk>", Printers: []string{"<Hall>", "Labels"}})
	if err != nil {
		t.Fatal(err)
	}
	page, _ := w.get("/pair?user_code=" + d.UserCode)
	if !strings.Contains(page, "<dd>&lt;desk&gt;</dd>") || !strings.Contains(page, "<dd>192.0.2.7</dd>") || !strings.Contains(page, "<dd>&lt;Hall&gt;, Labels</dd>") {
		t.Errorf("no machine in\n%s", page)
	}
}

func TestOnePage(t *testing.T) {
	w := start(t)
	w.signIn()
	p := parsePages()
	for pages, want := range map[int]string{0: "", 1: "1 page printed", 2: "2 pages printed"} {
		var out strings.Builder
		row := jobRow{ID: "j", Title: "x", Pages: pages, Sent: time.Now()}
		if err := p.render(&out, "jobs", view{User: &cloud.User{}, Data: jobsData{Jobs: []jobRow{row}}}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), `data-part="pages">`+want+`<`) {
			t.Errorf("%d pages: %s", pages, out.String())
		}
	}
}
