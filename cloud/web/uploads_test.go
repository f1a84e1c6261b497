package web

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// beginUpload announces a document, and returns where its pieces go.
func (w *world) beginUpload(p gcp.PrinterID, name string, size int) (string, answered) {
	w.t.Helper()
	text, resp := w.post("/printers/"+string(p)+"/uploads", url.Values{"xsrf": {w.xsrf()}, "name": {name}, "size": {strconv.Itoa(size)}})
	var u struct{ Upload string }
	if err := json.Unmarshal([]byte(text), &u); err != nil && resp.StatusCode == http.StatusOK {
		w.t.Fatalf("%s: %v", text, err)
	}
	return "/uploads/" + u.Upload, resp
}

// piece sends a part of a document from an offset.
func (w *world) piece(path string, offset int, body io.Reader) (string, answered) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPatch, w.URL+path, body)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set(headerOffset, strconv.Itoa(offset))
	req.Header.Set(headerXSRF, w.xsrf())
	req.Header.Set("Accept", "application/json")
	return w.do(req)
}

// offset asks how far a document has come.
func (w *world) offset(path string) string {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodHead, w.URL+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	_, resp := w.do(req)
	return resp.Header.Get(headerOffset)
}

// A document that comes in pieces is a draft when the last one is there, and prints.
func TestUploadInPieces(t *testing.T) {
	w, _ := startPress(t)
	p := w.addLaser()
	path, resp := w.beginUpload(p, "ten.pdf", len(tenPages))
	if resp.StatusCode != http.StatusOK || w.offset(path) != "0" {
		t.Fatalf("%s, offset %s", resp.Status, w.offset(path))
	}
	if _, resp := w.piece(path, 0, strings.NewReader(tenPages[:20])); resp.Header.Get(headerOffset) != "20" {
		t.Fatalf("%s, %v", resp.Status, resp.Header)
	}
	draft := strings.TrimPrefix(path, "/uploads/")
	if _, resp := w.get("/drafts/" + draft); resp.StatusCode != http.StatusNotFound {
		t.Errorf("what is not there yet can be looked at: %s", resp.Status)
	}
	for _, at := range []int{0, 19, 21} {
		if _, resp := w.piece(path, at, strings.NewReader("x")); resp.StatusCode != http.StatusConflict || resp.Header.Get(headerOffset) != "20" {
			t.Errorf("from %d: %s at %s", at, resp.Status, resp.Header.Get(headerOffset))
		}
	}
	if text, resp := w.piece(path, 20, strings.NewReader(tenPages[20:])); !strings.Contains(text, `"done":true`) {
		t.Fatalf("%s: %s", resp.Status, text)
	}
	if state := w.look(draft, ""); state.Pages != 10 || state.Title != "ten.pdf" {
		t.Errorf("%+v", state)
	}
	if _, resp := w.sendTo("/printers/"+string(p)+"/jobs", "", url.Values{"xsrf": {w.xsrf()}, "draft": {draft}}, nil); !strings.HasPrefix(resp.URL.Path, "/jobs/") {
		t.Errorf("%s %v", resp.Status, resp.URL)
	}
	if j := w.jobs()[0]; j.Document.Size != int64(len(tenPages)) || j.ContentType != "application/pdf" {
		t.Errorf("%+v", j.Document)
	}
}

// cutBody is a body whose connection is cut with its last byte.
type cutBody struct {
	io.Reader
	cut func()
}

func (b cutBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err != nil {
		b.cut()
	}
	return n, err
}

// fillingDisk has no room for documents while it is full.
type fillingDisk struct {
	cloud.Blobs
	full atomic.Bool
}

func (d *fillingDisk) Room(context.Context) error {
	if d.full.Load() {
		return &cloud.Error{Kind: cloud.KindUnavailable, Message: "full"}
	}
	return nil
}

// A document whose connection is cut with its last byte, or that found the disk full,
// goes on from there, and is a draft only once it was looked at.
func TestUploadCutAtItsEnd(t *testing.T) {
	disk := &fillingDisk{}
	w := startSet(t, func(_ *Config, s *cloud.Config) {
		disk.Blobs, s.Blobs = s.Blobs, disk
		s.Rendering = cloud.Rendering{Renderer: &press{}, Folder: t.TempDir(), Path: func(context.Context, string) (string, error) {
			return "", cloud.ErrNotFound
		}}
	})
	w.signIn()
	path, _ := w.beginUpload(w.addLaser(), "ten.pdf", len(tenPages))
	draft := strings.TrimPrefix(path, "/uploads/")
	disk.full.Store(true)
	if _, resp := w.piece(path, 0, strings.NewReader(tenPages)); resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get(headerOffset) != "0" {
		t.Errorf("onto a full disk: %s at %s", resp.Status, resp.Header.Get(headerOffset))
	}
	disk.full.Store(false)
	ctx, cut := context.WithCancel(t.Context())
	u, err := w.service.ContinueUpload(ctx, w.caller(), cloud.DraftID(draft), 0, cutBody{strings.NewReader(tenPages), cut})
	if err == nil || u.Done || u.Offset != int64(len(tenPages)) {
		t.Errorf("cut at the end: %+v, %v", u, err)
	}
	if text, _ := w.get(path); !strings.Contains(text, `"done":false`) {
		t.Errorf("it is said to be done: %s", text)
	}
	if text, resp := w.piece(path, len(tenPages), http.NoBody); !strings.Contains(text, `"done":true`) {
		t.Fatalf("%s: %s", resp.Status, text)
	}
	if state := w.look(draft, ""); state.Pages != 10 {
		t.Errorf("%+v", state)
	}
}

// A connection that was lost has no say any more, and what it brought stays.
func TestUploadGoesOn(t *testing.T) {
	w, _ := startPress(t)
	path, _ := w.beginUpload(w.addLaser(), "ten.pdf", len(tenPages))
	old, feed := io.Pipe()
	xsrf := w.xsrf()
	ended := make(chan int)
	go func() {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPatch, w.URL+path, old)
		req.Header.Set(headerOffset, "0")
		req.Header.Set(headerXSRF, xsrf)
		req.Header.Set("Expect", "100-continue") // nothing is sent before it is read
		client := &http.Client{Jar: w.browser.Jar, Transport: &http.Transport{ExpectContinueTimeout: time.Minute}}
		resp, err := client.Do(req)
		if err != nil {
			ended <- 0
			return
		}
		_ = resp.Body.Close()
		ended <- resp.StatusCode
	}()
	if _, err := io.WriteString(feed, tenPages[:30]); err != nil {
		t.Fatal(err)
	}
	at, err := strconv.Atoi(w.offset(path)) // the old connection's turn is over
	if err != nil {
		t.Fatal(err)
	}
	if text, resp := w.piece(path, at, strings.NewReader(tenPages[at:])); !strings.Contains(text, `"done":true`) {
		t.Fatalf("%s: %s", resp.Status, text)
	}
	_, _ = io.WriteString(feed, strings.Repeat("x", 100)) // it may be closed already
	_ = feed.Close()
	if status := <-ended; status != http.StatusConflict && status != http.StatusOK && status != 0 {
		t.Errorf("the old connection is told %d", status)
	}
	if state := w.look(strings.TrimPrefix(path, "/uploads/"), ""); state.Pages != 10 {
		t.Errorf("%+v", state)
	}
}

// What is refused goes at once; nobody else has a part in it; and it is kept no longer
// than a draft.
func TestUploadsAreBounded(t *testing.T) {
	w, _ := startPress(t)
	p := w.addLaser()
	if _, resp := w.beginUpload(p, "a.pdf", 1<<20+1); resp.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("too large: %s", resp.Status)
	}
	if _, resp := w.beginUpload(p, "a.pdf", 0); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("empty: %s", resp.Status)
	}
	path, _ := w.beginUpload(p, "a.pdf", 5000)
	if text, resp := w.piece(path, 0, strings.NewReader(strings.Repeat("no PDF ", 300))); resp.StatusCode != http.StatusUnsupportedMediaType {
		t.Errorf("no PDF: %s %s", resp.Status, text)
	}
	if w.offset(path) != "" {
		t.Error("what was refused is still there")
	}
	path, _ = w.beginUpload(p, "a.pdf", 100)
	if _, resp := w.piece(path, 0, strings.NewReader(tenPages+strings.Repeat(" ", 100))); resp.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("more than was announced: %s", resp.Status)
	}
	path, _ = w.beginUpload(p, "a.pdf", 100)
	w.eve()
	if _, resp := w.piece(path, 0, strings.NewReader("x")); resp.StatusCode != http.StatusNotFound {
		t.Errorf("a stranger's piece: %s", resp.Status)
	}
	w.signIn()
	w.ahead.Store(int64(61 * time.Minute))
	w.signIn()
	if _, resp := w.piece(path, 0, strings.NewReader("x")); resp.StatusCode != http.StatusNotFound {
		t.Errorf("after an hour: %s", resp.Status)
	}
}

// What is only announced takes no room: neither its own person's documents go for it,
// nor do others wait. What comes counts, and makes the person's oldest ones go.
func TestAnnouncedUploadsTakeNoRoom(t *testing.T) {
	w, _ := startPress(t)
	p := w.addLaser()
	first := w.draft(p)
	announce := func(c cloud.Caller) (cloud.Upload, error) {
		return w.service.BeginUpload(t.Context(), c, cloud.NewUpload{
			Printer: p, Title: "large", Size: 1 << 30, Limit: 1 << 30,
			Kind: func([]byte) (string, bool) { return "application/pdf", false },
		})
	}
	for range 5 {
		if _, err := announce(w.caller()); err != nil {
			t.Fatal(err)
		}
	}
	if state := w.look(first, ""); state.Pages != 10 {
		t.Errorf("%+v", state)
	}
	w.look(w.draft(p), "")
}

// Where there are too many documents, those make room of which nothing comes.
func TestIdleUploadsMakeRoom(t *testing.T) {
	w, _ := startPress(t)
	p := w.addLaser()
	if err := w.service.Share(t.Context(), w.caller(), cloud.ShareRequest{Printer: p, Scope: cloud.DomainScope("example.com")}); err != nil {
		t.Fatal(err)
	}
	var last cloud.Upload
	var who cloud.Caller
	all := 0
	for n := 0; all < 512; n++ { // of one person 12
		u, err := w.service.AddUser(t.Context(), fmt.Sprintf("p%d@example.com", n), "", false)
		if err != nil {
			t.Fatal(err)
		}
		who = cloud.Caller{User: &u}
		for i := 0; i < 12 && all < 512; i++ {
			last, err = w.service.BeginUpload(t.Context(), who, cloud.NewUpload{
				Printer: p, Title: "a", Size: 100, Limit: 100, Kind: func([]byte) (string, bool) { return "application/pdf", false },
			})
			if err != nil {
				t.Fatalf("upload %d: %v", all, err)
			}
			all++
		}
	}
	keep := func() answered {
		_, resp := w.sendTo("/printers/"+string(p)+"/preview", "application/json", url.Values{"xsrf": {w.xsrf()}}, []paper{{"a.pdf", pdf}})
		return resp
	}
	if resp := keep(); resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("one too many: %s", resp.Status)
	}
	w.ahead.Store(int64(4 * time.Minute))
	if _, err := w.service.ContinueUpload(t.Context(), who, last.ID, 0, strings.NewReader("%PDF-1.4\n")); err != nil {
		t.Fatal(err)
	}
	w.ahead.Store(int64(6 * time.Minute))
	if resp := keep(); resp.StatusCode != http.StatusOK {
		t.Errorf("after six minutes: %s", resp.Status)
	}
	if u, err := w.service.Upload(who, last.ID); err != nil || u.Offset != 9 {
		t.Errorf("the one that moves: %+v, %v", u, err)
	}
}
