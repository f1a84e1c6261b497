package web

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/internal/lab"
)

// slowForm is a form whose document is still on its way.
type slowForm struct {
	feed   *io.PipeWriter
	rest   string
	status chan int
}

// sendSlowly begins to send a form with a document, of which the last bytes are kept.
func (w *world) sendSlowly(path string, fields url.Values, doc paper) *slowForm {
	w.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name := range fields {
		_ = form.WriteField(name, fields.Get(name))
	}
	part, _ := form.CreateFormFile("document", doc.name)
	_, _ = io.WriteString(part, doc.content)
	begun := body.String()
	body.Reset()
	_ = form.Close()
	from, feed := io.Pipe()
	f := &slowForm{feed: feed, rest: body.String(), status: make(chan int, 1)}
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.URL+path, from)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	browser := http.Client{Jar: w.browser.Jar, Timeout: time.Minute}
	go func() {
		resp, err := browser.Do(req)
		if err != nil {
			f.status <- 0
			return
		}
		_ = resp.Body.Close()
		f.status <- resp.StatusCode
	}()
	if _, err := io.WriteString(feed, begun); err != nil {
		w.t.Fatal(err)
	}
	return f
}

// end sends the rest, and returns the answer's status.
func (f *slowForm) end() int {
	_, _ = io.WriteString(f.feed, f.rest) // it may be refused already
	_ = f.feed.Close()
	return <-f.status
}

// What is on its way counts for its person: several forms at once bring no more than
// one person may have. Others are not kept waiting, and what has arrived is given back.
func TestSendingMuchAtOnce(t *testing.T) {
	w := startSet(t, func(_ *Config, c *cloud.Config) { c.Limits.StoredBytes = 1 << 20 })
	w.signIn()
	path := "/printers/" + string(w.addPrinter("q")) + "/jobs"
	doc := paper{"a.pdf", pdf + strings.Repeat(" ", 700<<10)}
	fields := url.Values{"xsrf": {w.xsrf()}}
	first := w.sendSlowly(path, fields, doc)
	second := pdf + strings.Repeat(" ", 600<<10)
	lab.Until(t, 30*time.Second, "the first to have come so far", func() bool {
		probe := w.service.Intake(w.caller())
		defer probe.Close()
		_, err := io.Copy(io.Discard, probe.Of(strings.NewReader(second)))
		return err != nil
	})
	if page, resp := w.sendTo(path, "", fields, []paper{{"b.pdf", second}}); resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After") == "" || !strings.Contains(page, "being sent") {
		t.Errorf("beside the first: %s, %v\n%s", resp.Status, resp.Header, page)
	}
	if _, resp := w.sendTo(path, "", fields, []paper{{"c.pdf", pdf}}); resp.StatusCode != http.StatusOK {
		t.Errorf("a small one: %s", resp.Status)
	}
	if status := first.end(); status != http.StatusOK {
		t.Errorf("the first: %d", status)
	}
	two := []paper{{"d.pdf", doc.content}, {"e.pdf", doc.content}}
	if page, resp := w.sendTo(path, "", fields, two); resp.StatusCode != http.StatusTooManyRequests || !strings.Contains(page, "being sent") {
		t.Errorf("several in one form: %s", resp.Status)
	}
}
