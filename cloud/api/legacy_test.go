package api

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"platen/gcp"
)

func legacySample(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "legacy", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A printer that registers with a PPD or with PrintCapabilities is shown in both
// forms, takes both kinds of tickets, and gets its own kind.
func TestVersionOne(t *testing.T) {
	b := newBench(t, nil)
	b.pair()
	for _, m := range []struct{ format, file, feature, option, section, has, ticket string }{
		{"ppd", "office.ppd", "ColorModel", "Gray", `"ColorModel:Gray"`, `"ppd:value":"2"`, `"ColorModel":"Gray"`},
		{
			"xps", "laser.xml", "psk:PageOutputColor", "psk:Grayscale", `"psk:PageOutputColor:psk:Grayscale"`, `"psk:DisplayName":"Papersize"`,
			`<psf:Feature name="psk:PageOutputColor"><psf:Option name="psk:Grayscale">`,
		},
	} {
		caps := legacySample(t, m.file)
		p := b.must(b.post("register", b.robot, "printer", m.format, "proxy", "px", "capabilities", caps)).Printers[0].ID
		old := b.must(b.get("printer", b.ann, "printerid", string(p)))
		if flat := strings.Join(strings.Fields(old.raw), ""); old.Printers[0].CapsFormat != m.format || !strings.Contains(flat, m.has) ||
			!strings.Contains(flat, `"capabilities":[{`) {
			t.Errorf("%s: %s", m.format, old.raw)
		}
		if now := b.must(b.get("printer", b.ann, "printerid", string(p), "use_cdd", "true")); !strings.Contains(now.raw, m.section) {
			t.Errorf("%s as CDD: %s", m.format, now.raw)
		}
		if a := b.must(b.post("tools/cdd/translate", b.ann, "capabilities", caps)); !strings.Contains(a.raw, m.section) || !strings.Contains(a.raw, `"cdd": {`) {
			t.Errorf("%s translated: %s", m.format, a.raw)
		}
		wish := `{"capabilities":[{"type":"Feature","name":"` + m.feature + `","options":[{"name":"` + m.option + `"}]}]}`
		for field, value := range map[string]string{"capabilities": wish, "ticket": `{"version":"1.0","print":{"color":{"type":"STANDARD_MONOCHROME"}}}`} {
			sent := b.must(b.submit(b.ann, part{name: "printerid", value: string(p)}, part{name: "contentType", value: "application/pdf"},
				part{name: field, value: value}, part{name: "content", value: pdf}))
			if len(sent.Job.Notes) > 0 {
				t.Errorf("%s: %q", m.format, sent.Job.Notes)
			}
			got := b.do(b.request("GET", strings.TrimPrefix(sent.Job.TicketURL, b.url), b.robot, "", ""))
			if !strings.Contains(got.raw, m.ticket) {
				t.Errorf("%s: ticket %s", m.format, got.raw)
			}
		}
		bad := `{"version":"1.0","print":{"media_size":{"vendor_id":"Napkin"}}}`
		if a := b.submit(b.ann, part{name: "printerid", value: string(p)}, part{name: "ticket", value: bad}, part{name: "content", value: pdf}); a.Success || !strings.Contains(a.Message, "Napkin") {
			t.Errorf("%s: %s", m.format, a.raw)
		}
	}
	if a := b.post("tools/cdd/translate", b.ann, "capabilities", "<html/>"); a.Success || a.ErrorCode != gcp.CodeFailure {
		t.Error(a.raw)
	}
}

// What is ignored of a ticket is said, and what a document in a printer's own
// language needs is its owner's permission.
func TestNotesAndRawDocuments(t *testing.T) {
	b := newBench(t, nil)
	p := b.printer(takesPDF)
	sent := b.must(b.job(p, "application/pdf", pdf, `"reverse_order":{"reverse_order":true},"copies":{"copies":1}`))
	if n := sent.Job.Notes; len(n) != 1 || !strings.Contains(n[0], "reverse order") {
		t.Errorf("notes %q", n)
	}
	// Nothing here does it, so that the connector still hears of it.
	if job := b.fetched(p); !strings.Contains(string(job.Ticket), "reverse_order") || job.ContentDigest != digest(pdf) {
		t.Errorf("%s, %s", job.Ticket, job.ContentDigest)
	}
	zpl := "^XA^FO50,50^A0N,36,20^FDcafé^FS^XZ\n"
	pcl := "\x1b%-12345X@PJL JOB\r\n@PJL ENTER LANGUAGE=PCL\r\n\x1bE\x00\xff"
	raw := b.printer(`"supported_content_type":[{"content_type":"application/octet-stream"}]`)
	for _, m := range []struct{ kind, document string }{
		{"application/octet-stream", zpl},
		{"application/vnd.zebra-zpl", zpl},
		{"x-application/zpl", zpl},
		{"", zpl},
		{"", pcl},
		{"application/octet-stream", "\x00\x01\x02 anything"},
		{"application/octet-stream", "plain text"},
		{"application/postscript", "%!PS\nshowpage\n"},
		{"application/octet-stream", pdf},
		{"", "\x1b@receipt\n"},
		{"application/octet-stream", "\nN\nq609\nA50,0,0,1,1,1,N,\"x\"\nP1\n"},
	} {
		a := b.must(b.job(raw, m.kind, m.document, ""))
		got := b.download(a.Job.ID, b.robot, "")
		if got.raw != m.document || got.head.Get("Content-Type") != "application/octet-stream" || a.Job.ContentType != "application/octet-stream" {
			t.Errorf("%q %.20q: %s, %d", m.kind, m.document, a.Job.ContentType, got.status)
		}
	}
	if a := b.job(raw, "application/pdf", pdf, ""); a.Success || !strings.Contains(a.Message, "does not take documents application/pdf") {
		t.Errorf("a PDF for a label printer: %s", a.raw)
	}
	if a := b.job(raw, "application/pdf", zpl, ""); a.Success || !strings.Contains(a.Message, "not of the type") {
		t.Errorf("labels called PDF: %s", a.raw)
	}
	plain := b.printer(takesPDF)
	if a := b.job(plain, "application/octet-stream", zpl, ""); a.Success || !strings.Contains(a.Message, "printer's own language") {
		t.Errorf("labels for another printer: %s", a.raw)
	}
	if a := b.must(b.job(plain, "application/octet-stream", pdf, "")); a.Job.ContentType != "application/pdf" {
		t.Errorf("a PDF without its name: %s", a.Job.ContentType)
	}
}
