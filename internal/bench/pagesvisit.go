package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync/atomic"
	"time"

	"platen/internal/lab"
)

// audience is whom the pages are shown.
type audience struct {
	b    *bench
	base string
}

// visitor is somebody who is signed in.
type visitor struct {
	b    *bench
	base string
	jar  http.CookieJar
	http *http.Client
}

// signIn signs somebody in with the password of all.
func (w *audience) signIn(email string) *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.b.Fatalf("%v", err)
	}
	v := &visitor{w.b, w.base, jar, &http.Client{Timeout: time.Minute, Jar: jar}}
	resp, err := v.http.PostForm(v.base+"/signin", url.Values{"email": {email}, "password": {lab.Password}})
	if err != nil {
		w.b.Fatalf("sign in: %v", err)
	}
	_ = resp.Body.Close() // nothing is read of it
	if resp.StatusCode != http.StatusOK || resp.Request.URL.Path != "/printers" {
		w.b.Fatalf("sign in as %s: %s at %s", email, resp.Status, resp.Request.URL)
	}
	return v
}

// get asks for a page and returns how long its last byte took.
func (v *visitor) get(path string) time.Duration {
	begin := time.Now()
	v.read(path)
	return time.Since(begin)
}

func (v *visitor) read(path string) []byte {
	resp, err := v.http.Get(v.base + path)
	if err != nil {
		v.b.Fatalf("get %s: %v", path, err)
	}
	defer func() { _ = resp.Body.Close() }() // read whole below
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		v.b.Fatalf("get %s: %s, %v\n%.500s", path, resp.Status, err, body)
	}
	return body
}

// What a page has a browser load, and what a script imports.
var (
	needed   = regexp.MustCompile(`<(?:link|script|img)[^>]*(?:href|src)="(/[^"]+)"`)
	imported = regexp.MustCompile(`(?m)^(?:import|export)[^;]*?"\./([^"]+)"`)
)

// weigh returns the bytes that a browser gets, with those of the heads, when it has
// seen nothing of the page before.
func (v *visitor) weigh(path string) int64 {
	var n atomic.Int64
	dialer := &net.Dialer{}
	fresh := &visitor{v.b, v.base, v.jar, &http.Client{Timeout: time.Minute, Jar: v.jar, Transport: &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := dialer.DialContext(ctx, network, address)
			return countedConn{c, &n}, err
		},
	}}}
	seen := []string{path}
	for i := 0; i < len(seen); i++ {
		body := fresh.read(seen[i])
		for _, m := range needed.FindAllSubmatch(body, -1) {
			seen = append(seen, string(m[1]))
		}
		for _, m := range imported.FindAllSubmatch(body, -1) {
			seen = append(seen, "/static/"+string(m[1]))
		}
		unique := seen[:0]
		for _, s := range seen {
			if !slices.Contains(unique, s) {
				unique = append(unique, s)
			}
		}
		seen = unique
	}
	return n.Load()
}

// countedConn counts what is received.
type countedConn struct {
	net.Conn
	n *atomic.Int64
}

func (c countedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.n.Add(int64(n))
	return n, err
}

var hiddenXSRF = regexp.MustCompile(`name="xsrf" value="([^"]+)"`)

// previews looks at ten pages of text and pictures before they are printed.
func (b *bench) previews(v *visitor) {
	path := filepath.Join(b.TempDir(), "ten.pdf")
	if err := tenPages(path); err != nil {
		b.Fatalf("%v", err)
	}
	doc, err := os.ReadFile(path)
	if err != nil {
		b.Fatalf("%v", err)
	}
	var first, next []time.Duration
	for round := range 1 + b.scale(7) {
		took := v.preview(doc)
		if round > 0 { // the first compiles what documents are drawn with
			first, next = append(first, took[0]), append(next, took[1:]...)
		}
	}
	slices.Sort(first)
	slices.Sort(next)
	b.add("preview of 10 pages, from the upload to the first picture, p50", ms(percentile(first, 0.5)), "<= 700 ms", "400 ms")
	b.add("preview, each next page, p95", ms(percentile(next, 0.95)), "<= 250 ms", "100 ms")
}

// preview sends a document as the print dialog does, and looks at its pages.
func (v *visitor) preview(doc []byte) []time.Duration {
	printer := v.base + "/printers/" + string(printerID(memberNumber))
	xsrf := hiddenXSRF.FindSubmatch(v.read("/printers/" + string(printerID(memberNumber)) + "/print"))
	if xsrf == nil {
		v.b.Fatalf("the print dialog has no form")
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("xsrf", string(xsrf[1])) // into memory
	part, err := form.CreateFormFile("document", "ten.pdf")
	if err != nil {
		v.b.Fatalf("%v", err)
	}
	_, _ = part.Write(doc) // into memory
	_ = form.Close()       // likewise
	begin := time.Now()
	req, err := http.NewRequest(http.MethodPost, printer+"/preview", &body)
	if err != nil {
		v.b.Fatalf("%v", err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Accept", "application/json")
	resp, err := v.http.Do(req)
	if err != nil {
		v.b.Fatalf("preview: %v", err)
	}
	var kept struct{ Drafts []string }
	err = json.NewDecoder(resp.Body).Decode(&kept)
	_ = resp.Body.Close() // read
	if err != nil || len(kept.Drafts) != 1 {
		v.b.Fatalf("preview: %s, %v, %v", resp.Status, kept, err)
	}
	draft := "/drafts/" + kept.Drafts[0]
	v.read(draft)
	v.read(draft + "/page/1.png")
	took := []time.Duration{time.Since(begin)}
	for page := 2; page <= 10; page++ {
		took = append(took, v.get(fmt.Sprintf("%s/page/%d.png", draft, page)))
	}
	return took
}
