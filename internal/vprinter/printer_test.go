package vprinter_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/internal/lab"
	"platen/internal/vprinter"
)

func serve(t *testing.T, o vprinter.Options) (*vprinter.Printer, string) {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	p, err := vprinter.New(o)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	ctx := t.Context() // ends before Cleanup runs
	go func() { done <- p.Serve(ctx, l) }()
	t.Cleanup(func() {
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return p, vprinter.URI(l.Addr())
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	lab.Until(t, 30*time.Second, what, ok)
}

// ask sends an operation with job-id and document, if there are any.
func ask(t *testing.T, uri string, op goipp.Op, job int, doc io.Reader) (*goipp.Message, error) {
	t.Helper()
	m := goipp.NewRequest(goipp.DefaultVersion, op, 1)
	m.Operation.Add(goipp.MakeAttribute("attributes-charset", goipp.TagCharset, goipp.String("utf-8")))
	m.Operation.Add(goipp.MakeAttribute("attributes-natural-language", goipp.TagLanguage, goipp.String("en")))
	m.Operation.Add(goipp.MakeAttribute("printer-uri", goipp.TagURI, goipp.String(uri)))
	if job != 0 {
		m.Operation.Add(goipp.MakeAttribute("job-id", goipp.TagInteger, goipp.Integer(job)))
	}
	m.Operation.Add(goipp.MakeAttribute("requesting-user-name", goipp.TagName, goipp.String("alice")))
	m.Operation.Add(goipp.MakeAttribute("job-name", goipp.TagName, goipp.String("../a b/ü")))
	m.Operation.Add(goipp.MakeAttribute("document-format", goipp.TagMimeType, goipp.String("application/pdf")))
	m.Operation.Add(goipp.MakeAttribute("last-document", goipp.TagBoolean, goipp.Boolean(true)))
	head, err := m.EncodeBytes()
	if err != nil {
		t.Fatal(err)
	}
	body := io.Reader(bytes.NewReader(head))
	if doc != nil {
		body = io.MultiReader(body, doc)
	}
	resp, err := http.Post("http"+strings.TrimPrefix(uri, "ipp"), "application/ipp", body)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	var answer goipp.Message
	if err := answer.Decode(resp.Body); err != nil {
		t.Fatal(err)
	}
	return &answer, nil
}

func TestPrintJobKeepsTheDocument(t *testing.T) {
	p, uri := serve(t, vprinter.Options{Color: true})
	doc := bytes.Repeat([]byte("%PDF\x00\xff"), 50000)
	m, err := ask(t, uri, goipp.OpPrintJob, 0, bytes.NewReader(doc))
	if err != nil || m.Code != goipp.Code(goipp.StatusOk) {
		t.Fatalf("Print-Job: %v, %v", m, err)
	}
	eventually(t, "the job", func() bool { return p.Jobs()[0].State == 9 })
	j := p.Jobs()[0]
	got, err := os.ReadFile(j.Path)
	if err != nil || !bytes.Equal(got, doc) {
		t.Errorf("the document has %d bytes (%v), want the %d sent", len(got), err, len(doc))
	}
	if want := "1-a_b_ü.pdf"; filepath.Base(j.Path) != want {
		t.Errorf("the file is %q, want %q", filepath.Base(j.Path), want)
	}
	if j.User != "alice" {
		t.Errorf("user %q, want alice", j.User)
	}
}

// A body that ends early must never count as printed.
func TestCutBodyIsAborted(t *testing.T) {
	p, uri := serve(t, vprinter.Options{})
	pr, pw := io.Pipe()
	go func() {
		_, _ = pw.Write(bytes.Repeat([]byte("x"), 100000))
		_ = pw.CloseWithError(io.ErrUnexpectedEOF)
	}()
	if _, err := ask(t, uri, goipp.OpPrintJob, 0, pr); err == nil {
		t.Error("the cut request was answered")
	}
	eventually(t, "the abort", func() bool { l := p.Jobs(); return len(l) == 1 && l[0].State == 8 })
	if j := p.Jobs()[0]; j.Path != "" {
		t.Errorf("half a document was kept in %s", j.Path)
	}
}

func TestFaultHoldsJobsInOrder(t *testing.T) {
	p, uri := serve(t, vprinter.Options{})
	p.SetFault(vprinter.Fault{Reasons: []string{"media-empty-error"}})
	for range 3 {
		if _, err := ask(t, uri, goipp.OpPrintJob, 0, strings.NewReader("doc")); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the stop", func() bool { return p.Jobs()[0].State == 6 })
	if m, err := ask(t, uri, goipp.OpCancelJob, 2, nil); err != nil || m.Code != 0 {
		t.Errorf("Cancel-Job: %v, %v", m, err)
	}
	p.SetFault(vprinter.Fault{})
	eventually(t, "the jobs", func() bool { l := p.Jobs(); return l[0].State == 9 && l[2].State == 9 })
	if s := p.Jobs()[1].State; s != 7 {
		t.Errorf("the cancelled job is in state %d, want 7", s)
	}
}

func TestBusyAndReject(t *testing.T) {
	p, uri := serve(t, vprinter.Options{OneAtATime: true})
	if m, err := ask(t, uri, goipp.OpCreateJob, 0, nil); err != nil || m.Code != 0 {
		t.Fatalf("Create-Job: %v, %v", m, err)
	}
	if m, err := ask(t, uri, goipp.OpCreateJob, 0, nil); err != nil || m.Code != goipp.Code(goipp.StatusErrorBusy) {
		t.Errorf("second Create-Job: %v, %v; want busy", m, err)
	}
	if m, err := ask(t, uri, goipp.OpSendDocument, 1, strings.NewReader("doc")); err != nil || m.Code != 0 {
		t.Errorf("Send-Document: %v, %v", m, err)
	}
	p.SetFault(vprinter.Fault{Reject: true})
	if m, err := ask(t, uri, goipp.OpCreateJob, 0, nil); err != nil || m.Code != goipp.Code(goipp.StatusErrorNotAcceptingJobs) {
		t.Errorf("Create-Job: %v, %v; want not-accepting-jobs", m, err)
	}
	p.SetFault(vprinter.Fault{Offline: true})
	if m, err := ask(t, uri, goipp.OpGetJobs, 0, nil); err == nil {
		t.Errorf("an offline printer answered %v", m)
	}
}

func TestConformance(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a while")
	}
	tool, err := exec.LookPath("ipptool")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("ipptool is not installed")
		}
		t.Skip("ipptool is not installed")
	}
	// A job that has not ended is there when the tests ask for one.
	_, uri := serve(t, vprinter.Options{Color: true, Duplex: true, Delay: time.Second})
	doc := filepath.Join(t.TempDir(), "doc.pdf")
	if err := os.WriteFile(doc, []byte("%PDF-1.4\n%%EOF\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []string{"ipp-1.1.test", "ipp-2.0.test"} {
		out, err := exec.Command(tool, "-tIR", "-T", "20", "-V", "2.0", "-f", doc, uri, test).CombinedOutput()
		if err != nil {
			t.Logf("ipptool: %v", err)
		}
		pass, fail := bytes.Count(out, []byte("[PASS]")), bytes.Count(out, []byte("[FAIL]"))
		if pass < 30 || fail > 0 {
			t.Errorf("%s: %d passed, %d failed:\n%s", test, pass, fail, failures(out))
		}
	}
}

// failures returns the failed tests with what was wrong.
func failures(out []byte) string {
	var b strings.Builder
	failing := false
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "[FAIL]") || strings.Contains(line, "[PASS]") || strings.Contains(line, "[SKIP]") {
			failing = strings.Contains(line, "[FAIL]")
		}
		if failing {
			fmt.Fprint(&b, line)
		}
	}
	return b.String()
}
