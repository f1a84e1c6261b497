package e2e

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
	"platen/internal/smallpdf"
)

// document returns a PDF (ISO 32000-1) of one page with its name on it, padded
// to about size bytes with something that does not compress.
func document(name string, size int) []byte {
	pad := make([]byte, size/2)
	_, _ = rand.Read(pad) // never fails, see crypto/rand
	return smallpdf.File(
		"% "+rand.Text()+"\n<< /Type /Catalog /Pages 2 0 R >>", // count tells documents apart by how they begin
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		smallpdf.Stream("BT /F1 24 Tf 72 700 Td ("+name+") Tj ET\n"),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
		smallpdf.Stream(hex.EncodeToString(pad)), // on no page
	)
}

// submit sends a document and returns the job's id.
func submit(t *testing.T, s *lab.Site, printer, title string, doc []byte) string {
	t.Helper()
	a, err := s.Submit(printer, title, doc)
	if err != nil || !a.Success {
		t.Fatalf("submit %s: %v, %+v", title, err, a)
	}
	if !strings.Contains(a.Message, "Print job added.") {
		t.Errorf("message %q", a.Message)
	}
	return a.Job.ID
}

// received returns everything that the lab backend of a cupsd wrote.
func received(t *testing.T, c *lab.CUPSServer) [][]byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(c.Out, "*.out"))
	if err != nil {
		t.Fatal(err)
	}
	docs := make([][]byte, 0, len(paths))
	for _, p := range paths {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, b)
	}
	return docs
}

// count returns how many of docs are doc, and how many begin like doc but are
// something else.
func count(docs [][]byte, doc []byte) (whole, broken int) {
	for _, d := range docs {
		switch {
		case bytes.Equal(d, doc):
			whole++
		case len(d) > 64 && bytes.HasPrefix(doc, d[:64]):
			broken++
		}
	}
	return whole, broken
}

func TestPrintsEverywhere(t *testing.T) {
	cups := lab.CUPS(t, lab.CUPSOptions{DebianPolicy: true})
	eve := lab.IPPEve(t, lab.EveOptions{})
	behind := lab.IPPEve(t, lab.EveOptions{Name: "behind cups"})
	cups.AddRaw("raw", "")
	cups.AddPPD("ppd", "")
	cups.AddEverywhere("everywhere", behind.URI)

	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t), CUPS: []string{cups.Socket}})
	s.Start()
	s.Platen("printer", "add", eve.URI, "--name", "direct")

	docs, jobs := map[string][]byte{}, map[string]string{}
	for _, queue := range []string{"raw", "ppd", "everywhere", "direct"} {
		docs[queue] = document(queue, 100<<10)
		jobs[queue] = submit(t, s, s.Printer(queue), queue+".pdf", docs[queue])
	}
	for queue, job := range jobs {
		if got := s.Await(job, time.Minute, lab.Job.Ended); got.State() != "DONE" {
			t.Errorf("%s: job ended %+v", queue, got)
		}
	}
	if n, _ := count(received(t, cups), docs["raw"]); n != 1 {
		t.Errorf("the raw queue printed the document %d times", n)
	}
	if n, _ := count(eve.Documents(), docs["direct"]); n != 1 {
		t.Errorf("the direct printer printed the document %d times", n)
	}
	// The filters of CUPS change a document; that one page came out is what counts.
	if n := len(behind.Documents()); n != 1 {
		t.Errorf("the printer behind the everywhere queue printed %d documents", n)
	}
	if n := len(received(t, cups)); n != 2 {
		t.Errorf("the raw and the PPD queue printed %d documents, want 2", n)
	}
}

// A refusal must tell the sender, leave nothing behind and print nothing.
func TestRefusesBadDocuments(t *testing.T) {
	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddRaw("raw", "")
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t), CUPS: []string{cups.Socket}, CloudConfig: "max_document_mib = 1"})
	s.Start()
	printer := s.Printer("raw")
	for name, doc := range map[string][]byte{
		"empty":     nil,
		"not a PDF": []byte("<html>hello</html>"),
		"too large": document("large", 2<<20),
	} {
		a, err := s.Submit(printer, name, doc)
		if err != nil || a.Success || a.Message == "" {
			t.Errorf("%s: %v, %+v; want a refusal with a sentence", name, err, a)
		}
	}
	if a, err := s.Submit("00000000000000000000000000000000", "unknown", document("x", 100)); err != nil || a.Success {
		t.Errorf("unknown printer: %v, %+v", err, a)
	}
	good := submit(t, s, printer, "good", document("good", 1000))
	s.Await(good, time.Minute, lab.Job.Ended)
	a, err := s.Call("jobs", url.Values{"printerid": {printer}})
	if err != nil || len(a.Jobs) != 1 {
		t.Errorf("%d jobs (%v), want the good one alone", len(a.Jobs), err)
	}
	kept := 0
	err = filepath.WalkDir(filepath.Join(s.Dir, "cloud", "documents"), func(_ string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			kept++
		}
		return err
	})
	if err != nil || kept != 1 {
		t.Errorf("%d documents stored (%v), want the good one alone", kept, err)
	}
	if n := len(received(t, cups)); n != 1 {
		t.Errorf("%d documents printed, want the good one alone", n)
	}
}

func itoa(n int) string { return fmt.Sprint(n) }
