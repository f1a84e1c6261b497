package cups_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/cups"
	"platen/gcp"
	"platen/internal/lab"
	"platen/internal/smallpdf"
	"platen/printer"
)

// asked is a proxy that counts what a server is asked for.
type asked struct {
	mu        sync.Mutex
	ops       map[goipp.Op]int
	databases int // answers with a media-col-database
}

func (a *asked) count(op goipp.Op) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.ops[op]
}

// through returns the address of a proxy for a server.
func through(t *testing.T, addr string) (*asked, string) {
	t.Helper()
	a := &asked{ops: map[goipp.Op]int{}}
	p := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: addr})
	p.ModifyResponse = func(r *http.Response) error {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		_ = r.Body.Close()
		r.Body = io.NopCloser(bytes.NewReader(b))
		a.mu.Lock()
		defer a.mu.Unlock()
		if bytes.Contains(b, []byte("media-col-database")) {
			a.databases++
		}
		return nil
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("reading a request: %v", err)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(b))
		if m := (goipp.Message{}); r.Method == http.MethodPost && m.DecodeBytes(b) == nil {
			a.mu.Lock()
			a.ops[goipp.Op(m.Code)]++
			a.mu.Unlock()
		}
		p.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	return a, srv.Listener.Addr().String()
}

// CUPS answers Get-Notifications at once, whatever notify-wait says: who counts on
// the wait asks without end.
func TestWaitingAsksSeldom(t *testing.T) {
	t.Parallel()
	c := lab.CUPS(t, lab.CUPSOptions{})
	c.AddRaw("slow", "delay=4")
	count, addr := through(t, c.Addr)
	s := open(t, cups.Config{Servers: []cups.Server{{Address: addr}}})
	doc := pdf(1000)
	began := time.Now()
	wantState(t, finish(t, s, begin(t, s, newJob("slow", doc), doc)), gcp.StateOf(gcp.JobDone))
	took := time.Since(began)
	// From 20 ms on each wait is half as long again, up to a second.
	most := 3*12 + int(took/time.Second)
	if n := count.count(goipp.OpGetNotifications); n < 4 || n > most {
		t.Errorf("asked %d times for events in %v, want at most %d", n, took, most)
	}
	if late := took - 4*time.Second; late > 3*time.Second {
		t.Errorf("the end was heard of %v late", late)
	}
}

// "all" does not bring the sizes with their margins (PWG 5100.7, 6.1): they must be
// named.
func TestDatabaseIsNamed(t *testing.T) {
	c := lab.CUPS(t, lab.CUPSOptions{})
	c.AddPPD("ppd", "")
	eve := lab.IPPEve(t, lab.EveOptions{})
	for name, addr := range map[string]string{"CUPS": c.Addr, "direct": eve.Addr} {
		count, proxy := through(t, addr)
		cfg := cups.Config{Servers: []cups.Server{{Address: proxy}}}
		if name == "direct" {
			cfg = cups.Config{Direct: []cups.Direct{{Name: "eve", URI: "ipp://" + proxy + "/ipp/print"}}}
		}
		if n := len(list(t, open(t, cfg))); n != 1 {
			t.Errorf("%s: %d printers", name, n)
		}
		if count.databases != 1 {
			t.Errorf("%s: the sizes came %d times", name, count.databases)
		}
	}
}

// lpadmin -m everywhere is content with a printer that is not there, and CUPS makes
// the PPD when it is: the queue is listed before, and complete afterwards.
func TestEverywhereQueueOfDeadPrinter(t *testing.T) {
	c := lab.CUPS(t, lab.CUPSOptions{})
	eve := lab.IPPEve(t, lab.EveOptions{})
	eve.Kill()
	lpadmin := exec.Command("lpadmin", "-p", "late", "-E", "-v", eve.URI, "-m", "everywhere")
	lpadmin.Env = append(os.Environ(), "CUPS_SERVER="+c.Socket)
	out, err := lpadmin.CombinedOutput()
	t.Logf("lpadmin: %v: %s", err, out)
	s := onCUPS(t, c)
	if p, ok := list(t, s)["late"]; ok && p.CDD.Printer.MediaSize != nil && len(p.CDD.Printer.MediaSize.Option) > 5 {
		t.Errorf("a queue that knows nothing has %d sizes", len(p.CDD.Printer.MediaSize.Option))
	}
	eve.Start()
	c.AddEverywhere("late", eve.URI)
	eventually(t, "the queue to be complete", func() bool {
		p := list(t, s)["late"]
		return p.CDD.Printer.MediaSize != nil && len(p.CDD.Printer.MediaSize.Option) > 5 && p.CDD.Printer.Duplex != nil
	})
}

// threePages is a document of the pages A, B and C.
func threePages() []byte {
	var sheets []smallpdf.Sheet
	for _, name := range []string{"A", "B", "C"} {
		sheets = append(sheets, smallpdf.Sheet{Width: 612, Height: 792, Content: "BT /F1 72 Tf 100 400 Td (PAGE" + name + ") Tj ET"})
	}
	return smallpdf.Pages(sheets...)
}

// pagesOf reads the order of pages with another program.
func pagesOf(t *testing.T, doc []byte) string {
	t.Helper()
	lab.Need(t, "pdftotext")
	path := filepath.Join(t.TempDir(), "doc.pdf")
	if err := os.WriteFile(path, doc, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	var order strings.Builder
	for w := range strings.FieldsSeq(string(out)) {
		order.WriteString(strings.TrimPrefix(w, "PAGE"))
	}
	return order.String()
}

// Where sheets come out face up CUPS begins with the last page by itself, so that the
// first lies on top. Who wants the other order gets it all the same.
func TestFaceUpQueue(t *testing.T) {
	t.Parallel()
	eve := lab.IPPEve(t, lab.EveOptions{})
	c := lab.CUPS(t, lab.CUPSOptions{})
	c.AddEverywhere("up", eve.URI)
	s := onCUPS(t, c)
	doc := threePages()
	for n, o := range []struct {
		reverse bool
		want    string
	}{{false, "CBA"}, {true, "ABC"}} {
		plan, err := printer.PlanJob(list(t, s)["up"], gcp.CJT{Print: gcp.PrintTicketSection{ReverseOrder: &gcp.ReverseTicketItem{ReverseOrder: o.reverse}}}, "application/pdf")
		if err != nil {
			t.Fatal(err)
		}
		j := newJob("up", doc)
		j.Attributes = plan.Attributes
		wantState(t, finish(t, s, begin(t, s, j, doc)), gcp.StateOf(gcp.JobDone))
		docs := eve.Documents()
		if len(docs) != n+1 {
			t.Fatalf("%d documents, want %d", len(docs), n+1)
		}
		if got := pagesOf(t, docs[n]); got != o.want {
			t.Errorf("reverse %v: the pages are printed %s, want %s", o.reverse, got, o.want)
		}
	}
}
