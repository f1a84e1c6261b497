package web

import (
	"net/url"
	"strings"
	"testing"

	"platen/cloud"
	"platen/gcp"
)

// A label goes to the printer whose owner allows it, from the page like from a
// program; elsewhere the page says who could allow it. What is ignored of a ticket
// is on the job's row.
func TestPageTakesRawDocuments(t *testing.T) {
	w := start(t)
	w.signIn()
	name, proxy := "labels", "px"
	caps := []byte(`{"version":"1.0","printer":{"supported_content_type":[{"content_type":"application/octet-stream"}]}}`)
	p, err := w.service.Register(t.Context(), w.caller(), cloud.PrinterFields{Name: &name, Proxy: &proxy, Capabilities: caps})
	if err != nil {
		t.Fatal(err)
	}
	const zpl = "^XA^FO50,50^A0N,36,20^FDlabel^FS^XZ\n"
	page, resp := w.upload(p.ID, w.xsrf(), "label.zpl", zpl)
	if !strings.HasPrefix(resp.URL.Path, "/jobs/") || !strings.Contains(page, "number of copies: it is ignored") {
		t.Fatalf("%s\n%s", resp.Status, page)
	}
	j, err := w.service.Job(t.Context(), w.caller(), gcp.JobID(strings.TrimPrefix(resp.URL.Path, "/jobs/")))
	if err != nil || j.ContentType != cloud.OctetStream || j.Document.Size != int64(len(zpl)) {
		t.Errorf("%+v, %v", j.Job, err)
	}
	if page, _ := w.get("/printers/" + string(p.ID)); !strings.Contains(page, "it is ignored") {
		t.Errorf("the printer's page:\n%s", page)
	}
	if page, _ := w.get("/printers/" + string(p.ID) + "/print"); strings.Contains(page, ` accept="`) || !strings.Contains(page, "printer’s own language") {
		t.Errorf("the printer's page:\n%s", page)
	}
	plain := w.addPrinter("laser")
	if page, resp := w.send(plain, url.Values{"xsrf": {w.xsrf()}}, "label.zpl", zpl); resp.StatusCode != 415 || !strings.Contains(page, "own language") {
		t.Errorf("%s\n%s", resp.Status, page)
	}
	if page, _ := w.get("/printers/" + string(plain) + "/print"); !strings.Contains(page, ` accept="application/pdf"`) {
		t.Errorf("the other printer's page:\n%s", page)
	}
}
