package frontdoor

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"platen/internal/lab"
)

// visitor is a person with a browser, without the browser.
type visitor struct {
	t      *testing.T
	base   string
	client *http.Client
}

// visit signs the owner in at the pages.
func (d *door) visit(t *testing.T) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	v := &visitor{t: t, base: d.outside, client: &http.Client{Jar: jar, Transport: d.carrier}}
	v.send("/signin", "/signin", url.Values{"email": {lab.Owner}, "password": {lab.Password}})
	return v
}

// ask sends a request, and returns the page.
func (v *visitor) ask(method, path string, form url.Values) string {
	v.t.Helper()
	req, err := http.NewRequestWithContext(v.t.Context(), method, v.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := v.client.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		v.t.Fatalf("%s: HTTP %d, %v: %s", resp.Request.URL, resp.StatusCode, err, text)
	}
	return string(text)
}

var xsrf = regexp.MustCompile(`name="xsrf" value="([^"]+)"`)

// send fills a form in that is on one page, and sends it to an address.
func (v *visitor) send(page, to string, form url.Values) string {
	v.t.Helper()
	if m := xsrf.FindStringSubmatch(v.ask(http.MethodGet, page, nil)); m != nil {
		form.Set("xsrf", m[1])
	}
	return v.ask(http.MethodPost, to, form)
}

var madeAddress = regexp.MustCompile(`id="address" class="secret" readonly value="([^"]+)"`)

// address makes a personal address on the printer's page.
func (v *visitor) address(printer string) string {
	v.t.Helper()
	use := "/printers/" + printer + "/use"
	page := v.send(use, use, url.Values{"label": {"laptop"}, "system": {"cups"}})
	m := madeAddress.FindStringSubmatch(page)
	if m == nil {
		v.t.Fatalf("no address on the page: %s", page)
	}
	if !strings.Contains(page, "lpadmin -p") {
		v.t.Errorf("no line for CUPS on the page: %s", page)
	}
	return m[1]
}
