package web

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// late sends a request as browsers do, which hear no answer before they have sent all.
func (w *world) late(req *http.Request) (string, answered) {
	w.t.Helper()
	conn, err := net.Dial("tcp", req.URL.Host)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	for _, c := range w.browser.Jar.Cookies(req.URL) {
		req.AddCookie(c)
	}
	if err := req.Write(conn); err != nil {
		w.t.Errorf("%s %s is not let finish: %v", req.Method, req.URL.Path, err)
		return "", answered{Header: http.Header{}}
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), req)
	if err != nil {
		w.t.Errorf("%s %s hears nothing: %v", req.Method, req.URL.Path, err)
		return "", answered{Header: http.Header{}}
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Error(err)
	}
	return string(body), answered{StatusCode: resp.StatusCode, Status: resp.Status, Header: resp.Header}
}

// A large document that is refused by its beginning, or for what came with it, is read to
// its end: a browser would hear nothing else of the refusal.
func TestRefusalOfLargeIsHeard(t *testing.T) {
	w, _ := startPress(t)
	p := w.addLaser()
	form := func(path, xsrf string, content io.Reader) *http.Request {
		const head = "--x\r\nContent-Disposition: form-data; name=\"xsrf\"\r\n\r\n"
		const doc = "\r\n--x\r\nContent-Disposition: form-data; name=\"document\"; filename=\"a.pdf\"\r\n\r\n"
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URL+path, io.MultiReader(strings.NewReader(head+xsrf+doc), content, strings.NewReader("\r\n--x--\r\n")))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		req.Header.Set("Accept", "application/json")
		return req
	}
	piece := func(offset int) *http.Request {
		path, _ := w.beginUpload(p, "a.pdf", 1<<20)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, w.URL+path, large("no PDF "))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set(headerOffset, strconv.Itoa(offset))
		req.Header.Set(headerXSRF, w.xsrf())
		req.Header.Set("Accept", "application/json")
		return req
	}
	jobs, preview := "/printers/"+string(p)+"/jobs", "/printers/"+string(p)+"/preview"
	for name, c := range map[string]struct {
		req    *http.Request
		status int
		says   string
	}{
		"another type":         {form(preview, w.xsrf(), large("no PDF ")), http.StatusUnsupportedMediaType, "type"},
		"too large":            {form(jobs, w.xsrf(), large("%PDF-1.4\n")), http.StatusRequestEntityTooLarge, "larger than"},
		"a form of yesterday":  {form(jobs, "stale", large("%PDF-1.4\n")), http.StatusForbidden, "open for too long"},
		"pieces of another":    {piece(0), http.StatusUnsupportedMediaType, "type"},
		"a piece from nowhere": {piece(7), http.StatusConflict, ""},
	} {
		if text, resp := w.late(c.req); resp.StatusCode != c.status || !strings.Contains(text, c.says) {
			t.Errorf("%s: %s %s, want %d with %q", name, resp.Status, text, c.status, c.says)
		}
	}
	if _, resp := w.other().late(form(openPath, "", large("%PDF-1.4\n"))); !strings.HasPrefix(resp.Header.Get("Location"), "/signin?") {
		t.Errorf("who is not signed in is told %s, %v", resp.Status, resp.Header)
	}
}

// large is more than a connection holds while nobody reads it.
func large(text string) io.Reader { return strings.NewReader(strings.Repeat(text, (16<<20)/len(text))) }
