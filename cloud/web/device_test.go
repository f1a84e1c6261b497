package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
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
		page, _ := w.get("/device?user_code=" + typed)
		if !strings.Contains(page, ">"+d.UserCode+"<") || !strings.Contains(page, who) {
			t.Errorf("%s typed %s: %s", client, typed, page)
		}
	}
	page, resp := w.get("/device?user_code=BBBB-BBBB")
	if resp.StatusCode != http.StatusNotFound || !strings.Contains(page, `role="alert"`) || !strings.Contains(page, `name="user_code"`) {
		t.Errorf("a wrong code: %s %s", resp.Status, page)
	}
	page, resp = w.post("/device", url.Values{"user_code": {"BBBB-BBBB"}, "decision": {"allow"}, "xsrf": {w.xsrf()}})
	if resp.StatusCode != http.StatusNotFound || !strings.Contains(page, `name="user_code"`) {
		t.Errorf("a wrong code allowed: %s %s", resp.Status, page)
	}
}

func TestCopies(t *testing.T) {
	for copies, want := range map[string]string{"0": "at least 1", "-3": "at least 1", "two": "not a number"} {
		if _, err := ticketOf(map[string]string{"copies": copies}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s copies: %v", copies, err)
		}
	}
}

func TestOnePage(t *testing.T) {
	w := start(t)
	w.signIn()
	p := parsePages()
	for pages, want := range map[int]string{0: "", 1: "1 page printed", 2: "2 pages printed"} {
		var out strings.Builder
		row := jobRow{ID: "j", Title: "x", Pages: pages, Sent: time.Now()}
		if err := p.render(&out, "jobs", view{Data: jobsData{[]jobRow{row}, 0}}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), `data-part="pages">`+want+`<`) {
			t.Errorf("%d pages: %s", pages, out.String())
		}
	}
}
