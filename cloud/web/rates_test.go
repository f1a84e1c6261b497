package web

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"platen/cloud"
	"platen/internal/lab"
)

// Who sends too much is told for how long to wait, on a page and in a program's answer.
func TestRatesOfPages(t *testing.T) {
	w := startSet(t, func(_ *Config, c *cloud.Config) { c.Limits.SubmitsMinute = 1 })
	w.signIn()
	p := w.addPrinter("q")
	form := url.Values{"xsrf": {w.xsrf()}}
	if page, resp := w.send(p, form, "a.pdf", pdf); resp.StatusCode != http.StatusOK {
		t.Fatalf("the first: %s %s", resp.Status, page)
	}
	page, resp := w.send(p, form, "b.pdf", pdf)
	if !strings.Contains(page, "submits_per_minute") {
		t.Errorf("the second says %s", page)
	}
	if resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After") != "60" {
		t.Errorf("the second: %s, %v", resp.Status, resp.Header)
	}
	for range 6 { // five guesses are good, RFC 8628, 5.1
		page, resp = w.get("/pair?user_code=BBBB-BBBB")
	}
	if resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After") == "" {
		t.Errorf("guesses of codes: %s %v\n%s", resp.Status, resp.Header, page)
	}
}

// Who looks at too much at once is told to wait, in words, where the preview would be.
func TestRateOfPreviews(t *testing.T) {
	w, p := startPress(t)
	printer := w.addLaser()
	var pictures []string
	for range 8 {
		id := w.draft(printer)
		pictures = append(pictures, "/drafts/"+id+"/page/1.png", "/drafts/"+id+"/page/small-1.png")
	}
	last := w.draft(printer)
	gate := make(chan struct{})
	p.mu.Lock()
	p.gate = gate
	p.mu.Unlock()
	var group sync.WaitGroup
	for _, path := range pictures {
		group.Go(func() {
			resp, err := w.browser.Get(w.URL + path)
			if err != nil {
				t.Error(err)
				return
			}
			_ = resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				t.Errorf("%s: %s", path, resp.Status)
			}
		})
	}
	lab.Until(t, 15*time.Second, "all pictures to be drawn", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return len(p.works) == len(pictures)
	})
	const words = "Too many of your documents are being made ready or looked at."
	if text, resp := w.askDraft(last); resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After") != "5" || !strings.Contains(text, words) {
		t.Errorf("one too many: %s, %v, %s", resp.Status, resp.Header, text)
	}
	if page, resp := w.get("/printers/" + string(printer) + "/print?draft=" + last); resp.StatusCode != http.StatusOK || !strings.Contains(page, words) {
		t.Errorf("without a script: %s\n%s", resp.Status, page)
	}
	close(gate)
	group.Wait()
	w.look(last, "")
}
