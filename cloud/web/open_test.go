package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// shareTo sends a document as a browser's share target does, as the manifest says: on
// nobody's page, and so without an xsrf field, with what the browser says of where it
// comes from.
func (w *world) shareTo(site string, docs ...paper) (string, answered) {
	w.t.Helper()
	text, _ := w.get(manifestPath)
	var m struct {
		Share struct {
			Action, Method string
			Params         struct{ Files []struct{ Name string } }
		} `json:"share_target"`
	}
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		w.t.Fatal(err)
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, d := range docs {
		part, _ := form.CreateFormFile(m.Share.Params.Files[0].Name, d.name)
		_, _ = io.WriteString(part, d.content)
	}
	_ = form.Close()
	req, _ := http.NewRequestWithContext(w.t.Context(), m.Share.Method, w.URL+m.Share.Action, &body)
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Origin", "null")
	if site != "" {
		req.Header.Set("Sec-Fetch-Site", site)
		req.Header.Set("Sec-Fetch-Mode", "navigate")
	}
	return w.do(req)
}

// The manifest has what a browser needs to install the pages and to share with them,
// and its icons are as large as it says.
func TestManifest(t *testing.T) {
	w := start(t)
	page, _ := w.get("/signin")
	if !strings.Contains(page, `<link rel="manifest" href="/manifest.webmanifest">`) {
		t.Error("the page does not name it")
	}
	text, resp := w.get(manifestPath)
	if csp := resp.Header.Get("Content-Security-Policy"); resp.Header.Get("Content-Type") != "application/manifest+json" || !strings.Contains(csp, "manifest-src 'self'") {
		t.Errorf("%s, %s", resp.Header.Get("Content-Type"), csp)
	}
	// Names as in the recommendation, not as our own type has them.
	var m struct {
		Name, Display, Scope string
		Short                string `json:"short_name"`
		Start                string `json:"start_url"`
		Icons                []struct{ Src, Sizes, Type, Purpose string }
		Share                struct {
			Action, Method, Enctype string
			Params                  struct {
				Files []struct {
					Name   string
					Accept []string
				}
			}
		} `json:"share_target"`
	}
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	if m.Name == "" || m.Short == "" || m.Display != "standalone" || m.Start == "" || m.Scope != "/" {
		t.Errorf("%+v", m)
	}
	sh := m.Share
	if sh.Action != "/open" || sh.Method != "POST" || sh.Enctype != "multipart/form-data" || len(sh.Params.Files) != 1 ||
		sh.Params.Files[0].Name != "document" || !slices.Contains(sh.Params.Files[0].Accept, "application/pdf") {
		t.Errorf("%+v", sh)
	}
	sizes := map[string]bool{}
	for _, icon := range m.Icons {
		body, resp := w.get(icon.Src)
		if got := resp.Header.Get("Content-Type"); resp.StatusCode != http.StatusOK || got != icon.Type {
			t.Errorf("%s: %s, %s", icon.Src, resp.Status, got)
		}
		if icon.Type != "image/png" {
			continue
		}
		c, err := png.DecodeConfig(bytes.NewReader([]byte(body)))
		if want := fmt.Sprintf("%dx%d", c.Width, c.Height); err != nil || icon.Sizes != want {
			t.Errorf("%s is %s, %v, want %s", icon.Src, want, err, icon.Sizes)
		}
		sizes[icon.Sizes] = true
	}
	if !sizes["192x192"] || !sizes["512x512"] { // what Chromium asks for
		t.Errorf("icons of %v", sizes)
	}
}

var chosen = regexp.MustCompile(`name="draft" value="([0-9a-f]+)"`)

// What another app shares waits for its printer, the last used first, and then for the
// person to print it.
func TestShareTarget(t *testing.T) {
	w, _ := startPress(t)
	hall, cellar := w.addPrinter("Hall"), w.addPrinter("Cellar")
	w.submit(hall)
	jobs := w.countJobs()
	page, resp := w.shareTo("none", paper{"shared.pdf", tenPages}, paper{"more.pdf", tenPages})
	if resp.URL.Path != openPath || !strings.Contains(page, "shared.pdf") || !strings.Contains(page, "more.pdf") {
		t.Fatalf("%s %v\n%s", resp.Status, resp.URL, page)
	}
	if at, other := strings.Index(page, ">Hall<"), strings.Index(page, ">Cellar<"); at < 0 || other < at {
		t.Errorf("the printer that was used last is not the first:\n%s", page)
	}
	form := url.Values{"xsrf": {w.xsrf()}, "printer": {string(cellar)}}
	for _, m := range chosen.FindAllStringSubmatch(page, 2) {
		form.Add("draft", m[1])
	}
	page, resp = w.post(openPath+"/printer", form)
	if resp.URL.Path != "/printers/"+string(cellar)+"/print" || !strings.Contains(page, "shared.pdf") || !strings.Contains(page, "more.pdf") {
		t.Fatalf("%s %v\n%s", resp.Status, resp.URL, page)
	}
	if n := w.countJobs(); n != jobs {
		t.Fatalf("%d jobs were sent", n-jobs)
	}
	send := url.Values{"xsrf": {w.xsrf()}, "draft": form["draft"], "copies": {"1"}}
	if _, resp := w.sendTo("/printers/"+string(cellar)+"/jobs", "", send, nil); resp.URL.Path != "/jobs" || w.countJobs() != jobs+2 {
		t.Errorf("%s %v", resp.Status, resp.URL)
	}
}

// A document that no page of ours sent is taken only if the browser says that no page of
// anybody's did.
func TestShareTargetIsNotForged(t *testing.T) {
	w, _ := startPress(t)
	p := w.addPrinter("Hall")
	for _, site := range []string{"cross-site", "same-site", ""} {
		if page, resp := w.shareTo(site, paper{"a.pdf", tenPages}); resp.StatusCode != http.StatusForbidden {
			t.Errorf("%q: %s\n%s", site, resp.Status, page)
		}
	}
	if _, resp := w.shareTo("none"); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("nothing shared: %s", resp.Status)
	}
	page, _ := w.shareTo("none", paper{"a.pdf", tenPages})
	draft := chosen.FindStringSubmatch(page)[1]
	eve := w.another("eve@example.net")
	if page, _ := eve.get(openPath + "?draft=" + draft); strings.Contains(page, "a.pdf") {
		t.Error("somebody else sees it")
	}
	if _, resp := eve.post(openPath+"/printer", url.Values{"xsrf": {eve.xsrf()}, "draft": {draft}, "printer": {string(p)}}); resp.StatusCode != http.StatusNotFound {
		t.Errorf("somebody else uses it: %s", resp.Status)
	}
	if _, resp := w.post(openPath+"/printer", url.Values{"xsrf": {w.xsrf()}, "draft": {draft}, "printer": {"unknown"}}); resp.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown printer: %s", resp.Status)
	}
}

// Whoever is signed out when a document is shared learns after signing in that it is lost.
func TestShareTargetSignedOut(t *testing.T) {
	w, _ := startPress(t)
	phone := w.other()
	_, end := phone.shareTo("none", paper{"a.pdf", tenPages})
	if end.URL.Path != "/signin" {
		t.Fatalf("who is not signed in ends at %v", end.URL)
	}
	page, resp := phone.post("/signin", url.Values{"email": {email}, "password": {password}, "next": {end.URL.Query().Get("next")}})
	if resp.URL.Path != openPath || !strings.Contains(page, "Share it again") {
		t.Errorf("after signing in: %v %s", resp.URL, page)
	}
	if page, _ = w.get(openPath); strings.Contains(page, "Share it again") {
		t.Errorf("where nothing is lost: %s", page)
	}
}
