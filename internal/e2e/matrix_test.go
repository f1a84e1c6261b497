package e2e

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
)

// cell is a ticket for a document, and what the printer must get of it by ipp.md 4.3
// and the standards that it cites.
type cell struct {
	doc    string
	ticket string // members of the ticket's print section

	refused string // a word of the sentence that it is refused with; nothing is printed
	aborted string // a word of the sentence that the job ends with; nothing is printed

	attrs  []string // job attributes, all of them, as in "sides=two-sided-long-edge"
	same   bool     // the document arrives as it was sent
	sides  []side   // else what is drawn on each side
	within float64  // millimetres that ink may be off, 0 is 1.5
	words  string   // that the document's text has
	look   func(t *testing.T, r receipt)
}

// receipt is what a printer got for a cell.
type receipt struct {
	kind  string
	attrs []string
	doc   []byte
	log   string // the printer's own, of all its jobs
}

// station is a printer with its cells.
type station struct {
	name  string
	eve   *lab.Eve
	cups  *lab.CUPSServer // of a queue of the lab backend
	some  bool            // CUPS adds attributes of its own: cells say some of them
	cells []cell
}

// receipts returns what the printer got under a title.
func (s station) receipts(t *testing.T, title string) []receipt {
	t.Helper()
	if s.cups != nil {
		return s.backend(t, title)
	}
	var list []receipt
	log, err := os.ReadFile(filepath.Join(s.eve.Dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	for i, doc := range s.eve.Documents() {
		r := receipt{doc: doc, log: string(log)}
		found := false
		for _, line := range s.eve.Environment(i + 1) {
			name, value, _ := strings.Cut(line, "=")
			found = found || name == "IPP_JOB_NAME" && titled(value, title)
			if name == "CONTENT_TYPE" {
				r.kind = value
			}
			if asked(name) {
				r.attrs = append(r.attrs, strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(name, "IPP_")), "_", "-")+"="+value)
			}
		}
		if found {
			list = append(list, r)
		}
	}
	return list
}

// titled reports whether a job's name is a title, which the job's number may follow.
func titled(name, title string) bool { return name == title || strings.HasPrefix(name, title+" ") }

// asked reports whether a variable of the print command says what a job asks for:
// the others say who, when, and the printer's defaults.
func asked(name string) bool {
	if name == "CONTENT_TYPE" || strings.HasSuffix(name, "_DEFAULT") || strings.HasPrefix(name, "IPP_PWG_RASTER_") {
		return false
	}
	return !slices.Contains([]string{
		"IPP_DATE_TIME_AT_CREATION", "IPP_DOCUMENT_FORMAT_SUPPLIED", "IPP_DOCUMENT_NAME_SUPPLIED", "IPP_JOB_ID", "IPP_JOB_NAME",
		"IPP_JOB_ORIGINATING_USER_NAME", "IPP_JOB_PRINTER_URI", "IPP_JOB_URI", "IPP_JOB_UUID", "IPP_TIME_AT_CREATION",
	}, name)
}

// backend reads what a queue's backend got: its arguments are the job's number, user,
// title, copies and options.
func (s station) backend(t *testing.T, title string) []receipt {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(s.cups.Out, s.name+"-*.out.args"))
	if err != nil {
		t.Fatal(err)
	}
	var list []receipt
	for _, path := range paths {
		args, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(args), "\n")
		if len(lines) < 5 || !titled(lines[2], title) {
			continue
		}
		doc, err := os.ReadFile(strings.TrimSuffix(path, ".args"))
		if err != nil {
			t.Fatal(err)
		}
		runs, err := os.ReadFile(strings.TrimSuffix(path, ".args") + ".runs")
		if err != nil || strings.Count(string(runs), "\n") != 1 {
			t.Errorf("%s ran %q, %v", title, runs, err)
		}
		list = append(list, receipt{doc: doc, attrs: append(strings.Fields(lines[4]), "copies="+lines[3])})
	}
	return list
}

// prints submits all cells of all printers, then looks at what came.
func prints(t *testing.T, s *lab.Site, stations []station) {
	t.Helper()
	docs := papers(t)
	jobs := map[string]string{}
	begin := time.Now()
	total := 0
	for _, st := range stations {
		id := s.Printer(st.name)
		for i, c := range st.cells {
			total++
			title := titleOf(st, i)
			a, err := s.SubmitFields(map[string]string{
				"printerid": id, "title": title, "contentType": docs[c.doc].kind,
				"ticket": `{"version":"1.0","print":{` + c.ticket + `}}`,
			}, docs[c.doc].data)
			switch {
			case err != nil:
				t.Fatalf("%s: %v", title, err)
			case c.refused != "":
				if a.Success || !strings.Contains(a.Message, c.refused) || !strings.HasSuffix(a.Message, ".") {
					t.Errorf("%s {%s}: %+v; want a refusal with %q", title, c.ticket, a, c.refused)
				}
			case !a.Success:
				t.Errorf("%s {%s}: refused: %s", title, c.ticket, a.Message)
			default:
				jobs[title] = a.Job.ID
			}
		}
	}
	for _, st := range stations {
		for i := range st.cells {
			if id := jobs[titleOf(st, i)]; id != "" {
				st.judge(t, i, s.Await(id, 2*time.Minute, lab.Job.Ended), docs)
			} else if n := len(st.receipts(t, titleOf(st, i))); n > 0 {
				t.Errorf("%s was refused and printed %d times", titleOf(st, i), n)
			}
		}
		t.Logf("%s: %d cells, %.1f s", st.name, len(st.cells), time.Since(begin).Seconds())
	}
	t.Logf("%d cells in %.1f s", total, time.Since(begin).Seconds())
}

func titleOf(s station, i int) string { return fmt.Sprintf("%s-%d-%s", s.name, i, s.cells[i].doc) }

// judge compares what the printer got for a cell with what it must get.
func (s station) judge(t *testing.T, i int, j lab.Job, docs map[string]paper) {
	t.Helper()
	c := s.cells[i]
	t.Run(titleOf(s, i), func(t *testing.T) {
		defer func() {
			if t.Failed() {
				t.Logf("the ticket was {%s}", c.ticket)
			}
		}()
		got := s.receipts(t, titleOf(s, i))
		if c.aborted != "" {
			if j.State() != "ABORTED" || !strings.Contains(j.Message, c.aborted) || len(got) > 0 {
				t.Errorf("the job ended %+v, printed %d times; want %q", j, len(got), c.aborted)
			}
			return
		}
		if j.State() != "DONE" || len(got) != 1 {
			t.Fatalf("the job ended %+v, printed %d times", j, len(got))
		}
		c.compare(t, got[0], docs[c.doc], s.some)
	})
}

func (c cell) compare(t *testing.T, got receipt, sent paper, some bool) {
	t.Helper()
	for i, a := range got.attrs {
		if list, ok := strings.CutPrefix(a, "finishings="); ok { // a set
			set := strings.Split(list, ",")
			slices.Sort(set)
			got.attrs[i] = "finishings=" + strings.Join(set, ",")
		}
	}
	slices.Sort(got.attrs)
	slices.Sort(c.attrs)
	if !some && !slices.Equal(got.attrs, c.attrs) {
		t.Errorf("asked for %q\nwant %q", got.attrs, c.attrs)
	}
	for _, a := range c.attrs {
		if name, absent := strings.CutPrefix(a, "!"); absent {
			if slices.ContainsFunc(got.attrs, func(s string) bool { return strings.HasPrefix(s, name) }) {
				t.Errorf("asked for %q, want no %q", got.attrs, name)
			}
		} else if some && !slices.Contains(got.attrs, a) {
			t.Errorf("asked for %q, want %q among it", got.attrs, a)
		}
	}
	if c.same != bytes.Equal(got.doc, sent.data) {
		t.Errorf("that the document arrived as it was is %v; got %d bytes that begin with %.10q", !c.same, len(got.doc), got.doc)
	}
	if c.same && got.kind != "" && got.kind != sent.kind {
		t.Errorf("the document is called %s, want %s", got.kind, sent.kind)
	}
	if c.sides != nil {
		c.compareSides(t, got)
	}
	if c.words != "" && !strings.Contains(pdfText(t, got.doc), c.words) {
		t.Errorf("the words %q are not in the document: %q", c.words, pdfText(t, got.doc))
	}
	if c.look != nil {
		c.look(t, got)
	}
}

func (c cell) compareSides(t *testing.T, got receipt) {
	t.Helper()
	within := c.within
	if within == 0 {
		within = 1.5
	}
	list := readDrawn(t, got.doc)
	if len(list) != len(c.sides) {
		t.Errorf("%d sides came, want %d", len(list), len(c.sides))
		return
	}
	for i, d := range list {
		lookAt(t, fmt.Sprintf("side %d", i+1), d, c.sides[i], within)
		if on := c.sides[i].parts; d.channels == 3 && len(on) > 0 && !d.colourful(on[0]) {
			t.Errorf("side %d has lost its colours", i+1)
		}
	}
}

// A matrix of tickets and documents for five kinds of printers that are asked
// directly: each gets what it was asked for, once, whoever does it.
func TestMatrixOfPrinters(t *testing.T) {
	lab.Need(t, "pdftoppm", "pdftotext")
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t)})
	s.Start()
	stations := []station{
		{name: "mfp", cells: mfpCells()},
		{name: "mono", cells: monoCells()},
		{name: "air", cells: airCells()},
		{name: "photo", cells: photoCells()},
		{name: "labels", cells: labelCells()},
	}
	for i := range stations {
		stations[i].eve = lab.IPPEve(t, lab.EveOptions{Name: stations[i].name, Attributes: conf(t, stations[i].name), Args: []string{"-vv"}})
		s.Platen("printer", "add", stations[i].eve.URI, "--name", stations[i].name)
	}
	prints(t, s, stations)
}

// conf is the file that says what a printer of the matrix can do.
func conf(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", "matrix", name+".conf"))
	if err != nil {
		t.Fatal(err)
	}
	return path
}
