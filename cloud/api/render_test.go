package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"platen/cloud"
	"platen/cloud/blob"
	"platen/gcp"
	"platen/internal/impose"
	"platen/internal/raster"
)

// counted counts what is really rendered.
type counted struct {
	*raster.Renderer
	n atomic.Int32
}

func (c *counted) Render(ctx context.Context, in, format string, w impose.Work, out string) (impose.Result, error) {
	c.n.Add(1)
	return c.Renderer.Render(ctx, in, format, w, out)
}

// newRenderBench is a cloud that makes documents ready.
func newRenderBench(t *testing.T) (*bench, *counted) {
	t.Helper()
	r, err := raster.New(raster.Config{
		CacheDir: os.Getenv(cacheVariable), Log: slog.New(slog.DiscardHandler),
		Timeout: 10 * time.Minute, Memory: 6 << 30, // a child is this program, with the race detector in it
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Check(t.Context()); err != nil {
		t.Fatal(err) // the first one compiles what children need
	}
	c := &counted{Renderer: r}
	b := newBench(t, func(b *bench) {
		blobs, ok := b.cfg.Blobs.(*blob.Dir)
		if !ok {
			t.Fatal("documents are not in a folder")
		}
		b.service = cloud.New(cloud.Config{
			Domain: "platen.invalid", Store: b.db, Blobs: blobs, Codes: b.oauth, Sessions: b.oauth, Retention: time.Hour,
			Limits:    cloud.Limits{SubmitsMinute: -1},
			Rendering: cloud.Rendering{Renderer: c, Folder: filepath.Join(b.dir, "rendered"), Path: blobs.Path},
		})
		b.cfg.Service = b.service
		if err := b.service.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	return b, c
}

// pages is a PDF whose pages say their number.
func pages(t *testing.T, n int) string {
	t.Helper()
	doc := fpdf.New("P", "mm", "A4", "")
	doc.SetFont("Helvetica", "", 40)
	for i := range n {
		doc.AddPage()
		doc.Text(20, 40, fmt.Sprintf("sheet%d", i+1))
	}
	var buf bytes.Buffer
	if err := doc.Output(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// texts reads the pages of a PDF with a foreign reader.
func texts(t *testing.T, document string) []string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(file, []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", file, "-").Output()
	if err != nil {
		t.Fatalf("pdftotext: %v, %q", err, document[:min(len(document), 60)])
	}
	var list []string
	for page := range strings.SplitSeq(strings.TrimSuffix(string(out), "\f"), "\f") {
		list = append(list, strings.Join(strings.Fields(page), " "))
	}
	return list
}

// printer registers a printer as a classic connector does.
func (b *bench) printer(sections string) gcp.PrinterID {
	b.t.Helper()
	if b.robot == "" {
		b.pair()
	}
	a := b.must(b.post("register", b.robot, "name", "classic", "proxy", "px", "use_cdd", "true",
		"capabilities", `{"version":"1.0","printer":{`+sections+`}}`))
	return a.Printers[0].ID
}

// job submits a document with a ticket.
func (b *bench) job(p gcp.PrinterID, kind, document, ticket string) answer {
	b.t.Helper()
	return b.submit(b.ann, part{name: "printerid", value: string(p)}, part{name: "contentType", value: kind},
		part{name: "ticket", value: `{"version":"1.0","print":{` + ticket + `}}`}, part{name: "content", file: "a", value: document})
}

// fetched is the one job that waits.
func (b *bench) fetched(p gcp.PrinterID) gcp.Job {
	b.t.Helper()
	a := b.must(b.post("fetch", b.robot, "printerid", string(p), "extra_fields", "ticket,document"))
	if len(a.Jobs) != 1 {
		b.t.Fatalf("%d jobs", len(a.Jobs))
	}
	return a.Jobs[0]
}

func (b *bench) download(id gcp.JobID, token, accept string, more ...string) answer {
	b.t.Helper()
	r := b.request("GET", "/cloudprint/download?"+form(append([]string{"id", string(id)}, more...)...).Encode(), token, "", "")
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	return b.do(r)
}

const (
	takesPDF = `"supported_content_type":[{"content_type":"application/pdf"}]`
	a4       = `"media_size":{"option":[{"name":"ISO_A4","width_microns":210000,"height_microns":297000,"is_default":true}]}`
)

// What the registered capabilities lack the service does, and takes it out of the
// ticket; what they list is the connector's. Expected pages are written by hand.
func TestTheCloudDoesWhatAPrinterLacks(t *testing.T) {
	b, _ := newRenderBench(t)
	doc := pages(t, 5)
	for name, m := range map[string]struct {
		sections, ticket string
		want             []string
		left             string // members of the ticket that is served
	}{
		"pages": {takesPDF, `"page_range":{"interval":[{"start":2,"end":3},{"start":5}]}`, []string{"sheet2", "sheet3", "sheet5"}, ``},
		"pages, listed": {
			takesPDF + `,"page_range":{}`, `"page_range":{"interval":[{"start":2,"end":3}]}`,
			[]string{"sheet1", "sheet2", "sheet3", "sheet4", "sheet5"},
			`page_range`,
		},
		"reverse": {takesPDF, `"reverse_order":{"reverse_order":true}`, []string{"sheet5", "sheet4", "sheet3", "sheet2", "sheet1"}, ``},
		"copies": {
			takesPDF, `"copies":{"copies":2},"page_range":{"interval":[{"start":1,"end":2}]}`,
			[]string{"sheet1", "sheet2", "sheet1", "sheet2"},
			``,
		},
		"copies, not collated": {
			takesPDF, `"copies":{"copies":2},"collate":{"collate":false},"page_range":{"interval":[{"start":1,"end":2}]}`,
			[]string{"sheet1", "sheet1", "sheet2", "sheet2"},
			``,
		},
		"copies are listed": {
			takesPDF + `,"copies":{"default":1,"max":9}`, `"copies":{"copies":2},"page_range":{"interval":[{"start":4}]}`,
			[]string{"sheet4", "sheet5"},
			`copies`,
		},
		// The pages are chosen before copies are made of them, whoever could do that.
		"copies by us, pages listed": {
			takesPDF + `,"page_range":{}`, `"copies":{"copies":2},"page_range":{"interval":[{"start":4}]}`,
			[]string{"sheet4", "sheet5", "sheet4", "sheet5"},
			``,
		},
		"two pages on a side": {
			takesPDF + `,` + a4, `"vendor_ticket_item":[{"id":"number-up","value":"2"},{"id":"x","value":"y"}]`,
			[]string{"sheet1 sheet2", "sheet3 sheet4", "sheet5"},
			`vendor_ticket_item`,
		},
		"nothing": {takesPDF, ``, []string{"sheet1", "sheet2", "sheet3", "sheet4", "sheet5"}, ``},
	} {
		p := b.printer(m.sections)
		sent := b.must(b.job(p, "application/pdf", doc, m.ticket)).Job
		job := b.fetched(p)
		a := b.download(job.ID, b.robot, "")
		if got := texts(t, a.raw); a.status != 200 || !slices.Equal(got, m.want) {
			t.Errorf("%s: pages %q, want %q", name, got, m.want)
		}
		if a.head.Get("Content-Type") != "application/pdf" || a.head.Get("Content-Length") != fmt.Sprint(len(a.raw)) ||
			a.head.Get("Repr-Digest") != reprDigest(digest(a.raw)) || a.head.Get("Content-Encoding") != "" {
			t.Errorf("%s: %v of %d bytes", name, a.head, len(a.raw))
		}
		if job.ContentDigest != "" && (job.ContentDigest != digest(a.raw) || int(job.ContentLength) != len(a.raw)) {
			t.Errorf("%s: %s, %d bytes promised", name, job.ContentDigest, job.ContentLength)
		}
		var ticket struct{ Print map[string]json.RawMessage }
		if err := json.Unmarshal(job.Ticket, &ticket); err != nil {
			t.Fatal(err)
		}
		var left []string
		for member := range ticket.Print {
			left = append(left, member)
		}
		if strings.Join(left, ",") != m.left || m.left == "vendor_ticket_item" && strings.Contains(string(job.Ticket), "number-up") {
			t.Errorf("%s: the ticket served is %s", name, job.Ticket)
		}
		var same bytes.Buffer
		if err := json.Compact(&same, job.Ticket); err != nil {
			t.Fatal(err)
		}
		if got := b.get("ticket", b.robot, "jobid", string(job.ID), "use_cjt", "true").raw; got != same.String() {
			t.Errorf("%s: /ticket %s, /fetch %s", name, got, job.Ticket)
		}
		// The sender still sees what was sent.
		if got := b.download(job.ID, b.ann, ""); got.raw != doc {
			t.Errorf("%s: the sender's document was changed", name)
		}
		b.post("control", b.robot, "jobid", string(sent.ID), "status", "DONE")
	}
}

// Conversions by Accept and forcepwg, and how often they are made.
func TestConversionsOnDownload(t *testing.T) {
	b, made := newRenderBench(t)
	doc := pages(t, 1)
	p := b.printer(takesPDF + `,` + a4)
	id := b.must(b.job(p, "application/pdf", doc, "")).Job.ID
	for _, m := range []struct{ accept, kind string }{
		{"", "application/pdf"},
		{"*/*", "application/pdf"},
		{`"application/pdf"`, "application/pdf"},
		{"image/pwg-raster;q=0.1, application/pdf", "application/pdf"},
		{"image/pwg-raster", "image/pwg-raster"},
		{"image/*;q=0.5, application/msword", ""},
		{"application/msword", ""},
	} {
		a := b.download(id, b.robot, m.accept)
		switch {
		case m.kind == "" && a.status != http.StatusUnsupportedMediaType:
			t.Errorf("Accept %q: %d %s", m.accept, a.status, a.head.Get("Content-Type"))
		case m.kind != "" && (a.status != 200 || a.head.Get("Content-Type") != m.kind):
			t.Errorf("Accept %q: %d %s", m.accept, a.status, a.head.Get("Content-Type"))
		case m.kind == "application/pdf" && a.raw != doc:
			t.Errorf("Accept %q: not as it was sent", m.accept)
		case m.kind == "image/pwg-raster" && !strings.HasPrefix(a.raw, "RaS2"):
			t.Errorf("Accept %q: %q", m.accept, a.raw[:min(len(a.raw), 16)])
		}
	}
	n := made.n.Load()
	for range 3 {
		if a := b.download(id, b.robot, "", "forcepwg", "1"); a.status != 200 || !strings.HasPrefix(a.raw, "RaS2") ||
			a.head.Get("Content-Length") != fmt.Sprint(len(a.raw)) || a.head.Get("Repr-Digest") != reprDigest(digest(a.raw)) {
			t.Errorf("forcepwg: %d %v", a.status, a.head)
		}
	}
	if again := made.n.Load() - n; again != 0 { // the same work as for Accept
		t.Errorf("rendered %d times more", again)
	}
	if j := b.must(b.get("job", b.ann, "jobid", string(id))).Job; j.NumberOfPages != 1 || j.Status != "QUEUED" {
		t.Errorf("%+v", j)
	}
}

// A text goes to a printer that takes PDF only, and its connector gets it as one.
func TestTextBecomesPDF(t *testing.T) {
	b, _ := newRenderBench(t)
	p := b.printer(takesPDF + `,` + a4)
	sent := b.must(b.job(p, "text/plain", "hello paper\n", `"copies":{"copies":2}`)).Job
	job := b.fetched(p)
	if sent.ContentType != "text/plain" || job.ContentType != "application/pdf" || job.ContentLength != 0 || job.ContentDigest != "" {
		t.Errorf("sent as %s, fetched as %s with %d bytes", sent.ContentType, job.ContentType, job.ContentLength)
	}
	a := b.download(job.ID, b.robot, "")
	if got := texts(t, a.raw); !slices.Equal(got, []string{"hello paper", "hello paper"}) || a.head.Get("Content-Type") != "application/pdf" {
		t.Errorf("%q, %v", got, a.head)
	}
	if a := b.job(p, "image/x-unknown", "what", ""); a.Success || !strings.Contains(a.Message, "does not take documents image/x-unknown") {
		t.Errorf("%s", a.raw)
	}
}

// A document that nobody can read ends its job, and nothing else.
func TestDamagedDocumentEndsItsJob(t *testing.T) {
	b, _ := newRenderBench(t)
	p := b.printer(takesPDF)
	bad := b.must(b.job(p, "application/pdf", "%PDF-1.4\nno document at all", `"page_range":{"interval":[{"start":1,"end":1}]}`)).Job.ID
	if a := b.download(bad, b.robot, ""); a.status != http.StatusUnsupportedMediaType || len(a.raw) < 10 {
		t.Errorf("%d %s", a.status, a.raw)
	}
	j := b.must(b.get("job", b.ann, "jobid", string(bad))).Job
	if c := j.SemanticState.State; c.Type != gcp.JobAborted || c.ServiceAction == nil || c.ServiceAction.ErrorCode != gcp.ServiceConversion || j.Message == "" {
		t.Errorf("%+v, %q", c, j.Message)
	}
	if a := b.post("fetch", b.robot, "printerid", string(p)); a.ErrorCode != gcp.CodeNoJob {
		t.Errorf("still waits: %s", a.raw)
	}
	good := b.must(b.job(p, "application/pdf", pages(t, 2), `"page_range":{"interval":[{"start":2}]}`)).Job.ID
	if got := texts(t, b.download(good, b.robot, "").raw); !slices.Equal(got, []string{"sheet2"}) {
		t.Errorf("the next one: %q", got)
	}
	// A page that the document does not have is found out when it is read.
	none := b.must(b.job(p, "application/pdf", pages(t, 2), `"page_range":{"interval":[{"start":7}]}`)).Job.ID
	if a := b.download(none, b.robot, ""); a.status != http.StatusUnsupportedMediaType {
		t.Errorf("no such page: %d", a.status)
	}
}
