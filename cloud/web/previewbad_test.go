package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/smallpdf"
)

// locked is a PDF that opens with a password only: its keys are nobody's.
func locked() string {
	key := strings.Repeat("5a", 32)
	text := string(smallpdf.File(
		"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
		fmt.Sprintf("<< /Filter /Standard /V 2 /R 3 /Length 128 /P -44 /O <%s> /U <%s> >>", key, key),
	))
	return strings.Replace(text, "/Root 1 0 R", "/Root 1 0 R /Encrypt 4 0 R /ID [<00><00>]", 1)
}

// What cannot be looked at is said in a sentence, at once, and can be printed without a
// preview where the printer may read it.
func TestPreviewsThatCannotBe(t *testing.T) {
	w, _ := startDrawing(t)
	p := w.addPrinter("plain")
	for _, c := range []struct{ what, doc, sentence string }{
		{"damaged", "%PDF-1.4\nthis is all\n", "The document is damaged: it cannot be read."},
		{"locked", locked(), "The document is protected: it opens with a password only."},
		{"without pages", string(smallpdf.File("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 0 /Kids [] >>")), "The document has no pages."},
	} {
		text, resp := w.askDraft(w.drafted(p, paper{"a.pdf", c.doc}))
		if resp.StatusCode < http.StatusBadRequest || !strings.Contains(text, c.sentence) {
			t.Errorf("%s: %s: %s", c.what, resp.Status, text)
		}
	}
	text, resp := w.sendTo("/printers/"+string(p)+"/preview", "application/json", url.Values{"xsrf": {w.xsrf()}}, []paper{{"a.pdf", ""}})
	if resp.StatusCode != http.StatusBadRequest || !strings.Contains(text, "The document is empty.") {
		t.Errorf("empty: %s: %s", resp.Status, text)
	}
	// A long one is looked at like any other, at its end too.
	long := w.drafted(p, paper{"long.pdf", long(10_000)})
	if text, resp := w.askDraft(long); !strings.Contains(text, `"pages":10000,"side":1,"sides":10000`) {
		t.Errorf("10 000 pages: %s: %s", resp.Status, text)
	}
	for _, file := range []string{"9999.png", "small-10000.png"} {
		if text, resp := w.get("/drafts/" + long + "/page/" + file); resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %s: %s", file, resp.Status, text)
		}
	}
}

// long is a PDF of as many pages, which are one object.
func long(pages int) string {
	return string(smallpdf.File("<< /Type /Catalog /Pages 2 0 R >>",
		fmt.Sprintf("<< /Type /Pages /Count %d /MediaBox [0 0 200 300] /Kids [%s] >>", pages, strings.Repeat("3 0 R ", pages)),
		"<< /Type /Page /Parent 2 0 R >>"))
}

// askDraft asks for a draft as our script does.
func (w *world) askDraft(id string) (string, answered) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.URL+"/drafts/"+id, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Accept", "application/json")
	return w.do(req)
}

// A document in a language that only the printer reads goes to it, without a preview.
func TestPreviewOfALanguage(t *testing.T) {
	w, _ := startPress(t)
	name, proxy := "labels", "px"
	p, err := w.service.Register(t.Context(), w.caller(), cloud.PrinterFields{
		Name: &name, Proxy: &proxy,
		Capabilities: []byte(`{"version":"1.0","printer":{"supported_content_type":[{"content_type":"application/vnd.zebra-zpl"},{"content_type":"application/octet-stream"}]}}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	id := w.drafted(p.ID, paper{"a.zpl", "^XA^FO50,50^FDlabel^FS^XZ"})
	if text, resp := w.askDraft(id); resp.StatusCode != http.StatusUnsupportedMediaType || !strings.Contains(text, "Only the printer can read this document") {
		t.Errorf("%s: %s", resp.Status, text)
	}
	page, _ := w.get("/printers/" + string(p.ID) + "/print?draft=" + id)
	if !strings.Contains(page, "Only the printer can read this document") {
		t.Error("the page without a script does not say so")
	}
	if _, resp := w.sendTo("/printers/"+string(p.ID)+"/jobs", "", url.Values{"xsrf": {w.xsrf()}, "draft": {id}}, nil); !strings.HasPrefix(resp.URL.Path, "/jobs/") {
		t.Errorf("%s %v", resp.Status, resp.URL)
	}
}

// fullDisk has no room for documents.
type fullDisk struct{ cloud.Blobs }

func (fullDisk) Room(context.Context) error {
	return &cloud.Error{Kind: cloud.KindUnavailable, Message: "The disk is full."}
}

// Where the disk is full, drafts are refused with a sentence, however they come.
func TestDraftsNeedRoom(t *testing.T) {
	w := startSet(t, func(_ *Config, s *cloud.Config) {
		s.Blobs = fullDisk{s.Blobs}
		s.Rendering = cloud.Rendering{Renderer: &press{}, Folder: t.TempDir(), Path: func(context.Context, string) (string, error) { return "", cloud.ErrNotFound }}
	})
	w.signIn()
	p := w.addLaser()
	text, resp := w.sendTo("/printers/"+string(p)+"/preview", "application/json", url.Values{"xsrf": {w.xsrf()}}, []paper{{"a.pdf", pdf}})
	if resp.StatusCode != http.StatusServiceUnavailable || !strings.Contains(text, "The disk is full.") {
		t.Errorf("at once: %s: %s", resp.Status, text)
	}
	if _, resp := w.beginUpload(gcp.PrinterID(p), "a.pdf", 100); resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("in pieces: %s", resp.Status)
	}
}
