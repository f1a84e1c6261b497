package e2e

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
	"platen/internal/smallpdf"
)

// pages returns a PDF (ISO 32000-1) of A4 pages, each with its number as a bar of as
// many centimetres.
func pages(n int) []byte {
	sheets := make([]smallpdf.Sheet, n)
	for i := range sheets {
		sheets[i] = smallpdf.Sheet{Width: 595.276, Height: 841.89, Content: fmt.Sprintf("0 g 72 400 %.2f 100 re f\n", float64(i+1)*28.3465)}
	}
	return smallpdf.Pages(sheets...)
}

// A printer that takes raster alone gets a PDF's pages as raster: those, and as many
// copies, that the ticket asks for.
func TestRasterPrinter(t *testing.T) {
	bin := lab.Build(t)
	s := lab.NewSite(t, lab.SiteOptions{Bin: bin})
	s.Start()
	pwg := lab.IPPEve(t, lab.EveOptions{Name: "pwg alone", Formats: []string{"image/pwg-raster"}})
	urf := lab.IPPEve(t, lab.EveOptions{Name: "urf alone", Formats: []string{"image/urf"}})
	for _, tt := range []struct {
		name, ticket string
		eve          *lab.Eve
		count        func([]byte) int
		want         int
	}{
		{"pwg", `{}`, pwg, pwgPages, 3},
		{"pwg", `{"page_range":{"interval":[{"start":2,"end":3}]},"copies":{"copies":2}}`, pwg, pwgPages, 4},
		{"urf", `{"page_range":{"interval":[{"start":3}]}}`, urf, urfPages, 1},
	} {
		s.Platen("printer", "add", tt.eve.URI, "--name", tt.name)
		before := len(tt.eve.Documents())
		a, err := s.SubmitFields(map[string]string{
			"printerid": s.Printer(tt.name), "title": "drawn", "contentType": "application/pdf",
			"ticket": `{"version":"1.0","print":` + tt.ticket + `}`,
		}, pages(3))
		if err != nil || !a.Success {
			t.Fatalf("submit: %v, %+v", err, a)
		}
		if j := s.Await(a.Job.ID, 5*time.Minute, lab.Job.Ended); j.State() != "DONE" {
			s.Logs()
			t.Fatalf("%s %s: the job ended %+v", tt.name, tt.ticket, j)
		}
		docs := tt.eve.Documents()
		if len(docs) != before+1 {
			t.Fatalf("%s got %d documents", tt.name, len(docs)-before)
		}
		if got := tt.count(docs[before]); got != tt.want {
			t.Errorf("%s %s: %d sides, want %d", tt.name, tt.ticket, got, tt.want)
		}
		trace := hops(t, s, a.Job.ID)
		if trace["18"] < trace["11"] || trace["18"] > trace["12"] {
			t.Errorf("rendering is not between translation and printing: %v", trace)
		}
	}
	// Test pages take the same way.
	before := len(pwg.Documents())
	s.Platen("printer", "test", "pwg")
	lab.Until(t, time.Minute, "the test page", func() bool { return len(pwg.Documents()) == before+1 })
	if got := pwgPages(pwg.Documents()[before]); got != 1 {
		t.Errorf("the test page has %d sides", got)
	}
	left, err := filepath.Glob(filepath.Join(s.Dir, "connector", "spool", "docs", "*.out"))
	if err != nil || len(left) > 0 {
		t.Errorf("%q stay, %v", left, err)
	}
	if out := s.Platen("doctor"); !strings.Contains(out, "renderer: documents are drawn here") {
		t.Errorf("the doctor says\n%s", out)
	}
}

// hops returns what the connector's trace of a job says.
func hops(t *testing.T, s *lab.Site, job string) map[string]int64 {
	t.Helper()
	var trace struct{ Hops map[string]int64 }
	if err := json.Unmarshal([]byte(s.Platen("job", "trace", job, "--json")), &trace); err != nil {
		t.Fatal(err)
	}
	return trace.Hops
}

// pwgPages counts the page headers of PWG raster (PWG 5102.4, 4.3: each begins with
// this word).
func pwgPages(doc []byte) int {
	if !bytes.HasPrefix(doc, []byte("RaS2")) {
		return -1
	}
	return bytes.Count(doc, []byte("PwgRaster\x00"))
}

// urfPages returns the number of pages that Apple raster begins with.
func urfPages(doc []byte) int {
	if !bytes.HasPrefix(doc, []byte("UNIRAST\x00")) || len(doc) < 12 {
		return -1
	}
	return int(binary.BigEndian.Uint32(doc[8:]))
}

// A document that cannot be drawn ends its job with a sentence, before the printer
// heard of it; the next one prints.
func TestDocumentThatCannotBeDrawn(t *testing.T) {
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t)})
	s.Start()
	eve := lab.IPPEve(t, lab.EveOptions{Formats: []string{"image/pwg-raster"}})
	s.Platen("printer", "add", eve.URI, "--name", "pwg")
	printer := s.Printer("pwg")
	broken := append([]byte("%PDF-1.7\n"), bytes.Repeat([]byte("garbage "), 1000)...)
	job := submit(t, s, printer, "broken", broken)
	j := s.Await(job, 5*time.Minute, lab.Job.Ended)
	cause := j.SemanticSt8.State.ServiceAction.ErrorCode
	if j.State() != "ABORTED" || cause != "CONVERSION_ERROR" || j.Message == "" {
		s.Logs()
		t.Errorf("the broken document ended %+v", j)
	}
	good := submit(t, s, printer, "good", pages(1))
	if j := s.Await(good, 5*time.Minute, lab.Job.Ended); j.State() != "DONE" {
		t.Errorf("the good document ended %+v", j)
	}
	if docs := eve.Documents(); len(docs) != 1 {
		t.Errorf("the printer got %d documents, want 1", len(docs))
	}
}

// Nothing of the connector's secrets reaches the child that reads documents.
func TestChildKnowsNoSecrets(t *testing.T) {
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t), ConnectConfig: "renders = 1"})
	s.StartCloud()
	s.Pair()
	s.StartConnector("PLATEN_TOKEN=do-not-tell")
	eve := lab.IPPEve(t, lab.EveOptions{Formats: []string{"image/pwg-raster"}})
	s.Platen("printer", "add", eve.URI, "--name", "pwg")
	submit(t, s, s.Printer("pwg"), "long", pages(200))
	var env, args []byte
	lab.Until(t, 2*time.Minute, "a child that draws", func() bool {
		for _, pid := range children(t, s.ConnectorPID()) {
			a, _ := os.ReadFile(filepath.Join("/proc", pid, "cmdline")) // it may have ended
			e, _ := os.ReadFile(filepath.Join("/proc", pid, "environ"))
			if bytes.Contains(a, []byte("\x00render\x00")) && len(e) > 0 {
				env, args = e, a
				return true
			}
		}
		return false
	})
	for line := range bytes.SplitSeq(env, []byte{0}) {
		name, _, _ := strings.Cut(string(line), "=")
		switch name {
		case "", "HOME", "TMPDIR", "LANG", "PATH", "GOMEMLIMIT":
		default:
			t.Errorf("the child has %s in its environment", name)
		}
	}
	if bytes.Contains(args, []byte("do-not-tell")) || bytes.Contains(args, []byte("token")) {
		t.Errorf("the child's arguments are %q", args)
	}
}

// children returns the process ids of the children of a process.
func children(t *testing.T, pid int) []string {
	t.Helper()
	var list []string
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range tasks {
		b, _ := os.ReadFile(path) // the thread may have ended
		list = append(list, strings.Fields(string(b))...)
	}
	return list
}
